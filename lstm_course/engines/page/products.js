// Matrix products on flat arrays, rows one after the other, added to what is there.
//
// A matrix is [array, where it begins, numbers from row to row]. Four rows of weights
// meet a row of the result at a time, so that it is read and written a quarter as often.

// out (n, N) += x (n, K) W (K, N)
export function multiply(n, K, N, [x, xAt, xRow], [W, wAt, wRow], [out, outAt, outRow]) {
  const whole = K - (K % 4);
  for (let r = 0; r < n; r++) {
    const to = outAt + r * outRow;
    const from = xAt + r * xRow;
    let k = 0;
    for (let w = wAt; k < whole; k += 4, w += 4 * wRow) {
      const a = x[from + k], b = x[from + k + 1], c = x[from + k + 2], d = x[from + k + 3];
      const w1 = w + wRow, w2 = w1 + wRow, w3 = w2 + wRow;
      for (let j = 0; j < N; j++) out[to + j] += a * W[w + j] + b * W[w1 + j] + c * W[w2 + j] + d * W[w3 + j];
    }
    for (; k < K; k++) {
      const a = x[from + k];
      const w = wAt + k * wRow;
      for (let j = 0; j < N; j++) out[to + j] += a * W[w + j];
    }
  }
}

// out (n, K) += dz (n, N) W^T, with W (K, N)
export function multiplyBack(n, K, N, [dz, dzAt, dzRow], [W, wAt, wRow], [out, outAt, outRow]) {
  const whole = K - (K % 4);
  for (let r = 0; r < n; r++) {
    const to = outAt + r * outRow;
    const from = dzAt + r * dzRow;
    let k = 0;
    for (let w = wAt; k < whole; k += 4, w += 4 * wRow) {
      const w1 = w + wRow, w2 = w1 + wRow, w3 = w2 + wRow;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      for (let j = 0; j < N; j++) {
        const v = dz[from + j];
        s0 += v * W[w + j];
        s1 += v * W[w1 + j];
        s2 += v * W[w2 + j];
        s3 += v * W[w3 + j];
      }
      out[to + k] += s0;
      out[to + k + 1] += s1;
      out[to + k + 2] += s2;
      out[to + k + 3] += s3;
    }
    for (; k < K; k++) {
      const w = wAt + k * wRow;
      let sum = 0;
      for (let j = 0; j < N; j++) sum += dz[from + j] * W[w + j];
      out[to + k] += sum;
    }
  }
}

// dW (K, N) += x^T dz, over n rows
export function weightGradient(n, K, N, [x, xAt, xRow], [dz, dzAt, dzRow], [dW, wAt, wRow]) {
  const whole = n - (n % 4);
  for (let r = 0; r < n; r += r < whole ? 4 : 1) {
    const four = r < whole ? 1 : 0; // else rows two to four weigh nothing
    const x0 = xAt + r * xRow, x1 = x0 + four * xRow, x2 = x1 + four * xRow, x3 = x2 + four * xRow;
    const d0 = dzAt + r * dzRow, d1 = d0 + four * dzRow, d2 = d1 + four * dzRow, d3 = d2 + four * dzRow;
    for (let k = 0, w = wAt; k < K; k++, w += wRow) {
      const a = x[x0 + k], b = four * x[x1 + k], c = four * x[x2 + k], d = four * x[x3 + k];
      for (let j = 0; j < N; j++) dW[w + j] += a * dz[d0 + j] + b * dz[d1 + j] + c * dz[d2 + j] + d * dz[d3 + j];
    }
  }
}

// The first of these where the rows of x have a single 1 each: codes say where, or -1.
export function pickRows(n, N, codes, [W, wAt, wRow], [out, outAt, outRow]) {
  for (let r = 0; r < n; r++) {
    if (codes[r] < 0) continue;
    const w = wAt + codes[r] * wRow, to = outAt + r * outRow;
    for (let j = 0; j < N; j++) out[to + j] += W[w + j];
  }
}

// ... and its gradient.
export function pickRowsBack(n, N, codes, [dz, dzAt, dzRow], [dW, wAt, wRow]) {
  for (let r = 0; r < n; r++) {
    if (codes[r] < 0) continue;
    const w = wAt + codes[r] * wRow, from = dzAt + r * dzRow;
    for (let j = 0; j < N; j++) dW[w + j] += dz[from + j];
  }
}

// out (N) += the sum of n rows
export function sumRows(n, N, [x, xAt, xRow], [out, outAt]) {
  for (let r = 0; r < n; r++) {
    for (let j = 0; j < N; j++) out[outAt + j] += x[xAt + r * xRow + j];
  }
}

// n rows (N), each += one row
export function addRow(n, N, [row, at], [out, outAt, outRow]) {
  for (let r = 0; r < n; r++) {
    for (let j = 0; j < N; j++) out[outAt + r * outRow + j] += row[at + j];
  }
}

// out (n, N) += x (n, N)
export function addRows(n, N, [x, xAt, xRow], [out, outAt, outRow]) {
  for (let r = 0; r < n; r++) {
    for (let j = 0; j < N; j++) out[outAt + r * outRow + j] += x[xAt + r * xRow + j];
  }
}
