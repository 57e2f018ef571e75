// Six things to find in the playground: where each begins is a preset, and when it is
// found is asked of the run itself. `seen`: the settings, step, since (steps since the
// task last changed), from (its size at step 0) and sides of { cell, accuracy, best, whole,
// bySize, byLag }, where whole says that the accuracy is a mean over enough steps and best
// is the highest that it has been.

export const DISCOVERIES = {
  cannot: "the RNN that cannot", bias: "a bias saves it", counts: "who counts on?",
  parity: "minGRU fails at parity", stretch: "taught by small gaps", explodes: "a start that explodes",
};

const both = (seen, test) => seen.sides.length === 2 && (test(...seen.sides) || test(seen.sides[1], seen.sides[0]));
const settled = (side) => side.whole;
const at = (side, size) => side.bySize.find(([n]) => n === size)?.[1] ?? 0;

// How much the gradient grows from lag 1 to the longest: a factor.
export function growth({ byLag }) {
  const norms = byLag.filter(([lag]) => lag > 0).map(([, norm]) => norm);
  return norms.length > 5 ? norms.at(-1) / norms[0] : 1;
}

export const DISCOVERY_GOALS = {
  cannot: ["Over a gap of 20 words or more a tanh RNN has never been above 50 % when another cell has 95 % right.",
    (seen) => seen.task === "gap_language" && seen.size >= 20 && seen.since >= 500 && both(seen, (a, b) =>
      a.cell === "rnn" && settled(a) && a.best < 0.5 && b.cell !== "rnn" && b.accuracy >= 0.95)],
  bias: ["Two LSTMs that differ in the start of the forget gate’s bias alone: one guesses (below 30 %), the other has 80 % right.",
    (seen) => seen.task === "gap_language" && seen.size >= 20 && seen.left_bias !== seen.right_bias && both(seen, (a, b) =>
      a.cell === "lstm" && b.cell === "lstm" && settled(a) && a.accuracy < 0.3 && b.accuracy >= 0.8)],
  counts: ["Taught to count to 8 for 500 steps, both cells are right at n = 8 (99 %), and at n = 20 the LSTM is ahead by ten points.",
    (seen) => seen.task === "counting_language" && seen.size <= 8 && seen.since >= 500 && both(seen, (a, b) =>
      a.cell === "lstm" && settled(a) && at(a, 8) >= 0.99 && at(b, 8) >= 0.99 && at(a, 20) >= at(b, 20) + 0.099)],
  parity: ["Parity, 500 steps: minGRU below 70 %, and a cell whose gates read its state at 99 %.",
    (seen) => seen.task === "parity" && seen.since >= 500 && both(seen, (a, b) =>
      a.cell === "mingru" && settled(a) && a.accuracy < 0.7 && b.cell !== "minlstm" && b.accuracy >= 0.99)],
  stretch: ["Begin at a gap of 5 and lead an LSTM to 95 % at a gap of 20 before step 1,800: stretch the gap when it knows its task.",
    (seen) => seen.task === "gap_language" && seen.from <= 5 && seen.size >= 20 && seen.step <= 1800 && seen.since >= 50
      && seen.sides.some((a) => a.cell === "lstm" && settled(a) && a.accuracy >= 0.95)],
  explodes: ["Choose a gain so that the RNN’s gradient is a thousand times larger at the longest lag than at lag 1, and the other cell’s less than a hundred times.",
    (seen) => both(seen, (a, b) => a.cell === "rnn" && growth(a) >= 1000 && b.cell !== "rnn" && b.byLag.length > 0 && growth(b) < 100)],
};
