// Any cell along time and back: one layer, or layers on top of each other.
//
// `cell` is what engines/page/text.py writes. Names are those of Python: of a stack,
// W_x_1 and h_1 belong to the first layer, plain h and c to the top one.

import { layerBackward, layerForward, layerShapes, makeLayer, pullBack } from "./layer.js";
import { matrixBackward, matrixForward, makeMatrixLayer, matrixShapes } from "./matrix.js";

const WAYS = {
  products: { make: makeLayer, forward: layerForward, backward: layerBackward, shapes: layerShapes },
  matrix: { make: makeMatrixLayer, forward: matrixForward, backward: matrixBackward, shapes: matrixShapes },
};

const inputsOfLayer = (cell, k, I, H) => (k === 0 ? I : H) + (cell.layers[k].extra ? H : 0);
const weightInStack = (cell, k, name) => (cell.stacked ? `${name}_${k + 1}` : name);
export const stateName = (cell, k, name) => (k === cell.layers.length - 1 ? name : `${name}_${k + 1}`);

// Names and shapes of all parameters: { W_x: [I, 4 H], ... }.
export function shapesOf(cell, I, H) {
  return Object.assign({}, ...cell.layers.map((spec, k) =>
    renamed(WAYS[spec.form].shapes(spec, inputsOfLayer(cell, k, I, H), H), (name) => weightInStack(cell, k, name))));
}

const renamed = (values, to) => Object.fromEntries(Object.entries(values).map(([name, v]) => [to(name), v]));

// Arrays for at most T steps of B rows; p holds a Float64Array for every parameter.
export function makeNet(cell, p, { T, B, I, H }) {
  const layers = cell.layers.map((spec, k) => {
    const width = inputsOfLayer(cell, k, I, H);
    const names = Object.keys(WAYS[spec.form].shapes(spec, width, H));
    const own = Object.fromEntries(names.map((name) => [name, p[weightInStack(cell, k, name)]]));
    return WAYS[spec.form].make(spec, own, { T, B, I: width, H });
  });
  const grads = Object.assign({}, ...layers.map((layer, k) => renamed(layer.grads, (name) => weightInStack(cell, k, name))));
  const between = layers.slice(1).map(() => new Float64Array(T * B * H));
  return { cell, layers, grads, between, T, B, I, H };
}

// The states of one layer out of those of the whole.
const statesOfLayer = (cell, k, state) => state
  && Object.fromEntries(cell.layers[k].states.map((s) => [s, state[stateName(cell, k, s)]]));
const afterSteps = ({ q, B, H }, name, steps) => q[name].subarray(B * H, (steps + 1) * B * H);

export function runNet(net, x, state = null, steps = net.T) {
  net.layers.forEach((layer, k) => {
    const below = net.layers[k - 1];
    const extra = below && layer.spec.extra ? afterSteps(below, "c", steps) : null;
    WAYS[layer.spec.form].forward(layer, below ? afterSteps(below, "h", steps) : x, statesOfLayer(net.cell, k, state), extra, steps);
  });
}

// The outputs of the top layer, (steps, B, H).
export const outputs = (net) => afterSteps(net.layers.at(-1), "h", net.layers[0].steps);

// Gradients by every parameter in net.grads; `dh` (steps, B, H) by the outputs.
export function runNetBack(net, dh, { dstate = null, each = null, dx = null } = {}) {
  const top = net.layers.length - 1;
  for (let k = top; k >= 0; k--) {
    const [layer, above] = [net.layers[k], net.layers[k + 1]];
    const from = above ? net.between[k] : dh;
    const more = above?.spec.extra ? { c: above.q.$dx[above.spec.extra] } : {};
    WAYS[layer.spec.form].backward(layer, from,
      { more, dstate: statesOfLayer(net.cell, k, dstate), each: k === top ? each : null, dx: k ? net.between[k - 1] : dx });
  }
}

// Gradients by the state before the first step: { h: (B, H), ... }.
export const startGradients = (net) => Object.assign({}, ...net.layers.map((layer, k) =>
  renamed(Object.fromEntries(layer.spec.states.map((s) => [s, layer.q.$d[s]])), (s) => stateName(net.cell, k, s))));

// The states after the last step.
export const endState = (net) => Object.assign({}, ...net.layers.map(({ spec, q, T, B, steps }, k) =>
  renamed(Object.fromEntries(spec.states.map((s) => {
    const n = q[s].length / (T + 1);
    return [s, q[s].subarray(steps * n, (steps + 1) * n)];
  })), (s) => stateName(net.cell, k, s))));

// The same for a cell of one layer, and one row: see pullBack in layer.js.
export function pullNetBack(net, d, first, last, each = null) {
  const [layer] = net.layers;
  if (net.layers.length > 1 || layer.spec.form === "matrix" || net.B !== 1) {
    throw Error(`${net.cell.name} cannot be pulled back: expected one layer, states of units and a batch of 1.`);
  }
  return pullBack(layer, d, first, last, each);
}
