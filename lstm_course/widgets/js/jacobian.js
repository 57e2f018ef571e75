// How the last state depends on earlier ones, by running steps backward.
//
// Rows of derivatives are kept flat: row n of d.h is d.h[n * H] ... d.h[n * H + H - 1],
// the derivative of the n-th chosen number of the last state by h.

import { lstmStep, rnnStep, trace } from "./cells.js";

const CLOSE = 1e-6; // when a norm stops changing by more than this share, it is found

export function lstmBack(W, { i, f, g, o, c, c_prev }, d, dz, H) {
  const shown = c.map(Math.tanh);
  const into_c = o.map((gate, j) => gate * (1 - shown[j] * shown[j])); // dh reaches c
  const into_i = g.map((value, j) => value * i[j] * (1 - i[j])); // dc reaches zi, ...
  const into_f = c_prev.map((value, j) => value * f[j] * (1 - f[j]));
  const into_g = i.map((gate, j) => gate * (1 - g[j] * g[j]));
  const into_o = shown.map((value, j) => value * o[j] * (1 - o[j]));
  for (let n = 0; n < d.h.length; n += H) {
    for (let j = 0; j < H; j++) {
      const dc = d.c[n + j] + d.h[n + j] * into_c[j];
      dz[j] = dc * into_i[j];
      dz[j + H] = dc * into_f[j];
      dz[j + 2 * H] = dc * into_g[j];
      dz[j + 3 * H] = d.h[n + j] * into_o[j];
      d.c[n + j] = dc * f[j];
    }
    timesTransposed(dz, W, d.h, n, H);
  }
}

export function rnnBack(W, { h }, d, dz, H) {
  for (let n = 0; n < d.h.length; n += H) {
    for (let j = 0; j < H; j++) dz[j] = d.h[n + j] * (1 - h[j] * h[j]);
    timesTransposed(dz, W, d.h, n, H);
  }
}

// out[n ...] = dz W^T, with the rows of W one after the other in a flat array. Four
// sums at a time, because one alone waits for itself (measured: less than half the time).
function timesTransposed(dz, W, out, n, H) {
  const width = dz.length;
  for (let j = 0; j < H; j += 4) {
    const [k0, k1, k2, k3] = [j, Math.min(j + 1, H - 1), Math.min(j + 2, H - 1), Math.min(j + 3, H - 1)];
    const [w0, w1, w2, w3] = [k0 * width, k1 * width, k2 * width, k3 * width];
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let k = 0; k < width; k++) {
      const v = dz[k];
      s0 += v * W[w0 + k];
      s1 += v * W[w1 + k];
      s2 += v * W[w2 + k];
      s3 += v * W[w3 + k];
    }
    out[n + k0] = s0;
    out[n + k1] = s1;
    out[n + k2] = s2;
    out[n + k3] = s3;
  }
}

const CELLS = { lstm: [lstmStep, lstmBack, ["h", "c"]], rnn: [rnnStep, rnnBack, ["h"]] };

// From step t back to step s; tells after each step: each(lag, d). `of`: the arrays of
// the last state whose numbers are the rows, one after the other.
export function back(cell, p, x, s, t, of, each = () => {}) {
  const [step, backward, states] = CELLS[cell];
  const H = p.W_h.length;
  const W = Float64Array.from(p.W_h.flat());
  const dz = new Float64Array(p.b.length);
  const d = Object.fromEntries(states.map((q) => [q, oneHot(of, q, H)]));
  const steps = trace(step, p, x);
  each(0, d);
  for (let k = t; k > s; k--) {
    backward(W, steps[k - 1], d, dz, H);
    each(t - k + 1, d, steps[k - 1]);
  }
  return d;
}

function oneHot(of, state, H) {
  const rows = new Float64Array(of.length * H * H);
  const first = of.indexOf(state);
  if (first >= 0) for (let j = 0; j < H; j++) rows[(first * H + j) * H + j] = 1;
  return rows;
}

// The whole derivative of state t by state s (N, N), as lstm_course.jacobian gives it.
export function jacobian(cell, p, x, s, t) {
  const states = CELLS[cell][2];
  const H = p.W_h.length;
  const d = back(cell, p, x, s, t, states);
  return Array.from({ length: states.length * H }, (_, n) =>
    states.flatMap((q) => Array.from(d[q].slice(n * H, (n + 1) * H))));
}

// Norms over a sequence, by lag: `total`, of the derivative of the last c (rnn: h) by
// an earlier one; `direct`, the largest product of forget gates.
export function decay(cell, p, x, lags) {
  const H = p.W_h.length;
  const state = CELLS[cell][2].at(-1);
  const product = new Float64Array(H).fill(1);
  const u = start(H);
  const [total, direct] = [[], []];
  back(cell, p, x, x.length - Math.max(...lags), x.length, [state], (lag, d, step) => {
    if (step?.f) for (let j = 0; j < H; j++) product[j] *= step.f[j];
    if (!lags.includes(lag)) return;
    total.push(spectralNorm(d[state], H, u));
    direct.push(Math.max(...product));
  });
  return { total, direct };
}

// The largest singular value of a flat (n, n) matrix, by powers of A A^T from u on,
// which is left at the left singular vector: a good start for the next lag.
export function spectralNorm(A, n, u = start(n)) {
  const size = A.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  if (size === 0 || !Number.isFinite(size)) return size;
  const by = 1 / size; // so that no square under- or overflows
  const v = new Float64Array(n);
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
