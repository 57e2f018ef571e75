// One layer's numbers on their way from the arrays of one tool into those of another.
// Traits: layer ("lstm" or "gru"), source, target (forms), at ("source" or "target"),
// and stone: every form with its spots and values, as lstm_course.rosetta.moved has it.
// Where anything lies, and what is added or negated, is told there; nothing of it is here.

import { button, choices, follow, say, shell, tell } from "./controls.js";
import { sigmoid } from "./sigmoid.js";
import { goals, ways } from "./goals.js";
import { html, number, round, set, svg } from "./draw.js";
import { open } from "./packed.js";

const ROW = 23; // pixels of a cell's height
const KINDS = { lstm: "LSTM", gru: "GRU" };

// ---- what stands where ----

// A source's own numbers: where it has two biases, what the converter will sum is parted.
export function own(form, values, second) {
  const made = { ...values };
  for (const key of Object.keys(values).filter((k) => k.startsWith("b2."))) {
    const [, block, , unit] = key.split(".");
    made[key] = second[form.order.indexOf(block)][unit];
    made[key.replace("b2.", "b.")] = Number((values[key.replace("b2.", "b.")] - made[key]).toFixed(2));
  }
  return made;
}

// The numbers of a target whose blocks were left in the order of the source.
export function unmoved(values, from, to) {
  const made = { ...values };
  for (const key of Object.keys(values)) {
    const [what, block, ...rest] = key.split(".");
    const first = [what, from.order[to.order.indexOf(block)], ...rest].join(".");
    if (first in values) made[key] = values[first];
  }
  return made;
}

// One step of a form with the numbers in its arrays: h.
export function step(form, values, { x, state }) {
  const units = state.h.map((_, j) => j);
  const at = (...key) => values[key.join(".")] ?? 0;
  const heard = (block, j, h = state.h) => h.reduce((sum, v, i) => sum + v * at("h", block, i, j), 0);
  const read = (block, j) => x.reduce((sum, v, i) => sum + v * at("x", block, i, j), at("b", block, 0, j) + at("b2", block, 0, j));
  const gate = (block, more = 0) => units.map((j) => sigmoid(read(block, j) + heard(block, j) + more));
  if (form.order.includes("g")) {
    const [i, f, o] = [gate("i"), gate("f", form.adds), gate("o")];
    return units.map((j) => o[j] * Math.tanh(f[j] * state.c[j] + i[j] * Math.tanh(read("g", j) + heard("g", j))));
  }
  const [r, u] = [gate("r"), gate("u")];
  const reset = state.h.map((v, j) => r[j] * v);
  const within = (j) => (form.reset === "after"
    ? r[j] * (heard("n", j) + at("inner", "n", 0, j))
    : heard("n", j, reset) + at("inner", "n", 0, j));
  return units.map((j) => {
    const kept = form.takes ? 1 - u[j] : u[j];
    return kept * state.h[j] + (1 - kept) * Math.tanh(read("n", j) + within(j));
  });
}

// ---- what changes, in words ----
const WHY = {
  reset: (from, to) => `No arrangement of these numbers makes it the same layer: ${from.title} resets ${from.reset} the product, ${to.title} ${to.reset} it.`,
  inner: (from, to) => `This layer has a bias inside the reset product, and ${to.title} has no place for one.`,
};

