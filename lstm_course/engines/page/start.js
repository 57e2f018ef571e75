// Start values of a cell's parameters, drawn like those of lstm_course/cells/start.py.

import { shapesOf } from "./net.js";

const size = (shape) => shape.reduce((a, b) => a * b);

// Standard normal, by Box and Muller.
const gauss = (rng) => Math.sqrt(-2 * Math.log(1 - rng.random())) * Math.cos(2 * Math.PI * rng.random());

// A random orthogonal matrix, flat (n, n): normal rows, each made square to those before
// (Gram and Schmidt, twice, because once leaves rounding errors).
export function drawOrthogonal(n, rng) {
  const rows = [];
  for (let k = 0; k < n; k++) {
    const row = Float64Array.from({ length: n }, () => gauss(rng));
    for (const other of [...rows, ...rows]) {
      const along = row.reduce((sum, v, j) => sum + v * other[j], 0);
      row.forEach((v, j) => { row[j] = v - along * other[j]; });
    }
    const length = Math.hypot(...row);
    rows.push(row.map((v) => v / length));
  }
  return Float64Array.from(rows.flatMap((row) => [...row]));
}

// Every parameter of a cell and of its readout (H, K): Float64Arrays by name. `gain` is a
// factor on recurrent weights; `bias`, { f: 3 }, start values for blocks, else the cell's.
export function drawStart(cell, { I, H, K }, rng, gain = 1, bias = {}) {
  const p = {};
  const shapes = Object.entries(shapesOf(cell, I, H));
  for (const [k, spec] of cell.layers.entries()) {
    for (const [name, shape] of shapes.filter(([full]) => !cell.stacked || full.endsWith(`_${k + 1}`))) {
      const plain = cell.stacked ? name.slice(0, -`_${k + 1}`.length) : name;
      p[name] = drawOne(spec, plain, shape, H, rng, gain, { ...spec.bias, ...bias });
    }
  }
  const limit = H ** -0.5; // as models.parts.readout
  p.W_y = Float64Array.from({ length: H * K }, () => rng.uniform(-limit, limit));
  p.b_y = new Float64Array(K);
  return p;
}

function drawOne(spec, name, shape, H, rng, gain, bias) {
  const w = new Float64Array(size(shape));
  const uniform = (limit) => w.map(() => rng.uniform(-limit, limit));
  if (spec.form === "matrix") return drawMatrix(spec, name, shape, w, uniform, bias, H);
  const terms = spec.terms.filter((t) => t.param === name);
  if (!terms.length) return uniform(H ** -0.5);
  if (terms[0].source === null) {
    for (const t of terms) for (let b = 0; b < t.n; b++) {
      w.fill(bias[spec.blocks[t.at + b]] ?? 0, (t.first + b) * H, (t.first + b + 1) * H);
    }
    return once(spec, name, w, H);
  }
  if (terms[0].source === "x") return uniform(Math.sqrt(6 / (shape[0] + H)));
  const width = shape[1];
  for (let b = 0; b < width / H; b++) {
    drawOrthogonal(H, rng).forEach((v, k) => { w[Math.floor(k / H) * width + b * H + (k % H)] = gain * v; });
  }
  const mask = spec.masked.includes(name) ? spec.sizes[H].masks[name] : null;
  return mask ? w.map((v, k) => v * mask[k]) : w;
}

// A block that has two biases starts in the first of them alone.
function once(spec, name, w, H) {
  const biases = spec.terms.filter((t) => t.source === null);
  for (const t of biases.filter((one) => one.param === name)) {
    const before = biases.slice(0, biases.indexOf(t));
    for (let b = 0; b < t.n; b++) {
      const block = t.at + b;
      if (before.some((o) => o.at <= block && block < o.at + o.n)) w.fill(0, (t.first + b) * H, (t.first + b + 1) * H);
    }
  }
  return w;
}

function drawMatrix({ blocks, heads }, name, shape, w, uniform, bias, H) {
  if (name[0] === "W") return uniform(Math.sqrt(6 / (shape[0] + H)));
  const [of, n] = name === "b" ? [blocks.slice(0, 4), shape[0] / 4] : [blocks.slice(4), heads];
  of.forEach((block, k) => w.fill(bias[block] ?? 0, k * n, (k + 1) * n));
  return w;
}
