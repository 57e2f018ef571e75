// The picture of the step walker: a cell's diagram with numbers, levels and light.

import { backOf } from "./way_back.js";
import { number, set, svg } from "./draw.js";

const BETWEEN = { c: ["kept", "written"], h: ["squashed"] }; // known with c, with h
const BARS = ["c_prev", "h_prev", "c", "h"]; // drawn under the ends of the lines

// What fills a box or a bar beside a number: by the name of the quantity.
export function gauges(stage, shown) {
  const made = {};
  for (const { name } of shown) {
    const box = stage.querySelector(`[data-part="${name}"] rect`);
    if (!box) continue;
    made[name] = svg("rect", { class: "gauge", x: box.getAttribute("x"), width: box.getAttribute("width") });
    made[name].place = [Number(box.getAttribute("y")), Number(box.getAttribute("height"))];
    box.after(made[name]);
  }
  for (const name of BARS) {
    const text = stage.querySelector(`[data-value="${name}"]`)?.parentNode;
    if (!text) continue;
    const [x, y] = ["x", "y"].map((key) => Number(text.getAttribute(key)));
    made[name] = svg("rect", { class: "gauge", y: y + 6, height: 4 });
    made[name].place = [x, 18];
    text.after(svg("rect", { class: "track", x: x - 18, width: 36, y: y + 6, height: 4 }), made[name]);
  }
  return made;
}

// A gate fills its box from below, a candidate from the middle, a state its bar.
function level(gauge, name, value, share) {
  if (!gauge) return;
  const [from, size] = gauge.place;
  const v = value === null ? 0 : Math.max(-1, Math.min(1, value));
  if (BARS.includes(name)) set(gauge, { x: from + Math.min(0, v) * size, width: Math.abs(v) * size });
  else if (!share) set(gauge, { y: from + (size / 2) * (1 - Math.max(0, v)), height: (size / 2) * Math.abs(v) });
  else set(gauge, { y: from + size * (1 - v), height: size * v });
}

// Light what a step does, and write what is known by then.
export function light(stage, made, { spec, steps, shown }, step, values, back = false) {
  const way = back ? backOf(spec.name) : null;
  const before = [...spec.states.map((name) => `${name}_prev`), "x"];
  const forward = steps.slice(0, step + 1).flatMap(({ names }) => names.flatMap((name) => [name, `z${name}`, ...(BETWEEN[name] ?? [])]));
  const known = new Set(back ? ["x", ...way.known.slice(0, step + 1).flat()] : [...before, ...forward]);
  const lit = back ? way.tags?.[step] : steps[step].tags;
  for (const part of stage.querySelectorAll("[data-tags]")) {
    part.classList.toggle("dim", lit && !part.dataset.tags.split(" ").some((tag) => lit.includes(tag)));
  }
  for (const text of stage.querySelectorAll("[data-value]")) {
    const key = text.dataset.value;
    const there = known.has(key) && key in values;
    const word = there ? (key === "x" ? values.x : number(values[key])) : "";
    text.textContent = word;
    const line = text.parentNode; // "= 0.98" as a whole, or nothing
    if (line.firstChild.nodeType === 3) line.firstChild.data = back && key !== "x" ? "d = " : "= ";
    line.style.visibility = there ? "" : "hidden";
    if (BARS.includes(key)) level(made[key], key, there ? values[key] : null);
  }
  for (const { name, share: open } of shown) {
    if (!BARS.includes(name)) level(made[name], name, known.has(name) ? values[name] ?? null : null, open && !back);
  }
}
