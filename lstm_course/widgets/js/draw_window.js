// DRAW's window under the hands: N x N filters over a picture, what they read, and that
// written back through the same filters. Traits: image, x, y, stride, variance, N.

import { follow, say, shell, slider, tell } from "./controls.js";
import { goals, ways } from "./goals.js";
import { html, number, round, set, svg } from "./draw.js";

// ---- the window, as lstm_course.models.draw has it ----

// Where the filters of one axis lie; pixels are numbered from 1.
export function centres(at, stride, N) {
  return Array.from({ length: N }, (_, k) => at + (k + 1 - N / 2 - 0.5) * stride);
}

// N Gaussians over `size` pixels, each of sum 1.
export function bank(at, { stride, variance, N }, size) {
  return centres(at, stride, N).map((mu) => {
    const e = Array.from({ length: size }, (_, j) => -((j + 1 - mu) ** 2) / (2 * variance));
    const powers = e.map((v) => Math.exp(v - Math.max(...e)));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((v) => v / sum);
  });
}

const times = (A, B) => A.map((row) => B[0].map((_, k) => row.reduce((s, v, j) => s + v * B[j][k], 0)));
const turned = (A) => A[0].map((_, k) => A.map((row) => row[k]));

// The filters of both axes, what is read (N, N) and what is written back (rows, columns).
export function look(state) {
  const [Y, X] = [bank(state.y, state, state.image.length), bank(state.x, state, state.image[0].length)];
  const read = times(times(Y, state.image), turned(X));
  return { Y, X, read, written: times(times(turned(Y), read), X) };
}

// ---- what a reader may try ----
const LIMITS = { x: [-3, 28], y: [-3, 28], stride: [0.2, 8], variance: [0.05, 12], N: [2, 6] };
const sharp = (F) => F.every((row) => Math.max(...row) > 0.9);
const apex = (row) => row.indexOf(Math.max(...row));

// The share of the ink that some filter sees: at least a tenth of its weight at the middle.
export function seen({ image, Y, X, variance }) {
  const least = 0.1 / Math.sqrt(2 * Math.PI * Math.max(variance, 0.16));
  const on = (F) => turned(F).map((column) => Math.max(...column) >= least);
  const [down, across] = [on(Y), on(X)];
  let [ink, all] = [0, 0];
  image.forEach((row, r) => row.forEach((v, c) => {
    all += v;
    if (down[r] && across[c]) ink += v;
  }));
  return all ? ink / all : 0;
}

const GOALS = {
  copy: ["Let the window copy: every filter on a pixel of its own, its neighbours on the next.",
    ({ Y, X, stride }) => sharp(Y) && sharp(X) && Math.abs(stride - 1) < 0.05
      && [Y, X].every((F) => new Set(F.map(apex)).size === F.length)],
  whole: ["See all of the digit’s ink with nine numbers.",
    (s) => s.N === 3 && seen(s) > 0.999],
  edge: ["Push two columns of filters so far off the picture that both read the same pixels.",
    ({ X, x, stride, N }) => {
      const [mu, size] = [centres(x, stride, N), X[0].length];
      return (sharp(X.slice(0, 2)) && mu[1] < 0.5) || (sharp(X.slice(-2)) && mu.at(-2) > size + 0.5);
    }],
};

// ---- drawing: a picture as squares ----
function board(title) {
  const [label, squares, over] = [svg("title", {}), svg("g", { class: "ink" }), svg("g", { class: "over" })];
  const drawn = svg("svg", { class: "board", role: "img" }, label, squares, over);
  const place = html("figure", {}, drawn, html("figcaption", {}, title));
  place.draw = (rows, said, marks = []) => {
    const [R, C] = [rows.length, rows[0].length];
    set(drawn, { viewBox: `0 0 ${C} ${R}` });
    label.textContent = said;
    squares.replaceChildren(svg("rect", { class: "paper", width: C, height: R }),
      ...rows.flatMap((row, r) => row.map((v, c) => (v < 0.004 ? "" : svg("rect",
        { x: c, y: r, width: 1, height: 1, "fill-opacity": round(Math.min(1, v)) })))));
    over.replaceChildren(...marks);
  };
  return place;
}

