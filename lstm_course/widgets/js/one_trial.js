// One trial: what was set, what came out, its learning curve; beside its pair.

import { html, line, round, scale, set, svg, typeset } from "./draw.js";
import { atTick, tickValues } from "./marks.js";
import { axisOf } from "./scatter.js";
import { brief, SETTINGS } from "./trials.js";

const ROWS = { // what is compared, by its name in a row of the table
  test: "test loss", accuracy: "accuracy", loss: "validation", units: "units", weights: "weights",
  seconds: "seconds", operations: "operations",
};

// What a trial was set to, in words.
export function settingOf(row) {
  const started = { bias: `forget bias ${brief(row.bias)}`, chrono: "chrono start", own: "its own start" }[row.start];
  const rest = Object.entries(SETTINGS).filter(([name]) => name !== "bias").map(([name, [said]]) => `${said} ${brief(row[name])}`);
  return [...rest, started ?? row.start].join(", ");
}

// `.show({ row, pair, names })`; pair may be null. move(by) goes to the next or last.
export function makeTrial() {
  const [head, setting] = [html("p", { class: "head" }), html("p", { class: "setting" })];
  const [grid, other, own, ticks] = [svg("path", { class: "lines" }), svg("path", { class: "curve other" }),
    svg("path", { class: "curve own" }), svg("g")];
  const title = svg("title", {});
  const plot = svg("svg", { class: "curves", role: "img" }, title, grid, other, own, ticks);
  const table = html("table", {});
  const place = html("div", { class: "trial" }, head, setting, html("div", { class: "sides" }, html("div", {}, plot), table));
  place.show = (shown) => {
    place.classList.toggle("empty", !shown.row);
    head.textContent = shown.row ? `Trial ${shown.row.draw}${shown.row.seed ? `, seed ${shown.row.seed}` : ""}: ${shown.names[shown.row.cell]}` : "No trial is left.";
    setting.replaceChildren(...(shown.row ? typeset(html, settingOf(shown.row)) : []));
    table.replaceChildren(...(shown.row ? compared(shown) : []));
    drawCurves({ plot, title, grid, other, own, ticks }, shown);
  };
  return place;
}

function compared({ row, pair, names }) {
  const both = [row, pair].filter(Boolean);
  const keys = [["own", "━━"], ["other", "╍╍"]];
  const head = html("tr", {}, html("td", {}), ...both.map(({ cell }, k) =>
    html("th", { scope: "col", title: names[cell] }, html("span", { class: keys[k][0], "aria-hidden": "true" }, keys[k][1]), ` ${cell}`)));
  const lines = Object.entries(ROWS).map(([name, said]) => html("tr", {}, html("th", { scope: "row" }, said),
    ...both.map((trial) => html("td", {}, ...typeset(html, trial.diverged && name === "accuracy" ? "–" : brief(trial[name]))))));
  return [html("thead", {}, head), html("tbody", {}, ...lines)];
}

function drawCurves(parts, { row, pair, names }) {
  const width = parts.plot.parentNode.clientWidth || 170;
  const height = 150;
  const box = { left: 38, right: width - 6, top: 20, bottom: height - 30 };
  set(parts.plot, { viewBox: `0 0 ${width} ${height}`, height });
  const both = [pair, row].map((trial) => trial?.curve ?? []);
  const up = axisOf(["validation loss", "", true], both.flat(), [box.bottom, box.top]);
  const path = (curve, steps) => {
    const across = scale([0, Math.max(row.steps, pair?.steps ?? 0)], [box.left, box.right]);
    const points = curve.map((loss, k) => [across((steps * (k + 1)) / row.points), loss]).filter(([, loss]) => Number.isFinite(loss));
    return line(points.map(([x, loss]) => [x, up.at(loss)]));
  };
  set(parts.other, { d: pair ? path(pair.curve, pair.steps) : "" });
  set(parts.own, { d: row ? path(row.curve, row.steps) : "" });
  const text = (x, y, said, more) => svg("text", { x: round(x), y: round(y), ...more }, ...typeset(svg, said));
  const marked = tickValues(up.low, up.high, up.log, 4);
  set(parts.grid, { d: marked.map((y) => `M${box.left},${round(up.at(y))} H${box.right}`).join(" ") });
  parts.ticks.replaceChildren(...(row ? [
    ...marked.map((y) => text(box.left - 5, up.at(y), atTick(y), { "text-anchor": "end", "dominant-baseline": "central" })),
    text(0, 11, "validation loss", { class: "title" }), text(box.left, box.bottom + 15, "0"),
    text(box.right, box.bottom + 15, String(row.steps), { "text-anchor": "end" }),
    text((box.left + box.right) / 2, box.bottom + 15, "steps", { "text-anchor": "middle", class: "title" })] : []));
  parts.title.textContent = row ? `Validation loss along ${row.steps} steps of ${names[row.cell]}${pair ? ` and ${names[pair.cell]}` : ""}` : "no trial";
}
