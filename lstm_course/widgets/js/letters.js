// A character model reads: one layer of a cell on one-hot letters, 16-bit weights.

import { readOn, stepsOf } from "./any_cell.js";
import { unpackFlat } from "./reading.js";

// A network that reads codes, each step with gates, states and scores; what two texts
// have in common at their beginning is read once. `spec` is the engine's, of its cell.
export function letterReader(spec, { V, v, ...packed }, alphabet) {
  const [K, H] = V.shape;
  const [p, out] = [unpackFlat(packed), unpackFlat({ V, v })];
  const index = new Map([...alphabet].map((letter, k) => [letter, k]));
  let kept = { codes: [], steps: [] };
  const readRest = (codes, state) => stepsOf(readOn(spec, p, codes, H, { I: K, state }))
    .map((now) => ({ ...now, scores: scoresOf(out, now.h) }));
  return {
    spec, H, K, gated: spec.layers.at(-1).blocks.length > 1,
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
      const rest = Int32Array.from(codes.slice(same));
      if (rest.length) steps.push(...readRest(rest, steps.at(-1) ?? null));
      kept = { codes: [...codes], steps };
      return steps;
    },
  };
}

// The scores (K) of what comes next.
function scoresOf({ V, v }, h) {
  return v.map((bias, m) => {
    let sum = bias;
    for (let j = 0; j < h.length; j++) sum += V[m * h.length + j] * h[j];
    return sum;
  });
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
