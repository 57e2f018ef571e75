// A mark for each of many things: a colour and a shape, so that never colour alone
// tells two apart; and axes for what spreads over powers.

import { exact, round, svg } from "./draw.js";
import { brief } from "./trials.js";

const COLOURS = ["c", "f", "i", "g", "o", "h", "x"];
const SHAPES = [
  (x, y, r) => `M${x - r},${y} a${r},${r} 0 1 0 ${2 * r},0 a${r},${r} 0 1 0 ${-2 * r},0 Z`, // circle
  (x, y, r) => `M${x - 0.9 * r},${y - 0.9 * r} h${1.8 * r} v${1.8 * r} h${-1.8 * r} Z`, // square
  (x, y, r) => `M${x},${y - 1.2 * r} l${1.15 * r},${2 * r} h${-2.3 * r} Z`, // triangle
  (x, y, r) => `M${x},${y + 1.2 * r} l${1.15 * r},${-2 * r} h${-2.3 * r} Z`, // the same on its tip
  (x, y, r) => `M${x},${y - 1.3 * r} l${1.2 * r},${1.3 * r} l${-1.2 * r},${1.3 * r} l${-1.2 * r},${-1.3 * r} Z`, // diamond
];

// How the k-th of them is marked, no two alike among the first 35: { colour, path(x, y, r) }.
export function markOf(k) {
  const shape = SHAPES[k % SHAPES.length];
  return { colour: `var(--p-${COLOURS[k % COLOURS.length]})`, path: (x, y, r) => shape(round(x), round(y), r) };
}

// The mark alone, for a table or a list.
export function sign(k, size = 12) {
  const { colour, path } = markOf(k);
  return svg("svg", { class: "sign", viewBox: "-6 -6 12 12", width: size, height: size, "aria-hidden": "true" },
    svg("path", { d: path(0, 0, 4), style: `color: ${colour}` }));
}

// A number beside a tick: 0.5, 10⁻⁴.
export const atTick = (x) => (x && Math.abs(x) < 9.995e-4 ? brief(x) : Math.abs(x) >= 1000 ? brief(x).replace(".0", "") : exact(x));

// Round numbers from low to high, about `most` of them; of powers: 1, or 1, 2 and 5.
export function tickValues(low, high, log, most) {
  if (!log) {
    const rough = (high - low || 1) / most;
    const ten = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((m) => m * ten).find((s) => s >= rough);
    const out = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) out.push(k * step);
    return out;
  }
  const within = (parts, every) => {
    const out = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
      if (e % every === 0) out.push(...parts.map((m) => Number(`${m}e${e}`)));
    }
    return out.filter((x) => x >= low * 0.999 && x <= high * 1.001);
  };
  for (const [parts, every] of [[[1, 2, 5], 1], [[1, 3], 1], [[1], 1], [[1], 2]]) {
    const found = within(parts, every);
    if (found.length <= most) return found;
  }
  return within([1], 3);
}
