// A sum into a share between 0 and 1.

export function sigmoid(z) {
  return 0.5 * Math.tanh(0.5 * z) + 0.5;
}
