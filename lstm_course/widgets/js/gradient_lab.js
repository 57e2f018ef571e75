// Gain, forget bias and length against what is left of a gradient: five random
// networks of each kind, computed while the dials turn. Traits: cell, gain, bias, length,
// seed, size, inputs, networks, presets, cells.

import { cellMenu, openCells, readOn } from "./any_cell.js";
import { button, choices, follow, say, shell, slider, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { apart, html, line, power, scale, set, superscript, svg, typeset } from "./draw.js";
import { decay } from "./jacobian.js";
import { drawer, generator, matrix, normal } from "./random.js";
import { drawStart } from "./start.js";

const LINES = {
  total: { colour: "c", label: (name) => `${name}, all paths`, short: (name) => `${name}, all` },
  direct: { colour: "f", label: (name) => `${name}, direct path`, short: (name) => `${name}, direct` },
  rnn: { colour: "h", label: () => "tanh RNN", short: () => "tanh RNN" },
};
const LIMITS = { gain: [0.5, 4], bias: [0, 8], length: [10, 200], seed: [0, 1000] };
const within = (v) => v > 0.1 && v < 10;
const GOALS = {
  loud: ["Gain 4, and over 200 steps the direct path of the LSTM still keeps more than half.",
    ({ cell, gain, length, direct }) => cell === "lstm" && gain >= 4 && length >= 200 && direct > 0.5],
  detour: ["The LSTM’s direct path loses all but a thousandth in 100 steps, and all paths together keep 0.1 to 10.",
    ({ cell, length, direct, total }) => cell === "lstm" && length >= 100 && direct < 1e-3 && within(total)],
  plain: ["Keep the tanh RNN between 0.1 and 10 over 50 steps; then see what one notch of the dial more does.",
    ({ length, rnn }) => length >= 50 && within(rnn)],
};
const POWERS = [-16, 8]; // of ten, on the vertical axis

// The k-th random network of each kind, and what it reads: { x, own, rnn }; `keeps` is
// the block with the bias that makes the cell keep more, and its sign.
export function networks({ spec, rnn, keeps, gain, bias, length, seed, size: H, inputs: I }, k) {
  const next = generator(1000 * seed + k);
  const x = matrix(length, I, () => normal(next));
  const start = (of, more) => drawStart(of, { I, H, K: 0 }, drawer(next), gain, more);
  const own = start(spec, keeps ? { [keeps[0]]: keeps[1] * bias } : {});
  return { x, own, rnn: start(rnn, {}) };
}

// Norms by lag of every network: { lags, total: [[...], ...], direct, rnn }.
export function measure(traits) {
  const H = traits.size;
  const lags = [];
  for (let lag = 0; lag < traits.length; lag += Math.ceil(traits.length / 25)) lags.push(lag);
  lags.push(traits.length);
  const out = { lags, total: [], direct: [], rnn: [] };
  for (let k = 0; k < traits.networks; k++) {
    const { x, own, rnn } = networks(traits, k);
    const { total, direct } = decay(readOn(traits.spec, own, x, H), lags);
    out.total.push(total);
    out.direct.push(direct);
    out.rnn.push(decay(readOn(traits.rnn, rnn, x, H), lags).total);
  }
  return out;
}

// Over networks, at every lag: [smallest, median, largest].
export function spread(runs) {
  const sorted = runs[0].map((_, k) => runs.map((run) => run[k]).sort((a, b) => a - b));
  const middle = (values) => values[(values.length - 1) >> 1];
  return [sorted.map((v) => v[0]), sorted.map(middle), sorted.map((v) => v.at(-1))];
}

async function render({ model, el }) {
  const cells = await openCells(model.get("cells"));
  const root = shell(el, "Gradient lab: gain, forget bias and length", "gradient-lab");
  const change = (name) => (value) => tell(model, { [name]: value });
  const dials = {
    gain: slider({ name: "gain", label: "gain of the recurrent weights", min: 0.5, max: 4,
                   step: 0.1, colour: "h", value: 1, change: change("gain") }),
    bias: slider({ name: "forget bias", label: "forget bias", min: 0, max: 8,
                   step: 0.1, colour: "f", value: 1, change: change("bias") }),
    length: slider({ name: "length", label: "length, in steps", min: 10, max: 200, step: 10,
                     digits: 0, value: 50, change: change("length") }),
  };
  const presets = choices("Try", labels(model), (name) => tell(model, model.get("presets")[name]));
  const other = button("other networks", () => tell(model, { seed: model.get("seed") + 1 }));
  const plot = makePlot();
  const sentence = say();
  const trying = goals("gradients", GOALS);
  const moving = ways(model, "gradients", { ...LIMITS, cell: (name) => name in cells });
  const menu = cellMenu(cells, "cell", (cell) => tell(model, { cell }));
  presets.append(html("label", { class: "cell" }, html("span", { class: "name" }, "cell"), menu), other);
  root.append(presets, html("div", { class: "dials" }, ...Object.values(dials)), plot.svg, sentence, trying, moving);

  return follow(model, ["cell", "gain", "bias", "length", "seed"], root, (width) => {
    const names = ["cell", "gain", "bias", "length", "seed", "size", "inputs", "networks"];
    const of = cells[model.get("cell")];
    const traits = { ...Object.fromEntries(names.map((name) => [name, model.get(name)])), ...of, rnn: cells.rnn.spec };
    menu.show(traits.cell);
    dials.bias.firstChild.textContent = of.keeps?.[0] === "f" ? "forget bias" : "keeping bias";
    dials.bias.classList.toggle("idle", !of.keeps);
    dials.bias.querySelectorAll("input").forEach((input) => set(input, { disabled: of.keeps ? null : "" }));
    for (const [name, dial] of Object.entries(dials)) dial.show(traits[name]);
    presets.show(chosen(model));
    const measured = measure(traits);
    const lines = Object.fromEntries(Object.keys(LINES).map((k) => [k, spread(measured[k])]));
    trying.show({ ...traits, ...Object.fromEntries(Object.entries(lines).map(([k, v]) => [k, v[1].at(-1)])) });
    plot.draw(of.short, measured.lags, lines, width);
    sentence.show(...typeset(html, words(lines, traits)));
  });
}

function labels(model) {
  return Object.fromEntries(Object.keys(model.get("presets")).map((name) => [name, name]));
}

function chosen(model) {
  const same = (values) => Object.entries(values).every(([k, v]) => model.get(k) === v);
  return Object.entries(model.get("presets")).find(([, values]) => same(values))?.[0];
}

// ---- the plot: lag to the right, powers of ten upwards, labels at the lines' ends ----
function makePlot() {
  const [grid, axis, one] = ["grid", "axis", "one"].map((c) => svg("path", { class: c }));
  const ticks = svg("g");
  const at = svg("path", { class: "at" });
  const window_ = svg("svg", { class: "window" }, grid, one);
  const lines = Object.fromEntries(Object.entries(LINES).map(([key, { colour }]) => {
    const paint = `var(--p-${colour})`;
    const parts = {
      band: svg("path", { class: "band", fill: paint }),
      curve: svg("path", { class: `curve ${key}`, stroke: paint }),
      label: svg("text", { class: "label", style: `fill: ${paint}` }),
      value: svg("text"),
      leaves: svg("path", { class: "leaves", fill: paint }),
    };
    return [key, parts];
  }));
  const all = Object.values(lines);
  window_.append(...all.map((p) => p.band), ...all.map((p) => p.curve));
  const plot = svg("svg", { role: "slider", tabindex: 0, "aria-label": "lag at which the lines are read, in steps",
                            "aria-valuemin": 0, class: "plot" }, window_, axis, ticks, ...all.flatMap((p) => [p.label, p.value, p.leaves]), at);
  const parts = { plot, grid, axis, one, ticks, window_, lines, at };
  let [last, chosen] = [null, null]; // what is drawn, and the lag that is looked at
  const again = (k) => { chosen = k; if (last) drawPlot(parts, ...last, k); };
  const look = (event) => again(last && nearest(parts, last[1], event));
  for (const name of ["pointermove", "pointerdown"]) plot.addEventListener(name, look);
  plot.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") again(null); });
  plot.addEventListener("blur", () => again(null));
  plot.addEventListener("keydown", (event) => {
    const [now, most] = [chosen ?? last[1].length - 1, last[1].length - 1];
    const to = { ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1,
                 PageDown: now - 5, PageUp: now + 5, Home: 0, End: most }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    again(Math.max(0, Math.min(most, to)));
  });
  return { svg: plot, draw: (...given) => {
    if (last?.[1].length !== given[1].length) chosen = null;
    last = given;
    again(chosen);
  } };
}

// The number of the lag under a pointer.
function nearest({ plot, X }, lags, event) {
  const x = event.clientX - plot.getBoundingClientRect().left;
  const far = lags.map((lag) => Math.abs(X(lag) - x));
  return far.indexOf(Math.min(...far));
}

// Where a line leaves the frame: a small arrow that points after it.
function leaving(points, { top, bottom }) {
  const k = points.findIndex(([, y]) => y < top || y > bottom);
  if (k < 0) return "";
  const [x, up] = [points[k][0], points[k][1] < top ? 1 : -1];
  const y = up > 0 ? top - 2 : bottom + 2;
  return `M${x - 5},${y} h10 l-5,${-8 * up} Z`;
}

function drawPlot(parts, cell, lags, values, width, chosen = null) {
  const narrow = width < 500;
  const height = narrow ? 300 : 340;
  const box = { left: 42, right: width - (narrow ? 104 : 138), top: 30, bottom: height - 40 };
  const X = scale([0, lags.at(-1)], [box.left, box.right]);
  const Y = scale(POWERS, [box.bottom, box.top]);
  parts.X = X;
  const n = chosen ?? lags.length - 1;
  set(parts.at, { d: chosen === null ? "" : `M${X(lags[n])},${box.top} V${box.bottom}` });
  const log = (v) => Y(Math.max(-400, Math.log10(v))); // far below the window, not nowhere
  set(parts.plot, { viewBox: `0 0 ${width} ${height}`, height, "aria-valuenow": lags[n],
                    "aria-valuemax": lags.at(-1), "aria-valuetext": spoken(cell, values, lags, n) });
  const size = { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
  set(parts.window_, { ...size, viewBox: Object.values(size).join(" ") });
  const ends = Object.keys(LINES).map((key) => Math.min(box.bottom, Math.max(box.top, log(values[key][1].at(-1)))));
  drawAxes(parts, lags, { box, X, Y, chosen });
  const places = apart(ends, 35, box.top + 8, box.bottom - 8);
  Object.entries(LINES).forEach(([key, { label, short }], k) => {
    const [low, middle, high] = values[key].map((ys) => ys.map((v, n) => [X(lags[n]), log(v)]));
    set(parts.lines[key].band, { d: `${line([...low, ...high.reverse()])} Z` });
    set(parts.lines[key].curve, { d: line(middle) });
    const { label: name, value, leaves } = parts.lines[key];
    set(leaves, { d: leaving(middle, box) });
    set(name, { x: box.right + 9, y: places[k] - 3 }).textContent = (narrow ? short : label)(cell);
    set(value, { x: box.right + 9, y: places[k] + 12 })
      .replaceChildren(...typeset(svg, power(values[key][1][n])));
  });
}

function drawAxes({ grid, axis, one, ticks }, lags, { box, X, Y, chosen }) {
  const powers = [-16, -12, -8, -4, 0, 4, 8];
  const most = lags.at(-1);
  const steps = [0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => share * most);
  set(grid, { d: powers.map((n) => `M${box.left},${Y(n)} H${box.right}`).join(" ") });
  set(one, { d: `M${box.left},${Y(0)} H${box.right}` });
  set(axis, { d: `M${box.left},${box.bottom} H${box.right}` });
  const text = (x, y, words, more) => svg("text", { x, y, ...more }, ...typeset(svg, words));
  ticks.replaceChildren(
    ...powers.map((n) => text(box.left - 7, Y(n), n ? `10${superscript(n)}` : "1",
                              { "text-anchor": "end", "dominant-baseline": "central" })),
    ...steps.map((n) => text(X(n), box.bottom + 17, String(n), { "text-anchor": "middle" })),
    text(0, 12, "norm of the Jacobian", { class: "title" }),
    text(X(0) + 10, Y(6), "explodes", { "dominant-baseline": "central" }),
    text(X(0) + 10, Y(-14), "vanishes", { "dominant-baseline": "central" }),
    text((box.left + box.right) / 2, box.bottom + 35,
      chosen === null ? "lag (steps)" : `values at lag ${lags[chosen]}`, { "text-anchor": "middle", class: "title" }),
  );
}

// ---- what is seen ----
function spoken(cell, values, lags, n) {
  const at = Object.entries(LINES).map(([key, { label }]) => `${label(cell)} ${power(values[key][1][n])}`);
  return `lag ${lags[n]}: ${at.join("; ")}`;
}

function words(values, { length, bias, short, keeps }) {
  const at = (key) => values[key][1].at(-1);
  const verdict = (v) => (v < 0.1 ? "vanishes" : v > 10 ? "explodes" : "keeps its size, more or less");
  const gate = 1 / (1 + Math.exp(-bias));
  const kept = at("direct") > 0 ? `leaves ${power(at("direct"))}` : "leaves nothing";
  return `${keeps ? `What a cell keeps starts near ${gate.toFixed(gate > 0.99 ? 4 : 2)} a step. ` : ""}Over ${length} steps the ` +
    `direct path ${kept}; by all paths together it is ${power(at("total"))}: the ${short}’s ` +
    `gradient ${verdict(at("total"))}. The tanh RNN’s, ${power(at("rnn"))}, ${verdict(at("rnn"))}.`;
}

export default { render };
