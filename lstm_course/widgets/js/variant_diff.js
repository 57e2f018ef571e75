// Any two cells side by side, with what one has and the other has not.

import { button, choices, follow, say, shell, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { html, readable, set } from "./draw.js";
import { open } from "./packed.js";

const GOALS = {
  one: ["Find two cells that differ in a single line of their equations.",
    ({ fresh }) => fresh[0] === 1 && fresh[1] === 1],
  equal: ["Find two cells that learn equally many numbers and still compute something else.",
    ({ pair: [a, b], fresh }) => a.total === b.total && fresh[0] > 0],
  small: ["Find a cell with gates that learns at most half as many numbers as the LSTM.",
    ({ names, pair: [a, b] }) => (names[0] === "lstm" && gated(b) && 2 * b.total <= a.total)
      || (names[1] === "lstm" && gated(a) && 2 * a.total <= b.total)],
};
const gated = ({ lines }) => lines.some(([text]) => /sigma|σ/.test(text));
const SHAPES = "path:not(.tip), rect, circle";

// ---------------------------------------------------------------- what differs

// Parts of one diagram that another lacks: as lstm_course/diagrams/truth/difference.py.
export function newParts(mine, other) {
  const links = new Set(Object.values(other.wires).flat());
  const nodes = Object.keys(mine.nodes).filter((n) =>
    mine.nodes[n] === "port" ? !(n in other.nodes) : mine.nodes[n] !== other.nodes[n]);
  const wires = Object.keys(mine.wires).filter((n) => !mine.wires[n].some((pair) => links.has(pair)));
  return new Set([...nodes, ...wires]);
}

// Which lines (texts) the other cell has not.
export function newLines(mine, other) {
  return mine.map((text) => !other.includes(text));
}

// ---------------------------------------------------------------- what is shown

function diagram(place, cell, other) {
  const [width, height] = cell.size;
  place.innerHTML = `<svg class="lcd" viewBox="0 0 ${width} ${height}" role="img">${cell.body}</svg>`;
  const drawn = place.firstChild;
  set(drawn, { "aria-label": `${cell.name}: ${cell.alt}`, style: `max-width:${width * 1.1}px` });
  const parts = newParts(cell, other);
  const halos = [];
  for (const part of drawn.querySelectorAll("[data-part]")) {
    const fresh = parts.has(part.dataset.part);
    part.classList.add(fresh ? "new" : "old");
    const shape = fresh && part.querySelector(SHAPES);
    if (!shape) continue;
    const halo = shape.cloneNode();
    halo.setAttribute("class", "halo");
    halos.push(halo);
  }
  drawn.querySelector("[data-part]").before(...halos);
  return parts.size;
}

function equationList(place, cell, other) {
  const fresh = newLines(...[cell, other].map(({ lines }) => lines.map(([text]) => text)));
  place.replaceChildren(...cell.lines.map(([, shown], k) => {
    const item = html("li", { class: fresh[k] ? "fresh" : "same" });
    item.innerHTML = shown;
    return item;
  }));
  set(place, { tabindex: place.scrollWidth > place.clientWidth ? "0" : null }); // long lines
  return fresh.filter(Boolean).length;
}

const whole = (n) => n.toLocaleString("en");

function countTable(place, cell, other) {
  const fresh = newLines(...[cell, other].map(({ counts }) => counts.map(String)));
  const row = ([name, shape, n], k) => {
    const [base, sub] = name.split("_");
    return html("tr", { class: fresh[k] ? "fresh" : "same" },
      html("th", { scope: "row" }, html("i", {}, base, ...(sub ? [html("sub", {}, sub)] : []))),
      html("td", {}, shape.replaceAll(" x ", " × ")), html("td", {}, whole(n)));
  };
  const total = html("tr", {}, html("th", { scope: "row" }, "in all"), html("td", {}),
    html("td", {}, whole(cell.total)));
  place.replaceChildren(html("tbody", {}, ...cell.counts.map(row), total));
}

// Whether subscripts lie on the line: Chromium lowers them by what a math font says only.
function flat(root) {
  const probe = html("span", { "aria-hidden": "true" });
  probe.innerHTML = "<math><msub><mi>x</mi><mi>x</mi></msub></math>";
  root.append(probe);
  const [base, below] = [...probe.querySelectorAll("mi")].map((e) => e.getBoundingClientRect().bottom);
  const size = parseFloat(getComputedStyle(probe).fontSize);
  probe.remove();
  return below - base < 0.1 * size;
}

function chooser(cells, label, choose) {
  const select = html("select", { "aria-label": label, onchange: () => choose(select.value) },
    ...Object.entries(cells).map(([key, { name }]) => html("option", { value: key }, name)));
  return select;
}

// A column of the comparison: four places, filled by `fill`.
function column(cells, label, choose) {
  const select = chooser(cells, label, choose);
  const [about, drawn] = [html("p", { class: "about" }), html("div", { class: "drawn" })];
  const lines = html("ol", { class: "lines", "aria-label": `Equations of the ${label}` });
  const table = html("table", { "aria-label": `Learned numbers of the ${label}` });
  const fill = (name, other) => {
    select.value = name;
    for (const place of [drawn, lines, table]) place.dataset.cell = cells[name].name; // shown on a phone
    about.textContent = cells[name].about;
    diagram(drawn, cells[name], cells[other]);
    countTable(table, cells[name], cells[other]);
    return equationList(lines, cells[name], cells[other]);
  };
  return { select, about, drawn, lines, table, fill };
}

function summary(names, cells, fresh) {
  const [a, b] = names.map((name) => cells[name]);
  if (names[0] === names[1]) return "The same cell twice: choose another.";
  const of = (k) => `${fresh[k]} of ${cells[names[k]].lines.length}`;
  const ratio = 100 * (b.total / a.total - 1);
  const size = Math.abs(ratio).toFixed(Math.abs(ratio) < 10 ? 1 : 0);
  const than = ratio === 0 ? "as many as" : `${size} % ${ratio > 0 ? "more" : "fewer"} than`;
  return `Marked is what the other lacks: ${of(0)} lines of ${a.name}, ${of(1)} of ${b.name}. ` +
    `${b.name} learns ${whole(b.total)} numbers, ${than} ${a.name} (${whole(a.total)}).`;
}

export default {
  async render({ model, el }) {
    const cells = await open(model.get("cells"));
    const root = shell(el, "Two cells side by side", "variant_diff lcd");
    root.insertAdjacentHTML("afterbegin", model.get("style"));
    const left = column(cells, "left cell", (name) => tell(model, { left: name }));
    const right = column(cells, "right cell", (name) => tell(model, { right: name }));
    const swap = button("⇄", () => tell(model, { left: model.get("right"), right: model.get("left") }),
      { "aria-label": "Swap the two cells", class: "swap" });
    const sizes = `Learned numbers at ${model.get("inputs")} inputs and ${model.get("units")} units`;
    const both = (kind) => [left[kind], right[kind]];
    const said = say();
    const trying = goals("cells", GOALS);
    const known = (name) => name in cells;
    const moving = ways(model, "cells", { left: known, right: known });
    const part = choices("Show", { drawn: "diagrams", lines: "equations", counted: "numbers" }, (key) => {
      for (const two of root.querySelectorAll(".two")) two.classList.toggle("hidden", !two.classList.contains(`part-${key}`));
      part.show(key); // on a phone, where there is room for one
      root.querySelectorAll(".drawn svg").forEach(readable);
    });
    part.classList.add("parts");
    root.append(html("div", { class: "heads" }, left.select, swap, right.select), part,
      html("div", { class: "two part-drawn" }, ...both("about"), ...both("drawn")),
      html("p", { class: "title" }, "Equations"), html("div", { class: "two part-lines" }, ...both("lines")),
      html("p", { class: "title" }, sizes), html("div", { class: "two part-counted" }, ...both("table")), said, trying, moving);
    part.querySelector("button").click();
    root.classList.toggle("flat", flat(root));
    return follow(model, ["left", "right"], root, () => {
      const names = [model.get("left"), model.get("right")];
      const now = names.join(" ");
      root.querySelectorAll(".drawn svg").forEach(readable);
      if (root.dataset.shown === now) return; // a new width changes nothing
      root.dataset.shown = now;
      const fresh = [left.fill(...names), right.fill(...names.toReversed())];
      root.querySelectorAll(".drawn svg").forEach(readable);
      trying.show({ names, pair: names.map((name) => cells[name]), fresh });
      said.show(summary(names, cells, fresh));
    });
  },
};