export function changes(from, to, why) {
  const said = why ? [WHY[why](from, to)] : [];
  if (from.order !== to.order) said.push(`The blocks change places: ${from.spelled} → ${to.spelled}.`);
  if (from.rows !== to.rows) said.push(`Every matrix is turned: blocks are ${to.rows ? "rows" : "columns"}.`);
  if (to.joined && !from.joined) said.push("Both matrices become one, x above h.");
  if (from.joined && !to.joined) said.push("One matrix becomes two.");
  if (to.split && !from.split) said.push("Each block is an array of its own.");
  if (from.split && !to.split) said.push("The blocks are joined.");
  if (to.poured !== from.poured) said.push(to.poured ? "Inside a block the numbers are poured anew, as cuDNN reads them." : "Inside a block the numbers find their rows again.");
  if (from.biases === 2 && to.biases === 1) said.push(to.inner ? "Two biases become their sum; the one inside the reset product stays." : "Two biases become their sum.");
  if (from.biases === 2 && to.biases === 2) said.push("The biases are summed into the first.");
  if (from.biases === 1 && to.biases === 2) said.push("The second bias is 0 where there was none.");
  if (to.adds !== from.adds) said.push(to.adds ? `${to.adds} is taken off the forget gate's bias: ${to.title} adds it when called.` : `${from.adds} goes into the forget gate's bias: ${from.title} added it when called.`);
  if (to.takes !== from.takes) said.push("The update gate is negated: one keeps the old, the other takes the new.");
  return said.length ? said : ["Nothing moves: only the names are others."];
}

// ---- what a reader may try ----
const GOALS = {
  turned: ["Find two tools with the same order of blocks, whose matrices are turned all the same.",
    ({ from, to, at }) => at === "target" && from.order === to.order && from.rows !== to.rows],
  negated: ["Find a GRU into which numbers come only negated.",
    ({ from, to, at, why }) => at === "target" && from.takes !== to.takes && !why],
  refused: ["Find two GRUs that no arrangement of numbers makes the same.", ({ why }) => why === "reset"],
};

// ---- the drawing: a cell for each number of either form ----
function makeCell(key) {
  const [, block] = key.split(".");
  const text = svg("text", { "text-anchor": "middle", "dominant-baseline": "central" });
  const box = svg("rect", { rx: 2, style: `--c: var(--p-${block})` });
  return { text, box, g: svg("g", { class: "number" }, box, text) };
}

function makeDrawing() {
  const [names, letters, numbers] = [svg("g", { class: "names" }), svg("g"), svg("g")];
  const title = svg("title");
  return { names, letters, numbers, title, cells: new Map(), plot: svg("svg", { class: "plot", role: "img" }, title, names, letters, numbers) };
}

const place = (element, x, y) => { element.style.transform = `translate(${round(x)}px, ${round(y)}px)`; };

// Where a number waits that this form does not have: on the bias it belongs to.
const home = (spots, key) => spots[key] ?? spots[key.replace(/^(b2|inner)\./, "b.")];

function draw(parts, { from, to, at, now, before }, width) {
  const form = at === "source" ? from : to;
  const unit = Math.min(46, width / Math.max(from.size[0], to.size[0]));
  const height = Math.ceil(ROW * Math.max(from.size[1], to.size[1])) + 4;
  set(parts.plot, { viewBox: `0 0 ${width} ${height}`, height });
  const keys = [...new Set([...Object.keys(from.spots), ...Object.keys(to.spots)])];
  for (const key of parts.cells.keys()) if (!keys.includes(key)) { parts.cells.get(key).g.remove(); parts.cells.delete(key); }
  for (const key of keys) {
    if (!parts.cells.has(key)) {
      parts.cells.set(key, makeCell(key));
      parts.numbers.append(parts.cells.get(key).g);
    }
    const { g, box, text } = parts.cells.get(key);
    const [x, y] = home(form.spots, key);
    const there = key in form.spots;
    set(box, { x: 1, y: 1, width: unit - 2, height: ROW - 2 });
    set(text, { x: unit / 2, y: ROW / 2 });
    text.textContent = there ? number(now[key]) : "";
    g.classList.toggle("changed", there && at === "target" && before[key] !== now[key]);
    g.classList.toggle("gone", !there);
    place(g, x * unit, y * ROW);
  }
  parts.letters.replaceChildren(...Object.entries(form.letters).map(([block, [letter, x, y]]) => svg("text", {
    class: "letter", x: round(x * unit), y: round(y * ROW), style: `--c: var(--p-${block})`,
    "text-anchor": "middle", "dominant-baseline": "central" }, letter)));
  parts.names.replaceChildren(...form.names.flatMap(([lines, x, y]) => lines.map((name, k) => svg("text", {
    x: round(x * unit + 1), y: round(y * ROW - 6 - 13 * (lines.length - 1 - k)) }, name))));
  parts.title.textContent = `${form.title}: ${form.names.map(([lines]) => lines.join("")).join(", ")}; blocks ${form.spelled}`;
}

