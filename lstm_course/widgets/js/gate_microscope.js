// One unit of a trained reader, word by word, on a sentence of the reader's own.

import { openCells, readOn, stepsOf } from "./any_cell.js";
import { button, follow, say, shell, slider, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { html, number, set, svg } from "./draw.js";
import { chances, unpackAll, unpackFlat } from "./reading.js";
import { extend, near, parse } from "./sentence.js";
import { unitSelect } from "./units.js";

const GOALS = {
  plural: ["Make the king plural with a state below 1: hold the unit so that his verb becomes praise.",
    ({ text, clamp, held, free, read }) =>
      /\bking\b/.test(text) && clamp && Math.abs(held) < 1 && free > 0.5 && read < 0.5],
  back: ["Now the other way: turn a plural verb into a singular one.",
    ({ clamp, free, read }) => clamp && free < 0.5 && read > 0.5],
  tip: ["Find the tipping point: a held state at which neither form gets 80 %.",
    ({ clamp, read }) => clamp && read > 0.2 && read < 0.8],
};
const KINDS = ["nouns", "verbs", "pronouns", "others"]; // stored JSON sorts its keys
const DUE = 0.2; // a verb may be next where verbs have this much of the probability
const OFFERED = 6; // words to go on with

// ---------------------------------------------------------------- the network

// Everything at every word, the chance of a verb next, and of a singular one of these.
export function examine({ spec, p, out }, words, numbers, held = {}) {
  if (!words.length) return [];
  const net = readOn(spec, p, Int32Array.from(words), out.V[0].length, { I: numbers.length, held });
  return stepsOf(net).map((now) => {
    const next = chances(out, now.h);
    const part = (sign) => next.reduce((sum, q, k) => sum + (numbers[k] === sign ? q : 0), 0);
    const verb = part(1) + part(-1);
    return { ...now, next, verb, singular: part(1) / verb };
  });
}

// The place that matters: the last at which a verb may be next.
export function lastDue(read) {
  return read.findLastIndex((now) => now.verb > DUE);
}

function percent(q) {
  if (q > 0.9995 || q < 0.0005) return q > 0.5 ? "> 99.9 %" : "< 0.1 %";
  return `${(100 * q).toFixed(q > 0.9 || q < 0.1 ? 1 : 0)} %`;
}

// ---------------------------------------------------------------- the table
// `shown` are the cell's quantities: what lies between 0 and 1 is a tile, the rest a bar.

function headRow(shown) {
  const heads = shown.map(({ name, words, colour, share: tile }) =>
    html("th", { scope: "col", style: `color: var(--p-${colour})`, title: words },
      html("i", {}, name), html("span", { class: "unseen" }, ` ${words}`),
      html("small", { "data-scale": name }, tile ? "0–1" : "±1")));
  return html("tr", {}, html("th", { scope: "col" }, html("span", { class: "unseen" }, "word")),
    ...heads, html("th", { scope: "col", class: "due" }, "verb next"));
}

function wordRow(shown, word, choose) {
  const cell = ({ colour, share: tile }) => html("td", { class: tile ? "tile" : "bar" },
    html("span", { class: "mark", style: `background: var(--p-${colour})` }), html("span", { class: "figure" }));
  const row = html("tr", {}, html("th", { scope: "row" }, button(word, choose)),
    ...shown.map(cell), html("td", { class: "due" }));
  return row;
}

// Fill a row with the numbers of one unit, each to its `tops`; `was` is what the free
// network expects.
function fillRow(shown, row, now, was, k, tops) {
  shown.forEach(({ name, share: tile }, n) => {
    const [mark, figure] = row.children[n + 1].children;
    const v = now[name][k];
    figure.textContent = number(v);
    set(row.children[n + 1], { title: `${name} = ${number(v)}` });
    if (tile) mark.style.opacity = v;
    else {
      const size = Math.min(1, Math.abs(v) / tops[name]) * 50;
      Object.assign(mark.style, { width: `${size}%`, left: v < 0 ? `${50 - size}%` : "50%" });
    }
  });
  const said = was.verb > DUE ? form(now) : "";
  const turned = said && form(was) !== said;
  row.lastChild.replaceChildren(
    ...(said ? [html("span", { class: turned ? "turned" : "" }, `${said} `), percent(sureness(now))] : []));
}

const form = (now) => (now.singular > 0.5 ? "singular" : "plural");
const sureness = (now) => Math.max(now.singular, 1 - now.singular);

// ---------------------------------------------------------------- the verdict

// A bar of the probability that a verb is singular, beside what is left for plural.
function verdict(name, q, width) {
  const [height, inner] = [44, width];
  const cut = Math.max(0, Math.min(inner, inner * q));
  return svg("svg", { class: "verdict", viewBox: `0 0 ${width} ${height}`, height, "aria-hidden": "true" },
    svg("text", { x: 0, y: 12, class: "who" }, name),
    svg("rect", { x: 0, y: 20, width: inner, height: 22, rx: 3, class: "plural" }),
    ...[0.5].map((share) => svg("path", { class: "half", d: `M${width * share},16 V20 M${width * share},42 V46` })),
    svg("text", { x: width * 0.5, y: 12, "text-anchor": "middle", class: "who" }, "50 %"),
    svg("text", { x: width, y: 12, "text-anchor": "end", class: "who" }, "100 % singular"),
    svg("rect", { x: 0, y: 20, width: cut, height: 22, rx: 3, class: "singular" }),
    svg("text", q > 0.5 ? { x: 8, y: 35.5, class: "on" } : { x: width - 8, y: 35.5, "text-anchor": "end" },
      q > 0.5 ? `praises ${percent(q)}` : `praise ${percent(1 - q)}`));
}

// ---------------------------------------------------------------- the figure

function chips(words, choose) {
  return words.map((word) => button(word, () => choose(word), { class: "chip" }));
}

function dictionary(kinds, vocabulary, choose) {
  const rows = KINDS.map((kind) => [kind, kinds[kind]]).map(([kind, words]) =>
    html("p", { class: "choices" }, html("span", { class: "name" }, kind),
      ...chips(words.map((k) => vocabulary[k]), choose)));
  return html("details", {}, html("summary", {}, `All ${vocabulary.length - 1} words it knows`), ...rows);
}

// Where the sentence is written, with help and words to go on with: `.show(...)`.
function writer(model, vocabulary) {
  const write = (text) => tell(model, { sentence: text, at: -1 });
  const input = html("input", { type: "text", spellcheck: "false", autocapitalize: "off", autocomplete: "off",
    "aria-label": "Your sentence", oninput: () => write(input.value) });
  const tries = html("select", { "aria-label": "Or try one of these", onchange: () => {
    if (tries.value) write(tries.value);
    tries.value = "";
  } }, html("option", { value: "" }, "Try …"),
    ...model.get("examples").map((text) => html("option", { value: text }, text)));
  const add = (word) => {
    const text = model.get("sentence");
    write(extend(text, parse(text, vocabulary).rest, word));
  };
  const [help, offer] = [html("p", { class: "help", role: "status" }), html("p", { class: "choices" })];
  const place = html("div", {}, html("div", { class: "write" }, input, tries), help, offer,
    dictionary(model.get("kinds"), vocabulary, add));
  place.show = (found, read) => {
    if (input.value !== model.get("sentence")) input.value = model.get("sentence");
    helpOut(help, offer, { ...found, read, vocabulary, add });
  };
  return place;
}

// Which unit, and whether its state is held: `.show()`.
function tools(model, H, path) {
  const unit = unitSelect(model.get("units"), H, (k) => tell(model, { unit: k, clamp: false }));
  const clamp = html("input", { type: "checkbox", onchange: () => tell(model, { clamp: clamp.checked }) });
  const name = html("span", {});
  const held = slider({ name: html("i", {}, path), label: `Value at which the ${path === "h" ? "hidden" : "cell"} state is held`,
    min: -3, max: 3, step: 0.05, value: model.get("held"), colour: path, digits: 2,
    change: (value) => tell(model, { held: value, clamp: true }) });
  const place = html("div", { class: "choices tools" }, html("label", {}, "look at ", unit),
    html("label", { class: "switch" }, clamp, name), held);
  place.show = () => {
    unit.show(model.get("unit"));
    clamp.checked = model.get("clamp");
    name.textContent = `hold unit ${model.get("unit")} at`;
    held.show(model.get("held"));
  };
  return place;
}

// A row for each word: `.show(words, at, free, read, k)`.
function wordTable(shown, vocabulary, choose) {
  const body = html("tbody", {});
  const table = html("table", { class: "words" }, html("thead", {}, headRow(shown)), body);
  let made = null; // the words the rows were made for
  table.show = (words, at, free, read, k) => {
    if (made !== words.join()) body.replaceChildren(...words.map((w, t) => wordRow(shown, vocabulary[w], () => choose(t))));
    made = words.join();
    const tops = Object.fromEntries(shown.map(({ name }) => [name, Math.max(1, ...read.map((now) => Math.abs(now[name][k])))]));
    read.forEach((now, t) => {
      fillRow(shown, body.children[t], now, free[t], k, tops);
      set(body.children[t], { class: t === at ? "chosen" : null });
      set(body.children[t].querySelector("button"), { "aria-pressed": String(t === at) });
    });
    for (const { name } of shown.filter((of) => !of.share)) {
      table.querySelector(`[data-scale=${name}]`).textContent = `±${number(tops[name], tops[name] > 1 ? 1 : 0)}`;
    }
    table.hidden = !words.length;
  };
  body.addEventListener("click", (event) => event.target.closest("td")?.parentNode.querySelector("button").click());
  body.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr");
    const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
    if (!next) return;
    event.preventDefault();
    next.querySelector("button").focus();
    next.querySelector("button").click();
  });
  return table;
}

