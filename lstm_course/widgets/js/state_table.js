// Cells against tasks: in a table how many runs are right at a size that can be chosen,
// below it the curves of one cell and task, beside those of another cell. Traits: cell,
// task, other, times, sort, hidden, and what there is to show: names, tasks, runs.

import { choices, follow, say, shell, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { html, line, number, round, scale, set, svg } from "./draw.js";
import { arrange, heads, ordered, reveal, ticks } from "./table.js";

const RIGHT = 0.95;
const TIMES = { "1.0": "as trained", "1.5": "1.5 ×", "2.0": "2 ×" }; // keys that keep their order

// ---- what is counted, as lstm_course.widgets.state_table has it ----
export function solved({ tasks, runs }, cell, task, times) {
  const { trained, sizes } = tasks[task];
  const at = sizes.indexOf(Math.round(times * trained));
  const all = runs[task][cell]?.accuracy ?? [];
  return [all.filter((accuracy) => accuracy[at] >= RIGHT).length, all.length];
}

// The cells that are shown, in the order of a sort: by name, or by the share of runs that
// solve a task, and among equals by the share of answers.
export function shown(state) {
  const { names, tasks, runs, hidden, sort, times } = state;
  const right = (cell, task) => {
    const [k, n] = solved(state, cell, task, times);
    const at = tasks[task].sizes.indexOf(Math.round(times * tasks[task].trained));
    return n ? k / n + 1e-3 * runs[task][cell].accuracy.reduce((sum, all) => sum + all[at] / n, 0) : null;
  };
  const cells = Object.keys(names).filter((cell) => !hidden.includes(cell));
  return ordered(cells, sort, (cell, key) => (key === "cell" ? names[cell].toLowerCase() : right(cell, key)));
}

// Wilson's interval of a share of k in n, 95 %: [low, high].
export function wilson(k, n, z = 1.96) {
  const [middle, all] = [(k + (z * z) / 2) / (n + z * z), n + z * z];
  const half = (z * Math.sqrt((k * (n - k)) / n + (z * z) / 4)) / all;
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

const every = ([k, n]) => n > 0 && k === n;
const none = ([k, n]) => n > 0 && k === 0;

// ---- what a reader may try ----
const GOALS = {
  lost: ["Find a cell that answers as trained in every run, and in none when a task is twice as long.",
    ({ at }) => every(at(1)) && none(at(2))],
  parted: ["Put two cells side by side of which one is right in every run, the other in none.",
    ({ at, times, beside }) => (every(at(times)) && none(beside)) || (none(at(times)) && every(beside))],
  deeper: ["Find a cell that copies in no run with one layer, and in some run with more.",
    ({ layers: [one, ...more] }) => none(one) && more.some(([k]) => k > 0)],
};

function seen(state) {
  const { cell, other, task, times, tasks, runs } = state;
  const copying = task.startsWith("copy") ? ["copy", "copy2", "copy3"].filter((key) => key in tasks && cell in runs[key]) : [];
  return {
    times, at: (by) => solved(state, cell, task, by),
    beside: other ? solved(state, other, task, times) : [0, 0],
    layers: copying.length > 1 ? copying.map((key) => solved(state, cell, key, times)) : [[0, 0]],
  };
}

// ---- the frame ----
function pull(label, options, choose) {
  const list = Object.entries(options).map(([value, text]) => html("option", { value }, text));
  return html("select", { "aria-label": label, onchange: (event) => choose(event.target.value) }, ...list);
}

const TRAITS = ["cell", "task", "other", "times", "sort", "hidden", "names", "tasks", "runs"];

function render({ model, el }) {
  const root = shell(el, "What a state can hold: cells and tasks", "state_table");
  const get = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));
  const { names, tasks } = get();
  const asked = Object.fromEntries(Object.entries(tasks).map(([key, { name, text }]) => [key, text ? `${name}: ${text}` : name]));
  const judge = choices("Judged at", TIMES, (times) => tell(model, { times: Number(times) }));
  const pick = {
    task: pull("task", asked, (task) => tell(model, { task })),
    cell: pull("cell", names, (cell) => tell(model, { cell })),
    other: pull("compared with", { "": "beside no other", ...Object.fromEntries(Object.entries(names).map(([key, name]) => [key, `beside ${name}`])) },
      (other) => tell(model, { other })),
  };
  const table = makeTable(get(), (chosen) => tell(model, chosen));
  const which = ticks("Cells", names, (hidden) => {
    const left = Object.keys(names).find((cell) => !hidden.includes(cell));
    tell(model, { hidden, ...(left && hidden.includes(model.get("cell")) ? { cell: left } : {}) });
  });
  const [curves, sentence, trying] = [makeCurves(), say(), goals("state", GOALS)];
  const known = (list) => (value) => value in list;
  const moving = ways(model, "state", { cell: known(names), task: known(tasks), other: (key) => key === "" || key in names,
    times: (value) => value.toFixed(1) in TIMES, hidden: (value) => Array.isArray(value) && value.every(known(names)),
    sort: (value) => value === "" || /^-?(\w+)$/.exec(value)?.[1] in { cell: 0, ...tasks } });
  root.append(html("div", { class: "over" }, judge, which), html("div", { class: "both" }, table.place,
    html("div", { class: "one" }, html("div", { class: "menus" }, ...Object.values(pick)), curves.svg)), sentence, trying, moving);
  return follow(model, TRAITS.slice(0, 6), root, () => {
    const state = get();
    which.show(state.hidden);
    judge.show(state.times.toFixed(1));
    for (const [key, select] of Object.entries(pick)) select.value = state[key];
    table.show(state);
    curves.draw(state);
    trying.show(seen(state));
    sentence.show(words(state), order(state));
  });
}

