// The diagram of one LSTM step with the numbers of a trained unit, four steps a word.

import { button, calm, follow, say, shell, tell } from "./controls.js";
import { html, number, set, svg } from "./draw.js";
import { readOn, unpackAll } from "./reading.js";
import { unitSelect } from "./units.js";

const STEPS = ["forget", "input", "update", "output"];
const KNOWN = [ // what each step adds to the picture
  ["x", "h_prev", "c_prev", "f"], ["i", "g"], ["kept", "written", "c"], ["o", "squashed", "h"],
];
const BARS = ["c_prev", "h_prev", "c", "h"]; // drawn under the ends of the lines
const GATES = ["f", "i", "g", "o"]; // drawn as a level in their boxes
const PACE = 1100; // milliseconds for a step when it plays
const SHARES = [[0.1, "next to nothing"], [0.35, "a little"], [0.65, "about half"],
                [0.9, "most"], [Infinity, "almost all"]];

// ---------------------------------------------------------------- what is known when

// The numbers of one unit at word t: { f: 0.98, kept: -0.9, ... }.
export function unitAt(read, t, k) {
  const now = Object.fromEntries(
    ["i", "f", "g", "o", "c", "h", "c_prev", "h_prev"].map((name) => [name, read[t][name][k]]));
  const { f, i, g, c, c_prev } = now;
  return { ...now, kept: f * c_prev, written: i * g, squashed: Math.tanh(c) };
}

const share = (v) => SHARES.find(([limit]) => v < limit)[1];

function sentence(step, v) {
  const n = (name) => number(v[name]);
  return [
    `Forget: f = ${n("f")}, so ${share(v.f)} of the old memory ${n("c_prev")} will be kept.`,
    `Input: the candidate offers g = ${n("g")}; the gate i = ${n("i")} lets in ${share(v.i)} of it.`,
    `Update: ${n("kept")} is kept, ${n("written")} is written; the memory is now c = ${n("c")}.`,
    `Output: o = ${n("o")} shows ${share(v.o)} of tanh(c) = ${n("squashed")}: h = ${n("h")}.`,
  ][step];
}

// A name of the palette in its colour, or a number in that of what it is.
const letter = (name, sub = "") =>
  html("i", { style: `color: var(--p-${name})` }, name, ...(sub ? [html("sub", {}, sub)] : []));
const amount = (name, x) => html("b", { style: `color: var(--p-${name})` }, number(x));
const signed = (name, x) => (x < -0.005 ? ["(", amount(name, x), ")"] : [amount(name, x)]);

function sums(v) {
  return [
    [letter("f"), " = ", amount("f", v.f)],
    [letter("i"), " = ", amount("i", v.i), "  ", letter("g"), " = ", amount("g", v.g)],
    [letter("c"), " = ", amount("f", v.f), " · ", ...signed("c", v.c_prev), " + ", amount("i", v.i), " · ",
     ...signed("g", v.g), " = ", amount("c", v.c)],
    [letter("h"), " = ", amount("o", v.o), " · tanh ", ...signed("c", v.c), " = ", amount("h", v.h)],
  ];
}

// ---------------------------------------------------------------- the picture

function gauges(stage) {
  const made = {};
  for (const name of GATES) {
    const box = stage.querySelector(`[data-part="${name}"] rect`);
    made[name] = svg("rect", { class: "gauge", x: box.getAttribute("x"), width: box.getAttribute("width") });
    made[name].place = [Number(box.getAttribute("y")), Number(box.getAttribute("height"))];
    box.after(made[name]);
  }
  for (const name of BARS) {
    const text = stage.querySelector(`[data-value="${name}"]`).parentNode;
    const [x, y] = ["x", "y"].map((key) => Number(text.getAttribute(key)));
    made[name] = svg("rect", { class: "gauge", y: y + 6, height: 4 });
    made[name].place = [x, 18];
    text.after(svg("rect", { class: "track", x: x - 18, width: 36, y: y + 6, height: 4 }), made[name]);
  }
  return made;
}

// A gate fills its box from below, a candidate from the middle, a state its bar.
function level(gauge, name, value) {
  const [from, size] = gauge.place;
  const v = value === null ? 0 : Math.max(-1, Math.min(1, value));
  if (BARS.includes(name)) set(gauge, { x: from + Math.min(0, v) * size, width: Math.abs(v) * size });
  else if (name === "g") set(gauge, { y: from + (size / 2) * (1 - Math.max(0, v)), height: (size / 2) * Math.abs(v) });
  else set(gauge, { y: from + size * (1 - v), height: size * v });
}

function light(stage, made, step, values) {
  const known = new Set(KNOWN.slice(0, step + 1).flat());
  for (const part of stage.querySelectorAll("[data-tags]")) {
    part.classList.toggle("dim", !part.dataset.tags.split(" ").includes(STEPS[step]));
  }
  for (const text of stage.querySelectorAll("[data-value]")) {
    const key = text.dataset.value;
    const word = key === "x" ? values.x : number(values[key]);
    text.textContent = known.has(key) ? word : "";
    const line = text.parentNode; // "= 0.98" as a whole, or nothing
    line.style.visibility = known.has(key) ? "" : "hidden";
    if (made[key]) level(made[key], key, known.has(key) ? values[key] : null);
  }
  for (const name of GATES) level(made[name], name, known.has(name) ? values[name] : null);
}

