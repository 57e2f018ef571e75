// A small trained character model reads what the reader types, and writes on.

import { openCells } from "./any_cell.js";
import { button, calm, choices, follow, say, shell, slider, tell } from "./controls.js";
import { html, number, set } from "./draw.js";
import { goals, ways } from "./goals.js";
import { distance, draw, letterReader, softmax, surprises } from "./letters.js";
import { generator } from "./random.js";
import { tour } from "./tour.js";
import { unitSelect } from "./units.js";

const MOST = 400; // letters of a text
const SHOWN = 6; // letters of which the chance is drawn
const WRITES = 60; // letters at a press
const LOOKS = { surprise: "surprise", unit: "the unit", change: "change" };
const MOSTLY = 3; // cell states beyond it are drawn alike
const GATE = "fio";
const GOALS = {
  sure: ["Choose a place where it gives one letter more than 99 %.", ({ at, best }) => at >= 0 && best > 0.99],
  away: ["Replace one letter so that it still expects something else, by 10 %, twenty letters later.",
    ({ later }) => later > 0.1],
  loop: ["Make it repeat itself: at temperature 0, let it write on until a line comes again.",
    ({ text, temperature }) => temperature === 0 && repeats(text)],
};
const TOUR = [
  { part: "textarea", text: "It reads your text letter by letter. Type a letter at its end.",
    done: (a, b) => a.text !== b.text },
  { part: ".strip", text: "The darker a letter, the more it surprised the network. Choose one: click it, or use the arrow keys here.",
    done: (a, b) => a.at !== b.at },
  { part: ".next", text: "What it expects after the chosen letter. Turn the temperature.",
    done: (a, b) => a.temperature !== b.temperature },
  { part: ".writing", text: "Let it write on from the chosen letter.", done: (a, b) => b.text.length > a.text.length },
  { part: ".map", text: "Each row is a unit, each column a letter; colour is what lies in its cell. Choose another unit.",
    done: (a, b) => a.unit !== b.unit },
  { part: ".swap", text: "Choose a letter and replace it by another: what does that alter later?",
    done: (a, b) => b.swap !== "" && a.swap !== b.swap },
];

// Whether the last 30 letters have stood in a text before.
export function repeats(text) {
  const end = text.slice(-30);
  return text.length > 90 && text.indexOf(end) < text.length - 30;
}

const visible = (letter) => ({ "\n": "↵", " ": "␣" }[letter] ?? letter);
const named = (letter) => ({ "\n": "end of line", " ": "space" }[letter] ?? letter);
const percent = (q) => (q > 0.995 || q >= 0.1 ? `${Math.round(100 * q)} %` : `${(100 * q).toFixed(1)} %`);

// ---------------------------------------------------------------- the parts

// Where the text is written: `.show(text, odd)`.
function writer(model, write) {
  const box = html("textarea", { rows: 2, maxlength: MOST, spellcheck: "false", autocapitalize: "off",
    "aria-label": "Your text", oninput: () => write(box.value) });
  const tries = html("select", { "aria-label": "Or try one of these", onchange: () => {
    if (tries.value) write(tries.value);
    tries.value = "";
  } }, html("option", { value: "" }, "Try …"),
    ...model.get("examples").map((text) => html("option", { value: text }, text.replaceAll("\n", " "))));
  const help = html("p", { class: "help", role: "status" });
  const place = html("div", { class: "write" }, box, tries, help);
  place.show = (text, odd) => {
    if (box.value !== text) box.value = text;
    help.hidden = !odd.length;
    help.textContent = odd.length ? `It has never read ${odd.map((s) => `“${s}”`).join(" ")} and reads past.` : "";
  };
  return place;
}

