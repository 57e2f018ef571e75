// Random networks: the same for the same seed, on every machine.

// Numbers in [0, 1) by three shifts, 13, 17 and 5 (Marsaglia 2003, "Xorshift RNGs").
export function generator(seed) {
  let bits = Math.imul(seed + 1, 0x9e3779b1) || 1; // any number but 0
  const next = () => {
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
    return (bits >>> 0) / 2 ** 32;
  };
  for (let k = 0; k < 10; k++) next(); // the first ones are alike for like seeds
  return next;
}

// Standard normal, by Box and Muller.
export function normal(next) {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

export function matrix(rows, columns, draw) {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, draw));
}

// A random orthogonal matrix: normal rows, each made square to those before (Gram and
// Schmidt, twice, because once leaves rounding errors).
export function orthogonal(n, next) {
  const Q = matrix(n, n, () => normal(next));
  Q.forEach((row, k) => {
    for (const other of [...Q.slice(0, k), ...Q.slice(0, k)]) {
      const along = row.reduce((sum, v, j) => sum + v * other[j], 0);
      row.forEach((v, j) => { row[j] = v - along * other[j]; });
    }
    const length = Math.hypot(...row);
    row.forEach((v, j) => { row[j] = v / length; });
  });
  return Q;
}

// Start values as lstm_course.init has them: W_x uniform after Glorot and Bengio, W_h
// orthogonal per block times `gain`, biases 0 but for the forget gate's.
export function initial(cell, I, H, next, gain, bias) {
  const blocks = cell === "lstm" ? 4 : 1;
  const limit = Math.sqrt(6 / (I + H));
  const W_x = matrix(I, blocks * H, () => (2 * next() - 1) * limit);
  const parts = Array.from({ length: blocks }, () => orthogonal(H, next));
  const W_h = parts[0].map((_, j) => parts.flatMap((Q) => Q[j].map((v) => gain * v)));
  const b = Array.from({ length: blocks * H }, (_, k) => (Math.floor(k / H) === 1 ? bias : 0));
  return { W_x, W_h, b };
}
