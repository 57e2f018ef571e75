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

// The same numbers as start.js asks for them.
export function drawer(next) {
  return { random: next, uniform: (low, high) => low + (high - low) * next() };
}
