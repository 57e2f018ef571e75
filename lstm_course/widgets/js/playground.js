// A playground: any cell learns a small task in a worker, while the page looks on.
// Traits: task, size, left, right, left_bias, right_bias, width, gain, lr, seed, and what
// there is to choose from: names, tasks, widths, biased, presets, batch, engine; in a
// chapter `compact`, with one discovery, two plots and the settings folded.

import { notebookOf } from "./continued.js";
import { button, choices, follow, say, shell, slider, tell } from "./controls.js";
import { DISCOVERIES, DISCOVERY_GOALS } from "./discoveries.js";
import { html, number, set } from "./draw.js";
import { goals, ways } from "./goals.js";
import { open } from "./packed.js";
import { settingOf } from "./setting.js";
import { smallPlot } from "./small_plot.js";

const SETTINGS = ["task", "size", "left", "right", "left_bias", "right_bias", "width", "gain", "lr", "seed"];
const LIVE = ["size", "lr"]; // what may change while it learns
const STEPS = 3000; // that one press of train asks for
const SMALL = { cannot: ["accuracy", "byLag"], bias: ["accuracy", "byLag"] }; // plots of the small form
const SIDES = { left: { colour: "h" }, right: { colour: "c", dash: "6 4" } };
const GATE_COLOURS = { i: "i", f: "f", o: "o", r: "o", u: "i", d: "g" };
const UNIT_COLOURS = ["c", "f", "o", "h"];

function limitsOf(model) {
  const among = (trait, more = []) => (value) => value in model.get(trait) || more.includes(value);
  return { task: among("tasks"), size: [0, 60], left: among("names"), right: among("names", [""]), left_bias: [-4, 8],
    right_bias: [-4, 8], width: (n) => Object.values(model.get("widths")).includes(n), gain: [0.5, 4], lr: [0.0003, 0.1], seed: [1, 1000] };
}

const share = (x) => `${Math.round(100 * x)} %`;
const readSettings = (model) => Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));

// ---- the worker, and all that it has told ----
async function makeRunner(model, told) {
  const { cells, data, trainer } = await open(model.get("engine"));
  const text = `${cells}\nconst TASK_DATA = ${JSON.stringify(data)};\n${trainer}`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url);
  const fail = (why) => told({ kind: "failed", why });
  worker.onmessage = ({ data: message }) => told(message);
  worker.onerror = (event) => fail(event.message || "the worker could not start");
  return { ask: (kind, more = {}) => worker.postMessage({ kind, ...more }), stop() { worker.terminate(); URL.revokeObjectURL(url); } };
}

// What is known of a run: settings it was made with, curves so far, the last look.
const fresh = (now) => ({ made: now, from: now.size, changed: 0, step: 0, sides: [], curves: [[], []], gates: [[], []] });

function takeIn(run, { step, sides }) {
  run.step = step;
  run.sides = sides.map((side, k) => {
    side.points.forEach(([loss, accuracy]) => run.curves[k].push([10 * (run.curves[k].length + 1), loss, accuracy]));
    run.gates[k].push([step, side.gates]);
    return { ...side, cell: k ? run.made.right : run.made.left };
  });
}

// ---- the figure ----
function render({ model, el }) {
  const root = shell(el, "Playground: a cell learns in the page", "playground");
  const state = { run: fresh(readSettings(model)), runner: null, training: false, look: "left", failed: "", wanted: null };
  const [small, about] = [model.get("compact"), model.get("discovery")];
  const found = small ? Object.entries(DISCOVERY_GOALS).filter(([key]) => key === about) : Object.entries(DISCOVERY_GOALS);
  const parts = { ...makeControls(model, state), ...makePlots(small ? SMALL[about] ?? ["accuracy", "bySize"] : null), now: html("p", { class: "now" }), sentence: say(),
    trying: goals("playground", Object.fromEntries(found)), moving: ways(model, "playground", limitsOf(model)) };
  const draw = () => drawAll(model, state, parts).forEach((job) => job());
  state.draw = inTurns(() => drawAll(model, state, parts));
  const end = follow(model, SETTINGS, root, () => { obey(model, state); draw(); });
  state.begun = makeRunner(model, (message) => hearRunner(model, state, message)).then((runner) => {
    state.runner = runner;
    state.run = null;
    obey(model, state);
  }, (error) => { state.failed = error.message; draw(); });
  root.classList.toggle("compact", small);
  if (small) root.append(parts.buttons, parts.now, parts.plots, parts.sentence, parts.settings, parts.trying, parts.moving);
  else root.append(parts.presets, parts.settings, parts.buttons, parts.now, parts.plots, parts.sentence, parts.trying, parts.moving);
  return () => { end(); state.begun.then(() => state.runner?.stop()); };
}

