// One layer of a cell along time and back, in arrays that are made once.
//
// `spec` is what engines/page/text.py writes of a cell. Every array is flat: a quantity
// (T, B, H), a state (T + 1, B, H) with the start first. Input is a Float64Array
// (T, B, I), or an Int32Array (T, B) of codes: rows with a single 1, or zeros for -1.

import { addRow, addRows, weightGradient, multiply, multiplyBack, pickRows, pickRowsBack, sumRows } from "./products.js";

// Names and shapes of the parameters, as Cell.shapes has them.
export function layerShapes(spec, I, H) {
  const shapes = {};
  for (const t of spec.terms) {
    if (t.optional && I === H) continue;
    const width = Math.max((t.first + t.n) * H, shapes[t.param]?.at(-1) ?? 0);
    const rows = t.source === null ? [] : [t.source === "x" ? I - (spec.extra ? H : 0) : H];
    shapes[t.param] = [...rows, width];
  }
  for (const v of spec.vectors) shapes[v] = [H];
  return shapes;
}

// What depends on the number of units; the hand has written it out for some.
function ofWidth(spec, H) {
  if (!spec.constants.length && !spec.masked.length) return { constants: {}, masks: {} };
  if (spec.sizes[H]) return spec.sizes[H];
  throw Error(`${spec.name} was not written for ${H} units, but for ${Object.keys(spec.sizes)}. ` +
    "Its masks depend on the width. Add it to the widths of cell_text?");
}

export function makeLayer(spec, p, { T, B, I, H }) {
  const blocks = spec.blocks.length;
  const [room, state] = [T * B * H, (T + 1) * B * H];
  const { constants, masks } = ofWidth(spec, H);
  const features = I - (spec.extra ? H : 0);
  const shapes = layerShapes(spec, I, H);
  const zeros = (names, n) => Object.fromEntries(names.map((name) => [name, new Float64Array(n)]));
  const grads = Object.fromEntries(Object.entries(shapes).map(([k, s]) => [k, new Float64Array(s.reduce((a, b) => a * b))]));
  const masked = Object.fromEntries(Object.keys(masks).map((k) => [k, new Float64Array(p[k].length)]));
  const fixed = Object.fromEntries(Object.entries(constants).map(([k, v]) => [k, Float64Array.from(v)]));
  const q = {
    ...zeros(spec.kept, room), ...zeros(spec.states, state),
    $z: new Float64Array(T * B * blocks * H), $dz: new Float64Array(T * B * blocks * H),
    $d: zeros([...spec.states, ...spec.given], B * H), $p: { ...p, ...fixed, ...masked }, $g: grads,
    $dx: spec.extra ? { [spec.extra]: new Float64Array(room) } : {},
  };
  const terms = spec.terms.filter((t) => !t.optional || p[t.param]);
  const through = spec.terms.filter((t) => t.optional && !p[t.param]); // x itself is added
  return { spec, p, q, masks, T, B, I: features, H, blocks, shapes, terms, through, grads, x: null };
}

const weightOf = ({ q, shapes, H }, t) => [q.$p[t.param], t.first * H, shapes[t.param].at(-1)];
const blockOf = ({ H, blocks }, t, array, row) => [array, row * blocks * H + t.at * H, blocks * H];

// Start values of the states: those given, flat (B, H), or the cell's own.
function layerStart({ spec, q, B, H }, state) {
  for (const name of spec.states) {
    if (state?.[name]) q[name].set(state[name]);
    else q[name].fill(spec.start[name] ?? 0, 0, B * H);
  }
}

// The whole sequence; `extra` (T, B, H) for a cell that reads the layer below.
export function layerForward(layer, x, state = null, extra = null, steps = layer.T) {
  const { spec, q, masks, B, H, I, blocks } = layer;
  const n = steps * B;
  Object.assign(layer, { x, steps });
  if (spec.extra) q[spec.extra] = extra;
  for (const [name, mask] of Object.entries(masks)) {
    const [now, whole] = [q.$p[name], layer.p[name]];
    for (let k = 0; k < now.length; k++) now[k] = whole[k] * mask[k];
  }
  layerStart(layer, state);
  q.$z.fill(0, 0, n * blocks * H);
  for (const t of layer.terms) {
    const to = blockOf(layer, t, q.$z, 0);
    if (t.source === null) addRow(n, t.n * H, weightOf(layer, t), to);
    else if (t.source !== "x") continue;
    else if (x instanceof Int32Array) pickRows(n, t.n * H, x, weightOf(layer, t), to);
    else multiply(n, I, t.n * H, [x, 0, I], weightOf(layer, t), to);
  }
  for (const t of layer.through) {
    const to = blockOf(layer, t, q.$z, 0);
    if (x instanceof Int32Array) x.forEach((code, r) => { if (code >= 0 && r < n) to[0][to[1] + r * to[2] + code] += 1; });
    else addRows(n, H, [x, 0, I], to);
  }
  const products = spec.forward.map((_, k) => layer.terms.filter((t) => t.phase === k));
  for (let s = 0; s < steps; s++) {
    spec.forward.forEach((phase, k) => {
      for (const t of products[k]) {
        multiply(B, H, t.n * H, [q[t.source], s * B * H, H], weightOf(layer, t), blockOf(layer, t, q.$z, s * B));
      }
      phase(q, s, B, H);
    });
  }
}

