// The trials of a study: a line for each cell, a point for each trial, and one trial
// beside its pair, the baseline's at the same settings. Traits: task, cell, view, trial,
// x, y, sort, order, hidden, only, and what there is: baseline, names, tasks, trials,
// apart.

import { between } from "./between.js";
import { button, follow, say, shell, tell } from "./controls.js";
import { html, number } from "./draw.js";
import { goals, ways } from "./goals.js";
import { listed } from "./listed.js";
import { sign } from "./marks.js";
import { makeTrial } from "./one_trial.js";
import { ACROSS, makeScatter } from "./scatter.js";
import { ticks } from "./table.js";
import { best, brief, fitting, REACHED, readTrials, SETTINGS, sumUp } from "./trials.js";

const CHOSEN = ["task", "cell", "view", "trial", "x", "y", "sort", "order", "hidden", "only"];
const GOALS = {
  lowest: ["Open the trial with the lowest test loss of its task, among all cells.",
    ({ row, all }) => row && all.every((other) => other.test >= row.test)],
  twice: ["Open a trial with less than half the test loss of the LSTM at the same settings.",
    ({ row, pair }) => row && pair && 2 * row.test < pair.test],
  ahead: ["Choose a cell that is ahead of the LSTM in its best trials, and behind it in the median of all.",
    ({ lines, cell, baseline }) => {
      const [mine, base] = [cell, baseline].map((name) => lines.find((line) => line.cell === name));
      return mine && base && mine.best < base.best && mine.median > base.median;
    }],
};

// ---- the tables ----
const signed = (x) => (x === null || x === undefined ? "" : `${x > 0 ? "+" : ""}${number(100 * x, 0)}`);
const asBrief = { write: brief };
const CELLS = {
  cell: { text: "cell" },
  best: { text: "best", title: "test loss, median of the best tenth by validation loss", ...asBrief },
  median: { text: "median", title: "test loss, median of all", ...asBrief },
  accuracy: { text: "right", title: "accuracy, median of the best tenth", down: true, write: (x) => (x === null ? "–" : x.toFixed(2)) },
  diverged: { text: "lost", title: "trials that diverged", write: (x) => String(x) },
  weights: { text: "weights", title: "median", ...asBrief },
  seconds: { text: "s", title: "seconds of training, median", ...asBrief },
};
const GAIN = { text: "gain", down: true, write: signed,
  title: "places of 100, among all trials, that it stands above the baseline at the same settings" };
const TRIALS = {
  key: { text: "trial" },
  ...Object.fromEntries(Object.entries({ ...REACHED, ...SETTINGS, seconds: ACROSS.seconds })
    .filter(([name]) => name !== "loss" && name !== "clip")
    .map(([name, [title, text]]) => [name, { text, title, down: name === "accuracy", ...asBrief }])),
};

// ---- what is chosen ----
// Everything a state shows: the task's rows, those that fit, lines, the open trial.
function lookUp(rows, state) {
  const { task, cell, hidden, only, trial, baseline, apart } = state;
  const all = rows.filter((row) => row.task === task);
  const kept = all.filter((row) => !hidden.includes(row.cell)).filter(fitting(only));
  const lines = [...new Set(kept.map((row) => row.cell))].map((name) => ({
    cell: name, ...sumUp(kept.filter((row) => row.cell === name)), ...(kept.length === all.length ? { gain: apart[task]?.[name]?.[0] ?? null } : {}) }));
  const mine = kept.filter((row) => row.cell === cell);
  const row = mine.find(({ key }) => key === trial) ?? best(mine)[0] ?? mine[0] ?? null;
  const pair = row && cell !== baseline ? all.find((other) => other.cell === baseline && other.key === row.key) ?? null : null;
  return { ...state, all, kept, lines, mine, row, pair, tops: new Set(lines.flatMap(({ top }) => top)) };
}