function words(state) {
  const { cell, other, task, times, names, tasks, runs } = state;
  const { name, trained, unit } = tasks[task];
  const one = (key) => {
    const [k, n] = solved(state, key, task, times);
    if (!n) return `${names[key]} was not run on this.`;
    const [low, high] = wilson(k, n).map((share) => number(100 * share, 0));
    const { units, state: carried } = runs[task][key];
    const size = units ? `, ${units} units that carry ${carried} numbers` : "";
    return `${names[key]}${size}: ${k} of ${n} runs (${low} to ${high} % if there were many).`;
  };
  return `${name}, trained on up to ${trained} ${unit}, at least ${100 * RIGHT} % right at ${Math.round(times * trained)}. ` +
    [cell, other].filter((key, k) => key && (k === 0 || key !== cell)).map(one).join(" ");
}

function order(state) {
  const cells = shown(state).map((cell) => state.names[cell]);
  const left = cells.length < Object.keys(state.names).length ? ` ${cells.length} cells are shown.` : "";
  if (!state.sort || cells.length < 2) return left;
  const by = state.sort.endsWith("cell") ? "name" : state.tasks[state.sort.replace("-", "")].name;
  return `${left} Sorted by ${by}: first ${cells[0]}, last ${cells.at(-1)}.`;
}

// ---- the table: a grid with one place in the order of tabs; arrows move the choice ----
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

function makeTable({ names, tasks }, choose) {
  const heading = Object.fromEntries(Object.entries(tasks).map(([key, { head, name }]) => [key, { text: head, title: name, down: true }]));
  const top = heads({ cell: { text: "cell" }, ...heading }, (sort) => choose({ sort }));
  const entries = new Map();
  const entry = (cell, task) => {
    const made = html("td", { onclick: () => choose({ cell, task }) });
    entries.set(`${cell} ${task}`, made);
    return made;
  };
  const rows = Object.fromEntries(Object.entries(names).map(([cell, name]) => [cell, html("tr", {},
    html("th", { scope: "row", title: name }, html("span", { class: "long" }, name), html("span", { class: "short" }, cell)),
    ...Object.keys(tasks).map((task) => entry(cell, task)))]));
  const body = html("tbody", {});
  const grid = html("table", { role: "grid", "aria-label": "Runs that are right, of all runs" }, html("thead", {}, top), body);
  let order = Object.keys(names);
  body.addEventListener("keydown", (event) => {
    const [down, right] = STEPS[event.key] ?? [0, 0];
    const at = event.target.closest("td")?.dataset.at?.split(" ");
    if (!at || (!down && !right)) return;
    event.preventDefault();
    const next = (list, now, by) => list[Math.min(list.length - 1, Math.max(0, list.indexOf(now) + by))];
    const [cell, task] = [next(order, at[0], down), next(Object.keys(tasks), at[1], right)];
    choose({ cell, task });
    entries.get(`${cell} ${task}`).focus();
  });
  const place = html("div", { class: "grid" }, grid);
  return { place, show: (state) => {
    order = shown(state);
    top.show(state.sort);
    arrange(body, order.map((cell) => rows[cell]));
    showTable(state, entries);
    const chosen = entries.get(`${state.cell} ${state.task}`);
    if (chosen.isConnected) reveal(place, chosen, grid.tHead.offsetHeight);
  } };
}

