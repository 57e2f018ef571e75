// The mLSTM along time and back: its state is a matrix, so it has a loop of its own.
//
// The same lines as lstm_course/cells/mlstm.py, for every row and every head of D units.
// Arrays are flat and made once: C (T + 1, B, heads, D, D), n (T + 1, B, heads, D).

import { addRow, weightGradient, multiply, multiplyBack, pickRows, pickRowsBack, sumRows } from "./products.js";

const logSigmoid = (x) => Math.min(x, 0) - Math.log(1 + Math.exp(-Math.abs(x)));

export function matrixShapes(spec, I, H) {
  return { W_x: [I, 4 * H], b: [4 * H], W_g: [I, 2 * spec.heads], b_g: [2 * spec.heads] };
}

export function makeMatrixLayer(spec, p, { T, B, I, H }) {
  const heads = spec.heads;
  const D = H / heads;
  const shapes = matrixShapes(spec, I, H);
  const wide = { h: H, C: H * D, n: H, m: heads };
  const room = (names, steps) => Object.fromEntries(Object.entries(names).map(([k, n]) => [k, new Float64Array(steps * B * n)]));
  const q = {
    ...room(wide, T + 1),
    ...room({ q: H, k: H, v: H, o: H, r: H, i: heads, f: heads, lf: heads, li: heads, qn: heads, s: heads }, T),
    ...room({ $z: 4 * H, $dz: 4 * H, $zg: 2 * heads, $dzg: 2 * heads }, T),
    $d: room(wide, 1), $p: p, $g: Object.fromEntries(Object.entries(shapes).map(([k, s]) => [k, new Float64Array(s.reduce((a, b) => a * b))])),
  };
  return { spec, p, q, T, B, I, H, D, heads, wide, grads: q.$g, x: null };
}

const matrixProducts = ({ q, H, heads }) => [["W_x", "b", q.$z, q.$dz, 4 * H], ["W_g", "b_g", q.$zg, q.$dzg, 2 * heads]];

export function matrixForward(layer, x, state = null, _extra = null, steps = layer.T) {
  const { spec, q, p, B, I, wide } = layer;
  const n = steps * B;
  Object.assign(layer, { x, steps });
  for (const name of spec.states) {
    if (state?.[name]) q[name].set(state[name]);
    else q[name].fill(0, 0, B * wide[name]);
  }
  for (const [W, b, z, , N] of matrixProducts(layer)) {
    z.fill(0, 0, n * N);
    addRow(n, N, [p[b], 0], [z, 0, N]);
    if (x instanceof Int32Array) pickRows(n, N, x, [p[W], 0, N], [z, 0, N]);
    else multiply(n, I, N, [x, 0, I], [p[W], 0, N], [z, 0, N]);
  }
  for (let s = 0; s < steps; s++) for (let r = s * B; r < (s + 1) * B; r++) rowForward(layer, r);
}

// One row of the batch at one step: r counts rows over all steps.
function rowForward({ q, B, H, D, heads }, r) {
  const root = Math.sqrt(D);
  for (let e = 0; e < heads; e++) {
    const [at, g, z] = [r * H + e * D, r * heads + e, r * 4 * H + e * D];
    const [next, C, Cn] = [at + B * H, (r * H + e * D) * D, ((r + B) * H + e * D) * D];
    for (let j = 0; j < D; j++) {
      q.q[at + j] = q.$z[z + j];
      q.k[at + j] = q.$z[z + H + j] / root;
      q.v[at + j] = q.$z[z + 2 * H + j];
      q.o[at + j] = 1 / (1 + Math.exp(-q.$z[z + 3 * H + j]));
    }
    const [zi, lf, past] = [q.$zg[r * 2 * heads + e], logSigmoid(q.$zg[r * 2 * heads + heads + e]), q.m[g]];
    const m = Math.max(lf + past, zi);
    const [i, f] = [Math.exp(zi - m), Math.exp(lf + past - m)];
    let qn = 0;
    for (let a = 0; a < D; a++) {
      const k = q.k[at + a];
      for (let j = 0; j < D; j++) q.C[Cn + a * D + j] = f * q.C[C + a * D + j] + i * k * q.v[at + j];
      q.n[next + a] = f * q.n[at + a] + i * k;
      qn += q.q[at + a] * q.n[next + a];
    }
    const size = Math.max(Math.abs(qn), Math.exp(-m));
    for (let j = 0; j < D; j++) {
      let read = 0;
      for (let a = 0; a < D; a++) read += q.q[at + a] * q.C[Cn + a * D + j];
      q.r[at + j] = read;
      q.h[next + j] = q.$held?.[e * D + j] ?? (q.o[at + j] * read) / size;
    }
    q.i[g] = i; q.f[g] = f; q.lf[g] = lf; q.li[g] = zi; q.qn[g] = qn; q.s[g] = size; q.m[g + B * heads] = m;
  }
}