export default {
  async render({ model, el }) {
    const root = shell(el, "Gate microscope: one unit of the trained network on your sentence", "gate_microscope");
    const [{ spec, columns: shown, path }] = Object.values(await openCells(model.get("cells")));
    const { V, v, ...packed } = model.get("weights");
    const [network, H, vocabulary] = [{ spec, p: unpackFlat(packed), out: unpackAll({ V, v }) }, V.shape[1], model.get("vocabulary")];
    const numbers = model.get("verbs"); // 1 a singular verb, -1 a plural one, 0 another word
    const writing = writer(model, vocabulary);
    const turning = tools(model, H, path === "C" ? "h" : path);
    const table = wordTable(shown, vocabulary, (t) => tell(model, { at: t }));
    const [scales, said] = [html("div", { class: "scales" }), say()];
    const trying = goals("microscope", GOALS);
    const moving = ways(model, "microscope", {
      sentence: (text) => text.length < 400, unit: [0, H - 1], held: [-3, 3], clamp: () => true });
    const numbersAt = html("p", { class: "numbers" });
    root.append(writing, turning, table, numbersAt, scales, said, trying, moving);

    return follow(model, ["sentence", "unit", "clamp", "held", "at"], root, (width) => {
      const found = parse(model.get("sentence"), vocabulary);
      const [words, k, clamp] = [found.words, model.get("unit"), model.get("clamp")];
      const free = examine(network, words, numbers);
      const read = clamp ? examine(network, words, numbers, { [k]: model.get("held") }) : free;
      const at = model.get("at") < 0 ? lastDue(free) : Math.min(model.get("at"), words.length - 1);
      writing.show(found, read);
      turning.show();
      table.show(words, at, free, read, k);
      tellNumbers(shown, numbersAt, read[Math.max(at, 0)], vocabulary[words[Math.max(at, 0)]], k);
      if (at >= 0) trying.show({ text: model.get("sentence"), clamp, held: model.get("held"),
        free: free[at].singular, read: read[at].singular });
      judge(scales, said, { words, at, free, read, k, vocabulary, width, clamp });
    });
  },
};