function showTable(state, entries) {
  for (const [key, made] of entries) {
    const [cell, task] = key.split(" ");
    const [k, n] = solved(state, cell, task, state.times);
    const chosen = state.cell === cell && state.task === task;
    made.textContent = n ? `${k}/${n}` : "";
    made.style.setProperty("--share", n ? k / n : 0);
    set(made, { "data-at": key, tabindex: chosen ? "0" : "-1", "aria-selected": String(chosen) });
    made.classList.toggle("beside", state.other === cell && state.task === task && !chosen);
  }
}

// ---- the curves: size to the right, share of answers right upwards ----
function makeCurves() {
  const [shade, grid, axis, bar] = ["shade", "lines", "axis", "bar"].map((name) => svg("path", { class: name }));
  const [marks, ticks, title, key] = [svg("g"), svg("g"), svg("title", {}), svg("text", { class: "key" })];
  const plot = svg("svg", { class: "plot", role: "img" }, title, shade, grid, bar, axis, marks, ticks, key);
  return { svg: plot, draw: (state) => drawCurves({ plot, shade, grid, axis, bar, marks, ticks, title, key }, state) };
}

function drawCurves(parts, state) {
  const { cell, other, task, times, tasks, runs, names } = state;
  const { sizes, trained, chance, unit } = tasks[task];
  const width = parts.plot.parentNode.clientWidth || 320;
  const height = parts.plot.closest(".lcw").clientWidth < 620 ? 200 : 320;
  const box = { left: 40, right: width - 10, top: 24, bottom: height - 38 };
  const X = scale([Math.log(sizes[0]), Math.log(sizes.at(-1))], [box.left, box.right]);
  const [across, up] = [(n) => X(Math.log(n)), scale([0, 1], [box.bottom, box.top])];
  const judged = across(Math.round(times * trained));
  set(parts.plot, { viewBox: `0 0 ${width} ${height}`, height });
  set(parts.shade, { d: `M${box.left},${box.top} H${round(across(trained))} V${box.bottom} H${box.left} Z` });
  set(parts.grid, { d: [0, 0.5, 1].map((y) => `M${box.left},${round(up(y))} H${box.right}`).join(" ") });
  set(parts.axis, { d: `M${box.left},${round(up(chance))} H${box.right}` });
  set(parts.bar, { d: `M${round(judged)},${box.top} V${box.bottom} M${round(judged - 7)},${round(up(RIGHT))} h14` });
  const drawn = [[other === cell ? "" : other, "other"], [cell, "own"]].filter(([key]) => key in runs[task]);
  parts.marks.replaceChildren(...drawn.flatMap(([key, kind]) => runs[task][key].accuracy.map((accuracy) =>
    svg("path", { class: `curve ${kind}`, d: line(sizes.map((n, k) => [across(n), up(accuracy[k])])) }))));
  const said = drawn.toReversed().map(([key]) => names[key]).join(" and ") || names[cell];
  parts.title.textContent = `${said}: share of answers right against size, a line for each run`;
  parts.key.replaceChildren(...drawn.map(([key, kind], k) => svg("tspan", { class: kind }, `${k ? "    " : ""}${kind === "own" ? "━━" : "╍╍"} ${names[key]}`)));
  set(parts.key, { x: box.right, y: 12, "text-anchor": "end" });
  drawTicks(parts.ticks, { box, across, up, sizes, unit, chance, trained });
}

function drawTicks(place, { box, across, up, sizes, unit, chance, trained }) {
  const text = (x, y, said, more) => svg("text", { x: round(x), y: round(y), ...more }, said);
  const end = { "text-anchor": "end", "dominant-baseline": "central" };
  let last = -Infinity;
  const shown = sizes.filter((n, k) => {
    const ending = k === sizes.length - 1;
    const room = ending || (across(n) - last > 26 && box.right - across(n) > 46);
    if (room) last = across(n);
    return room;
  });
  place.replaceChildren(
    ...[0, 0.5, 1].map((y) => text(box.left - 6, up(y), number(100 * y, 0), end)),
    ...shown.map((n) => text(across(n), box.bottom + 16, String(n), { "text-anchor": n === sizes.at(-1) ? "end" : "middle" })),
    text(0, 12, "% right", { class: "title" }),
    text(box.left + 4, box.bottom - 6, "trained", {}),
    ...(chance > 0 ? [text(box.right, up(chance) - 6, "a guess", { "text-anchor": "end" })] : []),
    text((box.left + box.right) / 2, box.bottom + 33, unit, { "text-anchor": "middle", class: "title" }),
  );
}

export default { render };
