// The worker of the playground: it trains one cell or two on the same data and tells.
//
// Before this text stand `CELLS` and `TASK_DATA`. It hears { kind, ... }:
//
//     make   { turn, task, size, sides: [{ cell, bias }], width, gain, lr, seed, batch }
//     train  { until }, pause, step      go on to a step, stop, make one step
//     size   { size }, lr { lr }         the task or the rate, in mid-run
//     weights                            what has been learned
//
// and says { kind: "seen" | "weights" | "failed", ... }. It works for SLICE ms at a time.

import { batchOf, judge, lossAndGradients, makeLearner, trainStep } from "./learn.js";
import { defaultRng } from "./pcg64.js";
import { drawStart } from "./start.js";
import { makeTask } from "./tasks.js";

const SLICE = 60; // ms between two looks at what was asked
const POINT = 10; // steps of which a point of a curve is the mean
const RECENT = 5; // points of which the accuracy of now is the mean
const TEST_EVERY = 500; // ms
const TEST_SEED = 2 ** 31; // no batch of training has it
const GATES = ["i", "f", "o", "r", "u", "d"];
const SIZES = { gap_language: [5, 10, 20, 30, 40], adding: [5, 10, 20, 40, 60], latch: [5, 10, 20, 40, 60],
  parity: [5, 10, 20, 40], counting_language: [4, 8, 12, 16, 20, 30], embedded_reber: [] };

// What a task is asked to be at a size; `exact`, where all sequences have it.
export function optionsOf(task, size, exact = false) {
  if (task === "gap_language") return { gap: size };
  if (task === "parity") return { least: exact ? size : Math.min(3, size), most: size };
  if (task === "counting_language") return { least: exact ? size : 1, most: size };
  return task === "embedded_reber" ? {} : { T: size };
}

export function makeRun(setting) {
  const { task, size, sides, width: H, gain, lr, seed, batch: B } = setting;
  const run = { setting, task: makeTask(task, optionsOf(task, size), TASK_DATA), step: 0, tests: [], tested: -Infinity };
  run.sides = sides.map(({ cell, bias }) => {
    const p = drawStart(CELLS[cell], { ...run.task, H }, defaultRng(seed), gain, bias === null ? {} : { f: bias });
    const learner = makeLearner(CELLS[cell], p, { ...run.task, B, H, lr, seed });
    return { cell, learner, points: [], sent: 0, sum: { loss: 0, accuracy: 0, norm: 0 }, byLag: [] };
  });
  makeTests(run);
  return run;
}

// One learner with room for the longest test; its weights are those of the side.
function makeTests(run) {
  const { task, width: H, seed } = run.setting;
  const made = SIZES[task].map((size) => [size, makeTask(task, optionsOf(task, size, true), TASK_DATA)]);
  run.tests = made.map(([size, of]) => ({ size, of, sample: of.sample(defaultRng([TEST_SEED, seed, size]), 64) }));
  const T = Math.max(1, ...made.map(([, of]) => of.T));
  for (const side of run.sides) {
    side.judge = made.length ? makeLearner(CELLS[side.cell], side.learner.p, { ...made[0][1], T, B: 64, H }) : null;
  }
}

// The same learners for a task of another size: weights and Adam stay.
export function resize(run, size) {
  run.setting.size = size;
  run.task = makeTask(run.setting.task, optionsOf(run.setting.task, size), TASK_DATA);
  for (const side of run.sides) {
    const { p, m, v, step, lr, clip, seed, B, H } = side.learner;
    side.learner = Object.assign(makeLearner(CELLS[side.cell], p, { ...run.task, B, H, lr, clip, seed }), { m, v, step });
  }
}

// One step of every side on the same batch; `look` also reads what the figures show.
export function advanceRun(run, look) {
  const sample = batchOf(run.sides[0].learner, run.task);
  for (const side of run.sides) {
    const result = trainStep(side.learner, sample, look ? lagsOf(side) : null);
    for (const name in side.sum) side.sum[name] += result[name];
    if ((run.step + 1) % POINT === 0) {
      side.points.push(Object.values(side.sum).map((sum) => sum / POINT));
      side.sum = { loss: 0, accuracy: 0, norm: 0 };
    }
  }
  run.step += 1;
}

