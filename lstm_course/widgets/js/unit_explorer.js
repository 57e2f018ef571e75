// One unit of any cell: a row for each quantity, what sets it at the left, what it does
// at the right; last, how much of a change of its state reaches the end. Traits: cell,
// weights { name: numbers }, x, preset; presets, cells.

import { cellMenu, openCells, readOn, stepsOf } from "./any_cell.js";
import { button, choices, follow, say, shell, slider, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { columns, exact, html, line, number, power, scale, set, svg, typeset } from "./draw.js";
import { pullPath } from "./jacobian.js";

const LAST = "gradient"; // the strip with the steps below it
const MARGIN = { left: 26, right: 58, top: 8 };
const ranges = { W: 30, w: 12, b: 12 };
const numbers = (rows) => Object.entries(rows).every(([name, row]) => Array.isArray(row)
  && row.every((v) => Number.isFinite(v) && Math.abs(v) <= ranges[name[0]]));
const LIMITS = { weights: numbers, x: [-1, 1] };
const GOALS = {
  last: ["Keep only the last of several pulses: each new +1 takes the place of the one before.",
    ({ x, f, i, g, c }) => {
      const pulses = x.flatMap((v, t) => (v >= 0.9 ? [t] : []));
      const t = pulses.at(-1);
      return f && c && pulses.length > 1 && c[pulses[0]] > 0.5 && f[t] < 0.3 && i[t] * g[t] > 0.5 && c.at(-1) > 0.5;
    }],
  down: ["Count downwards: c below −3 at the end, a step down with each pulse.",
    ({ x, c }) => c?.at(-1) < -3 && x.filter((v) => v >= 0.9).length >= 3],
  half: ["Forget by half in five steps: something is written, and the forget gate rests at the right place.",
    ({ f, c }) => f && c && Math.max(...c) > 0.5 && f.every((v) => v ** 5 > 0.44 && v ** 5 < 0.56)],
};

// Every quantity over time, and of the last state the gradient by each: name -> numbers.
export function run({ spec, shown }, weights, x) {
  const p = Object.fromEntries(Object.entries(weights).map(([name, row]) => [name, Float64Array.from(row)]));
  const net = readOn(spec, p, x.map((value) => [value]), 1);
  const steps = stepsOf(net);
  const gradient = [];
  pullPath(net, x.length - 1, (lag, J) => gradient.unshift(J[0]));
  return { x, ...Object.fromEntries(shown.map(({ name }) => [name, steps.map((step) => step[name][0])])), gradient };
}

async function render({ model, el }) {
  const cells = await openCells(model.get("cells"));
  const root = shell(el, "Unit explorer: one unit of a cell", "unit-explorer");
  const change = (values) => tell(model, { preset: "", ...values });
  const startOf = (cell, preset) => ({ weights: cells[cell].unit.starts[preset], x: model.get("presets")[preset].x });
  const names = Object.keys(model.get("presets"));
  const presets = choices("Presets", Object.fromEntries(names.map((n) => [n, n])), (preset) =>
    tell(model, { ...startOf(model.get("cell"), preset), preset }));
  const menu = cellMenu(cells, "cell", (cell) => {
    const preset = presets.chosen ?? names[0];
    tell(model, { cell, preset, ...startOf(cell, preset), x: model.get("x") });
  });
  presets.append(html("label", { class: "cell" }, html("span", { class: "name" }, "cell"), menu));
  const trying = goals("unit", GOALS);
  const moving = ways(model, "unit", { cell: (name) => name in cells, ...LIMITS, preset: (name) => name in model.get("presets") || !name });
  const cursor = { at: null, move: (at) => { cursor.at = at; draw(); } };
  const sentence = say();
  const box = html("div", { class: "quantities", onpointerleave: (event) => {
    if (event.pointerType === "mouse") cursor.move(null);
  } });
  box.open = (name) => rows.forEach((row) => { // on a phone: dials of one gate at a time
    row.box.classList.toggle("shut", row.box.dataset.row !== name);
    row.box.querySelector(".turn")?.setAttribute("aria-expanded", String(row.box.dataset.row === name));
  });
  root.append(presets, box, sentence, trying, moving);

  let [rows, made] = [[], null];
  const begin = (name) => { // with the rows of this cell
    made = name;
    rows = rowsOf(cells[name]).map((of) => makeRow(of, model, change, cursor));
    box.replaceChildren(...rows.map((row) => row.box));
    box.open(rows.find((row) => row.dials.length)?.box.dataset.row);
  };
  function draw() {
    const name = model.get("cell");
    const of = cells[name];
    if (made !== name) begin(name);
    if (!fit(model.get("weights"), of.unit.starts[names[0]])) return tell(model, startOf(name, names[0]));
    const [weights, x] = [model.get("weights"), model.get("x")];
    const values = run(of, weights, x);
    presets.chosen = names.find((preset) => x.join() === model.get("presets")[preset].x.join()
      && Object.entries(of.unit.starts[preset]).every(([key, row]) => row.join() === weights[key].join()));
    presets.show(presets.chosen);
    menu.show(name);
    for (const row of rows) row.draw(values, weights, cursor.at ?? x.length - 1);
    trying.hidden = !("c" in values); // they ask for a cell state
    trying.show(values);
    const said = name === "lstm" ? model.get("presets")[presets.chosen]?.words : "";
    sentence.show(...typeset(html, words(values, of, said)));
  }
  return follow(model, ["cell", "weights", "x", "preset"], root, draw);
}

// Whether weights are those of a cell: the same names, as many numbers.
function fit(weights, start) {
  const size = (rows) => Object.keys(rows).sort().map((name) => `${name} ${rows[name].length}`).join();
  return size(weights) === size(start);
}

// What each row shows: a quantity, its words, and the dials of the sums it reads.
function rowsOf({ spec, shown, path, unit: { dials, lines } }) {
  const home = (block) => shown.find(({ name }) => lines[name].includes(`"z${block}"`))?.name ?? block;
  const by = { name: LAST, words: "gradient", colour: path === "h" ? "h" : "c", share: true, path };
  const sums = Object.fromEntries(Object.entries(dials).map(([block, of]) => [`z${block}`, of]));
  const all = [{ name: "x", words: "input", colour: "x" }, ...shown, by];
  return all.map((of) => ({ ...of, line: lines[of.name], sums,
    dials: Object.keys(dials).filter((block) => home(block) === of.name).flatMap((block) => dials[block]) }));
}

// ---- a row: words and dials, and a strip of time ----
function makeRow(of, model, change, cursor) {
  const equation = html("span", { class: "equation" });
  const head = html("div", { class: "head" },
    html("b", { style: `color: var(--p-${of.colour})` }, of.words), " ", equation);
  const dials = of.dials.map((dial) => makeDial(dial, of, model, change));
  const strip = makeStrip(of, cursor, of.name === "x" && ((at, value) => {
    const x = [...model.get("x")];
    x[at] = Math.max(-1, Math.min(1, Math.round(value * 100) / 100));
    change({ x });
  }));
  const turn = button("dials", () => box.parentNode.open(of.name), { class: "turn", "aria-label": `dials of the ${of.words}` });
  if (dials.length) head.append(turn);
  const box = html("div", { class: `quantity ${dials.length ? "with-dials" : ""}`, "data-row": of.name },
    html("div", { class: "words" }, head, ...dials), strip.svg);
  const draw = (values, weights, at) => {
    writeLine(equation, of, weights, values.x.length);
    for (const dial of dials) dial.show(weights[dial.param][dial.at]);
    strip.draw(values[of.name], at);
  };
  return { box, draw, dials };
}

function makeDial({ param, at, letter, below, of: what, most, step }, of, model, change) {
  const dial = slider({
    name: [html("i", {}, letter), html("sub", {}, below)],
    label: `${what}, ${of.words}`, min: -most, max: most, step, colour: of.colour, value: model.get("weights")[param]?.[at] ?? 0,
    change: (value) => {
      const row = [...model.get("weights")[param]];
      row[at] = value;
      change({ weights: { ...model.get("weights"), [param]: row } });
    },
  });
  return Object.assign(dial, { param, at });
}

// "i = σ(20 x − 10)": the cell's own line with the numbers in place of its sums.
function writeLine(place, { name, line: text, path, sums }, weights, T) {
  if (name === "x") place.textContent = "drag it, or use arrow keys";
  else if (name === LAST) place.innerHTML = `∂<i>${path}</i><sub>${T}</sub> / ∂<i>${path}</i><sub>t</sub>`;
  else place.innerHTML = `${name.length > 1 ? name : `<i>${name}</i>`} = ${text}`;
  for (const spot of place.querySelectorAll("[data-q]")) {
    const key = spot.dataset.q;
    const dial = Object.values(sums).flat().find(({ param }) => param.startsWith(key));
    const text = key in sums ? sum(sums[key], weights) : exact(weights[dial.param][0]);
    spot.innerHTML = spot.previousSibling?.textContent === " " ? `(${text})` : text; // of a product
  }
}

// A sum with its numbers; what is zero is left out.
function sum(dials, weights) {
  const terms = dials.map(({ param, at, times, letter }) => [weights[param][at], letter === "w" ? null : times]);
  const shown = terms.filter(([w, times]) => w !== 0 && times !== null).map(([w, times], n) => {
    const sign = w < 0 ? (n ? " − " : "−") : n ? " + " : "";
    return `${sign}${exact(Math.abs(w))}${times && ` ${times}`}`;
  });
  return shown.join("") || "0";
}

// ---- a strip: one quantity over time ----
function makeStrip({ name, words: what, colour: hue, share }, cursor, edit) {
  const colour = `var(--p-${hue})`;
  const write = (v) => (name !== "gradient" || (v >= 0.005 && v < 100) ? number(v) : power(v));
  const [zero, guide] = [svg("path", { class: "zero" }), svg("path", { class: "guide" })];
  const area = svg("path", { class: "area", fill: colour });
  const curve = svg("path", { class: "curve", stroke: colour });
  const [top, floor, bottom] = ["top", "floor", "bottom"].map(() =>
    svg("text", { class: "tick", "text-anchor": "end", "dominant-baseline": "central" }));
  const value = svg("text", { class: "value", "dominant-baseline": "central", style: `fill: ${colour}` });
  const [handles, steps] = [svg("g", { class: "handles" }), svg("g")];
  const strip = svg("svg", edit ? { class: "input" } : { role: "img" },
    area, zero, guide, curve, handles, steps, top, floor, bottom, value);
  const under = name === LAST ? 26 : 8;
  const state = {};
  strip.addEventListener("pointermove", (event) => {
    if (!state.held) cursor.move(stepAt(state, strip, event));
  });
  strip.addEventListener("pointerdown", (event) => { if (!edit) cursor.move(stepAt(state, strip, event)); });
  if (edit) makeEditable(strip, state, edit, cursor);
  const draw = (y, at) => {
    const [width, height] = [strip.clientWidth || 300, strip.clientHeight || 60];
    const most = Math.max(1, Math.ceil(Math.max(...y) - 1e-9));
    const least = share ? 0 : 1;
    const low = -Math.max(least, Math.ceil(Math.max(...y.map((v) => -v)) - 1e-9));
    const X = scale([0.5, y.length + 0.5], [MARGIN.left, width - MARGIN.right]);
    const Y = scale([low, most], [height - under, MARGIN.top]);
    Object.assign(state, { X, Y, low, most, y, width });
    const xs = y.map((_, k) => X(k + 1));
    const half = (X(2) - X(1)) / 2;
    set(strip, { viewBox: `0 0 ${width} ${height}` });
    if (!edit) set(strip, { "aria-label": `${what} over time, ${write(y[0])} at the first step, ${write(y.at(-1))} at the end` });
    set(zero, { d: `M${MARGIN.left},${Y(0)} H${width - MARGIN.right}` });
    set(guide, { d: `M${X(at + 1)},0 V${height - under + 8}` });
    set(area, { d: columns(xs, y.map(Y), Y(0), edit ? 2 : 2 * half) });
    if (!edit) set(curve, { d: line(y.flatMap((v, k) => [[xs[k] - half, Y(v)], [xs[k] + half, Y(v)]])) });
    if (name === LAST) steps.replaceChildren(...stepNames(X, y.length, at, height - 7));
    for (const [tick, v] of [[top, most], [floor, 0], [bottom, low]]) {
      const text = Math.abs(v) < 1000 ? number(v, 0) : power(v);
      set(tick, { x: MARGIN.left - 6, y: Y(v) }).replaceChildren(...typeset(svg, text));
    }
    bottom.style.display = low && Y(low) - Y(0) > 11 ? "" : "none"; // else they meet
    set(value, { x: width - MARGIN.right + 8, y: Y(y[at]) }).replaceChildren(...typeset(svg, write(y[at])));
    if (edit) placeHandles(handles, state, at);
  };
  return { svg: strip, draw };
}

// Below the last strip: the first step, the last, and the one that is looked at.
function stepNames(X, last, at, y) {
  const shown = [[1, ""], [at + 1, "step "], [last, ""]].filter(([n, word]) => word || Math.abs(n - at - 1) > 2);
  return shown.map(([n, word]) => svg("text", {
    x: X(n), y, "text-anchor": "middle", class: word ? "step" : "tick",
  }, `${word}${n}`));
}

function stepAt({ X, y }, strip, event) {
  const x = event.clientX - strip.getBoundingClientRect().left;
  return Math.max(0, Math.min(y.length - 1, Math.round((x - X(1)) / (X(2) - X(1)))));
}

// ---- the input: points that are dragged, or moved by keys ----
function makeEditable(strip, state, edit, cursor) {
  set(strip, { role: "group", "aria-label": "input sequence" });
  const set_here = (event) => {
    const share = (event.clientY - strip.getBoundingClientRect().top - state.Y(0)) / (state.Y(1) - state.Y(0));
    cursor.at = stepAt(state, strip, event);
    edit(cursor.at, share);
  };
  const hold = (held) => (event) => {
    state.held = held;
    if (held) { strip.setPointerCapture(event.pointerId); set_here(event); }
  };
  strip.addEventListener("pointerdown", hold(true));
  strip.addEventListener("pointermove", (event) => { if (state.held) set_here(event); });
  for (const end of ["pointerup", "pointercancel"]) strip.addEventListener(end, hold(false));
  strip.addEventListener("keydown", (event) => {
    const at = Number(event.target.dataset.at);
    const up = { ArrowUp: 0.1, ArrowDown: -0.1, PageUp: 0.5, PageDown: -0.5, Home: -2, End: 2 }[event.key];
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (up) edit(at, state.y[at] + up);
    if (aside) strip.querySelector(`[data-at="${at + aside}"]`)?.focus();
    if (up || aside) event.preventDefault();
  });
  strip.addEventListener("focusin", (event) => cursor.move(Number(event.target.dataset.at)));
  strip.addEventListener("focusout", () => cursor.move(null));
}

function placeHandles(handles, { X, Y, y }, at) {
  while (handles.children.length < y.length) {
    const k = handles.children.length;
    handles.append(svg("circle", {
      r: 4, role: "slider", "data-at": k, "aria-label": `input at step ${k + 1}`,
      "aria-valuemin": -1, "aria-valuemax": 1, "aria-orientation": "vertical",
    }));
  }
  y.forEach((value, k) => set(handles.children[k], {
    cx: X(k + 1), cy: Y(value), tabindex: k === at ? 0 : -1, "aria-valuenow": value,
  }));
}

// ---- what is seen ----
function words({ i, f, g, h, gradient, ...rest }, { path }, said) {
  const written = i && g && stepsWhere(i.map((gate, t) => Math.abs(gate * g[t]) > 0.25));
  const what = i && g ? (written ? `Something is written at ${written}. ` : "Nothing is written. ") : "";
  const end = path in rest ? `${path} is ${number(rest[path].at(-1))} and ` : "";
  return `${said ? `${said} ` : ""}${what}${f ? `${keeping(f)} ` : ""}At the end ${end}the unit shows ${number(h.at(-1))}; ` +
    `a nudge of ${path} at step 1 arrives there times ${power(gradient[0])}.`;
}

function keeping(f) {
  const shut = stepsWhere(f.map((gate) => gate < 0.5));
  const open = f.filter((gate) => gate >= 0.5);
  const rest = open.length ? open : f;
  const kept = rest.reduce((sum, gate) => sum + gate, 0) / rest.length;
  const half = Math.log(0.5) / Math.log(kept);
  const life = kept > 0.9999 ? "" : `, so that half is gone after ${number(half, half < 10 ? 1 : 0)} steps`;
  const clears = shut && open.length ? `, and clears the cell at ${shut}` : "";
  return `The forget gate keeps ${number(100 * kept, 0)} % a step${life}${clears}.`;
}

// "steps 1, 5 and 9"; nothing where there is none.
function stepsWhere(flags) {
  const steps = flags.map((flag, t) => flag && t + 1).filter(Boolean);
  return steps.length ? `${steps.length > 1 ? "steps" : "step"} ${list(steps)}` : "";
}

function list(numbers) {
  const shown = numbers.length > 6 ? [...numbers.slice(0, 5), "…"] : numbers;
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}` : `${shown[0]}`;
}

export default { render };
