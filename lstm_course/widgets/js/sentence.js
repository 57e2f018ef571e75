// A reader's own sentence: its words, those that are not known, and what was meant.

// -> { words: numbers of the known words up to the first that is not known,
//      rest: that word or the beginning of one, open: whether it may yet become one }
export function parse(text, vocabulary) {
  const found = text.toLowerCase().match(/[^\s.]+|\./g) ?? [];
  const words = [];
  for (const [n, word] of found.entries()) {
    const k = vocabulary.indexOf(word);
    if (k > 0) {
      words.push(k);
      continue;
    }
    const last = n === found.length - 1 && !/\s$/.test(text);
    const open = last && vocabulary.some((other) => other.startsWith(word));
    return { words, rest: word, open };
  }
  return { words, rest: "", open: false };
}

// How many letters have to be changed, added or dropped: Levenshtein's distance.
export function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let n = 1; n <= a.length; n++) {
    const above = row;
    row = [n];
    for (let k = 1; k <= b.length; k++) {
      const swap = above[k - 1] + (a[n - 1] === b[k - 1] ? 0 : 1);
      row.push(Math.min(above[k] + 1, row[k - 1] + 1, swap));
    }
  }
  return row[b.length];
}

// What may have been meant: words that begin so, then those that look alike.
export function near(rest, vocabulary, count = 6) {
  const words = vocabulary.slice(1); // 0 is padding
  const begun = words.filter((word) => word.startsWith(rest));
  const alike = words
    .filter((word) => !begun.includes(word))
    .map((word) => [distance(rest, word), word])
    .filter(([far, word]) => far <= Math.max(2, word.length / 2))
    .sort((a, b) => a[0] - b[0]);
  return [...begun, ...alike.map(([, word]) => word)].slice(0, count);
}

// The text with its last, unknown word replaced or a word added.
export function extend(text, rest, word) {
  const end = text.toLowerCase().lastIndexOf(rest);
  const start = (rest ? text.slice(0, end) : text).trimEnd();
  return `${start}${start ? " " : ""}${word} `;
}