// The same without learning: what the next batch would ask for.
export function lookAhead(run) {
  const sample = batchOf(run.sides[0].learner, run.task);
  for (const side of run.sides) lossAndGradients(side.learner, sample, lagsOf(side));
}

// Notes on the way back, at every step, how large the gradient by the state is.
function lagsOf(side) {
  side.byLag = [];
  return (s) => side.byLag.push([topOf(side).steps - s, pathNorm(side)]);
}

const topOf = (side) => side.learner.net.layers.at(-1);
const pathOf = (layer) => (layer.spec.form === "matrix" ? "h" : layer.spec.path);

function pathNorm(side) {
  const { q, spec } = topOf(side);
  const d = q.$d[spec.path ?? "C"];
  let sum = 0;
  for (let k = 0; k < d.length; k++) sum += d[k] * d[k];
  return Math.sqrt(sum);
}

function gateMeans({ q, spec, steps, B, H, heads }) {
  const shown = GATES.filter((name) => q[name] && !spec.states.includes(name));
  return Object.fromEntries(shown.map((name) => {
    const values = q[name].subarray(0, steps * B * (heads && "if".includes(name) ? heads : H));
    return [name, values.reduce((sum, v) => sum + v, 0) / values.length];
  }));
}

// The state of the first units along the first sequence of the last batch: [[...], ...].
function unitStates(layer, most = 4) {
  const { q, steps, B, H } = layer;
  const values = q[pathOf(layer)];
  return Array.from({ length: Math.min(most, H) }, (_, j) =>
    Array.from({ length: steps }, (_, t) => values[(t + 1) * B * H + j]));
}

// Accuracy at every size of the task, taken anew at most twice a second: [[size, share]].
function testRun(run) {
  if (performance.now() < run.tested + TEST_EVERY) return;
  for (const side of run.sides) side.bySize = run.tests.map(({ size, sample }) => [size, judge(side.judge, sample).accuracy]);
  run.tested = performance.now();
}

// What is shown of a run: new points of the curves, and the state of now.
export function seenOf(run) {
  testRun(run);
  const sides = run.sides.map((side) => {
    const layer = topOf(side);
    const fresh = side.points.slice(side.sent);
    side.sent = side.points.length;
    const recent = side.points.slice(-RECENT).map(([, accuracy]) => accuracy);
    return {
      points: fresh, byLag: side.byLag, gates: gateMeans(layer), units: unitStates(layer),
      path: pathOf(layer), accuracy: recent.reduce((a, b) => a + b, 0) / Math.max(1, recent.length), whole: recent.length === RECENT,
      bySize: side.bySize,
    };
  });
  return { kind: "seen", turn: run.turn, step: run.step, size: run.setting.size, sides };
}

let run = null;
let until = 0;
let queued = false;

function work() {
  queued = false;
  if (!run || run.step >= until) return;
  const end = performance.now() + SLICE;
  do advanceRun(run, false); while (performance.now() < end && run.step < until - 1);
  if (run.step < until) advanceRun(run, true);
  self.postMessage(seenOf(run));
  goOn();
}

function goOn() {
  if (queued || run.step >= until) return;
  queued = true;
  setTimeout(work, 0);
}

const HEARD = {
  make({ turn, ...setting }) {
    until = 0;
    run = { ...makeRun(setting), turn };
    lookAhead(run);
    self.postMessage(seenOf(run));
  },
  train(asked) { until = asked.until; goOn(); },
  pause() { until = 0; },
  step() {
    until = 0;
    advanceRun(run, true);
    self.postMessage(seenOf(run));
  },
  size({ size }) { resize(run, size); lookAhead(run); self.postMessage(seenOf(run)); },
  lr({ lr }) { for (const side of run.sides) side.learner.lr = run.setting.lr = lr; },
  weights() {
    const all = run.sides.map(({ learner }) => learner.p);
    self.postMessage({ kind: "weights", step: run.step, setting: run.setting, all });
  },
};

export function hear({ data }) {
  try {
    HEARD[data.kind](data);
  } catch (error) {
    self.postMessage({ kind: "failed", why: error.message });
  }
}

if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) self.onmessage = hear;
