// A cell backward along a sentence: what a unit is told by the loss, and hands on.

import { readOn, stepsBack } from "./any_cell.js";
import { number } from "./draw.js";

const BACK = { // the steps, last things first: what each adds to the picture, what is lit
  lstm: {
    names: ["output", "memory", "write", "gates"],
    known: [["h", "o", "squashed", "c"], ["kept", "written", "c_prev", "f"], ["i", "g"], ["h_prev"]],
    tags: [["output"], ["update", "forget"], ["input"], ["forget", "input", "output"]],
  },
  any: { names: ["what arrives", "sums", "what goes on"], known: [["h", "c"], [], ["h_prev", "c_prev"]], tags: null },
};
export const backOf = (cell) => BACK[cell] ?? BACK.any;

// From word `source`, where dh and dc arrive at unit k alone, back to the first word: at
// each word up to it, of every unit, what stepsBack finds.
export function backOn(spec, p, x, H, source, k, { dh, dc }) {
  const alone = (value) => Float64Array.from({ length: H }, (_, j) => (j === k ? value : 0));
  return stepsBack(readOn(spec, p, x.slice(0, source + 1), H), { h: alone(dh), ...(spec.states.includes("c") ? { c: alone(dc) } : {}) });
}

// The numbers of one unit: { h: 0.1, ... }; of an LSTM also by what lies between, from
// its numbers v on the way forward.
export function unitBack(cell, v, told, k) {
  const d = Object.fromEntries(Object.entries(told).map(([name, values]) => [name, values[k]]));
  if (cell !== "lstm") return d;
  const c = d.c + d.h * v.o * (1 - v.squashed ** 2);
  return { ...d, dc: d.c, o: d.h * v.squashed, squashed: d.h * v.o, c, kept: c, written: c,
    f: c * v.c_prev, i: c * v.g, g: c * v.i };
}

// The sums of the steps: rows of [text or [gate, text]].
export function backSums(cell, v, d) {
  if (cell !== "lstm") return anySums(d);
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

function anySums(d) {
  const part = (names, write) => names.flatMap((name) => [["h", write(name)], `${number(d[name])}   `]);
  const all = Object.keys(d);
  return [
    part(all.filter((name) => `${name}_prev` in d), (name) => `d${name} = `),
    part(all.filter((name) => name[0] === "z"), (name) => `d${name} = `),
    part(all.filter((name) => name.endsWith("_prev")), (name) => `d${name.replace("_prev", "")} before = `),
  ];
}

export function backSentence(cell, step, v, d, last) {
  const n = (x) => number(x);
  if (cell !== "lstm") {
    return [
      `${last ? "Here the loss asks" : "From the next word comes"} dh = ${n(d.h)}${"c" in d ? ` and dc = ${n(d.c)}` : ""}.`,
      "The cell’s own backward pass turns it into a gradient by every sum that it read.",
      `By the recurrent weights, of all units, and by what is kept, the word before is told dh = ${n(d.h_prev)}` +
        `${"c" in d ? ` and dc = ${n(d.c_prev)}` : ""}.`,
    ][step];
  }
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
