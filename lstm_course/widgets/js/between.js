// A range under two thumbs.

import { html, scale, set } from "./draw.js";

const NOTCHES = 60;

// From `low` to `high`, on a scale of powers where `log`: change([from, to]), or
// change(null) where it leaves nothing out. `.show(range)`; say(x) writes a number.
export function between({ name, low, high, log, say: write, change }) {
  const [up, down] = log ? [Math.exp, Math.log] : [(x) => x, (x) => x];
  const at = scale([0, NOTCHES], [down(low), down(high)]);
  const value = (k) => (k <= 0 ? low : k >= NOTCHES ? high : up(at(k)));
  const notch = (x) => Math.round(scale([down(low), down(high)], [0, NOTCHES])(down(x)));
  const ends = ["from", "to"].map((word) => html("input", { type: "range", min: 0, max: NOTCHES, step: 1,
    "aria-label": `${name}, ${word}` }));
  const said = html("span", { class: "range" });
  const place = html("div", { class: "between" }, html("span", { class: "name", "aria-hidden": "true" }, name),
    html("div", { class: "thumbs" }, ...ends), said);
  const show = ([from, to]) => {
    [from, to].forEach((x, k) => {
      if (Number(ends[k].value) !== notch(x)) ends[k].value = notch(x);
      set(ends[k], { "aria-valuetext": write(x) });
    });
    place.style.setProperty("--low", notch(from) / NOTCHES);
    place.style.setProperty("--high", notch(to) / NOTCHES);
    said.textContent = `${write(from)} … ${write(to)}`;
  };
  ends.forEach((input, k) => input.addEventListener("input", () => {
    const [a, b] = ends.map((end) => Number(end.value));
    if (a > b) ends[k].value = k ? a : b; // one thumb stops at the other
    const [from, to] = ends.map((end) => Number(end.value));
    show([value(from), value(to)]);
    change(from === 0 && to === NOTCHES ? null : [value(from), value(to)]);
  }));
  place.show = (range) => show(range ?? [low, high]);
  place.show(null);
  return place;
}
