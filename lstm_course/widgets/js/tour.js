// A guided tour: it lights a part of a figure, says what it is, and waits for a deed.

import { button } from "./controls.js";
import { html } from "./draw.js";

// steps: [{ part: selector within root, text, done(before, now) }]; `.show(state)`.
export function tour(root, steps) {
  const words = html("p", { role: "status" });
  const start = button("Show me around", () => go(0));
  const [skip, stop] = [button("next", () => go(at + 1)), button("leave", () => go(-1))];
  const place = html("div", { class: "choices tour" }, start, words, skip, stop);
  let [at, before, last] = [-1, null, null];
  const light = (on) => root.querySelector(steps[at]?.part)?.classList.toggle("lit", on);
  const go = (next) => {
    if (at >= 0) light(false);
    at = next < steps.length ? next : -1;
    before = last;
    if (at >= 0) light(true);
    words.textContent = at >= 0 ? `${at + 1} of ${steps.length}. ${steps[at].text}`
      : next >= steps.length ? "That is all of it. Now it is yours." : "";
    start.hidden = at >= 0;
    skip.hidden = stop.hidden = at < 0;
  };
  place.show = (state) => {
    last = state;
    before ??= state;
    if (at >= 0 && steps[at].done(before, state)) go(at + 1);
  };
  go(-1);
  return place;
}
