// Controls: native, labelled, reachable by keys; and the frame around a live figure.

import { exact, html, set } from "./draw.js";

const [REST, LONGEST] = [120, 600]; // ms until a sentence follows what is seen

// The frame of a live figure: a named group that keeps keys to itself (JupyterLab
// would take arrow keys for its own shortcuts).
export function shell(el, name, kind) {
  const root = html("div", { class: `lcw ${kind}`, role: "group", "aria-label": name });
  root.addEventListener("keydown", (event) => event.stopPropagation());
  el.append(root);
  return root;
}

// A dial: name, native range input, and the number, which can be typed. `change` gets
// the number; `.show(x)` turns the dial. Where it is `doubling`, a notch is a doubling.
export function slider({ name, label, min, max, step, value, colour = "ink", digits = 1, doubling = false, change }) {
  const place = (x) => (doubling ? Math.log2(x) : x);
  const ends = { min: place(min), max: place(max), step: doubling ? 1 : step };
  const input = html("input", { type: "range", ...ends, "aria-label": label });
  const typed = field({ label, min, max, step, digits, change });
  const dial = html("div", { class: "dial", style: `--colour: var(--p-${colour})` },
                    html("span", { class: "name", "aria-hidden": "true" }), input, typed);
  dial.firstChild.append(...[name].flat());
  const share = (x) => Math.min(1, Math.max(0, (place(x) - ends.min) / (ends.max - ends.min)));
  dial.style.setProperty("--from", share(0)); // the track is filled from zero, or the end
  dial.show = (x) => {
    if (Number(input.value) !== place(x)) input.value = place(x);
    typed.show(x);
    set(input, { "aria-valuetext": exact(x, digits) });
    dial.style.setProperty("--at", share(x));
  };
  input.addEventListener("input", () => {
    const x = doubling ? 2 ** Number(input.value) : Number(input.value);
    dial.show(x);
    change(x);
  });
  dial.show(value);
  return dial;
}

// The number of a dial. What lies between its ends counts while it is typed, the rest
// is brought there when it is done.
function field({ label, min, max, step, digits, change }) {
  const input = html("input", { type: "number", min, max, step, "aria-label": `${label}, as a number` });
  let now = 0;
  const write = () => { input.value = exact(now, digits).replace("−", "-"); };
  const take = (x) => {
    if (Number.isFinite(x)) change(now = Number(x.toFixed(digits && 3)));
  };
  input.addEventListener("input", () => {
    if (input.valueAsNumber >= min && input.valueAsNumber <= max) take(input.valueAsNumber);
  });
  input.addEventListener("change", () => {
    take(Math.min(max, Math.max(min, input.valueAsNumber)));
    write();
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", write);
  input.show = (x) => {
    now = x;
    if (document.activeElement !== input) write();
  };
  return input;
}

// A button; `.press(true)` marks the one of a row that is chosen.
export function button(text, click, attributes = {}) {
  const made = html("button", { type: "button", onclick: click, ...attributes }, text);
  made.press = (on) => set(made, { "aria-pressed": String(on) });
  return made;
}

// A row of buttons with a name, of which at most one is pressed: `.show(key)`.
export function choices(name, texts, choose) {
  const row = html("div", { class: "choices", role: "group", "aria-label": name });
  const made = Object.entries(texts).map(([key, text]) => [key, button(text, () => choose(key))]);
  row.append(html("span", { class: "name" }, name), ...made.map(([, b]) => b));
  row.show = (chosen) => made.forEach(([key, b]) => b.press(key === chosen));
  return row;
}

// A sentence that says what is seen; read out when it changes. `.show(...parts)`; or
// `.tell(text)`, which may be told again and again. While a dial turns it waits for rest,
// but not for long: what goes on by itself never rests.
export function say() {
  const sentence = html("p", { class: "say", role: "status" });
  let [due, since, told] = [0, 0, null];
  sentence.show = (...parts) => {
    clearTimeout(due);
    since ||= performance.now();
    const left = since + LONGEST - performance.now();
    due = setTimeout(() => { since = 0; sentence.replaceChildren(...parts); }, sentence.firstChild ? Math.min(REST, left) : 0);
  };
  sentence.tell = (text) => { if (text !== told) sentence.show(told = text); };
  return sentence;
}

// Give traits new values: in the model, and in Python where a kernel listens.
export function tell(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
  model.save_changes();
}

// Draw now, and again when a trait or the width of `root` changes: draw(width).
// Returns the function that ends it, which `render` hands on.
export function follow(model, names, root, draw) {
  let due = 0;
  const ask = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      if (root.clientWidth) draw(root.clientWidth);
    });
  };
  const events = names.map((name) => `change:${name}`);
  events.forEach((event) => model.on(event, ask));
  const sizes = new ResizeObserver(ask);
  sizes.observe(root);
  return () => {
    events.forEach((event) => model.off(event, ask));
    sizes.disconnect();
    cancelAnimationFrame(due);
  };
}

// Whether the reader has asked for less motion.
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
