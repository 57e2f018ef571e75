// Trials as points: one axis for what was set or counted, one for what was reached.

import { line, round, scale, set, svg, typeset } from "./draw.js";
import { atTick, markOf, tickValues } from "./marks.js";
import { COUNTED, REACHED, SETTINGS } from "./trials.js";

const NEAR = 16; // pixels within which a press finds a point
export const ACROSS = { ...SETTINGS, ...COUNTED };

// An axis over the values of some rows: where each lies between the two ends.
export function axisOf([name, , powers], values, ends) {
  const positive = values.some((x) => x > 0) && !values.some((x) => x < 0);
  const log = powers && positive; // 0 then lies beside the least
  const finite = values.filter((x) => Number.isFinite(x) && (x > 0 || !log));
  let [low, high] = finite.length ? [Math.min(...finite), Math.max(...finite)] : [1, 10];
  if (low === high) [low, high] = log ? [low / 2, high * 2] : [low - 1, high + 1];
  const way = log ? Math.log10 : (x) => x;
  const place = scale([way(low), way(high)], ends);
  return { name, low, high, log, at: (x) => place(way(log ? Math.max(x, low) : x)) };
}

// The plot: open(row) is called with a trial that is pressed. `.draw(shown)`.
export function makeScatter(open) {
  const [grid, axis, link] = ["lines", "axis", "link"].map((name) => svg("path", { class: name }));
  const [dots, rings, ticks] = [svg("g", { class: "dots" }), svg("g", { class: "rings" }), svg("g")];
  const plot = svg("svg", { class: "plot", role: "slider", tabindex: "0", "aria-label": "Trials as points" },
    grid, axis, link, dots, rings, ticks);
  let places = [];
  const nearest = (event) => {
    const box = plot.getBoundingClientRect();
    const far = ({ x, y }) => Math.hypot(event.clientX - box.left - x, event.clientY - box.top - y);
    const found = places.reduce((a, b) => (far(b) < far(a) - (b.lit && !a.lit ? 3 : 0) ? b : a), { x: Infinity, y: 0 });
    return far(found) <= NEAR ? found.row : null;
  };
  plot.addEventListener("click", (event) => { const row = nearest(event); if (row) open(row); });
  plot.addEventListener("pointermove", (event) => { plot.style.cursor = nearest(event) ? "pointer" : ""; });
  plot.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, Home: -Infinity, End: Infinity }[event.key];
    const walked = places.filter(({ lit }) => lit).sort((a, b) => a.x - b.x || a.y - b.y);
    if (!way || !walked.length) return;
    event.preventDefault();
    const now = walked.findIndex(({ chosen }) => chosen);
    open(walked[Math.max(0, Math.min(walked.length - 1, now + way))].row);
  });
  return { svg: plot, draw: (shown) => { places = drawScatter({ plot, grid, axis, link, dots, rings, ticks }, shown); } };
}

function drawScatter(parts, { rows, tops, x, y, cell, baseline, order, chosen, pair, words }) {
  const width = parts.plot.parentNode.clientWidth || 340;
  const height = parts.plot.closest(".lcw").clientWidth < 620 ? 196 : 345;
  const box = { left: 46, right: width - 8, top: 36, bottom: height - 36 };
  const across = axisOf(ACROSS[x], rows.map((row) => row[x]), [box.left + 8, box.right - 8]);
  const reached = rows.filter((row) => !row.diverged).map((row) => row[y]);
  const up = axisOf(REACHED[y], reached, [box.bottom - 6, box.top + 6]);
  const rail = box.top - 10; // where trials lie that diverged
  const on = (row) => [across.at(row[x]), row.diverged ? rail : up.at(row[y])];
  const lit = (row) => row.cell === cell;
  const drawn = [...rows].sort((a, b) => importance(a) - importance(b));
  function importance(row) { return lit(row) ? 2 : Number(row.cell === baseline); }
  const dot = (row, r = 4) => {
    const [px, py] = on(row);
    const { colour, path } = markOf(order.indexOf(row.cell));
    const kind = ["dot", tops.has(row) && "top", importance(row) || "far"].filter(Boolean).join(" ");
    return svg("path", { class: kind, d: path(px, py, r), style: `color: ${colour}` });
  };
  set(parts.plot, { viewBox: `0 0 ${width} ${height}`, height, "aria-valuetext": words });
  parts.dots.replaceChildren(...drawn.map((row) => dot(row)));
  const both = [pair, chosen].filter((row) => row && rows.includes(row));
  parts.rings.replaceChildren(...both.flatMap((row) => {
    const [px, py] = on(row);
    return [svg("circle", { class: row === chosen ? "ring" : "ring other", cx: round(px), cy: round(py), r: 9 }), dot(row, 4.5)];
  }));
  set(parts.link, { d: both.length === 2 ? line(both.map(on)) : "" });
  drawAxes(parts, { box, across, up, rail: rows.some((row) => row.diverged) ? rail : null });
  const places = drawn.map((row) => ({ row, x: on(row)[0], y: on(row)[1], lit: lit(row), chosen: row === chosen }));
  const walked = places.filter((place) => place.lit).sort((a, b) => a.x - b.x || a.y - b.y);
  const now = walked.findIndex((place) => place.chosen) + 1;
  set(parts.plot, { "aria-valuemin": walked.length ? 1 : 0, "aria-valuemax": walked.length, "aria-valuenow": now });
  return places;
}

function drawAxes({ grid, axis, ticks }, { box, across, up, rail }) {
  const text = (x, y, said, more) => svg("text", { x: round(x), y: round(y), ...more }, ...typeset(svg, said));
  const [end, mid] = [{ "text-anchor": "end", "dominant-baseline": "central" }, { "text-anchor": "middle" }];
  const rows = tickValues(up.low, up.high, up.log, 7);
  const columns = tickValues(across.low, across.high, across.log, (box.right - box.left) / 44);
  set(grid, { d: rows.map((y) => `M${box.left},${round(up.at(y))} H${box.right}`).join(" ") });
  set(axis, { d: `M${box.left},${box.bottom} H${box.right}` });
  ticks.replaceChildren(
    ...rows.map((y) => text(box.left - 6, up.at(y), atTick(y), end)),
    ...columns.map((x) => text(across.at(x), box.bottom + 16, atTick(x), mid)),
    text(0, 11, up.name, { class: "title" }),
    text((box.left + box.right) / 2, box.bottom + 32, across.name, { ...mid, class: "title" }),
    ...(rail === null ? [] : [text(0, rail, "∞", { "dominant-baseline": "central" }),
      text(box.right, 11, "∞: diverged", { "text-anchor": "end" })]),
  );
}
