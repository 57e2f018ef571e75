// The trials of a study: read, filtered, summed up. Nothing here draws.

import { power } from "./draw.js";
import { open } from "./packed.js";

export const SETTINGS = { // name, name in a narrow head, whether powers tell them apart
  lr: ["learning rate", "rate", true],
  width: ["width", "width", true],
  clip: ["clipping", "clip", true],
  bias: ["forget bias", "bias", false],
  noise: ["noise", "noise", true],
};
export const COUNTED = {
  weights: ["weights", "weights", true],
  seconds: ["seconds of training", "s", true],
  operations: ["operations of a step", "ops", true],
};
export const REACHED = {
  accuracy: ["accuracy", "right", false],
  test: ["test loss", "test", true],
  loss: ["validation loss", "valid", true],
};
export const TOP = 0.1; // of a cell's trials, by validation loss: its best ones
export const LEAST = 3; // trials that this is at least

// Rows of columns; what JSON cannot say, infinity, comes as null.
export async function readTrials(packed) {
  const { cells, tasks, columns } = await open(packed);
  const names = Object.keys(columns);
  const points = tasks.map((_, k) => Math.max(...columns.curve.filter((_, n) => columns.task[n] === k).map((curve) => curve.length)));
  const endless = (x) => x ?? Infinity;
  return columns.cell.map((cell, k) => {
    const row = Object.fromEntries(names.map((name) => [name, columns[name][k]]));
    const curve = row.curve.map(endless);
    const [loss, test] = [endless(row.loss), endless(row.test)];
    return { ...row, cell: cells[cell], task: tasks[row.task], curve, points: points[row.task], loss, test, key: `${row.draw}.${row.seed}`,
      diverged: test === Infinity };
  });
}

// Whether a trial is shown: `only` holds a range for a setting, one start, one ending.
export function fitting(only) {
  const ranges = Object.entries(only).filter(([, value]) => Array.isArray(value));
  const ended = { finished: false, diverged: true }[only.state];
  return (row) => (ended === undefined || row.diverged === ended) && (!only.start || row.start === only.start)
    && ranges.every(([name, [low, high]]) => row[name] >= low && row[name] <= high);
}

export function middle(values) {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === high ? low : (low + high) / 2; // not ∞ - ∞
}

// The best trials of a cell: a tenth of all, by what they reached in validation.
export function best(rows) {
  const good = rows.filter((row) => !row.diverged).sort((a, b) => a.loss - b.loss);
  return good.slice(0, Math.max(LEAST, Math.ceil(TOP * rows.length)));
}

// A line of the table: what the trials of one cell come to.
export function sumUp(rows) {
  const [top, good] = [best(rows), rows.filter((row) => !row.diverged)];
  const of = (list, name) => middle(list.map((row) => row[name]));
  return { n: rows.length, top, best: of(top, "test"), accuracy: of(top, "accuracy"), median: of(rows, "test"),
    diverged: rows.length - good.length, weights: of(rows, "weights"), seconds: of(good, "seconds") };
}

// A number in few letters: 0.0123, 64, 4.9k, 3·10⁻⁵.
export function brief(x) {
  if (x === null || x === undefined) return "–";
  const size = Math.abs(x);
  if (!Number.isFinite(x)) return "∞";
  for (const [unit, letter] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (size >= 0.9995 * unit) return `${(x / unit).toPrecision(size >= 99.95 * unit ? 3 : 2)}${letter}`;
  }
  if (Number.isInteger(x)) return String(x).replace("-", "−");
  return (size < 9.995e-4 ? power(x).replace(/^1·/, "") : x.toPrecision(size < 9.995e-2 || size >= 1 ? 2 : 3)).replace("-", "−");
}