// Back through the whole sequence. `dh` (T, B, H) and perhaps `more`, {state: (T, B, H)},
// are gradients by what the layer gave at every step, `dstate` by its last state.
// `each(s)` is told after every step, when q.$d holds the gradients by the state before.
export function layerBackward(layer, dh, { more = {}, dstate = null, each = null, dx = null } = {}) {
  const { spec, q, B, H, steps } = layer;
  const N = B * H;
  for (const name of spec.states) q.$d[name].fill(0);
  for (const name of spec.states) if (dstate?.[name]) q.$d[name].set(dstate[name]);
  for (const g of Object.values(layer.grads)) g.fill(0);
  const direct = Object.entries({ h: dh, ...more }).filter(([, d]) => d);
  const products = spec.backward.map((_, k) => layer.terms.filter((t) => t.phase === k));
  for (let s = steps - 1; s >= 0; s--) {
    for (const [name, d] of direct) addRows(1, N, [d, s * N, N], [q.$d[name], 0, N]);
    stepBack(layer, products, s, B, 1);
    each?.(s);
  }
  weightGradients(layer);
  if (dx) inputGradient(layer, dx);
}

// One step: `rows` of gradients, and with one = 0 all of them at the values of one row.
function stepBack(layer, products, s, rows, one) {
  const { spec, q, H } = layer;
  for (let k = spec.backward.length - 1; k >= 0; k--) {
    spec.backward[k](q, s, rows, H, one);
    for (const t of products[k]) {
      const to = q.$d[t.source];
      if (spec.given.includes(t.source)) to.fill(0);
    }
    for (const t of products[k]) {
      multiplyBack(rows, H, t.n * H, blockOf(layer, t, q.$dz, one * s * rows), weightOf(layer, t), [q.$d[t.source], 0, H]);
    }
  }
}

// How a later state depends on the one before step `first`: `d`, {state: (n, H)} of any
// number n of rows, is taken back from the end of step `last`, in place. B is 1 here.
export function pullBack(layer, d, first, last, each = null) {
  const { spec, q, H, blocks } = layer;
  const n = Object.values(d)[0].length / H;
  const given = Object.fromEntries(spec.given.map((name) => [name, new Float64Array(n * H)]));
  const kept = [q.$d, q.$dz];
  [q.$d, q.$dz] = [{ ...d, ...given }, new Float64Array(n * blocks * H)];
  const products = spec.backward.map((_, k) => layer.terms.filter((t) => t.phase === k));
  for (let s = last; s >= first; s--) {
    stepBack(layer, products, s, n, 0);
    each?.(s);
  }
  [q.$d, q.$dz] = kept;
  return d;
}

// The same along the path alone, with every gate held where it is: `d` (H), in place.
export function pullDirect(layer, d, first, last, each = null) {
  const { spec, q, H, blocks } = layer;
  const cut = (name) => /^w_[a-z][a-z]$/.test(name); // peepholes lead away from the path
  const kept = [q.$d, q.$dz, q.$p];
  q.$d = Object.fromEntries([...spec.states, ...spec.given].map((name) => [name, new Float64Array(H)]));
  q.$d[spec.path] = d;
  q.$dz = new Float64Array(blocks * H);
  q.$p = Object.fromEntries(Object.entries(q.$p).map(([name, w]) => [name, cut(name) ? new Float64Array(w.length) : w]));
  for (let s = last; s >= first; s--) {
    for (const [name, other] of Object.entries(q.$d)) if (name !== spec.path) other.fill(0);
    for (let k = spec.backward.length - 1; k >= 0; k--) spec.backward[k](q, s, 1, H, 0);
    each?.(s);
  }
  [q.$d, q.$dz, q.$p] = kept;
  return d;
}

function weightGradients(layer) {
  const { q, B, H, I, steps, masks, grads, x } = layer;
  const n = steps * B;
  for (const t of layer.terms) {
    const [dz, to] = [blockOf(layer, t, q.$dz, 0), [grads[t.param], t.first * H, layer.shapes[t.param].at(-1)]];
    if (t.source === null) sumRows(n, t.n * H, dz, to);
    else if (t.source !== "x") weightGradient(n, H, t.n * H, [q[t.source], 0, H], dz, to);
    else if (x instanceof Int32Array) pickRowsBack(n, t.n * H, x, dz, to);
    else weightGradient(n, I, t.n * H, [x, 0, I], dz, to);
  }
  for (const [name, mask] of Object.entries(masks)) {
    for (let k = 0; k < mask.length; k++) grads[name][k] *= mask[k];
  }
}

// dx (T, B, I) without what belongs to an extra input, which lies in q.$dx.
function inputGradient(layer, dx) {
  const { q, B, H, I, steps } = layer;
  const n = steps * B;
  dx.fill(0, 0, n * I);
  for (const t of layer.terms.filter((one) => one.source === "x")) {
    multiplyBack(n, I, t.n * H, blockOf(layer, t, q.$dz, 0), weightOf(layer, t), [dx, 0, I]);
  }
  for (const t of layer.through) addRows(n, H, blockOf(layer, t, q.$dz, 0), [dx, 0, I]);
}
