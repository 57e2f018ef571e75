// A small plot of lines: [{ colour, dash, points: [[x, y], ...], label }], linear or of
// powers of ten upwards. It knows nothing of what is drawn.

import { html, line, number, power, round, scale, set, superscript, svg, typeset } from "./draw.js";

export function smallPlot({ title, across, log = false, range = null, named = false }) {
  const [grid, axis, ticks, curves] = [svg("path", { class: "grid" }), svg("path", { class: "axis" }), svg("g"), svg("g")];
  const name = svg("title", {}, title);
  const plot = svg("svg", { class: "small", role: "img" }, name, grid, axis, curves, ticks);
  const place = html("div", { class: "plot" }, plot);
  const parts = { plot, grid, axis, ticks, curves, name, kept: {} };
  place.draw = (lines, width = place.clientWidth) => drawSmall(parts, { title, across, log, range, named }, lines, width || 300);
  return place;
}

const [TALL, LOW, PHONE] = [180, 128, 250]; // heights, and the width up to which a plot is low

function drawSmall(parts, { title, across, log, range, named }, lines, width) {
  const height = width < PHONE ? LOW : TALL;
  const box = { left: 36, right: width - 8, top: 24, bottom: height - 34 };
  const points = lines.flatMap(({ points: all }) => all).filter(([, y]) => Number.isFinite(y) && (!log || y > 0));
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => (log ? Math.log10(y) : y));
  const [low, high] = range ?? (log ? powers(ys) : [Math.min(0, ...ys), Math.max(1e-9, ...ys)]);
  const wide = [Math.min(...xs, Infinity), Math.max(...xs, -Infinity)];
  const X = scale(xs.length && wide[1] > wide[0] ? wide : [0, Math.max(1, wide[1] || 1)], [box.left, box.right]);
  const Y = scale([low, high], [box.bottom, box.top]);
  const up = (y) => Math.min(box.bottom, Math.max(box.top, Y(log ? Math.log10(Math.max(y, 1e-300)) : y)));
  while (parts.curves.children.length > lines.length) parts.curves.lastChild.remove();
  while (parts.curves.children.length < lines.length) parts.curves.append(svg("path", { class: "curve" }));
  lines.forEach(({ colour, dash, points: all }, k) => set(parts.curves.children[k], {
    style: `stroke: var(--p-${colour})`, "stroke-dasharray": dash ?? null,
    d: line(all.filter(([, y]) => Number.isFinite(y)).map(([x, y]) => [X(x), up(y)])) }));
  const marks = log ? levels(low, high) : [low, (low + high) / 2, high];
  const said = (v) => (log ? `10${superscript(v)}` : number(v, high - low > 5 ? 0 : 2));
  const text = (x, y, words, more) => svg("text", { x: round(x), y: round(y), ...more }, ...typeset(svg, words));
  const key = [width, wide, marks, lines.map(({ label, colour }) => [label, colour])].join();
  parts.name.textContent = `${title}: ${lines.filter((l) => l.points.length).map((l) => `${l.label} ${power(l.points.at(-1)[1])} at ${l.points.at(-1)[0]}`).join("; ") || "nothing yet"}`;
  if (parts.kept.key === key) return; // what is around the curves is as it was
  parts.kept.key = key;
  set(parts.plot, { viewBox: `0 0 ${width} ${height}`, height });
  set(parts.grid, { d: marks.map((v) => `M${box.left},${round(Y(v))} H${box.right}`).join(" ") });
  set(parts.axis, { d: `M${box.left},${box.bottom} H${box.right}` });
  const ends = xs.length ? [...new Set(wide)] : [];
  parts.ticks.replaceChildren(
    text(0, 12, title, { class: "title" }),
    ...(named ? lines : []).map(({ label, colour }, k) => text(box.right - 14 * k, 12, label, { "text-anchor": "end", style: `fill: var(--p-${colour})` })),
    ...marks.map((v) => text(box.left - 5, Y(v), said(v), { "text-anchor": "end", "dominant-baseline": "central" })),
    ...ends.map((v, k) => text(X(v), box.bottom + 15, String(v), { "text-anchor": k ? "end" : "start" })),
    text((box.left + box.right) / 2, box.bottom + 29, across, { "text-anchor": "middle" }),
  );
}

// Whole powers of ten around values, at least two apart.
function powers(ys) {
  const [low, high] = [Math.floor(Math.min(...ys, 0)), Math.ceil(Math.max(...ys, -2))];
  return [low, Math.max(high, low + 2)];
}

function levels(low, high) {
  const step = Math.ceil((high - low) / 4);
  return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, k) => low + k * step);
}
