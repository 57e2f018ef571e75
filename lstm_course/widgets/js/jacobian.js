// How the last state depends on earlier ones, by pulling rows of derivatives back.

import { pullBack, pullDirect } from "./layer.js";

const CLOSE = 1e-6; // when a norm stops changing by more than this share, it is found

// Along the path of a cell (its c, or h): tells after every lag, from 1 to `most`, the
// derivative of the last by the earlier, flat (H, H). One row of the batch has been run.
export function pullPath(net, most, each) {
  const layer = net.layers.at(-1);
  const { spec, H, steps } = layer;
  if (spec.form === "matrix") return pullMatrix(layer, most, (lag, kept) => each(lag, Float64Array.of(Math.max(...kept)), 1));
  const d = Object.fromEntries(spec.states.map((name) => [name, new Float64Array(H * H)]));
  for (let j = 0; j < H; j++) d[spec.path][j * H + j] = 1;
  each(0, d[spec.path], H);
  pullBack(layer, d, steps - most, steps - 1, (s) => each(steps - s, d[spec.path], H));
}

// The same with every gate held where it is: each(lag, (H)).
export function pullHeld(net, most, each) {
  const layer = net.layers.at(-1);
  const { spec, H, steps } = layer;
  if (spec.form === "matrix") return pullMatrix(layer, most, each);
  const d = new Float64Array(H).fill(1);
  each(0, d);
  pullDirect(layer, d, steps - most, steps - 1, (s) => each(steps - s, d));
}

// No gate of an mLSTM reads its matrix C: what is left is the product of f, for each head.
function pullMatrix({ q, heads, steps }, most, each) {
  const kept = new Float64Array(heads).fill(1);
  each(0, kept);
  for (let lag = 1; lag <= most; lag++) {
    for (let e = 0; e < heads; e++) kept[e] *= q.f[(steps - lag) * heads + e];
    each(lag, kept);
  }
}

// Norms over a sequence, by lag: `total`, of the derivative of the last state of the path
// by an earlier one; `direct`, the largest of it with the gates held.
export function decay(net, lags) {
  const u = start(net.H);
  const [total, direct] = [[], []];
  const most = Math.max(...lags);
  pullPath(net, most, (lag, J, n) => { if (lags.includes(lag)) total.push(n === 1 ? Math.abs(J[0]) : spectralNorm(J, n, u)); });
  pullHeld(net, most, (lag, d) => { if (lags.includes(lag)) direct.push(d.reduce((top, v) => Math.max(top, v), -Infinity)); });
  return { total, direct };
}

// The largest singular value of a flat (n, n) matrix, by powers of A A^T from u on,
// which is left at the left singular vector: a good start for the next lag.
export function spectralNorm(A, n, u = start(n)) {
  const size = A.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  if (size === 0 || !Number.isFinite(size)) return size;
  const by = 1 / size; // so that no square under- or overflows
  const v = new Float64Array(n);
  const fresh = 0.1 * Math.hypot(...u); // of every unit, lest one that u forgot comes first
  for (let r = 0; r < n; r++) u[r] += (fresh * (1 + r / n)) / n;
  for (let turn = 0, norm = 0; ; turn++) {
    v.fill(0);
    for (let r = 0, at = 0; r < n; r++) for (let k = 0; k < n; k++) v[k] += A[at++] * by * u[r];
    for (let r = 0, at = 0; r < n; r++) {
      u[r] = 0;
      for (let k = 0; k < n; k++) u[r] += A[at++] * by * v[k];
    }
    const length = Math.hypot(...u);
    const next = length / Math.hypot(...v);
    for (let r = 0; r < n; r++) u[r] /= length;
    if (Math.abs(next - norm) <= CLOSE * next || turn > 500) return next * size;
    norm = next;
  }
}

function start(n) {
  return Float64Array.from({ length: n }, (_, k) => 1 + k / n);
}