// ---------------------------------------------------------------- the figure

// The sentence; above each word that has been read a bar for c: `.show(cs, known, now)`.
function wordRow(words, choose) {
  const row = html("div", { class: "words", role: "group", "aria-label": "The sentence: choose a word" });
  const made = words.map((word, t) => {
    const b = button("", () => choose(t), { class: "word" });
    b.append(html("span", { class: "bar", "aria-hidden": "true" }, html("span", {})), html("span", {}, word));
    return b;
  });
  row.append(...made);
  row.show = (cs, known, now) => {
    const top = Math.max(1, ...cs.map(Math.abs));
    made.forEach((b, t) => {
      const c = t <= known ? cs[t] : 0;
      const style = `height:${(Math.abs(c) / top) * 50}%;${c < 0 ? "top:50%" : "bottom:50%"}`;
      set(b.querySelector(".bar > span"), { style });
      set(b, { "aria-current": t === now ? "step" : null });
    });
  };
  return row;
}

// The four steps as buttons, each with its sum once it is known.
function stepList(choose) {
  const rows = STEPS.map((name, k) => {
    const row = button("", () => choose(k));
    row.append(html("span", { class: "which" }, `${k + 1} ${name}`), html("span", { class: "sum" }));
    return row;
  });
  const list = html("ol", { class: "steps" }, ...rows.map((row) => html("li", {}, row)));
  list.show = (values, step) => sums(values).forEach((parts, k) => {
    rows[k].lastChild.replaceChildren(...(k <= step ? parts : []));
    set(rows[k], { "aria-current": k === step ? "step" : null });
  });
  return list;
}

// Back, play, on, and which unit to watch: `.show(place, unit)`.
function controlRow(walk, unit) {
  const back = button("‹ Back", () => walk.by(-1));
  const next = button("Step ›", () => walk.by(1));
  const row = html("div", { class: "choices" }, back, ...(calm() ? [] : [walk.button]), next);
  if (unit.length > 1) row.append(html("label", { class: "unit" }, "watch ", unit));
  row.show = (place, k) => {
    set(back, { "aria-disabled": String(place === 0) });
    set(next, { "aria-disabled": String(place === walk.last) });
    unit.show(k);
  };
  return row;
}

function listenToArrows(root, walk) {
  const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 4, ArrowUp: -4 };
  root.addEventListener("keydown", (event) => {
    if (event.target.tagName === "SELECT" || !(event.key in moves)) return;
    event.preventDefault();
    walk.by(moves[event.key]);
  });
}

// The walk through 4 T places, by hand or, from a press of `button`, by itself.
function walker(model, last) {
  let timer = null;
  const walk = { last, button: button("▶ Play", () => (timer ? walk.stop() : play())) };
  const go = (n) => {
    const to = Math.max(0, Math.min(last, n));
    tell(model, { at: Math.floor(to / 4), step: to % 4 });
  };
  const name = () => { walk.button.textContent = timer ? "❚❚ Pause" : "▶ Play"; };
  function play() {
    if (walk.place() === last) go(0);
    timer = setInterval(() => (walk.place() === last ? walk.stop() : go(walk.place() + 1)), PACE);
    name();
  }
  walk.place = () => 4 * model.get("at") + model.get("step");
  walk.stop = () => {
    clearInterval(timer);
    timer = null;
    name();
  };
  walk.to = (n) => { walk.stop(); go(n); };
  walk.by = (n) => walk.to(walk.place() + n);
  return walk;
}

export default {
  render({ model, el }) {
    const root = shell(el, "One step of a trained LSTM, word by word", "step_walker");
    const [words, p] = [model.get("words"), unpackAll(model.get("weights"))];
    const read = readOn(p, model.get("x"));
    const walk = walker(model, 4 * words.length - 1);

    const row = wordRow(words, (t) => walk.to(4 * t + 3));
    const stage = html("div", { class: "stage" });
    stage.innerHTML = model.get("diagram");
    const levels = gauges(stage);
    const list = stepList((k) => walk.to(4 * model.get("at") + k));
    const unit = unitSelect(model.get("units"), p.W_h.length, (k) => tell(model, { unit: k }));
    const controls = controlRow(walk, unit);
    const said = say();
    root.append(row, html("div", { class: "scene" }, stage, html("div", { class: "side" }, controls, list)), said);
    listenToArrows(root, walk);

    const stop = follow(model, ["at", "step", "unit"], root, () => {
      const [t, step, k] = [model.get("at"), model.get("step"), model.get("unit")];
      const values = { ...unitAt(read, t, k), x: words[t] };
      row.show(read.map((now) => now.c[k]), step < 2 ? t - 1 : t, t);
      light(stage, levels, step, values);
      list.show(values, step);
      controls.show(walk.place(), k);
      said.show(html("b", {}, words[t]), ` (word ${t + 1} of ${words.length}). `, sentence(step, values));
    });
    return () => { walk.stop(); stop(); };
  },
};
