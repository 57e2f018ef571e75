// Any cell of the package, by the engine's text of it: what widgets/any_cell.py packs.

import { html } from "./draw.js";
import { makeNet, runNet, runNetBack } from "./net.js";
import { open } from "./packed.js";

// Names of cells -> what is told of each, with its `spec`, which the engine runs.
export async function openCells(packed) {
  const { text, about } = await open(packed);
  const specs = new Function(`${text}\nreturn CELLS;`)();
  return Object.fromEntries(Object.entries(about).map(([name, of]) => [name, { ...of, spec: specs[name] }]));
}

// A list of cells in groups by family, of which one is chosen: `.show(name)`.
export function cellMenu(cells, label, choose) {
  const families = [...new Set(Object.values(cells).map(({ family }) => family))];
  const menu = html("select", { "aria-label": label, onchange: () => choose(menu.value) }, ...families.map((family) =>
    html("optgroup", { label: family }, ...Object.entries(cells).filter(([, of]) => of.family === family)
      .map(([value, { name }]) => html("option", { value }, name)))));
  menu.show = (name) => { menu.value = name; };
  return menu;
}

// One sequence from a state of zeros: x of rows (T, I) or, as an Int32Array, of codes.
// p holds flat arrays; `held` is { unit: value } of the path, for cells written so.
export function readOn(spec, p, x, H, { I = x[0].length, held = null, state = null } = {}) {
  const net = makeNet(spec, p, { T: x.length, B: 1, I, H });
  net.layers.at(-1).q.$held = held;
  runNet(net, x instanceof Int32Array ? x : Float64Array.from(x.flat()), state);
  return net;
}

// Every quantity of the top layer at every step: [{ f: (H), zf: (H), c_prev: (H), ... }].
export function stepsOf({ layers }) {
  const layer = layers.at(-1);
  return Array.from({ length: layer.steps }, (_, t) => stepOf(layer, t));
}

function stepOf({ spec, q, T, H, heads }, t) {
  const [now, matrix] = [{}, spec.form === "matrix"];
  const units = (values) => (values.length === H ? values : Float64Array.from({ length: H }, (_, j) => values[Math.floor((j * values.length) / H)]));
  const at = (array, s, steps) => units(array.subarray(s * (array.length / steps), (s + 1) * (array.length / steps)));
  for (const name of spec.states.filter((s) => s !== "C")) [now[`${name}_prev`], now[name]] = [at(q[name], t, T + 1), at(q[name], t + 1, T + 1)];
  for (const name of matrix ? [..."qkvorif"] : spec.kept) now[name] = at(q[name], t, T);
  const parts = (array, blocks) => blocks.forEach((block, k) => {
    const n = array.length / T / blocks.length;
    now[`z${block}`] = units(array.subarray((t * blocks.length + k) * n, (t * blocks.length + k + 1) * n));
  });
  if (matrix) { parts(q.$z, spec.blocks.slice(0, 4)); parts(q.$zg, spec.blocks.slice(4)); } else parts(q.$z, spec.blocks);
  return now;
}

// Back along it from the last step, where `dstate` { h: (H), ... } arrives: at every step
// the gradients by the states that it made, by those before it and by the sums z.
export function stepsBack(net, dstate) {
  const layer = net.layers.at(-1);
  const { spec, q, T, H } = layer;
  const states = spec.states.filter((name) => q.$d[name].length === H);
  const copy = (from) => Object.fromEntries(states.map((name) => [name, Float64Array.from(from[name] ?? new Float64Array(H))]));
  const out = [];
  let arrived = copy(dstate);
  runNetBack(net, new Float64Array(T * H), { dstate, each(s) {
    const before = copy(q.$d);
    out[s] = { ...arrived, ...Object.fromEntries(states.map((name) => [`${name}_prev`, before[name]])), ...sumsBack(layer, s) };
    arrived = before;
  } });
  return out;
}

function sumsBack({ spec, q, T, H }, s) {
  if (spec.form === "matrix") return sumsOf(q.$dz, spec.blocks.slice(0, 4), s, T, H);
  return sumsOf(q.$dz, spec.blocks, s, T, H);
}

function sumsOf(array, blocks, s, T, H) {
  return Object.fromEntries(blocks.map((block, k) => [`z${block}`, Float64Array.from(array.subarray((s * blocks.length + k) * H, (s * blocks.length + k + 1) * H))]));
}
