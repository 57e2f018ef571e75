// Training in the page: a net, a readout where an answer is asked for, and Adam.
//
// The same model as lstm_course.models.Reader, the same steps as lstm_course.train.fit:
// batch n is drawn by default_rng([seed, n]), the norm of the whole gradient is clipped,
// Adam has torch's constants. Everything is float64 and made once.

import { makeNet, outputs, runNet, runNetBack } from "./net.js";
import { defaultRng } from "./pcg64.js";
import { addRow, multiply, multiplyBack, sumRows, weightGradient } from "./products.js";

const [BETA1, BETA2, EPS] = [0.9, 0.999, 1e-8]; // Kingma & Ba (2015)

// `p` holds Float64Arrays by name, those of the cell and the readout's: W_y (H, K), b_y.
export function makeLearner(cell, p, { T, B, I, H, K, kind, seed = 0, lr = 0.01, clip = 1 }) {
  const net = makeNet(cell, p, { T, B, I, H });
  const zeros = () => Object.fromEntries(Object.entries(p).map(([k, v]) => [k, new Float64Array(v.length)]));
  const grads = { ...net.grads, W_y: new Float64Array(H * K), b_y: new Float64Array(K) };
  const room = T * B;
  return { net, p, grads, m: zeros(), v: zeros(), step: 0, lr, clip, seed, T, B, I, H, K, kind,
    shown: new Float64Array(room * H), out: new Float64Array(room * K), dh: new Float64Array(room * H) };
}

// The net along a sample, and what it answers: out (n, K) in the order of rows.
export function answer(learner, { x, rows }, state = null) {
  const { net, p, B, I, H, K, shown, out } = learner;
  runNet(net, x, state, x.length / (B * (x instanceof Int32Array ? 1 : I)));
  const h = outputs(net);
  const n = rows.length;
  for (let r = 0; r < n; r++) for (let j = 0; j < H; j++) shown[r * H + j] = h[rows[r] * H + j];
  out.fill(0, 0, n * K);
  addRow(n, K, [p.b_y, 0], [out, 0, K]);
  multiply(n, H, K, [shown, 0, H], [p.W_y, 0, K], [out, 0, K]);
  return out;
}

// Mean loss and the share of right answers; out becomes the gradient by itself.
function judgeClasses({ out, K }, answers) {
  let [loss, right] = [0, 0];
  for (let r = 0, n = answers.length; r < n; r++) {
    const [at, truth] = [r * K, answers[r]];
    let [best, sum] = [0, 0];
    for (let k = 1; k < K; k++) if (out[at + k] > out[at + best]) best = k;
    const top = out[at + best];
    for (let k = 0; k < K; k++) sum += Math.exp(out[at + k] - top);
    loss += top + Math.log(sum) - out[at + truth];
    right += best === truth;
    for (let k = 0; k < K; k++) out[at + k] = Math.exp(out[at + k] - top) / sum / n;
    out[at + truth] -= 1 / n;
  }
  return { loss: loss / answers.length, accuracy: right / answers.length };
}

const TOLERANCE = 0.04; // Hochreiter & Schmidhuber (1997)

function judgeValues({ out }, answers) {
  let [loss, right] = [0, 0];
  for (let r = 0, n = answers.length; r < n; r++) {
    const error = out[r] - answers[r];
    loss += error * error;
    right += Math.abs(error) < TOLERANCE;
    out[r] = (2 * error) / n;
  }
  return { loss: loss / answers.length, accuracy: right / answers.length };
}

// What a sample scores: { loss, accuracy }.
export function judge(learner, sample) {
  answer(learner, sample);
  return (learner.kind === "values" ? judgeValues : judgeClasses)(learner, sample.answers);
}

// Loss of a sample and the gradients by every parameter, in learner.grads. `each(s)` is
// told on the way back, after every step.
export function lossAndGradients(learner, sample, each = null) {
  const { net, p, grads, H, K, B, I, shown, out, dh } = learner;
  const { x, rows } = sample;
  const result = judge(learner, sample);
  const n = rows.length;
  for (const g of [grads.W_y, grads.b_y]) g.fill(0);
  weightGradient(n, H, K, [shown, 0, H], [out, 0, K], [grads.W_y, 0, K]);
  sumRows(n, K, [out, 0, K], [grads.b_y, 0]);
  shown.fill(0, 0, n * H);
  multiplyBack(n, H, K, [out, 0, K], [p.W_y, 0, K], [shown, 0, H]);
  dh.fill(0, 0, (x.length / (x instanceof Int32Array ? 1 : I)) * H);
  for (let r = 0; r < n; r++) for (let j = 0; j < H; j++) dh[rows[r] * H + j] = shown[r * H + j];
  runNetBack(net, dh, { each });
  return { ...result, norm: normOf(grads) };
}

function normOf(grads) {
  let sum = 0;
  for (const g of Object.values(grads)) for (let k = 0; k < g.length; k++) sum += g[k] * g[k];
  return Math.sqrt(sum);
}

// One step of training on a sample: { loss, accuracy, norm } from before the step.
export function trainStep(learner, sample, each = null) {
  const result = lossAndGradients(learner, sample, each);
  if (Number.isFinite(result.norm)) adam(learner, Math.min(1, learner.clip / (result.norm + 1e-6)));
  return result;
}

function adam(learner, shrink) {
  const { p, grads, m, v, lr } = learner;
  const n = ++learner.step;
  const [rate, root] = [lr / (1 - BETA1 ** n), Math.sqrt(1 - BETA2 ** n)];
  for (const name in p) {
    const [w, g, first, second] = [p[name], grads[name], m[name], v[name]];
    for (let k = 0; k < w.length; k++) {
      const d = g[k] * shrink;
      first[k] = BETA1 * first[k] + (1 - BETA1) * d;
      second[k] = BETA2 * second[k] + (1 - BETA2) * d * d;
      w[k] -= (rate * first[k]) / (Math.sqrt(second[k]) / root + EPS);
    }
  }
}

// The batch that belongs to a step, as lstm_course.train draws it.
export const batchOf = ({ seed, step, B }, task) => task.sample(defaultRng([seed, step]), B);
