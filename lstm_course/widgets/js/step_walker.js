// The diagram of one LSTM step with the numbers of a trained unit, four steps a word.

import { button, calm, choices, follow, say, shell, slider, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { near, parse } from "./sentence.js";
import { BACK, BACK_KNOWN, BACK_TAGS, backOn, backSentence, backSums, unitOf } from "./way_back.js";
import { html, number, readable, set, svg } from "./draw.js";
import { readOn, unpackAll } from "./reading.js";
import { unitSelect } from "./units.js";

const STEPS = ["forget", "input", "update", "output"];
const KNOWN = [ // what each step adds to the picture
  ["x", "h_prev", "c_prev", "f"], ["i", "g"], ["kept", "written", "c"], ["o", "squashed", "h"],
];
const GOALS = {
  empty: ["Find a word at which the unit empties its memory: c shrinks to less than a third.",
    ({ v, step, back }) => !back && step >= 2 && Math.abs(v.c_prev) > 0.3 && Math.abs(v.c) < Math.abs(v.c_prev) / 3],
  cut: ["Walk backward to a word that keeps the news from the words before: less than a tenth of dc goes on.",
    ({ v, d, step, back }) => back && step >= 1 && Math.abs(d.c) > 0.01 && v.f < 0.1],
  far: ["Walk backward over four words or more, and half of what set out along c still arrives.",
    ({ d, step, back, t, source, start }) => back && step >= 1 && source - t >= 3 && Math.abs(d.c_prev) > 0.5 * start],
};
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

function light(stage, made, step, values, back = false) {
  const known = new Set(["x", ...(back ? BACK_KNOWN : KNOWN).slice(0, step + 1).flat()]);
  const lit = back ? BACK_TAGS[step] : [STEPS[step]];
  for (const part of stage.querySelectorAll("[data-tags]")) {
    part.classList.toggle("dim", !part.dataset.tags.split(" ").some((tag) => lit.includes(tag)));
  }
  for (const text of stage.querySelectorAll("[data-value]")) {
    const key = text.dataset.value;
    const word = key === "x" ? values.x : number(values[key]);
    text.textContent = known.has(key) ? word : "";
    const line = text.parentNode; // "= 0.98" as a whole, or nothing
    if (line.firstChild.nodeType === 3) line.firstChild.data = back && key !== "x" ? "d = " : "= ";
    line.style.visibility = known.has(key) ? "" : "hidden";
    if (BARS.includes(key)) level(made[key], key, known.has(key) ? values[key] : null);
  }
  for (const name of GATES) level(made[name], back ? "g" : name, known.has(name) ? values[name] : null);
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
  const size = html("span", { class: "size" });
  row.append(size, ...made);
  row.show = (cs, [first, known], now, name) => {
    const top = Math.max(1, ...cs.map(Math.abs));
    size.textContent = `${name}: bars to ±${number(top, 1)}`;
    made.forEach((b, t) => {
      const c = t >= first && t <= known ? cs[t] : 0;
      const style = `height:${(Math.abs(c) / top) * 50}%;${c < 0 ? "top:50%" : "bottom:50%"}`;
      set(b.querySelector(".bar > span"), { style });
      set(b, { "aria-current": t === now ? "step" : null,
        title: t >= first && t <= known ? `${name} = ${number(cs[t])}` : null });
    });
  };
  return row;
}

// The four steps as buttons, each with its sum once it is known.
function stepList(choose) {
  const rows = STEPS.map((_, k) => {
    const row = button("", () => choose(k));
    row.append(html("span", { class: "which" }), html("span", { class: "sum" }));
    return row;
  });
  const list = html("ol", { class: "steps" }, ...rows.map((row) => html("li", {}, row)));
  const part = (piece) => (Array.isArray(piece) ? html("b", { style: `color: var(--p-${piece[0]})` }, piece[1]) : piece);
  list.show = (sums, step, names) => sums.forEach((parts, k) => {
    rows[k].firstChild.textContent = `${k + 1} ${names[k]}`;
    rows[k].lastChild.replaceChildren(...(k <= step ? parts.map(part) : []));
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
    set(next, { "aria-disabled": String(place === walk.last()) });
    unit.show(k);
  };
  return row;
}

function listenToArrows(root, walk) {
  const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 4, ArrowUp: -4 };
  root.addEventListener("keydown", (event) => {
    if (["SELECT", "INPUT"].includes(event.target.tagName) || !(event.key in moves)) return;
    event.preventDefault();
    walk.by(moves[event.key]);
  });
}

// The walk through the places of one way, by hand or, from a press of `button`, by
// itself: forward from the first word, backward from the word `source`.
function walker(model) {
  let timer = null;
  const back = () => model.get("way") === "back";
  const last = () => 4 * (back() ? model.get("source") + 1 : model.get("words").length) - 1;
  const walk = { last, button: button("▶ Play", () => (timer ? walk.stop() : play())) };
  const go = (n) => {
    const to = Math.max(0, Math.min(last(), n));
    const word = Math.floor(to / 4);
    tell(model, { at: back() ? model.get("source") - word : word, step: to % 4 });
  };
  const name = () => { walk.button.textContent = timer ? "❚❚ Pause" : "▶ Play"; };
  function play() {
    if (walk.place() === last()) go(0);
    timer = setInterval(() => (walk.place() === last() ? walk.stop() : go(walk.place() + 1)), PACE);
    name();
  }
  walk.place = () => 4 * (back() ? model.get("source") - model.get("at") : model.get("at")) + model.get("step");
  walk.stop = () => {
    clearInterval(timer);
    timer = null;
    name();
  };
  walk.to = (n) => { walk.stop(); go(n); };
  walk.by = (n) => walk.to(walk.place() + n);
  walk.word = (t) => { // where the way back begins, if it lies behind
    walk.stop();
    tell(model, back() ? { at: t, step: 0, source: Math.max(t, model.get("source")) } : { at: t, step: 3 });
  };
  walk.turn = (way) => {
    walk.stop();
    tell(model, { way, step: 0, source: model.get("at") });
  };
  return walk;
}

// ---------------------------------------------------------------- which way, what is read

// Forward or back, and what arrives where the way back begins: `.show()`.
function wayRow(model, walk) {
  const way = choices("Walk", { on: "forward", back: "backward" }, (to) => walk.turn(to));
  const dial = (name, what) => slider({ name: html("i", {}, name), label: `${what}, where the way back begins`,
    min: -2, max: 2, step: 0.1, value: model.get(name), colour: name[1], change: (value) => tell(model, { [name]: value }) });
  const dials = { dh: dial("dh", "gradient by h"), dc: dial("dc", "gradient by c") };
  const row = html("div", { class: "ways-of-walking" }, way, ...Object.values(dials));
  row.show = () => {
    way.show(model.get("way"));
    for (const [name, d] of Object.entries(dials)) {
      d.hidden = model.get("way") !== "back";
      d.show(model.get(name));
    }
  };
  return row;
}

// The reader's own sentence, where the words that the network knows are told.
function ownSentence(model) {
  const vocabulary = model.get("vocabulary");
  const help = html("span", { class: "help", role: "status" });
  const read = () => {
    const { words, rest } = parse(input.value, vocabulary);
    help.textContent = rest ? `It has never read “${rest}”. Perhaps ${near(rest, vocabulary, 3).join(", ") || "another word"}?` : "";
    if (rest || !words.length) return;
    const x = words.map((k) => vocabulary.map((_, n) => (n === k ? 1 : 0)));
    tell(model, { words: words.map((k) => vocabulary[k]), x, at: 0, step: 0, source: 0, way: "on" });
  };
  const input = html("input", { type: "text", spellcheck: "false", autocapitalize: "off", autocomplete: "off",
    "aria-label": "A sentence of your own", placeholder: "a sentence of your own",
    onkeydown: (event) => { if (event.key === "Enter") read(); } });
  return html("div", { class: "own choices" }, input, button("read it", read), help);
}

export default {
  render({ model, el }) {
    const root = shell(el, "One step of a trained LSTM, word by word", "step_walker");
    const p = unpackAll(model.get("weights"));
    const walk = walker(model);
    const [row, stage] = [html("div", {}), html("div", { class: "stage" })];
    stage.innerHTML = model.get("diagram");
    const levels = gauges(stage);
    const list = stepList((k) => walk.to(4 * Math.floor(walk.place() / 4) + k));
    const unit = unitSelect(model.get("units"), p.W_h.length, (k) => tell(model, { unit: k }));
    const [controls, way] = [controlRow(walk, unit), wayRow(model, walk)];
    const said = say();
    const trying = goals("walk", GOALS);
    const moving = ways(model, "walk", { at: [0, model.get("words").length - 1], step: [0, 3], unit: [0, p.W_h.length - 1],
      way: (to) => ["on", "back"].includes(to), source: [0, model.get("words").length - 1], dh: [-2, 2], dc: [-2, 2] });
    const own = model.get("vocabulary").length ? [ownSentence(model)] : [];
    root.append(row, html("div", { class: "scene" }, stage, html("div", { class: "side" }, controls, way, list)), said, ...own, trying, moving);
    listenToArrows(root, walk);

    let [words, read, shown] = [null, null, null];
    const begin = () => { // with these words
      words = model.get("words");
      read = readOn(p, model.get("x"));
      shown = wordRow(words, walk.word);
      row.replaceChildren(shown);
    };
    const stop = follow(model, ["at", "step", "unit", "way", "source", "dh", "dc", "words"], root, () => {
      if (words !== model.get("words")) begin();
      const t = Math.min(model.get("at"), words.length - 1);
      const [step, k, back] = [model.get("step"), model.get("unit"), model.get("way") === "back"];
      const source = Math.max(t, Math.min(model.get("source"), words.length - 1));
      const v = { ...unitAt(read, t, k), x: words[t] };
      const all = back ? backOn(p, read, source, k, { dh: model.get("dh"), dc: model.get("dc") }) : [];
      const d = back ? unitOf(all[t], k) : null;
      if (back) shown.show(words.map((_, n) => all[n]?.c[k] ?? 0), [t, source], t, "dc");
      else shown.show(read.map((now) => now.c[k]), [0, step < 2 ? t - 1 : t], t, "c");
      readable(stage.querySelector("svg"));
      light(stage, levels, step, back ? { ...d, x: words[t] } : v, back);
      root.classList.toggle("back", back);
      list.show(back ? backSums(v, d) : sums(v), step, back ? BACK : STEPS);
      controls.show(walk.place(), k);
      way.show();
      trying.show({ v, d, step, back, t, source, start: Math.abs(all[source]?.c[k]) });
      said.show(html("b", {}, words[t]), ` (word ${t + 1} of ${words.length}). `,
        back ? backSentence(step, v, d, t === source) : sentence(step, v));
    });
    return () => { walk.stop(); stop(); };
  },
};
