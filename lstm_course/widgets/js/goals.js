// What a reader may try in a figure: goals, ticked when they are met and remembered on
// this machine; the state as a link; the way back to where the figure began.

import { button, tell } from "./controls.js";
import { html, set } from "./draw.js";

const KEPT = "lstm-course:goals";

// Keys of the goals met before, by figure; nothing where nothing may be remembered.
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function remember(kind, keys) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...remembered(), [kind]: keys }));
  } catch { /* the ticks last as long as the page */ }
}

// A list of goals { key: [text, met(seen)] } of one kind of figure: `.show(seen)`.
export function goals(kind, list) {
  const done = new Set(remembered()[kind] ?? []);
  const [head, news] = [html("summary", {}), html("p", { class: "unseen", role: "status" })];
  const items = Object.fromEntries(Object.entries(list).map(([key, [text]]) => {
    const tick = html("span", { class: "tick", role: "img" });
    return [key, html("li", { "data-goal": key }, tick, html("span", {}, text))];
  }));
  const place = html("details", { class: "goals", open: "" }, head, html("ul", {}, ...Object.values(items)), news);
  const mark = () => {
    for (const [key, item] of Object.entries(items)) {
      item.classList.toggle("met", done.has(key));
      set(item.firstChild, { "aria-label": done.has(key) ? "met: " : "not yet: " });
      item.firstChild.textContent = done.has(key) ? "✓" : "";
    }
    const count = Object.keys(list).filter((key) => done.has(key)).length;
    head.textContent = `Can you … (${count} of ${Object.keys(list).length} met)`;
  };
  place.show = (seen) => {
    const fresh = Object.entries(list).filter(([key, [, met]]) => !done.has(key) && met(seen));
    if (!fresh.length) return;
    fresh.forEach(([key]) => done.add(key));
    remember(kind, [...done]);
    news.textContent = fresh.map(([, [text]]) => `Met: ${text}`).join(" ");
    mark();
  };
  mark();
  return place;
}

// Whether a value may stand in a trait: [low, high] for numbers and rows of them, a
// function for the rest.
function fits(value, now, limit) {
  if (typeof limit === "function") return typeof value === typeof now && limit(value);
  const one = (v) => Number.isFinite(v) && v >= limit[0] && v <= limit[1];
  if (!Array.isArray(now)) return one(value);
  return Array.isArray(value) && value.length === now.length && value.every(one);
}

// What the address asks of this kind of figure, as far as it fits: traits by name.
function asked(kind, now, limits) {
  const [place, text] = location.hash.split("?");
  if (place !== `#live-${kind}`) return {};
  const found = {};
  for (const [name, written] of new URLSearchParams(text)) {
    try {
      const value = JSON.parse(written);
      if (name in limits && fits(value, now[name], limits[name])) found[name] = value;
    } catch { /* not of our making */ }
  }
  return found;
}

// Buttons that lead back and away: reset, and in a page copy link. `limits` names the
// traits that make the state: { trait: [low, high] } or { trait: (value) => whether }.
export function ways(model, kind, limits) {
  const read = () => Object.fromEntries(Object.keys(limits).map((name) => [name, model.get(name)]));
  const start = read();
  const wish = asked(kind, start, limits);
  if (Object.keys(wish).length) tell(model, wish);
  const reset = button("reset", () => tell(model, start));
  const copy = button("copy link", async () => {
    const state = Object.entries(read()).map(([name, value]) => [name, JSON.stringify(value)]);
    history.replaceState(null, "", `#live-${kind}?${new URLSearchParams(state)}`);
    try {
      await navigator.clipboard.writeText(location.href);
      copy.textContent = "copied";
    } catch {
      copy.textContent = "it is in the address bar";
    }
    setTimeout(() => { copy.textContent = "copy link"; }, 2500);
  });
  const inPage = "content_root" in document.documentElement.dataset; // of the book
  return html("div", { class: "choices ways" }, reset, ...(inPage ? [copy] : []));
}