// Settings have changed: in mid-run where that may be, else the run begins anew.
function obey(model, state) {
  if (!state.runner) return;
  const [now, made] = [readSettings(model), state.run?.made];
  const differ = SETTINGS.filter((name) => made?.[name] !== now[name]);
  if (made && !differ.length) return;
  if (made && state.run.step && differ.every((name) => LIVE.includes(name))) {
    for (const name of differ) state.runner.ask(name, { [name]: now[name] });
    if (differ.includes("size")) state.run.changed = state.run.step;
    state.run.made = now;
    return;
  }
  Object.assign(state, { run: fresh(now), training: false, failed: "" });
  state.turn = (state.turn ?? 0) + 1;
  state.runner.ask("make", { turn: state.turn, ...settingOf(now, model.get("biased"), model.get("batch")) });
}

function hearRunner(model, state, message) {
  if (message.kind === "weights") return save(state, message);
  if (message.kind === "failed") Object.assign(state, { failed: message.why, training: false });
  else if (message.turn !== state.turn) return; // of the run before
  else {
    takeIn(state.run, message);
    if (message.step >= state.until) state.training = false;
  }
  state.draw();
}

// Hand a file to the reader: the run as a notebook.
function save(state, { setting, step, all }) {
  const side = state.look === "right" && all.length > 1 ? 1 : 0;
  const text = notebookOf({ setting, step, p: all[side], side });
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  html("a", { href: url, download: `${setting.sides[side].cell}_${setting.task}.ipynb` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function makeControls(model, state) {
  const change = (name) => (value) => tell(model, { [name]: value });
  const presets = choices("Find out", DISCOVERIES, (key) => tell(model, model.get("presets")[key]));
  presets.classList.add("presets");
  const names = model.get("names");
  const menus = {
    task: pick("task", Object.fromEntries(Object.entries(model.get("tasks")).map(([k, [name]]) => [k, name])), (task) => tell(model, { task, size: fitting(model, task) })),
    left: pick("left cell", names, change("left")),
    right: pick("right cell", { "": "none", ...names }, change("right")),
    width: pick("units", model.get("widths"), (n) => tell(model, { width: Number(n) })),
  };
  const dial = (name, label, colour, min, max, step, digits) => slider({ name: label, label, colour, min, max, step, digits, value: model.get(name), change: change(name) });
  const dials = {
    size: dial("size", "size of the task", "ink", 2, 60, 1, 0), lr: dial("lr", "learning rate", "ink", 0.0003, 0.1, 0.0001, 4),
    left_bias: dial("left_bias", "forget bias, left", "f", -4, 8, 0.5, 1), right_bias: dial("right_bias", "forget bias, right", "f", -4, 8, 0.5, 1),
    gain: dial("gain", "gain", "h", 0.5, 4, 0.1, 1),
  };
  const train = button("train", () => {
    Object.assign(state, { training: !state.training, failed: "" });
    state.until = state.run.step + STEPS;
    state.runner.ask(state.training ? "train" : "pause", { until: state.until });
    state.draw();
  });
  const step = button("one step", () => { Object.assign(state, { training: false, failed: "" }); state.runner.ask("step"); });
  const again = button("begin again", () => { state.run.made = null; obey(model, state); });
  const other = button("other start", () => tell(model, { seed: model.get("seed") + 1 }));
  const go = button("go on in Python", () => state.runner.ask("weights"), { title: "a notebook with the weights of the side that is looked into" });
  const look = choices("Look into", { left: "left cell", right: "right cell" }, (key) => { state.look = key; state.draw(); });
  const settings = html("details", { class: "settings", open: model.get("compact") || matchMedia("(max-width: 600px)").matches ? null : "" }, html("summary", {}, "settings"), html("div", { class: "choices" }, ...Object.values(menus).map((m) => m.parentNode)), html("div", { class: "dials" }, ...Object.values(dials)));
  const buttons = model.get("compact") ? [train, again, other] : [train, step, again, other, go, look];
  return { presets, settings, menus, dials, train, running: [step, again, other, go, look], look, buttons: html("div", { class: "choices run" }, ...buttons) };
}

// A size that a task knows: the one that is set, as far as it may be.
function fitting(model, task) {
  const [, , least, most] = model.get("tasks")[task];
  return Math.min(most, Math.max(least, model.get("size")));
}

function pick(label, options, choose) {
  const list = Object.entries(options).map(([value, text]) => html("option", { value }, String(text)));
  const menu = html("select", { "aria-label": label, onchange: (event) => choose(event.target.value) }, ...list);
  html("label", { class: "pick" }, html("span", { class: "name", "aria-hidden": "true" }, label), menu);
  return menu;
}

function makePlots(shown) {
  const drawn = {
    accuracy: smallPlot({ title: "answers right", across: "steps of training", range: [0, 1] }),
    loss: smallPlot({ title: "loss", across: "steps of training" }),
    bySize: smallPlot({ title: "right, by size", across: "size of the task", range: [0, 1] }),
    byLag: smallPlot({ title: "gradient by state", across: "lag (steps)", log: true }),
    gates: smallPlot({ title: "gate means", across: "steps of training", range: [0, 1], named: true }),
    units: smallPlot({ title: "four units", across: "step of a sequence" }),
  };
  const some = shown ? Object.fromEntries(shown.map((key) => [key, drawn[key]])) : drawn;
  return { drawn: some, plots: html("div", { class: "plots" }, ...Object.values(some)) };
}

// A function that has jobs done, one a frame, and once more where it is asked meanwhile:
// many messages are one picture, and no picture keeps the page waiting.
function inTurns(jobsOf) {
  let [jobs, asked, due] = [[], false, false];
  const turn = () => {
    due = false;
    if (!jobs.length && asked) [jobs, asked] = [jobsOf(), false];
    jobs.shift()?.();
    ask();
  };
  const ask = () => {
    if (due || !(jobs.length || asked)) return;
    due = true;
    requestAnimationFrame(turn);
  };
  return () => { asked = true; ask(); };
}

// ---- what is seen: a list of jobs that draw it ----
function drawAll(model, state, parts) {
  const now = readSettings(model);
  const [{ run }, { drawn }] = [state, parts];
  const width = Object.values(drawn)[0].clientWidth; // asked once, before anything is written
  showControls(model, state, parts, now);
  if (state.failed && !state.runner) parts.sentence.tell(`It cannot start: ${state.failed}`);
  if (!run) return [];
  const sides = run.sides.map((side, k) => ({ ...side, ...Object.values(SIDES)[k], curve: run.curves[k] }));
  const lines = (points) => sides.map((side) => ({ colour: side.colour, dash: side.dash, label: side.cell, points: points(side) }));
  const k = now.right && state.look === "right" && sides.length > 1 ? 1 : 0;
  const gates = Object.keys(run.gates[k].at(-1)?.[1] ?? {});
  const means = gates.map((name) => ({ colour: GATE_COLOURS[name], label: name, points: run.gates[k].map(([x, all]) => [x, all[name]]) }));
  const units = (sides[k]?.units ?? []).map((values, j) => ({ colour: UNIT_COLOURS[j], label: `unit ${j + 1}`, points: values.map((v, t) => [t + 1, v]) }));
  for (const side of sides) side.best = Math.max(0, ...side.curve.map(([, , right]) => right));
  const seen = { ...now, step: run.step, since: run.step - run.changed, from: run.from, sides };
  if (sides.length && run.made) parts.trying.show(seen);
  tellNow(state, parts, sides, model);
  return [
    () => drawn.loss?.draw(lines(({ curve }) => curve.map(([x, loss]) => [x, loss])), width),
    () => drawn.accuracy?.draw(lines(({ curve }) => curve.map(([x, , right]) => [x, right])), width),
    () => drawn.bySize?.draw(lines(({ bySize }) => bySize), width),
    () => drawn.byLag?.draw(lines(({ byLag }) => byLag.filter(([lag]) => lag)), width),
    () => drawn.gates?.draw(means, width),
    () => drawn.units?.draw(units, width),
  ];
}

function showControls(model, state, { presets, menus, dials, train, running, look, drawn }, now) {
  for (const [name, menu] of Object.entries(menus)) menu.value = String(now[name]);
  for (const [name, dial] of Object.entries(dials)) dial.show(now[name]);
  const [, counted, least, most] = model.get("tasks")[now.task];
  dials.size.firstChild.textContent = counted || "size";
  dials.size.classList.toggle("idle", !counted);
  dials.size.querySelectorAll("input").forEach((input) => set(input, { min: least, max: most || 1, disabled: counted ? null : "" }));
  const same = (values) => SETTINGS.every((name) => values[name] === now[name]);
  presets.show(Object.entries(model.get("presets")).find(([, values]) => same(values))?.[0]);
  train.textContent = state.training ? "pause" : state.run?.step ? "train on" : "train";
  [train, ...running].forEach((control) => { if ("disabled" in control) control.disabled = !state.runner; });
  look.show(now.right ? state.look : "left");
  look.lastChild.disabled = !now.right;
  for (const side of ["left", "right"]) {
    const on = now[side] && model.get("biased")[now[side]];
    dials[`${side}_bias`].querySelectorAll("input").forEach((input) => set(input, { disabled: on ? null : "" }));
    dials[`${side}_bias`].classList.toggle("idle", !on);
  }
}

function tellNow(state, { now, sentence }, sides, model) {
  const names = model.get("names");
  const of = (side) => `${names[side.cell]}: ${side.curve.length ? `${share(side.accuracy)} right, loss ${number(side.curve.at(-1)[1], 3)}` : "untrained"}`;
  const keys = sides.map((side, k) => html("span", { class: "key" }, html("span", { class: `swatch ${k ? "dashed" : ""}`, style: `--colour: var(--p-${side.colour})`, "aria-hidden": "true" }), ` ${of(side)}`));
  now.replaceChildren(html("b", {}, `Step ${state.run.step}`), ...keys);
  sentence.tell(statusOf(state, sides.map(of), model.get("tasks")[model.get("task")][1]));
}

// What is going on, in a sentence: of a state there is one, whatever came before.
export function statusOf({ run, until, training, failed }, sides, counted) {
  if (failed) return `It stopped: ${failed}`;
  if (training) return `It learns, up to step ${until}. Press pause to stop${counted ? `, or change the ${counted.split(",")[0]} meanwhile` : ""}.`;
  if (run.step) return `After ${run.step} steps, ${sides.join("; ")}.`;
  return "Nothing has been learned yet: the gradient is that of the first step. Press train.";
}

export default { render };
