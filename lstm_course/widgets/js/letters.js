// A character model reads: one layer, LSTM or plain, on one-hot letters, 16-bit weights.
// Rows are flat arrays of doubles, so that 400 letters take a few milliseconds.

import { sigmoid } from "./sigmoid.js";
import { unpack } from "./reading.js";

const flat = (packed) => Float64Array.from(unpack(packed).flat());

// A network that reads codes, each step with gates, states and scores; what two texts
// have in common at their beginning is read once.
export function letterReader({ W_x, W_h, b, V, v }, alphabet) {
  const [K, H] = V.shape;
  const p = { W_x: flat(W_x), W_h: flat(W_h), b: flat(b), V: flat(V), v: flat(v) };
  const index = new Map([...alphabet].map((letter, k) => [letter, k]));
  const zeros = { h: new Float64Array(H), c: new Float64Array(H) };
  let kept = { codes: [], steps: [] };
  return {
    H, K, gated: p.b.length > H,
    // The codes of what is known, and the letters that are not.
    encode(text) {
      const codes = [...text].map((letter) => index.get(letter) ?? -1);
      const odd = [...new Set([...text].filter((letter) => !index.has(letter)))];
      return { codes: codes.filter((k) => k >= 0), odd };
    },
    read(codes) {
      let same = 0;
      while (same < codes.length && codes[same] === kept.codes[same]) same++;
      const steps = kept.steps.slice(0, same);
      for (let t = same; t < codes.length; t++) {
        steps.push(letterStep(p, codes[t], steps[t - 1] ?? zeros, H));
      }
      kept = { codes: [...codes], steps };
      return steps;
    },
  };
}

// One step on letter k: gates and states (H), and the scores (K) of what comes next.
function letterStep(p, k, last, H) {
  const n = p.b.length; // 4H, or H of a plain layer
  const z = Float64Array.from(p.b, (bias, m) => bias + p.W_x[k * n + m]);
  last.h.forEach((value, j) => {
    for (let m = 0, at = j * n; m < n; m++, at++) z[m] += value * p.W_h[at];
  });
  const now = n === H ? { h: z.map(Math.tanh) } : gated(z, last.c, H);
  const scores = p.v.map((bias, m) => {
    let sum = bias;
    for (let j = 0; j < H; j++) sum += p.V[m * H + j] * now.h[j];
    return sum;
  });
  return { ...now, scores };
}

// Gates and states of an LSTM from its sums z (4H).
function gated(z, c_prev, H) {
  const [zi, zf, zg, zo] = [0, 1, 2, 3].map((block) => z.subarray(block * H, (block + 1) * H));
  const [i, f, o] = [zi, zf, zo].map((part) => part.map(sigmoid));
  const g = zg.map(Math.tanh);
  const c = g.map((value, j) => f[j] * c_prev[j] + i[j] * value);
  return { i, f, g, o, c, h: c.map((value, j) => o[j] * Math.tanh(value)) };
}

// Probabilities of scores (K), divided by a temperature; at 0 the best has all.
export function softmax(scores, temperature = 1) {
  const top = Math.max(...scores);
  if (temperature === 0) {
    const best = scores.indexOf(top);
    return scores.map((_, k) => (k === best ? 1 : 0));
  }
  const powers = scores.map((score) => Math.exp((score - top) / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / sum);
}

// Bits that each letter cost, given those before it; the first has none before it.
export function surprises(steps, codes) {
  return codes.map((k, t) => (t ? -Math.log2(softmax(steps[t - 1].scores)[k]) : 0));
}

// Total variation: the probability that would have to move to make p into q.
export function distance(p, q) {
  return 0.5 * p.reduce((sum, value, k) => sum + Math.abs(value - q[k]), 0);
}

// A letter drawn from probabilities, by a number in [0, 1).
export function draw(p, chance) {
  let k = 0;
  for (let left = chance; k < p.length - 1 && left >= p[k]; k++) left -= p[k];
  return k;
}
