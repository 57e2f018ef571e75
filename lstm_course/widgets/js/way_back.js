// An LSTM backward along a sentence: d.f is the gradient of the loss by f, and so on.

import { number } from "./draw.js";

export const BACK = ["output", "memory", "write", "gates"]; // the steps, last things first
export const BACK_KNOWN = [ // what each step adds to the picture
  ["h", "o", "squashed", "c"], ["kept", "written", "c_prev", "f"], ["i", "g"], ["h_prev"],
];
export const BACK_TAGS = [["output"], ["update", "forget"], ["input"], ["forget", "input", "output"]];

// One step backward for all units: dh and dc arrive, each a list of H numbers.
export function lstmStepBack(p, now, dh, dc) {
  const each = (f) => dh.map((_, k) => f(k));
  const squashed = now.c.map(Math.tanh);
  const d = { h: dh, dc, o: each((k) => dh[k] * squashed[k]), squashed: each((k) => dh[k] * now.o[k]) };
  d.c = each((k) => dc[k] + d.squashed[k] * (1 - squashed[k] ** 2));
  d.kept = d.written = d.c;
  d.f = each((k) => d.c[k] * now.c_prev[k]);
  d.i = each((k) => d.c[k] * now.g[k]);
  d.g = each((k) => d.c[k] * now.i[k]);
  d.c_prev = each((k) => d.c[k] * now.f[k]);
  for (const gate of "ifo") d[`z${gate}`] = each((k) => d[gate][k] * now[gate][k] * (1 - now[gate][k]));
  d.zg = each((k) => d.g[k] * (1 - now.g[k] ** 2));
  const dz = [...d.zi, ...d.zf, ...d.zg, ...d.zo];
  d.h_prev = p.W_h.map((row) => row.reduce((sum, w, k) => sum + w * dz[k], 0));
  return d;
}

// From word `source`, where dh and dc arrive at unit k alone, back to the first word:
// d at each word up to it.
export function backOn(p, read, source, k, { dh, dc }) {
  const alone = (value) => read[0].h.map((_, j) => (j === k ? value : 0));
  let [d_h, d_c] = [alone(dh), alone(dc)];
  const out = [];
  for (let t = source; t >= 0; t--) {
    out[t] = lstmStepBack(p, read[t], d_h, d_c);
    [d_h, d_c] = [out[t].h_prev, out[t].c_prev];
  }
  return out;
}

// The numbers of one unit: { f: 0.1, ... }.
export function unitOf(d, k) {
  return Object.fromEntries(Object.entries(d).map(([name, values]) => [name, values[k]]));
}

// The sums of the four steps: rows of [text or [gate, text]].
export function backSums(v, d) {
  const n = (x) => (x < -0.005 ? `(${number(x)})` : number(x));
  const is = (name, value, sum) => [[name.replace("z", "").slice(0, 1), `d${name} = `], `${sum} = `, ["c", number(value)]];
  return [
    [...is("o", d.o, `dh · tanh c = ${n(d.h)} · ${n(v.squashed)}`), "\n",
     ...is("c", d.c, `dc + dh · o · (1 − tanh²c) = ${n(d.dc)} + ${n(d.c - d.dc)}`)],
    [...is("f", d.f, `dc · c\u2009before = ${n(d.c)} · ${n(v.c_prev)}`), "\n",
     ["c", "dc before = "], `dc · f = ${n(d.c)} · ${n(v.f)} = `, ["c", number(d.c_prev)]],
    [...is("i", d.i, `dc · g = ${n(d.c)} · ${n(v.g)}`), "\n", ...is("g", d.g, `dc · i = ${n(d.c)} · ${n(v.i)}`)],
    ["ifgo"].flatMap((all) => [...all].flatMap((k) => [[k, `dz${k} `], `${number(d[`z${k}`])}   `])),
  ];
}

export function backSentence(step, v, d, last) {
  const n = (x) => number(x);
  return [
    `${last ? "Here the loss asks" : "From the next word come"} dh = ${n(d.h)} and dc = ${n(d.dc)}. Through the ` +
      `output gate and tanh, dh adds ${n(d.c - d.dc)} to what the memory is told: dc = ${n(d.c)}.`,
    `The plus hands dc on to both sides. The word before is told dc · f = ${n(d.c_prev)}: the forget gate, ` +
      `${n(v.f)}, is all that stands between.`,
    `What was written answers too: the gate by what it let in, g = ${n(v.g)}, the candidate by how far the gate stood open, i = ${n(v.i)}.`,
    `Through σ′ and tanh′: a gate that is nearly shut or fully open hardly learns. By W_h these four numbers, ` +
      `of all units, become dh before = ${n(d.h_prev)}.`,
  ][step];
}