// ---- the frame ----
function menu(label, choose) {
  const select = html("select", { "aria-label": label, onchange: () => choose(select.value) });
  select.show = (forms, chosen) => {
    select.replaceChildren(...Object.entries(forms).map(([value, { title }]) => html("option", { value }, title)));
    select.value = chosen;
  };
  return select;
}

const list = (values) => values.map((v) => number(v, 1)).join(", ");

function rows(entries) {
  return entries.map(([name, h, odd]) => html("tr", { class: odd ? "odd" : "" }, html("th", { scope: "row" }, name),
    ...h.map((v) => html("td", {}, number(v, 4)))));
}

// The nearest form of another kind of layer: "keras before" of a GRU is Keras' LSTM.
const nearest = (name, forms) => (name in forms ? name : name.split(" ")[0]);

export default {
  async render({ model, el }) {
    const stone = await open(model.get("stone"));
    const root = shell(el, "The Rosetta stone: one layer in the arrays of two tools", "rosetta_stone");
    const source = menu("from", (name) => tell(model, { source: name, at: "source" }));
    const target = menu("to", (name) => tell(model, { target: name, at: "target" }));
    const swap = button("⇄", () => tell(model, { source: model.get("target"), target: model.get("source"), at: "source" }),
      { "aria-label": "Swap the two tools", class: "swap" });
    const layers = choices("Layer", KINDS, (layer) => {
      const forms = stone.forms[layer];
      tell(model, { layer, source: nearest(model.get("source"), forms), target: nearest(model.get("target"), forms), at: "source" });
    });
    const move = button("move", () => tell(model, { at: model.get("at") === "source" ? "target" : "source" }), { class: "move" });
    const parts = makeDrawing();
    const body = html("tbody");
    const table = html("table", {}, html("caption", {}, `One step: x = (${list(stone.x)}), h = (${list(stone.state.h)}), c = (${list(stone.state.c)}). The next h, with the numbers of`), body);
    const [sentence, trying] = [say(), goals("stone", GOALS)];
    const known = (name) => ["lstm", "gru"].some((kind) => name in stone.forms[kind]);
    const moving = ways(model, "stone", { layer: (v) => v in KINDS, source: known, target: known, at: (v) => ["source", "target"].includes(v) });
    root.append(html("div", { class: "heads" }, source, swap, target), html("div", { class: "under" }, layers, move),
      html("div", { class: "both" }, html("div", {}, parts.plot), html("div", {}, table)), sentence, trying, moving);
    return follow(model, ["layer", "source", "target", "at"], root, (width) => {
      const [kind, at] = [model.get("layer"), model.get("at")];
      const forms = stone.forms[kind];
      const [from, to] = ["source", "target"].map((name) => forms[nearest(model.get(name), forms)]);
      const group = from.group;
      const why = to.why[group];
      const [mine, theirs] = [own(from, from.values[group], stone.second), to.values[group]];
      source.show(forms, nearest(model.get("source"), forms));
      target.show(forms, nearest(model.get("target"), forms));
      layers.show(kind);
      move.textContent = at === "source" ? `move to ${to.title}` : `back to ${from.title}`;
      draw(parts, { from, to, at, now: at === "source" ? mine : theirs, before: mine }, parts.plot.parentNode.clientWidth || width);
      const left = from.order === to.order ? [] : [[`${to.title}, blocks not moved`, step(to, unmoved(theirs, from, to), stone), true]];
      body.replaceChildren(...rows([[from.title, step(from, mine, stone)], [to.title, step(to, theirs, stone), Boolean(why)], ...left]));
      trying.show({ from, to, at, why });
      sentence.show(`${from.title} → ${to.title}. ${changes(from, to, why).join(" ")}`);
    });
  },
};
