// Which of a network's units is looked at.

import { html } from "./draw.js";

// A select of all H units, those with a name ({ number: 2 }) first; `.show(k)`.
export function unitSelect(units, H, choose) {
  const named = Object.entries(units).map(([name, k]) => [k, `unit ${k}: ${name}`]);
  const first = named.map(([k]) => k);
  const rest = Array.from({ length: H }, (_, k) => k).filter((k) => !first.includes(k));
  const select = html("select", { onchange: () => choose(Number(select.value)) },
    ...[...named, ...rest.map((k) => [k, `unit ${k}`])]
      .map(([k, text]) => html("option", { value: k }, text)));
  select.show = (k) => { select.value = k; };
  return select;
}
