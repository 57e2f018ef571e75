// Parts of tables: heads that sort, an order of rows, things to tick. A sort is the key
// of a column, "-key" where the greatest comes first, and "" where nothing is sorted.

import { button } from "./controls.js";
import { html, set } from "./draw.js";

const keyOf = (sort) => sort.replace(/^-/, "");

// A row of heads { key: { text, title, down } }, each a button that sorts by its column
// (`down`: the greatest first) and, pressed again, the other way round: press(sort).
// `.show(sort)` marks the one that does.
export function heads(columns, press) {
  let now = "";
  const one = ([key, { text, title = null, down = false }]) => {
    const first = down ? `-${key}` : key;
    const again = down ? key : `-${key}`;
    const head = button("", () => press(now === first ? again : first), { title });
    head.append(html("span", {}, text));
    return [key, html("th", { scope: "col" }, head)];
  };
  const made = Object.entries(columns).map(one);
  const row = html("tr", { class: "sorts" }, ...made.map(([, head]) => head));
  row.show = (sort) => {
    now = sort;
    const way = sort.startsWith("-") ? "descending" : "ascending";
    made.forEach(([key, head]) => set(head, { "aria-sort": keyOf(sort) === key ? way : null }));
  };
  return row;
}

// Rows in the order of a sort, by value(row, key); what has no value comes last, and
// what is equal stays in its order.
export function ordered(rows, sort, value) {
  if (!sort) return rows;
  const [key, way] = [keyOf(sort), sort.startsWith("-") ? -1 : 1];
  const found = rows.map((row) => [value(row, key), row]);
  const nothing = (x) => x === null || x === undefined || Number.isNaN(x);
  found.sort(([a], [b]) => {
    if (nothing(a) || nothing(b)) return nothing(a) - nothing(b);
    return a === b ? 0 : way * (a < b ? -1 : 1);
  });
  return found.map(([, row]) => row);
}

// Puts the rows of a table's body into an order, if they are not in it: focus stays.
export function arrange(body, rows) {
  const same = rows.length === body.children.length && rows.every((row, k) => row === body.children[k]);
  if (!same) body.replaceChildren(...rows);
}

// Brings a row into sight within a box that scrolls, below a head that stays.
export function reveal(box, row, head) {
  const above = row.offsetTop - head;
  const below = above + head + row.offsetHeight - box.clientHeight;
  if (box.scrollTop > above) box.scrollTop = above;
  if (box.scrollTop < below) box.scrollTop = below;
}

// A folded choice of what is shown: { key: text or elements }, each with a box to tick.
// change(hidden) gets the keys that are left out; `.show(hidden)`.
export function ticks(name, texts, change) {
  const keys = Object.keys(texts);
  let left = [];
  const boxes = keys.map((key) => html("input", { type: "checkbox", onchange: (event) =>
    change(keys.filter((other) => (other === key ? !event.target.checked : left.includes(other)))) }));
  const labels = keys.map((key, k) => html("label", {}, boxes[k], ...[texts[key]].flat()));
  const all = button("all", () => change([]));
  const none = button("none", () => change(keys));
  const group = html("div", { class: "ticks", role: "group", "aria-label": name }, ...labels, all, none);
  const head = html("summary", {});
  const folded = html("details", { class: "folded" }, head, group);
  folded.show = (hidden) => {
    left = hidden;
    boxes.forEach((box, k) => { box.checked = !hidden.includes(keys[k]); });
    head.textContent = `${name}: ${hidden.length ? `${keys.length - hidden.length} of ${keys.length}` : "all"}`;
  };
  return folded;
}