// The numbers of the chosen word, for whoever cannot hover.
function tellNumbers(shown, place, now, word, k) {
  place.hidden = !now;
  if (!now) return;
  const one = ({ name, colour }) => html("span", { style: `color: var(--p-${colour})` }, html("i", {}, name), ` ${number(now[name][k])}`);
  place.replaceChildren(html("b", {}, word), ...shown.map(one));
}

// What to do about a word that is not known, and words to go on with.
function helpOut(help, offer, { words, rest, open, read, vocabulary, add }) {
  const unknown = rest && !open;
  help.hidden = !unknown;
  help.replaceChildren(...(unknown ? [
    html("b", {}, `“${rest}”`), ` is not among the ${vocabulary.length - 1} words this network has read. `,
    "It reads on as soon as you choose another."] : []));
  const likely = words.length ? topWords(read.at(-1).next, vocabulary) : ["the"];
  const offered = new Set([...(rest ? near(rest, vocabulary) : []), ...(open ? [] : likely)]);
  offer.replaceChildren(html("span", { class: "name" }, open ? "go on with" : unknown ? "perhaps" : "it expects"),
    ...chips([...offered].slice(0, OFFERED), add));
}

function topWords(next, vocabulary) {
  return next.map((q, k) => [q, k]).slice(1).sort((a, b) => b[0] - a[0]).slice(0, OFFERED)
    .map(([, k]) => vocabulary[k]);
}

// Which verb would come, and what holding the unit does to it.
function judge(scales, said, { words, at, free, read, k, vocabulary, width, clamp }) {
  if (at < 0) {
    scales.replaceChildren();
    said.show(words.length ? "Nowhere in this sentence does it expect a verb yet. Choose a word to ask all the same."
      : "Write a sentence with the words above: the network reads along.");
    return;
  }
  const text = words.slice(0, at + 1).map((w) => vocabulary[w]).join(" ");
  const [q, r] = [free[at].singular, read[at].singular];
  scales.replaceChildren(verdict("untouched", q, width),
    ...(clamp ? [verdict(`unit ${k} held`, r, width)] : []));
  const before = [html("i", {}, text), " … Of the verbs that may follow, "];
  const turned = clamp && q > 0.5 !== r > 0.5;
  said.show(...before, `${percent(q)} of the probability is singular`,
    clamp ? `; with unit ${k} held, ${percent(r)}.` : ".",
    ...(turned ? [" ", html("b", {}, "One unit turns the verb.")] : []));
}