function words(now, sorted) {
  const { tasks, names, task, cell, baseline, all, kept, lines, apart } = now;
  const one = (name) => {
    const line = lines.find((other) => other.cell === name);
    if (!line) return `Of ${names[name]} no trial is shown.`;
    const { n, diverged, top, best: reached, median } = line;
    return `${names[name]}: ${n} trials, ${diverged || "none"} of them diverged; test loss ${brief(reached)} in the best ${top.length}, ${brief(median)} in the median.`;
  };
  const [gain, low, high] = apart[task]?.[cell] ?? [];
  const against = gain === undefined || kept.length < all.length ? "" : ` At the same settings it stands ${signed(gain)} places of 100 above ${names[baseline]} (95 %: ${signed(low)} to ${signed(high)}).`;
  return `${tasks[task].name}: ${kept.length === all.length ? all.length : `${kept.length} of ${all.length}`} trials. `
    + [...new Set([cell, baseline])].map(one).join(" ") + against + sorted;
}

function told({ row, pair, names, baseline }) {
  if (!row) return "no trial";
  const came = (trial) => (trial.diverged ? "diverged" : `test loss ${brief(trial.test)}`);
  const other = pair ? `; ${names[baseline]} at the same settings: ${came(pair)}` : "";
  return `${names[row.cell]}, trial ${row.draw}: ${came(row)}, learning rate ${brief(row.lr)}${other}`;
}

// ---- the frame ----
const pulled = (label, options, choose) => html("select", { "aria-label": label, onchange: (event) => choose(event.target.value) },
  ...Object.entries(options).map(([value, text]) => html("option", { value }, text)));