export function matrixBackward(layer, dh, { more = {}, dstate = null, each = null, dx = null } = {}) {
  const { spec, q, p, B, H, I, steps, grads, x } = layer;
  for (const name of spec.states) q.$d[name].fill(0);
  for (const name of spec.states) if (dstate?.[name]) q.$d[name].set(dstate[name]);
  for (const g of Object.values(grads)) g.fill(0);
  const n = steps * B;
  for (let s = steps - 1; s >= 0; s--) {
    for (const [name, d] of Object.entries({ h: dh, ...more })) {
      const [now, N] = [q.$d[name], q.$d[name].length];
      if (d) for (let k = 0; k < N; k++) now[k] += d[s * N + k];
    }
    for (let b = 0; b < B; b++) rowBackward(layer, s * B + b, b);
    each?.(s);
  }
  if (dx) dx.fill(0, 0, n * I);
  for (const [W, b, , dz, N] of matrixProducts(layer)) {
    sumRows(n, N, [dz, 0, N], [grads[b], 0]);
    if (x instanceof Int32Array) pickRowsBack(n, N, x, [dz, 0, N], [grads[W], 0, N]);
    else weightGradient(n, I, N, [x, 0, I], [dz, 0, N], [grads[W], 0, N]);
    if (dx) multiplyBack(n, I, N, [dz, 0, N], [p[W], 0, N], [dx, 0, I]);
  }
}

function rowBackward(layer, r, b) {
  const { q, B, H, D, heads } = layer;
  const d = q.$d;
  for (let e = 0; e < heads; e++) {
    const [at, g, here, z] = [r * H + e * D, r * heads + e, b * H + e * D, r * 4 * H + e * D];
    const [next, C, Cn, dC] = [at + B * H, at * D, (at + B * H) * D, here * D];
    const [size, m, i, f] = [q.s[g], q.m[g + B * heads], q.i[g], q.f[g]];
    let ds = 0;
    for (let j = 0; j < D; j++) { // d.h becomes the gradient by what was read
      const [o, dh] = [q.o[at + j], d.h[here + j] / size];
      q.$dz[z + 3 * H + j] = dh * q.r[at + j] * o * (1 - o);
      d.h[here + j] = dh * o;
      ds -= (dh * o * q.r[at + j]) / size;
      q.$dz[z + 2 * H + j] = 0;
    }
    const read = Math.abs(q.qn[g]) > Math.exp(-m);
    const dqn = read ? ds * Math.sign(q.qn[g]) : 0;
    let [di, df] = [0, 0];
    for (let a = 0; a < D; a++) {
      let [dq, dCv] = [dqn * q.n[next + a], 0];
      for (let j = 0, w = a * D; j < D; j++, w++) {
        d.C[dC + w] += q.q[at + a] * d.h[here + j];
        dq += q.C[Cn + w] * d.h[here + j];
        dCv += d.C[dC + w] * q.v[at + j];
        q.$dz[z + 2 * H + j] += i * q.k[at + a] * d.C[dC + w];
        df += d.C[dC + w] * q.C[C + w];
        d.C[dC + w] *= f;
      }
      const dn = d.n[here + a] + dqn * q.q[at + a];
      q.$dz[z + a] = dq;
      q.$dz[z + H + a] = (i * (dCv + dn)) / Math.sqrt(D);
      di += q.k[at + a] * (dCv + dn);
      df += dn * q.n[at + a];
      d.n[here + a] = f * dn;
    }
    for (let j = 0; j < D; j++) d.h[here + j] = 0;
    const dm = d.m[b * heads + e] - (read ? 0 : ds * Math.exp(-m));
    exponentsBack(layer, r, e, b, [di * i, df * f, dm]);
  }
}

// Gradients by zi, zf and m before, through i, f and the maximum m.
function exponentsBack({ q, heads }, r, e, b, [dli, direct, dm]) {
  const g = r * heads + e;
  const rest = dm - dli - direct;
  const kept = q.lf[g] + q.m[g] - q.li[g] > 0;
  const dlf = direct + (kept ? rest : 0);
  q.$dzg[r * 2 * heads + e] = dli + (kept ? 0 : rest);
  q.$dzg[r * 2 * heads + heads + e] = dlf * (1 - Math.exp(q.lf[g]));
  q.$d.m[b * heads + e] = dlf;
}