// The letters, coloured, one of them chosen: `.show(letters, at, shade)`.
function letterStrip(choose) {
  const place = html("div", { class: "strip", role: "slider", tabindex: "0", "aria-label": "Chosen letter" });
  let [now, size] = [0, 0];
  place.addEventListener("click", (event) => {
    const k = [...place.children].indexOf(event.target.closest("span"));
    if (k >= 0) choose(k);
  });
  place.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: size - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    now = Math.max(0, Math.min(size - 1, to)); // the next key may come before the picture
    choose(now);
  });
  place.show = (letters, at, shade) => {
    [now, size] = [at, letters.length];
    while (place.children.length > size) place.lastChild.remove();
    letters.forEach((letter, t) => {
      const one = place.children[t] ?? place.appendChild(html("span"));
      one.textContent = letter === "\n" ? "↵\n" : letter;
      set(one, { class: t === at ? "chosen" : null, style: shade(t) });
    });
    set(place, { "aria-valuemin": 1, "aria-valuemax": Math.max(1, size), "aria-valuenow": at + 1,
      "aria-valuetext": size ? `letter ${at + 1} of ${size}: ${named(letters[at])}` : "no letter" });
  };
  return place;
}

// The likeliest letters with bars: `.show(p, alphabet)`.
function expected() {
  const rows = Array.from({ length: SHOWN }, () => html("li", {},
    html("b"), html("span", { class: "bar" }, html("span")), html("output", {})));
  const place = html("ol", { class: "next", "aria-label": "What it expects next" }, ...rows);
  place.show = (p, alphabet) => {
    const best = p.map((_, k) => k).sort((a, b) => p[b] - p[a]).slice(0, SHOWN);
    rows.forEach((row, n) => {
      const [letter, bar, value] = row.children;
      letter.textContent = visible(alphabet[best[n]]);
      bar.firstChild.style.width = `${100 * p[best[n]]}%`;
      value.textContent = percent(p[best[n]]);
    });
    return best;
  };
  return place;
}

// Colours of the page as [r, g, b], read where they hold.
function colour(root, name) {
  const brush = document.createElement("canvas").getContext("2d");
  brush.fillStyle = getComputedStyle(root).getPropertyValue(`--p-${name}`).trim();
  return [1, 3, 5].map((k) => parseInt(brush.fillStyle.slice(k, k + 2), 16));
}

