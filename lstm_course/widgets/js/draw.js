// Drawing: elements, paths, scales. Nothing here knows what is drawn.

const SVG = "http://www.w3.org/2000/svg";

// An SVG element: svg("text", { x: 3, class: "label" }, "h").
export function svg(name, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, name), attributes, children);
}

// An HTML element; an attribute that starts with "on" is a listener.
export function html(name, attributes = {}, ...children) {
  return dress(document.createElement(name), attributes, children);
}

function dress(element, attributes, children) {
  set(element, attributes);
  element.append(...children);
  return element;
}

export function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === null || value === false) element.removeAttribute(key);
    else element.setAttribute(key, value);
  }
  return element;
}

// A function from [a, b] to [from, to]; NaN and infinity stay as they are.
export function scale([a, b], [from, to]) {
  return (x) => from + ((x - a) / (b - a)) * (to - from);
}

// "M1,2 L3,4 ..." through points [[x, y], ...].
export function line(points) {
  return points.map(([x, y], k) => `${k ? "L" : "M"}${round(x)},${round(y)}`).join(" ");
}

// The outline of columns of one width that stand on a base line: one path.
export function columns(xs, ys, base, width) {
  return xs
    .map((x, k) => `M${round(x - width / 2)},${round(base)} V${round(ys[k])} h${round(width)} V${round(base)} Z`)
    .join(" ");
}

export function round(x) {
  return Math.round(x * 100) / 100;
}

// Heights for labels: as near to their lines as they may be without touching.
export function apart(heights, gap, low, high) {
  const order = heights.map((y, k) => [y, k]).sort((a, b) => a[0] - b[0]);
  const place = order.map(([y]) => y);
  place.forEach((y, k) => { place[k] = Math.max(y, k ? place[k - 1] + gap : low); });
  for (let k = place.length - 1, most = high; k >= 0; k--, most -= gap) {
    place[k] = Math.min(place[k], most);
    if (k < place.length - 1) place[k] = Math.min(place[k], place[k + 1] - gap);
  }
  const out = [];
  order.forEach(([, k], n) => { out[k] = place[n]; });
  return out;
}

// A number as people write it: minus sign, no trailing zeros beyond `digits`.
export function number(x, digits = 2) {
  const text = x.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

// The same with as many digits as it needs, `least` to three.
export function exact(x, least = 0) {
  let digits = least;
  while (digits < 3 && Math.abs(x - x.toFixed(digits)) > 1e-9) digits++;
  return number(x, digits);
}

// 3.2·10⁻⁵ from 1e-5 down and 1e4 up, a plain number between.
export function power(x) {
  if (x === 0 || !Number.isFinite(x)) return x === 0 ? "0" : "∞";
  const size = Math.abs(x);
  if (size >= 0.01 && size < 1000) return number(x, size < 1 ? 2 : size < 10 ? 1 : 0);
  const [m, e] = x.toExponential(0).split("e");
  return `${m}·10${superscript(Number(e))}`.replace("-", "−");
}

export function superscript(n) {
  return String(n).replace("-", "⁻").replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]);
}

// A text with such digits as elements, because few fonts have all of them:
// typeset(html, "10⁻⁵") -> ["10", <sup>−5</sup>]; within an SVG text, as tspans.
export function typeset(make, text) {
  const plain = (raised) => [...raised].map((d) => "−0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(d)]).join("");
  const raise = make === svg ? ["tspan", { dy: "-0.4em", class: "raised" }] : ["sup", {}];
  return text.split(/([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/).map((part, k) => (k % 2 ? make(...raise, plain(part)) : part));
}

// No letter of a drawing below 11 pixels on the screen, however narrow it is.
export function readable(drawing) {
  const shrunk = drawing.getScreenCTM()?.a || 1;
  const texts = [...drawing.querySelectorAll("text")];
  texts.forEach((text) => { text.style.fontSize = ""; });
  const sizes = texts.map((text) => parseFloat(getComputedStyle(text).fontSize));
  texts.forEach((text, k) => {
    if (sizes[k] * shrunk < 11) text.style.fontSize = `${11 / shrunk}px`;
  });
}
