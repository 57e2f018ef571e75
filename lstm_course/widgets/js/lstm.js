// An LSTM on plain arrays: what lstm_course/cells/lstm.py computes, for one sequence.

const sigmoid = (z) => 0.5 * Math.tanh(0.5 * z) + 0.5;
const ACTIVATIONS = [sigmoid, sigmoid, Math.tanh, sigmoid]; // blocks i f g o

/** Numbers that lstm_course/widgets/weights.py packed into 16 bits each. */
export function unpack({ scale, data }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const at = (_, k) => scale * view.getInt16(2 * k, true);
  return Float64Array.from({ length: bytes.length / 2 }, at);
}

/** All arrays of a set of packed weights. */
export function unpackAll(packed) {
  return Object.fromEntries(
    Object.entries(packed).map(([name, array]) => [name, unpack(array)]),
  );
}

/** z += a W for a row a and a matrix W whose rows are as long as z. */
function addProduct(z, a, W) {
  a.forEach((value, row) => {
    if (value === 0) return;
    for (let k = 0; k < z.length; k++) z[k] += value * W[row * z.length + k];
  });
}

const times = (a, b) => a.map((value, k) => value * b[k]);

/** One step: x (I), h_prev and c_prev (H) -> everything that was computed on the way.
 *  `held` maps a unit to the value at which its cell state is held. */
export function step(p, x, h_prev, c_prev, held = {}) {
  const H = h_prev.length;
  const z = Float64Array.from(p.b);
  addProduct(z, x, p.W_x);
  addProduct(z, h_prev, p.W_h);
  const [i, f, g, o] = ACTIVATIONS.map((activation, block) =>
    z.slice(block * H, (block + 1) * H).map((value) => activation(value)),
  );
  const [kept, written] = [times(f, c_prev), times(i, g)];
  const c = kept.map((value, k) => (k in held ? held[k] : value + written[k]));
  const squashed = c.map((value) => Math.tanh(value));
  const h = times(o, squashed);
  return { h_prev, c_prev, i, f, g, o, kept, written, c, squashed, h };
}

/** A whole sequence xs (T, I) from a state of zeros: one record of `step` per step. */
export function unroll(p, xs, held = {}) {
  const H = p.b.length / 4;
  let [h, c] = [new Float64Array(H), new Float64Array(H)];
  return xs.map((x) => {
    const record = step(p, x, h, c, held);
    ({ h, c } = record);
    return record;
  });
}

/** The probability of each of K words after a hidden state: softmax of h V' + v. */
export function chances({ V, v }, h) {
  const scores = Array.from(v, (bias, k) =>
    h.reduce((sum, value, j) => sum + value * V[k * h.length + j], bias),
  );
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
