// One LSTM unit: a row for each quantity, what sets it at the left, what it does at
// the right; last, how much of a change of c reaches the end. Traits: W_x, W_h, b (blocks i f g o), x, preset; presets.

import { lstmStep, trace } from "./cells.js";
import { button, choices, follow, say, shell, slider, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { columns, exact, html, line, number, power, scale, set, svg, typeset } from "./draw.js";
import { back } from "./jacobian.js";

const BLOCKS = "ifgo";
const ROWS = {
  x: "input", i: "input gate", f: "forget gate", g: "candidate", o: "output gate",
  c: "cell state", h: "hidden state", gradient: "gradient",
};
const LAST = "gradient"; // the strip with the steps below it
const PARTS = { // trait: what a dial of it is called, its range
  W_x: { of: "weight of the input", sub: "x", most: 30, step: 0.5 },
  W_h: { of: "weight of the unit’s own last output", sub: "h", most: 30, step: 0.5 },
  b: { of: "bias", sub: "", most: 12, step: 0.1 },
};
const MARGIN = { left: 26, right: 58, top: 8 };

const LIMITS = { W_x: [-30, 30], W_h: [-30, 30], b: [-12, 12], x: [-1, 1] };
const GOALS = {
  last: ["Keep only the last of several pulses: each new +1 takes the place of the one before.",
    ({ x, f, i, g, c }) => {
      const pulses = x.flatMap((v, t) => (v >= 0.9 ? [t] : []));
      const t = pulses.at(-1);
      return pulses.length > 1 && c[pulses[0]] > 0.5 && f[t] < 0.3 && i[t] * g[t] > 0.5 && c.at(-1) > 0.5;
    }],
  down: ["Count downwards: c below −3 at the end, a step down with each pulse.",
    ({ x, c }) => c.at(-1) < -3 && x.filter((v) => v >= 0.9).length >= 3],
  half: ["Forget by half in five steps: something is written, and the forget gate rests at the right place.",
    ({ f, c }) => Math.max(...c) > 0.5 && f.every((v) => v ** 5 > 0.44 && v ** 5 < 0.56)],
};

// Every quantity over time, and of the last c the gradient by each c: name -> numbers.
export function run({ W_x, W_h, b, x }) {
  const [p, xs] = [{ W_x: [W_x], W_h: [W_h], b }, x.map((value) => [value])];
  const steps = trace(lstmStep, p, xs);
  const over = (name) => steps.map((step) => step[name][0]);
  const gradient = [];
  back("lstm", p, xs, 1, x.length, ["c"], (lag, d) => gradient.unshift(d.c[0]));
  return { ...Object.fromEntries(["x", ..."ifgoch"].map((name) => [name, over(name)])), gradient };
}

function render({ model, el }) {
  const root = shell(el, "Unit explorer: one LSTM unit", "unit-explorer");
  const change = (values) => tell(model, { preset: "", ...values });
  const names = Object.keys(model.get("presets"));
  const presets = choices("Presets", Object.fromEntries(names.map((n) => [n, n])), (name) => {
    const { words, ...values } = model.get("presets")[name];
    tell(model, { ...values, preset: name });
  });
  const trying = goals("unit", GOALS);
  const moving = ways(model, "unit", { ...LIMITS, preset: (name) => name in model.get("presets") || !name });
  const cursor = { at: null, move: (at) => { cursor.at = at; draw(); } };
  const rows = Object.keys(ROWS).map((name) => makeRow(name, model, change, cursor));
  const sentence = say();
  const box = html("div", { class: "quantities", onpointerleave: (event) => {
    if (event.pointerType === "mouse") cursor.move(null);
  } });
  box.append(...rows.map((row) => row.box));
  box.open = (name) => rows.forEach((row) => { // on a phone: dials of one gate at a time
    row.box.classList.toggle("shut", row.box.dataset.row !== name);
    row.box.querySelector(".turn")?.setAttribute("aria-expanded", String(row.box.dataset.row === name));
  });
  box.open("i");
  root.append(presets, box, sentence, trying, moving);

  function draw() {
    const traits = Object.fromEntries(["W_x", "W_h", "b", "x"].map((t) => [t, model.get(t)]));
    const values = run(traits);
    const preset = chosen(model.get("presets"), traits);
    presets.show(preset);
    for (const row of rows) row.draw(values, traits, cursor.at ?? values.x.length - 1);
    trying.show(values);
    sentence.show(...typeset(html, words(values, model.get("presets")[preset])));
  }
  return follow(model, ["W_x", "W_h", "b", "x", "preset"], root, draw);
}

// The preset whose numbers are set, whoever has set them.
function chosen(presets, traits) {
  const same = (values) => Object.entries(traits).every(([t, row]) => row.join() === values[t].join());
  return Object.keys(presets).find((name) => same(presets[name]));
}

// ---- a row: words and dials, and a strip of time ----
function makeRow(name, model, change, cursor) {
  const equation = html("span", { class: "equation" });
  const head = html("div", { class: "head" },
    html("b", { style: `color: ${colourOf(name)}` }, ROWS[name]), " ", equation);
  const dials = BLOCKS.includes(name) ? makeDials(name, model, change) : [];
  const strip = makeStrip(name, cursor, name === "x" && ((at, value) => {
    const x = [...model.get("x")];
    x[at] = Math.max(-1, Math.min(1, Math.round(value * 100) / 100));
    change({ x });
  }));
  const turn = button("dials", () => box.parentNode.open(name), { class: "turn", "aria-label": `dials of the ${ROWS[name]}` });
  if (dials.length) head.append(turn);
  const box = html("div", { class: `quantity ${dials.length ? "with-dials" : ""}`, "data-row": name },
    html("div", { class: "words" }, head, ...dials.map((d) => d.dial)), strip.svg);
  const draw = (values, traits, at) => {
    equation.replaceChildren(...formula(name, traits));
    for (const { dial, trait, k } of dials) dial.show(traits[trait][k]);
    strip.draw(values[name], at);
  };
  return { box, draw };
}

function makeDials(name, model, change) {
  const k = BLOCKS.indexOf(name);
  return Object.entries(PARTS).map(([trait, { of, sub, most, step }]) => {
    const dial = slider({
      name: [html("i", {}, trait[0]), html("sub", {}, sub + name)],
      label: `${of}, ${ROWS[name]}`, min: -most, max: most, step, colour: name,
      value: model.get(trait)[k],
      change: (value) => {
        const row = [...model.get(trait)];
        row[k] = value;
        change({ [trait]: row });
      },
    });
    return { dial, trait, k };
  });
}

function colourOf(name) {
  return `var(--p-${name === "gradient" ? "c" : name})`;
}

// "i = σ(20 x − 10)": what is zero is left out.
function formula(name, traits) {
  const v = (letter) => html("i", {}, letter);
  const last = (letter) => [v(letter), html("sub", {}, "t−1")];
  if (name === "x") return ["drag it, or use arrow keys"];
  if (name === "c") return [v("c"), " = ", v("f"), " ", ...last("c"), " + ", v("i"), " ", v("g")];
  if (name === "gradient") return ["∂", v("c"), html("sub", {}, traits.x.length), " / ∂", v("c"), html("sub", {}, "t")];
  if (name === "h") return [v("h"), " = ", v("o"), " tanh(", v("c"), ")"];
  const k = BLOCKS.indexOf(name);
  const terms = [[traits.W_x[k], [" ", v("x")]], [traits.W_h[k], [" ", ...last("h")]], [traits.b[k], []]];
  const sum = terms.filter(([w]) => w !== 0).flatMap(([w, what], n) => {
    const sign = w < 0 ? (n ? " − " : "−") : n ? " + " : "";
    return [sign + exact(Math.abs(w)), ...what];
  });
  return [v(name), name === "g" ? " = tanh(" : " = σ(", ...(sum.length ? sum : ["0"]), ")"];
}

// ---- a strip: one quantity over time ----
function makeStrip(name, cursor, edit) {
  const colour = colourOf(name);
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
    const least = ["gradient", ..."ifo"].includes(name) ? 0 : 1;
    const low = -Math.max(least, Math.ceil(Math.max(...y.map((v) => -v)) - 1e-9));
    const X = scale([0.5, y.length + 0.5], [MARGIN.left, width - MARGIN.right]);
    const Y = scale([low, most], [height - under, MARGIN.top]);
    Object.assign(state, { X, Y, low, most, y, width });
    const xs = y.map((_, k) => X(k + 1));
    const half = (X(2) - X(1)) / 2;
    set(strip, { viewBox: `0 0 ${width} ${height}` });
    if (!edit) set(strip, { "aria-label": `${ROWS[name]} over time, ${write(y[0])} at the first step, ${write(y.at(-1))} at the end` });
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
function words({ i, f, g, c, h, gradient }, preset) {
  const written = stepsWhere(i.map((gate, t) => Math.abs(gate * g[t]) > 0.25));
  const what = written ? `Something is written at ${written}.` : "Nothing is written.";
  return `${preset ? `${preset.words} ` : ""}${what} ${keeping(f)} ` +
    `At the end c is ${number(c.at(-1))} and the unit shows ${number(h.at(-1))}; ` +
    `a nudge of c at step 1 arrives there times ${power(gradient[0])}.`;
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