// Values (rows, T) as a picture, a pixel each: above 0 in one colour, below in another.
function paint(canvas, values, [above, below], unit) {
  const T = values[0]?.length || 1;
  Object.assign(canvas, { width: T, height: values.length });
  const image = new ImageData(T, values.length);
  values.forEach((row, r) => row.forEach((value, t) => {
    const share = Math.min(1, Math.abs(value) / unit);
    image.data.set([...(value < 0 ? below : above), Math.round(255 * share)], 4 * (r * T + t));
  }));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// All units along the text, and the chosen one's gates: `.show(steps, at, unit)`.
function unitMap(root, { H, gated }, pick) {
  const map = html("canvas", { role: "img" });
  const [row, column] = [html("div", { class: "row-mark" }), html("div", { class: "column-mark" })];
  const whole = html("div", { class: "map" }, map, row, column);
  const strips = [...(gated ? "figoch" : "h")].map((name) => [name, html("canvas", { "aria-hidden": "true" }), html("output", {})]);
  const place = html("div", { class: "units" }, whole, html("div", { class: "gates" },
    ...strips.flatMap(([name, strip, value]) => [html("i", { style: `color: var(--p-${name})` }, name), strip, value])));
  let T = 1;
  map.addEventListener("click", (event) => {
    const box = map.getBoundingClientRect();
    const part = (x, from, size, n) => Math.max(0, Math.min(n - 1, Math.floor(((x - from) / size) * n)));
    pick(part(event.clientY, box.top, box.height, H), part(event.clientX, box.left, box.width, T));
  });
  place.show = (steps, at, k) => {
    T = Math.max(1, steps.length);
    const one = (name) => [colour(root, name), colour(root, "muted")];
    const shown = gated ? "c" : "h";
    const rows = Array.from({ length: H }, (_, n) => steps.map((s) => s[shown][n]));
    paint(map, rows, one(shown), gated ? MOSTLY : 1);
    set(map, { "aria-label": `The ${shown} of ${H} units over ${steps.length} letters` });
    Object.assign(row.style, { top: `${(100 * (k + 0.5)) / H}%` });
    Object.assign(column.style, { left: `${(100 * (at + 0.5)) / T}%` });
    strips.forEach(([name, strip, value]) => {
      const values = steps.map((s) => s[name][k]);
      paint(strip, [values], one(name), GATE.includes(name) ? 1 : Math.max(1, ...values.map(Math.abs)));
      value.textContent = steps.length ? number(values[at]) : "";
    });
  };
  return place;
}

// ---------------------------------------------------------------- the figure

// What may be asked of a text: codes, steps, the same with one letter replaced.
function reading(net, model) {
  const read = letterReader(net.spec, model.get("weights"), model.get("alphabet"));
  const other = letterReader(net.spec, model.get("weights"), model.get("alphabet"));
  return () => {
    const { codes, odd } = net.encode(model.get("text"));
    const steps = read.read(codes);
    const at = Math.min(model.get("at") < 0 ? Infinity : model.get("at"), codes.length - 1);
    const [swap, place] = [net.encode(model.get("swap")).codes[0], model.get("swap_at")];
    const swapped = swap !== undefined && place < codes.length && swap !== codes[place];
    const changed = swapped ? other.read(codes.map((k, t) => (t === place ? swap : k))) : null;
    const apart = steps.map((s, t) => (changed && t >= place
      ? distance(softmax(s.scores), softmax(changed[t].scores)) : 0));
    return { codes, steps, odd, at, place, swapped, apart };
  };
}

// Let it write on from a letter: letter by letter, or at once for who wants it calm.
function scribe(model, net, read) {
  const chance = generator(model.get("seed"));
  const alphabet = model.get("alphabet");
  let left = 0;
  const one = () => {
    const { codes, steps } = read();
    const p = softmax(steps.at(-1).scores, model.get("temperature"));
    const text = codes.map((k) => alphabet[k]).join("") + alphabet[draw(p, chance())];
    tell(model, { text, at: -1 });
    left = text.length < MOST ? left - 1 : 0;
  };
  const on = () => {
    if (left <= 0) return;
    one();
    requestAnimationFrame(on);
  };
  return {
    stop() { left = 0; },
    write(letters) {
      const { codes, at } = read();
      if (!codes.length) return;
      tell(model, { text: codes.slice(0, at + 1).map((k) => alphabet[k]).join(""), at: -1, swap: "" });
      left = Math.min(letters, MOST - at - 1);
      if (calm()) while (left > 0) one();
      else on();
    },
  };
}

export default {
  async render({ model, el }) {
    const root = shell(el, "A character model reads and writes along", "text_reader");
    const alphabet = model.get("alphabet");
    const [{ spec }] = Object.values(await openCells(model.get("cells")));
    const net = letterReader(spec, model.get("weights"), alphabet);
    const read = reading(net, model);
    const pen = scribe(model, net, read);
    const text = writer(model, (value) => { pen.stop(); tell(model, { text: value, at: -1, swap: "" }); });
    const look = choices("colour by", LOOKS, (key) => tell(model, { look: key }));
    const strip = letterStrip((at) => tell(model, { at }));
    const next = expected();
    const heat = slider({ name: "temperature", label: "Temperature", min: 0, max: 2, step: 0.05,
      value: model.get("temperature"), colour: "o", digits: 2, change: (value) => tell(model, { temperature: value }) });
    const writing = html("div", { class: "choices writing" },
      button("write on", () => pen.write(WRITES)), button("one letter", () => pen.write(1)));
    const swap = html("input", { type: "text", maxlength: 1, size: 1, "aria-label": "Replace the chosen letter by",
      oninput: () => tell(model, { swap: swap.value, swap_at: read().at, look: swap.value ? "change" : "surprise" }) });
    const swapping = html("label", { class: "swap" }, html("span", {}), swap);
    const unit = unitSelect(model.get("units"), net.H, (k) => tell(model, { unit: k, look: "unit" }));
    const map = unitMap(root, net, (k, at) => tell(model, { unit: k, at, look: "unit" }));
    const [said, trying, around] = [say(), goals("text_reader", GOALS), tour(root, TOUR)];
    const moving = ways(model, "reader", {
      text: (value) => value.length <= MOST, at: [-1, MOST], unit: [0, net.H - 1], temperature: [0, 2],
      swap: (value) => value.length < 2, swap_at: [0, MOST], look: (value) => value in LOOKS });
    root.append(around, text, strip, look, html("div", { class: "after" }, next,
      html("div", { class: "hand" }, heat, html("div", { class: "choices" }, writing, swapping))),
      html("label", { class: "choices" }, "look at ", unit), map, said, trying, moving);

    const end = follow(model, ["text", "at", "unit", "look", "temperature", "swap", "swap_at"], root, () => {
      const now = read();
      const { codes, steps, at, apart, swapped, place } = now;
      const [k, temperature] = [model.get("unit"), model.get("temperature")];
      const p = steps.length ? softmax(steps[at].scores, temperature) : new Float64Array(net.K).fill(1 / net.K);
      const cost = surprises(steps, codes);
      text.show(model.get("text"), now.odd);
      look.show(model.get("look"));
      strip.show(codes.map((n) => alphabet[n]), at, shade(model.get("look"), { cost, steps, k, apart, swapped, place }));
      const best = next.show(Array.from(p), alphabet);
      heat.show(temperature);
      swapping.firstChild.textContent = codes.length ? `replace “${visible(alphabet[codes[at]])}” by` : "replace";
      if (swap.value !== model.get("swap")) swap.value = model.get("swap");
      unit.show(k);
      map.show(steps, at, k);
      tellReader(said, { ...now, p, best, cost, alphabet });
      const state = { text: model.get("text"), at: model.get("at"), unit: k, temperature, swap: model.get("swap") };
      around.show(state);
      trying.show({ ...state, best: steps.length ? Math.max(...softmax(steps[at].scores)) : 0,
        later: swapped ? apart[place + 20] ?? 0 : 0 });
    });
    return () => { pen.stop(); end(); };
  },
};

// The background of each letter.
function shade(look, { cost, steps, k, apart, swapped, place }) {
  const tint = (name, share) => `background: color-mix(in srgb, var(--p-${name}) ${Math.round(55 * Math.min(1, share))}%, transparent)`;
  if (look === "unit") {
    const value = (t) => (steps[t].c ?? steps[t].h)[k];
    return (t) => tint(value(t) < 0 ? "muted" : "c", Math.abs(value(t)) / (steps[t].c ? MOSTLY / 2 : 1));
  }
  if (look === "change") return (t) => (swapped && t === place ? "text-decoration: line-through" : tint("f", apart[t]));
  return (t) => tint("f", cost[t] / 8);
}

// What is seen, in a sentence.
function tellReader(said, { codes, at, p, best, cost, alphabet, swapped, place, apart }) {
  if (!codes.length) {
    said.show("Write something: it reads along from the first letter.");
    return;
  }
  const quote = codes.slice(Math.max(0, at - 11), at + 1).map((k) => visible(alphabet[k])).join("");
  const [first, second] = best.map((k) => `“${visible(alphabet[k])}” (${percent(p[k])})`);
  const start = [`After “${at > 11 ? "…" : ""}${quote}” it expects ${first}, then ${second}. `];
  if (swapped) {
    const later = Math.min(place + 10, codes.length - 1);
    said.show(...start, `The other letter moves ${percent(apart[place])} of its expectations at once, and `
      + `${percent(apart[later])} ${later - place} letters later.`);
  } else {
    said.show(...start, at ? `The chosen letter cost it ${number(cost[at], 1)} bits.` : "");
  }
}