// What may be left out: a range for each setting, starts, endings.
function narrowing(rows, change) {
  let now = {};
  const put = (name, value) => {
    const { [name]: _, ...rest } = now;
    change(value ? { ...rest, [name]: value } : rest);
  };
  const ranges = Object.entries(SETTINGS).map(([key, [name, , powers]]) => {
    const values = rows.map((row) => row[key]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return [key, low < high && between({ name, low, high, log: powers && low > 0, say: brief, change: (range) => put(key, range) })];
  }).filter(([, made]) => made);
  const ended = pulled("how it ended", { "": "finished or diverged", finished: "finished", diverged: "diverged" }, (value) => put("state", value));
  const starts = [...new Set(rows.map((row) => row.start))];
  const started = pulled("how it started", { "": "any start", ...Object.fromEntries(starts.map((start) => [start, `start: ${start}`])) }, (value) => put("start", value));
  const head = html("summary", {});
  const place = html("details", { class: "folded" }, head, html("div", { class: "ranges" }, ...ranges.map(([, made]) => made), ended, started));
  place.show = (only) => {
    now = only;
    ranges.forEach(([key, made]) => made.show(only[key]));
    [ended.value, started.value] = [only.state ?? "", only.start ?? ""];
    head.textContent = `Settings: ${Object.keys(only).length ? Object.keys(only).length + " narrowed" : "all"}`;
  };
  return place;
}

// The list of cells, or of one cell's trials, in one place.
function makeLists(model, cells, columns) {
  const pick = { cells: (cell) => tell(model, { cell, trial: "" }), trials: (trial) => tell(model, { trial }) };
  const lists = {
    cells: listed("Cells", columns, { choose: pick.cells, press: (sort) => tell(model, { sort }),
      open: (cell) => tell(model, { ...(cell === model.get("cell") ? {} : { trial: "" }), cell, view: "trials" }) }),
    trials: listed("Trials", TRIALS, { choose: pick.trials, open: pick.trials, press: (order) => tell(model, { order }) }),
  };
  const back = button("‹ all cells", () => { tell(model, { view: "cells" }); lists.cells.querySelector("[tabindex='0']")?.focus(); });
  const said = html("span", {});
  const place = html("div", { class: "lists" }, html("div", { class: "choices over" }, back, said), ...Object.values(lists));
  let [items, of] = [{}, {}];
  const keep = (view, source, make) => (of[view] === source.map(({ id }) => id).join() ? items[view]
    : ([of[view], items[view]] = [source.map(({ id }) => id).join(), make()])[1]);
  place.show = ({ view, names, cell, lines, mine, row, sort, order, task, tops }) => {
    back.hidden = view === "cells";
    said.textContent = view === "cells" ? "Press a line to see its trials." : `${mine.length} trials of ${names[cell]}`;
    for (const [name, list] of Object.entries(lists)) list.hidden = name !== view;
    if (view === "trials") {
      const made = keep(view, mine, () => mine.map((trial) => ({ key: trial.key, values: { ...trial, key: trial.draw, ...(trial.start === "bias" ? {} : { bias: null }) },
        first: [...(tops.has(trial) ? [html("span", { class: "star", title: "among the best tenth" }, "★")] : []), trial.key.replace(/\.0$/, "")] })));
      lists.trials.show({ items: made, sort: order, chosen: row?.key });
      return "";
    }
    const source = lines.map((line) => ({ id: `${task} ${line.cell} ${line.n} ${line.best} ${line.median} ${line.gain}` }));
    const made = keep(view, source, () => lines.map((line) => ({ key: line.cell, values: line,
      first: [sign(cells.indexOf(line.cell)), html("span", { title: names[line.cell] }, line.cell)] })));
    const inOrder = lists.cells.show({ items: made, sort, chosen: cell });
    const by = columns[sort.replace("-", "")];
    return inOrder.length > 1 ? ` Sorted by ${by.text}: first ${inOrder[0].key}, last ${inOrder.at(-1).key}.` : "";
  };
  return place;
}

async function render({ model, el }) {
  const rows = await readTrials(model.get("trials"));
  const root = shell(el, "The trials of a study", "comparison");
  const [names, tasks, apart] = ["names", "tasks", "apart"].map((name) => model.get(name));
  const cells = Object.keys(names);
  const columns = Object.keys(apart).length ? { ...CELLS, gain: GAIN } : CELLS;
  const axes = (list) => Object.fromEntries(Object.entries(list).map(([key, [name]]) => [key, name]));
  const pick = {
    task: pulled("task", Object.fromEntries(Object.entries(tasks).map(([key, { name, text }]) => [key, text ? `${name}: ${text}` : name])),
      (task) => tell(model, { task, trial: "" })),
    y: pulled("upwards", axes(REACHED), (y) => tell(model, { y })),
    x: pulled("to the right", axes(ACROSS), (x) => tell(model, { x })),
  };
  const which = ticks("Cells", Object.fromEntries(cells.map((cell, k) => [cell, [sign(k), cell]])), (hidden) => {
    const left = cells.find((cell) => !hidden.includes(cell));
    tell(model, { hidden, ...(left && hidden.includes(model.get("cell")) ? { cell: left, trial: "" } : {}) });
  });
  const narrow = narrowing(rows, (only) => tell(model, { only }));
  const lists = makeLists(model, cells, columns);
  const plot = makeScatter((row) => tell(model, { cell: row.cell, trial: row.key }));
  const [trial, sentence, trying] = [makeTrial(), say(), goals("comparison", GOALS)];
  const sorts = (list) => (value) => value.replace(/^-/, "") in list;
  const moving = ways(model, "comparison", { task: (v) => v in tasks, cell: (v) => v in names, view: (v) => ["cells", "trials"].includes(v),
    trial: (v) => /^(\d+\.\d+)?$/.test(v), x: (v) => v in ACROSS, y: (v) => v in REACHED, sort: sorts(columns), order: sorts(TRIALS),
    hidden: (v) => Array.isArray(v) && v.every((cell) => cell in names), only: (v) => v !== null && !Array.isArray(v) });
  root.append(html("div", { class: "menus" }, pick.task, html("div", { class: "axes" }, pick.y, html("span", { class: "name" }, "against"), pick.x)),
    html("div", { class: "narrow" }, which, narrow),
    html("div", { class: "both" }, lists, html("div", { class: "shown" }, html("div", { class: "place" }, plot.svg), trial)), sentence, trying, moving);
  return follow(model, CHOSEN, root, () => {
    const state = Object.fromEntries([...CHOSEN, "baseline"].map((name) => [name, model.get(name)]));
    const now = lookUp(rows, { ...state, names, tasks, apart });
    for (const [key, select] of Object.entries(pick)) select.value = state[key];
    which.show(state.hidden);
    narrow.show(state.only);
    const sorted = lists.show(now);
    plot.draw({ ...now, rows: now.kept, chosen: now.row, order: cells, words: told(now) });
    trial.show(now);
    trying.show(now);
    sentence.show(words(now, sorted));
  });
}

export default { render };
