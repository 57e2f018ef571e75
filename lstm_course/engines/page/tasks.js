// Small tasks whose samples are those of lstm_course.tasks for the same generator.
//
// makeTask(name, options) -> { I, K, T, kind, sample(rng, B) }, and a sample is { x, rows,
// answers }: x an Int32Array (T, B) of codes or a Float64Array (T, B, I), rows the places
// t B + b where an answer is asked for, in order, answers what is right there. What a task
// needs of words and grammar comes as `data`, from widgets/page_tasks.py.

const MAKERS = { gap_language: gapLanguage, adding, latch, parity, counting_language: counting, embedded_reber: reber };

export function makeTask(name, options, data) {
  return { name, options, ...MAKERS[name](options, data?.[name]) };
}

const lastRows = (T, B) => Int32Array.from({ length: B }, (_, b) => (T - 1) * B + b);

// Where `asked(t, b)` holds, in the order of time.
function rowsWhere(T, B, asked) {
  const rows = [];
  for (let t = 0; t < T; t++) for (let b = 0; b < B; b++) if (asked(t, b)) rows.push(t * B + b);
  return Int32Array.from(rows);
}

function gapLanguage({ gap, distractors = 0 }, { words, language, openings, closing, chatter, abroad, slots }) {
  const code = new Map(words.map((word, k) => [word, k]));
  const countries = Object.keys(language);
  const one = (rng, items) => items[rng.integer(items.length)];
  const size = (text) => text.split(" ").length;
  const fill = (rng, pattern, others) => pattern.split(" ")
    .map((word) => (word in slots ? one(rng, word === "C" ? others : slots[word]) : word)).join(" ");
  const length = (rng, room) => (room >= 10 ? 3 + rng.integer(5) : room > 7 ? room >> 1 : room);
  const sentence = (rng) => {
    const country = one(rng, countries);
    const others = countries.filter((other) => other !== country);
    let room = gap - size(closing);
    const parts = [];
    for (let left = distractors; left > 0; left--) {
      const fits = abroad.filter((text) => size(text) + 4 * (left - 1) <= room);
      parts.push(fill(rng, one(rng, fits), others));
      room -= size(parts.at(-1));
    }
    while (room) {
      parts.push(fill(rng, one(rng, chatter[length(rng, room)]), others));
      room -= size(parts.at(-1));
    }
    rng.shuffle(parts);
    return [one(rng, openings), country, ...parts, closing, language[country]].join(" ").split(" ");
  };
  const T = gap + 5;
  return { I: words.length, K: words.length, T, kind: "classes", sample(rng, B) {
    const x = new Int32Array(T * B);
    const answers = new Int32Array(B);
    for (let b = 0; b < B; b++) {
      const text = sentence(rng);
      for (let t = 0; t < T; t++) x[t * B + b] = code.get(text[t]);
      answers[b] = code.get(text[T]);
    }
    return { x, rows: lastRows(T, B), answers };
  } };
}

function adding({ T }) {
  return { I: 2, K: 1, T, kind: "values", sample(rng, B) {
    const x = new Float64Array(T * B * 2);
    for (let k = 0; k < T * B; k++) x[2 * k] = rng.uniform(0, 1);
    const first = rng.integers(B, T >> 1);
    const second = rng.integers(B, T - (T >> 1)).map((k) => k + (T >> 1));
    const answers = Float64Array.from(first, (t, b) => x[2 * (t * B + b)] + x[2 * (second[b] * B + b)]);
    [first, second].forEach((at) => at.forEach((t, b) => { x[2 * (t * B + b) + 1] = 1; }));
    return { x, rows: lastRows(T, B), answers };
  } };
}

const NOISE = 0.2; // Bengio, Simard & Frasconi (1994)

function latch({ T }) {
  return { I: 1, K: 2, T, kind: "classes", sample(rng, B) {
    const bits = rng.integers(B, 2);
    const x = Float64Array.from({ length: T * B }, () => rng.uniform(-NOISE, NOISE));
    bits.forEach((bit, b) => { x[b] = 2 * bit - 1; });
    return { x, rows: lastRows(T, B), answers: Int32Array.from(bits) };
  } };
}

function parity({ least = 3, most = 40 }) {
  return { I: 2, K: 2, T: most, kind: "classes", sample(rng, B) {
    const lengths = rng.integers(B, most + 1 - least).map((n) => n + least);
    const bits = rng.integers(most * B, 2);
    const x = Int32Array.from(bits, (bit, k) => (Math.floor(k / B) < lengths[k % B] ? bit : -1));
    const rows = rowsWhere(most, B, (t, b) => t < lengths[b]);
    const odd = new Int32Array(B);
    return { x, rows, answers: rows.map((k) => (odd[k % B] ^= bits[k])) };
  } };
}

function counting({ least = 1, most = 16, form = "ab" }) {
  const P = form.length;
  return { I: P, K: P + 1, T: P * most, kind: "classes", sample(rng, B) {
    const n = rng.integers(B, most + 1 - least).map((k) => k + least);
    const at = (k) => Math.floor(Math.floor(k / B) / n[k % B]);
    const x = Int32Array.from({ length: P * most * B }, (_, k) => (at(k) < P ? at(k) : -1));
    const rows = rowsWhere(P * most, B, (t, b) => t >= n[b] && t < P * n[b]);
    return { x, rows, answers: rows.map((k) => at(k + B)) };
  } };
}

// `most` symbols at most are read: a page keeps room for so many (the few longer strings
// are cut, in the page alone).
function reber({ most = 60 }, { table, end }) {
  const K = table[0].length;
  return { I: K, K, T: most, kind: "classes", sample(rng, B) {
    const state = new Int32Array(B);
    const codes = [];
    while (state.some((s) => s !== end)) {
      const row = new Int32Array(B).fill(-1);
      for (let b = 0; b < B; b++) {
        let [best, chosen] = [0, -1];
        for (let k = 0; k < K; k++) {
          const chance = rng.random() * (table[state[b]][k] >= 0 ? 1 : 0);
          if (chance > best) [best, chosen] = [chance, k];
        }
        if (state[b] === end) continue;
        row[b] = chosen;
        state[b] = table[state[b]][chosen];
      }
      codes.push(row);
    }
    const steps = Math.min(codes.length - 1, most);
    const x = new Int32Array(steps * B).fill(-1);
    const rows = rowsWhere(steps, B, (t, b) => codes[t + 1][b] >= 0);
    rows.forEach((k) => { x[k] = codes[Math.floor(k / B)][k % B]; });
    return { x, rows, answers: rows.map((k) => codes[Math.floor(k / B) + 1][k % B]) };
  } };
}
