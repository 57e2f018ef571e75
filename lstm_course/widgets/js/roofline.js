// A roofline under the hands: size, cell and machine against the time of a training
// step, which of four bounds takes it, and what was measured. Traits: T, B, I, H, cell,
// way, machine, and what there is to choose from: counts, names, machines, points.

import { follow, say, shell, slider, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { html, line, number, round, scale, set, svg } from "./draw.js";

// ---- the prediction, as lstm_course.cost has it ----
const FLOAT = 4;
const BACK = 4;
const AGAIN = 6;

// What a training step has to do: operations, bytes, calls, steps.
export function work(n, { T, B, I, H }, way) {
  const [x, h, unit] = [n.by_x * I * H, n.by_h * H * H, T * B * H];
  const plain = way === "plain";
  const asked = n.operations * (1 + BACK); // of torch, in a step
  const made = { cache: FLOAT * T * h * 2, calls: 0, layers: 1 };
  const loop = { cache: FLOAT * (T * (x + h) * AGAIN + 3 * unit * asked), calls: T * asked, layers: 0 };
  return {
    products: 2 * T * B * (2 * x + 3 * h),
    functions: unit * (n.forth + n.back),
    memory: FLOAT * (2 * (T * B * I + n.kept * unit) + unit),
    steps: 2 * T,
    ...(plain ? loop : made),
  };
}

// What each of four bounds takes, in seconds.
export function seconds(todo, machine) {
  return {
    arithmetic: todo.products / machine.products + todo.functions / machine.functions,
    traffic: todo.cache / machine.cache + todo.memory / machine.memory,
    calls: todo.calls * machine.call + todo.layers * machine.layer,
    waiting: todo.steps * machine.step,
  };
}

const sum = (parts) => Object.values(parts).reduce((a, b) => a + b, 0);
const largest = (parts) => Object.entries(parts).reduce((a, b) => (b[1] > a[1] ? b : a))[0];

// All that is shown of a state.
export function predict(state) {
  const [machine, n] = [state.machines[state.machine], state.counts[state.cell]];
  const todo = work(n, state, state.way);
  const parts = seconds(todo, machine);
  const total = sum(parts);
  const intensity = todo.products / (todo.cache + todo.memory);
  const card = !["here", "book"].includes(state.machine); // on which nothing was measured
  return { todo, parts, total, bound: largest(parts), machine, intensity, card };
}

// ---- what a reader may try ----
const BOUNDS = { arithmetic: "arithmetic", traffic: "memory traffic", calls: "calls", waiting: "waiting" };
const WAYS = { made: "made loop", plain: "plain loop" };
const LIMITS = { T: [1, 4096], B: [1, 1024], I: [1, 1024], H: [1, 2048] };
const WORDS = { T: "steps T", B: "rows B", I: "inputs I", H: "units H" };
const GOALS = {
  calls: ["Find a size at which the plain loop spends more time being called than on all the rest.",
    ({ way, parts, total }) => way === "plain" && parts.calls > total / 2],
  bytes: ["Find a made loop whose weights are read so often and used so little that memory traffic takes most of its time.",
    ({ way, parts, total }) => way === "made" && parts.traffic > total / 2],
  idle: ["Find a layer of at least 64 units on a graphics card that computes for less than a hundredth of its time.",
    ({ card, H, parts, total }) => card && H >= 64 && parts.arithmetic < total / 100],
};
const HALVE = {
  arithmetic: "only fewer operations, or faster ones: half the rows, fewer units, half the precision",
  traffic: "fewer bytes for each operation: more rows that share the weights of a step",
  calls: { made: "more work for the same call: longer sequences, more rows", plain: "fewer calls: one made loop in place of Python’s" },
  waiting: "fewer steps, or steps that do not wait for each other; faster arithmetic would change nothing",
};

// 1.7 billion.
export function large(n) {
  const [word, by] = n < 1e6 ? ["thousand", 1e3] : n < 1e9 ? ["million", 1e6] : n < 1e12 ? ["billion", 1e9] : ["trillion", 1e12];
  return `${number(n / by, n / by < 10 ? 1 : 0)} ${word}`;
}

export function duration(s) {
  const [unit, by] = s < 1e-3 ? ["µs", 1e6] : s < 1 ? ["ms", 1e3] : ["s", 1];
  const x = s * by;
  return `${number(x, x < 10 ? 1 : 0)}\u00a0${unit}`;
}

// ---- the frame ----
function menu(label, options, choose) {
  const list = Object.entries(options).map(([value, text]) => html("option", { value }, text));
  return html("select", { "aria-label": label, onchange: (event) => choose(event.target.value) }, ...list);
}

const sizeOf = (p) => ["T", "B", "I", "H"].map((k) => p[k]).join(" × ");
const same = (p, state) => ["T", "B", "I", "H", "cell", "way"].every((k) => p[k] === state[k]);

function render({ model, el }) {
  const root = shell(el, "Roofline: what bounds the time of a layer", "roofline");
  const get = () => Object.fromEntries(["T", "B", "I", "H", "cell", "way", "machine", "counts", "machines", "points"]
    .map((name) => [name, model.get(name)]));
  const { machines, points } = get();
  const names = Object.fromEntries(Object.entries(machines).map(([key, m]) => [key, m.name]));
  const pick = {
    cell: menu("cell", model.get("names"), (cell) => tell(model, { cell })),
    way: menu("how it is run", WAYS, (way) => tell(model, { way })),
    machine: menu("machine", names, (machine) => tell(model, { machine })),
  };
  const own = Object.fromEntries(points.map((p, k) => [k, `${model.get("names")[p.cell]}, ${WAYS[p.way]}, ${sizeOf(p)}`]));
  const measured = menu("measured sizes", { "": "go to a measured size …", ...own }, (k) => {
    if (k === "") return;
    const { T, B, I, H, cell, way } = points[k];
    tell(model, { T, B, I, H, cell, way });
  });
  const dials = Object.fromEntries(Object.entries(LIMITS).map(([key, [min, max]]) => [key, slider({
    name: [html("i", {}, key)], label: WORDS[key], min, max, step: 1, digits: 0, doubling: true,
    value: model.get(key), change: (x) => tell(model, { [key]: x }) })]));
  const [plot, bars, sentence] = [makePlot(), makeBars(), say()];
  const trying = goals("roofline", GOALS);
  const known = (name) => (value) => value in (name === "way" ? WAYS : model.get(name));
  const moving = ways(model, "roofline", { ...LIMITS, cell: known("counts"), way: known("way"), machine: known("machines") });
  root.append(html("div", { class: "menus" }, ...Object.values(pick), ...(points.length ? [measured] : [])),
    html("div", { class: "dials" }, ...Object.values(dials)), plot.svg, bars.place, sentence, trying, moving);
  return follow(model, ["T", "B", "I", "H", "cell", "way", "machine"], root, (width) => {
    const state = get();
    const found = predict(state);
    for (const [key, dial] of Object.entries(dials)) dial.show(state[key]);
    for (const [key, select] of Object.entries(pick)) select.value = state[key];
    const at = points.findIndex((p) => same(p, state));
    measured.value = at < 0 ? "" : at;
    trying.show({ ...state, ...found });
    plot.draw(state, found, width);
    bars.draw(found);
    sentence.show(words(model, state, found, points[at]));
  });
}

function words(model, state, { todo, total, bound, parts, machine, intensity }, point) {
  const hint = HALVE[bound][state.way] ?? HALVE[bound];
  const was = point ? ` Measured: ${duration(point.ms / 1e3)} (${point.machine}, ${point.date}).` : "";
  return `${model.get("names")[state.cell]}, ${WAYS[state.way]}, forward and backward: ${large(todo.products)} operations, ` +
    `${number(intensity, intensity < 10 ? 1 : 0)} for each byte. On ${machine.name}: ${duration(total)}, of which ` +
    `${BOUNDS[bound]} takes ${number((100 * parts[bound]) / total, 0)} %.${was} What would halve it: ${hint}. ` +
    `(The machine’s numbers: ${machine.source}.)`;
}

// ---- where the time goes: a row for each bound ----
function makeBars() {
  const rows = Object.entries(BOUNDS).map(([key, name]) => {
    const parts = { bar: html("span", { class: "bar" }), time: html("span", { class: "time" }) };
    return [key, { ...parts, row: html("li", { "data-bound": key }, html("span", {}, name), parts.bar, parts.time) }];
  });
  const place = html("ul", { class: "bars", "aria-label": "Where the time goes" }, ...rows.map(([, { row }]) => row));
  return { place, draw: ({ parts, total, bound }) => {
    for (const [key, { row, bar, time }] of rows) {
      row.classList.toggle("bound", key === bound);
      bar.style.setProperty("--share", parts[key] / total);
      time.textContent = duration(parts[key]);
    }
  } };
}

// ---- the plot: operations per byte to the right, operations per second upwards ----
const ACROSS = [-1, 3]; // powers of ten
const DECADES = [3.5, 5.5]; // of a processor, of a card: there calls cost more

function makePlot() {
  const [grid, axis, cache, roof, fall, ticks, marks, at] = ["grid", "axis", "cache", "roof", "fall"]
    .map((name) => svg("path", { class: name })).concat(svg("g"), svg("g", { class: "marks" }), svg("circle", { r: 6, class: "at" }));
  const title = svg("title", {});
  const plot = svg("svg", { class: "plot", role: "img" }, title, grid, cache, roof, axis, ticks, marks, fall, at);
  return { svg: plot, draw: (...given) => drawPlot({ plot, title, grid, axis, cache, roof, fall, ticks, marks, at }, ...given) };
}

function drawPlot(parts, state, found, width) {
  const { machine, todo, total, intensity } = found;
  const height = width < 500 ? 250 : 300;
  const box = { left: 58, right: width - 12, top: 26, bottom: height - 40 };
  const top = Math.ceil(2 * Math.log10(1.5 * machine.products)) / 2;
  const low = top - DECADES[Number(found.card)];
  const [X, Y] = [scale(ACROSS, [box.left, box.right]), scale([low, top], [box.bottom, box.top])];
  const inside = (v, [low, high]) => Math.min(high, Math.max(low, v));
  const across = (i) => X(inside(Math.log10(i), ACROSS));
  const up = (rate) => Y(inside(Math.log10(rate), [low, top]));
  const slope = (bytes) => {
    const from = Math.max(10 ** ACROSS[0], 10 ** low / bytes);
    return line([[across(from), up(bytes * from)], [across(machine.products / bytes), up(machine.products)],
                 [box.right, up(machine.products)]]);
  };
  const best = todo.products / Math.max(found.parts.arithmetic, found.parts.traffic);
  set(parts.plot, { viewBox: `0 0 ${width} ${height}`, height });
  set(parts.roof, { d: slope(machine.memory) });
  set(parts.cache, { d: machine.cache === machine.memory ? "" : slope(machine.cache) });
  const [x, y] = [across(intensity), up(todo.products / total)];
  set(parts.at, { cx: round(x), cy: round(y) });
  set(parts.fall, { d: `M${round(x)},${round(up(best))} V${round(y)}` });
  parts.title.textContent = `Reached: ${giga(todo.products / total)} of ${giga(machine.products)} GFLOP/s, at ` +
    `${number(intensity, 1)} operations for each byte`;
  drawFrame(parts, { box, X, Y, low, top, up, machine });
  parts.marks.replaceChildren(...(found.card ? [] : state.points).map((p) => {
    const theirs = predict({ ...state, ...p, machine: state.machine });
    const rate = theirs.todo.products / (p.ms / 1e3);
    const alike = p.cell === state.cell && p.way === state.way ? " alike" : "";
    return svg("path", { class: `mark${alike}`, d: cross(across(theirs.intensity), up(rate)) },
      svg("title", {}, `measured: ${p.cell}, ${WAYS[p.way]}, ${sizeOf(p)}: ${duration(p.ms / 1e3)}`));
  }));
}

const cross = (x, y) => `M${round(x - 4)},${round(y - 4)} l8,8 m0,-8 l-8,8`;

function giga(rate) {
  const g = rate / 1e9;
  return g >= 1000 ? Math.round(g).toLocaleString("en") : number(g, g < 1 ? 2 : g < 10 ? 1 : 0);
}

function drawFrame({ grid, axis, ticks }, { box, X, Y, low, top, up, machine }) {
  const powers = [];
  for (let n = Math.ceil(low); n <= top; n++) powers.push(n);
  const columns = [-1, 0, 1, 2, 3];
  const middle = { "text-anchor": "middle" };
  const text = (x, y, said, more) => svg("text", { x: round(x), y: round(y), ...more }, said);
  const start = up(machine.memory * 10 ** ACROSS[0]); // where the slope leaves the frame
  const roof = up(machine.products) - 7;
  set(grid, { d: powers.map((n) => `M${box.left},${round(Y(n))} H${box.right}`).join(" ") });
  set(axis, { d: `M${box.left},${box.bottom} H${box.right}` });
  ticks.replaceChildren(
    ...powers.map((n) => text(box.left - 6, Y(n), giga(10 ** n), { "text-anchor": "end", "dominant-baseline": "central" })),
    ...columns.map((n) => text(X(n), box.bottom + 16, String(10 ** n), n < 3 ? middle : { "text-anchor": "end" })),
    text(0, 12, "GFLOP/s", { class: "title" }),
    text((box.left + box.right) / 2, box.bottom + 34, "operations for each byte", { ...middle, class: "title" }),
    text(box.right, roof, `products ${giga(machine.products)} GFLOP/s`, { "text-anchor": "end" }),
    text(box.left + 4, Math.min(start + 18, box.bottom - 6), `memory ${giga(machine.memory)} GB/s`),
    ...(machine.cache === machine.memory ? [] : [text(box.left + 2, roof, `cache ${giga(machine.cache)} GB/s`)]),
  );
}

export default { render };
