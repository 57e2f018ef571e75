// A table whose rows are chosen by arrows and opened by a press or Enter.

import { html, set, typeset } from "./draw.js";
import { arrange, heads, ordered, reveal } from "./table.js";

// columns { key: { text, title, down, write(value) } }; choose(key) and open(key) get the
// key of an item; press(sort) the new order. `.show({ items, sort, chosen })`, with items
// { key, first: elements, values: { column: value } }.
export function listed(label, columns, { choose, open, press }) {
  const top = heads(columns, press);
  const body = html("tbody", {});
  const table = html("table", { role: "grid", "aria-label": label }, html("thead", {}, top), body);
  const place = html("div", { class: "list" }, table);
  let [keys, shown] = [[], []];
  const keyOfRow = (event) => keys[[...body.children].indexOf(event.target.closest("tr"))];
  body.addEventListener("click", (event) => { const key = keyOfRow(event); if (key !== undefined) open(key); });
  body.addEventListener("keydown", (event) => {
    const [by, key] = [{ ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key], keyOfRow(event)];
    if (key === undefined || (!by && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    if (!by) { open(key); return; }
    const next = Math.max(0, Math.min(keys.length - 1, keys.indexOf(key) + by));
    body.children[next].focus();
    choose(keys[next]);
  });
  const rowOf = ({ first, values }) => html("tr", {}, html("th", { scope: "row" }, ...first),
    ...Object.entries(columns).slice(1).map(([key, { write }]) => html("td", {}, ...typeset(html, write(values[key])))));
  place.show = ({ items, sort, chosen }) => {
    const inOrder = ordered(items, sort, ({ values }, key) => values[key]);
    if (items !== shown || !keys.every((key, k) => key === inOrder[k]?.key) || keys.length !== items.length) {
      const focused = body.contains(document.activeElement);
      arrange(body, inOrder.map(rowOf));
      [keys, shown] = [inOrder.map(({ key }) => key), items];
      if (focused) body.children[Math.max(0, keys.indexOf(chosen))]?.focus();
    }
    top.show(sort);
    const at = Math.max(0, keys.indexOf(chosen));
    [...body.children].forEach((row, k) => set(row, { tabindex: k === at ? "0" : "-1", "aria-selected": String(keys[k] === chosen) }));
    if (body.children[at]) reveal(place, body.children[at], table.tHead.offsetHeight);
    return inOrder;
  };
  return place;
}
