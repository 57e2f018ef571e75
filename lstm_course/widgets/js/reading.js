// A trained network of a page: its packed weights, and the chance of each word.

// Rows of numbers that widgets/weights.py packed into 16 bits each.
export function unpack({ shape, scale: unit, data }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const flat = Array.from({ length: bytes.length / 2 }, (_, k) => unit * view.getInt16(2 * k, true));
  if (shape.length === 1) return flat;
  return Array.from({ length: shape[0] }, (_, k) => flat.slice(k * shape[1], (k + 1) * shape[1]));
}

// Weights by name: { W_x: { shape, scale, data }, ... } -> { W_x: rows, ... }.
export function unpackAll(packed) {
  return Object.fromEntries(Object.entries(packed).map(([name, a]) => [name, unpack(a)]));
}

// The same flat, as the engine takes them.
export function unpackFlat(packed) {
  return Object.fromEntries(Object.entries(packed).map(([name, a]) => [name, Float64Array.from(unpack(a).flat())]));
}

// The probability of each of K words after h: softmax of h V' + v, V (K, H).
export function chances({ V, v }, h) {
  const scores = v.map((bias, k) => V[k].reduce((sum, w, j) => sum + w * h[j], bias));
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / sum);
}