// A dot for each filter and a ring of one standard deviation.
function filterMarks({ x, y, stride, variance, N }) {
  const r = Math.sqrt(variance);
  return centres(y, stride, N).flatMap((cy) => centres(x, stride, N).map((cx) => {
    const at = { cx: round(cx - 0.5), cy: round(cy - 0.5) };
    return svg("g", {}, svg("circle", { ...at, r: round(r), class: "wide" }), svg("circle", { ...at, r: 0.16 }));
  }));
}

function render({ model, el }) {
  const root = shell(el, "The window of DRAW: what it reads and writes", "draw_window");
  const names = Object.keys(LIMITS);
  const get = () => Object.fromEntries([...names, "image"].map((name) => [name, model.get(name)]));
  const { image } = get();
  const ends = { ...LIMITS, x: [-3, image[0].length + 4], y: [-3, image.length + 4] };
  const WORDS = { x: ["x", "centre, column"], y: ["y", "centre, row"], stride: ["stride", "stride, pixels"],
    variance: ["variance", "variance, pixels squared"], N: ["N", "filters across and down"] };
  const dials = Object.fromEntries(names.map((key) => [key, slider({
    name: [key.length > 1 ? key : html("i", {}, key)], label: WORDS[key][1], min: ends[key][0], max: ends[key][1],
    step: { N: 1, x: 0.25, y: 0.25, stride: 0.1, variance: 0.05 }[key], digits: Number(key !== "N"), colour: "c",
    value: model.get(key), change: (v) => tell(model, { [key]: v }) })]));
  const [canvas, patch, back] = ["picture and filters", "read", "written back, its darkest pixel as ink"].map(board);
  const [sentence, trying, moving] = [say(), goals("window", GOALS), ways(model, "window", ends)];
  root.append(html("div", { class: "dials" }, ...Object.values(dials)),
    html("div", { class: "boards" }, canvas, patch, back), sentence, trying, moving);
  return follow(model, [...names, "image"], root, () => {
    const state = get();
    const found = { ...state, ...look(state) };
    for (const [key, dial] of Object.entries(dials)) dial.show(state[key]);
    const { N, read, written } = found;
    canvas.draw(state.image, `${state.image.length} by ${state.image[0].length} pixels, and ${N * N} filters over them`,
      filterMarks(state));
    patch.draw(read, `${N} by ${N} numbers: ${read.map((row) => row.map((v) => number(v)).join(" ")).join("; ")}`);
    const most = Math.max(...written.flat(), 1e-9);
    back.draw(written.map((row) => row.map((v) => v / most)), `what was read, written back; the darkest pixel holds ${number(most)}`);
    trying.show(found);
    sentence.show(words(found));
  });
}

function words(s) {
  const [left, right] = [centres(s.x, s.stride, s.N), centres(s.y, s.stride, s.N)].map((c) => `${number(c[0], 1)} to ${number(c.at(-1), 1)}`);
  const off = [...centres(s.x, s.stride, s.N).map((c) => [c, s.image[0].length]), ...centres(s.y, s.stride, s.N).map((c) => [c, s.image.length])]
    .filter(([c, size]) => c < 0.5 || c > size + 0.5).length;
  const edge = off ? ` ${off} of the ${2 * s.N} rows and columns of filters lie off the picture and cling to its edge.` : "";
  return `${s.N} × ${s.N} filters, their centres in columns ${left} and rows ${right}, each about ${number(2 * Math.sqrt(s.variance), 1)} pixels wide, ` +
    `read ${s.N * s.N} numbers from ${s.image.length * s.image[0].length} pixels. They see ${number(100 * seen(s), 0)} % of the ink.${edge}`;
}

export default { render };
