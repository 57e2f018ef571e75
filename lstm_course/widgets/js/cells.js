// The arithmetic of the package in JavaScript, tested against it to 1e-12.
// Rows convention: z = x W_x + h W_h + b. A parameter is a list of rows, as in Python:
// W_x (I, 4H), W_h (H, 4H), b (4H); a sequence x is (T, I), one batch row.

export function sigmoid(z) {
  return 0.5 * Math.tanh(0.5 * z) + 0.5;
}

// One row times a matrix, added to out (n).
function addProduct(out, row, W) {
  row.forEach((v, j) => {
    const w = W[j];
    for (let k = 0; k < out.length; k++) out[k] += v * w[k];
  });
}

// z = x W_x + h W_h + b, as a list of numbers.
export function preactivation(p, x, h) {
  const z = Float64Array.from(p.b);
  addProduct(z, x, p.W_x);
  addProduct(z, h, p.W_h);
  return Array.from(z);
}

// One step of an LSTM: every named quantity, each a list of H numbers.
export function lstmStep(p, x, { h: h_prev, c: c_prev }) {
  const H = h_prev.length;
  const z = preactivation(p, x, h_prev);
  const [zi, zf, zg, zo] = [0, 1, 2, 3].map((k) => z.slice(k * H, (k + 1) * H));
  const [i, f, o] = [zi, zf, zo].map((block) => block.map(sigmoid));
  const g = zg.map(Math.tanh);
  const c = c_prev.map((old, j) => f[j] * old + i[j] * g[j]);
  const h = c.map((now, j) => o[j] * Math.tanh(now));
  return { x, h_prev, c_prev, zi, zf, zg, zo, i, f, g, o, c, h };
}

// One step of a plain RNN.
export function rnnStep(p, x, { h: h_prev }) {
  const zh = preactivation(p, x, h_prev);
  return { x, h_prev, zh, h: zh.map(Math.tanh) };
}

// A cell along a sequence x (T, I): its steps, from a state of zeros or a given one.
export function trace(step, p, x, state = null) {
  const zeros = new Array(p.W_h.length).fill(0);
  let last = state ?? { h: zeros, c: zeros };
  return x.map((x_t) => (last = step(p, x_t, last)));
}
