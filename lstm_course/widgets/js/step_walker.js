// The diagram of one step of a cell with the numbers of a trained unit, of an LSTM in four
// steps a word.

import { openCells, readOn, stepsOf } from "./any_cell.js";
import { button, calm, choices, follow, say, shell, slider, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { near, parse } from "./sentence.js";
import { gauges, light } from "./levels.js";
import { backOf, backOn, backSentence, backSums, unitBack } from "./way_back.js";
import { html, number, readable, set } from "./draw.js";
import { unpackFlat } from "./reading.js";
import { unitSelect } from "./units.js";

const GOALS = {
  empty: ["Find a word at which the unit empties its memory: c shrinks to less than a third.",
    ({ v, step, back }) => !back && "c" in v && step >= 2 && Math.abs(v.c_prev) > 0.3 && Math.abs(v.c) < Math.abs(v.c_prev) / 3],
  cut: ["Walk backward to a word that keeps the news from the words before: less than a tenth of dc goes on.",
    ({ v, d, step, back }) => back && "f" in v && step >= 1 && Math.abs(d.c) > 0.01 && v.f < 0.1],
  far: ["Walk backward over four words or more, and half of what set out along c still arrives.",
    ({ v, d, step, back, t, source, start }) => back && "c" in v && step >= 1 && source - t >= 3 && Math.abs(d.c_prev) > 0.5 * start],
};
const PACE = 1100; // milliseconds for a step when it plays
const SHARES = [[0.1, "next to nothing"], [0.35, "a little"], [0.65, "about half"],
                [0.9, "most"], [Infinity, "almost all"]];

// ---------------------------------------------------------------- what is known when

// The numbers of one unit at word t: { f: 0.98, kept: -0.9, ... }.
export function unitAt(read, t, k) {
  const now = Object.fromEntries(Object.entries(read[t]).map(([name, values]) => [name, values[k]]));
  const { f, i, g, c, c_prev } = now;
  if (c === undefined) return now;
  return { ...now, kept: (f ?? 1) * c_prev, written: (i ?? 1) * g, squashed: Math.tanh(c) };
}

const share = (v) => SHARES.find(([limit]) => v < limit)[1];

function sentence({ spec, steps, shown }, step, v) {
  const n = (name) => number(v[name]);
  const plain = ({ words, name, share: open }) => `${words[0].toUpperCase()}${words.slice(1)}: ${name} = ${n(name)}${open ? `, ${share(v[name])} gets through` : ""}.`;
  if (spec.name !== "lstm") return shown.filter(({ name }) => steps[step].names.includes(name)).map(plain).join(" ");
  return [
    `Forget: f = ${n("f")}, so ${share(v.f)} of the old memory ${n("c_prev")} will be kept.`,
    `Input: the candidate offers g = ${n("g")}; the gate i = ${n("i")} lets in ${share(v.i)} of it.`,
    `Update: ${n("kept")} is kept, ${n("written")} is written; the memory is now c = ${n("c")}.`,
    `Output: o = ${n("o")} shows ${share(v.o)} of tanh(c) = ${n("squashed")}: h = ${n("h")}.`,
  ][step];
}

// "c = 0.98 · (−0.90) + 0.10 · 0.30 = −0.87": the lines of each step with their numbers.
function sums({ steps, lines, shown }, v) {
  const hue = (name) => shown.find((of) => of.name === name.replace("_prev", ""))?.colour ?? "ink";
  const amount = (name, text) => html("b", { style: `color: var(--p-${hue(name)})` }, text);
  return steps.map(({ names }) => names.flatMap((name, n) => {
    const told = html("span", {});
    told.innerHTML = `${n ? "\n" : ""}${name.length > 1 ? name : `<i>${name}</i>`} = ${lines[name]}`;
    for (const spot of told.querySelectorAll("[data-q]")) {
      const [value, before] = [v[spot.dataset.q] ?? NaN, spot.previousSibling?.textContent ?? ""];
      const text = Number.isNaN(value) ? spot.dataset.q : number(value);
      spot.replaceWith(amount(spot.dataset.q, value < -0.005 && !/[(=]\s*$/.test(before) ? `(${text})` : text));
    }
    return [told, " = ", amount(name, number(v[name]))];
  }));
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

// The steps of one way as buttons, each with its sums once they are known.
function stepList(count, choose) {
  const rows = Array.from({ length: count }, (_, k) => {
    const row = button("", () => choose(k));
    row.append(html("span", { class: "which" }), html("span", { class: "sum" }));
    return row;
  });
  const list = html("ol", { class: "steps" }, ...rows.map((row) => html("li", {}, row)));
  const part = (piece) => (Array.isArray(piece) ? html("b", { style: `color: var(--p-${piece[0]})` }, piece[1]) : piece);
  list.show = (sums, step, names) => rows.forEach((row, k) => {
    row.parentNode.hidden = k >= names.length;
    if (k >= names.length) return;
    row.firstChild.textContent = `${k + 1} ${names[k]}`;
    row.lastChild.replaceChildren(...(k <= step ? sums[k].map(part) : []));
    set(row, { "aria-current": k === step ? "step" : null });
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
  root.addEventListener("keydown", (event) => {
    const n = walk.steps();
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: n, ArrowUp: -n };
    if (["SELECT", "INPUT"].includes(event.target.tagName) || !(event.key in moves)) return;
    event.preventDefault();
    walk.by(moves[event.key]);
  });
}

// The walk through the places of one way, by hand or, from a press of `button`, by
// itself: forward from the first word, backward from the word `source`.
function walker(model, forward, backward) {
  let timer = null;
  const back = () => model.get("way") === "back";
  const steps = () => (back() ? backward : forward);
  const last = () => steps() * (back() ? model.get("source") + 1 : model.get("words").length) - 1;
  const walk = { last, steps, button: button("▶ Play", () => (timer ? walk.stop() : play())) };
  const go = (n) => {
    const to = Math.max(0, Math.min(last(), n));
    const word = Math.floor(to / steps());
    tell(model, { at: back() ? model.get("source") - word : word, step: to % steps() });
  };
  const name = () => { walk.button.textContent = timer ? "❚❚ Pause" : "▶ Play"; };
  function play() {
    if (walk.place() === last()) go(0);
    timer = setInterval(() => (walk.place() === last() ? walk.stop() : go(walk.place() + 1)), PACE);
    name();
  }
  walk.place = () => steps() * (back() ? model.get("source") - model.get("at") : model.get("at")) + model.get("step");
  walk.stop = () => {
    clearInterval(timer);
    timer = null;
    name();
  };
  walk.to = (n) => { walk.stop(); go(n); };
  walk.by = (n) => walk.to(walk.place() + n);
  walk.word = (t) => { // where the way back begins, if it lies behind
    walk.stop();
    tell(model, back() ? { at: t, step: 0, source: Math.max(t, model.get("source")) } : { at: t, step: forward - 1 });
  };
  walk.turn = (way) => {
    walk.stop();
    tell(model, { way, step: 0, source: model.get("at") });
  };
  return walk;
}

// ---------------------------------------------------------------- which way, what is read

// Forward or back, and what arrives where the way back begins: `.show()`.
function wayRow(model, walk, memory) {
  const way = choices("Walk", { on: "forward", back: "backward" }, (to) => walk.turn(to));
  const dial = (name, what) => slider({ name: html("i", {}, name), label: `${what}, where the way back begins`,
    min: -2, max: 2, step: 0.1, value: model.get(name), colour: name[1], change: (value) => tell(model, { [name]: value }) });
  const dials = { dh: dial("dh", "gradient by h"), dc: dial("dc", "gradient by c") };
  const row = html("div", { class: "ways-of-walking" }, way, ...Object.values(dials));
  row.show = () => {
    way.show(model.get("way"));
    for (const [name, d] of Object.entries(dials)) {
      d.hidden = model.get("way") !== "back" || (name === "dc" && !memory);
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
  async render({ model, el }) {
    const root = shell(el, "One step of a trained network, word by word", "step_walker");
    const [cell] = Object.values(await openCells(model.get("cells")));
    const { spec, steps, size: H, shown: quantities } = cell;
    const [p, way] = [unpackFlat(model.get("weights")), backOf(spec.name)];
    const path = spec.states.includes("c") ? "c" : "h";
    const walk = walker(model, steps.length, way.names.length);
    const [row, stage] = [html("div", {}), html("div", { class: "stage" })];
    stage.innerHTML = model.get("diagram");
    const levels = gauges(stage, quantities);
    const list = stepList(Math.max(steps.length, way.names.length), (k) => walk.to(walk.steps() * Math.floor(walk.place() / walk.steps()) + k));
    const unit = unitSelect(model.get("units"), H, (k) => tell(model, { unit: k }));
    const [controls, ways_] = [controlRow(walk, unit), wayRow(model, walk, path === "c")];
    const said = say();
    const trying = goals("walk", GOALS);
    const moving = ways(model, "walk", { at: [0, model.get("words").length - 1], step: [0, steps.length - 1], unit: [0, H - 1],
      way: (to) => ["on", "back"].includes(to), source: [0, model.get("words").length - 1], dh: [-2, 2], dc: [-2, 2] });
    const own = model.get("vocabulary").length ? [ownSentence(model)] : [];
    root.append(row, html("div", { class: "scene" }, stage, html("div", { class: "side" }, controls, ways_, list)), said, ...own, trying, moving);
    listenToArrows(root, walk);

    let [words, read, bars] = [null, null, null];
    const begin = () => { // with these words
      words = model.get("words");
      read = stepsOf(readOn(spec, p, model.get("x"), H));
      bars = wordRow(words, walk.word);
      row.replaceChildren(bars);
    };
    const stop = follow(model, ["at", "step", "unit", "way", "source", "dh", "dc", "words"], root, () => {
      if (words !== model.get("words")) begin();
      const t = Math.min(model.get("at"), words.length - 1);
      const [k, back] = [model.get("unit"), model.get("way") === "back"];
      const step = Math.min(model.get("step"), walk.steps() - 1);
      const source = Math.max(t, Math.min(model.get("source"), words.length - 1));
      const v = { ...unitAt(read, t, k), x: words[t] };
      const told = back ? backOn(spec, p, model.get("x"), H, source, k, { dh: model.get("dh"), dc: model.get("dc") }) : [];
      const all = told.map((one, n) => unitBack(spec.name, unitAt(read, n, k), one, k));
      const d = all[t] ?? null;
      if (back) bars.show(words.map((_, n) => all[n]?.[path] ?? 0), [t, source], t, `d${path}`);
      else bars.show(read.map((now) => now[path][k]), [0, steps.slice(0, step + 1).some(({ names }) => names.includes(path)) ? t : t - 1], t, path);
      readable(stage.querySelector("svg"));
      light(stage, levels, cell, step, back ? { ...d, x: words[t] } : v, back);
      root.classList.toggle("back", back);
      list.show(back ? backSums(spec.name, v, d) : sums(cell, v), step, back ? way.names : steps.map((one) => one.name));
      controls.show(walk.place(), k);
      ways_.show();
      trying.hidden = path !== "c"; // they ask for a cell state
      trying.show({ v, d, step, back, t, source, start: Math.abs(all[source]?.c) });
      said.show(html("b", {}, words[t]), ` (word ${t + 1} of ${words.length}). `,
        back ? backSentence(spec.name, step, v, d, t === source) : sentence(cell, step, v));
    });
    return () => { walk.stop(); stop(); };
  },
};
