"""The search: generation after generation, the best are changed and tried.

After Jozefowicz et al. (2015): a mutant is first asked whether it is a cell at all,
then whether it clears a low bar on the first lesson; only then it sees the others.  A
lesson is learned at several learning rates, and the best counts.  A score is relative
to the best that any cell has reached; who comes to the top is tried again from other
seeds before it has children.

Whatever was tried is a line of a file, so that a search that is killed goes on from
there; child n of a generation is drawn from (seed, generation, n), so that the same
seed is the same search.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np

from . import genome as genomes
from .examine import fault
from .lessons import LESSONS, learned
from .mutate import mutate

RATES = (0.03, 0.01)
BAR = 0.1  # the skill in the first lesson, at the first rate, to see the others
KEEP, AGAIN = 12, 4  # parents of a generation; how many of the best are tried again
SEEDS = 2  # of those
FIRST = ("write", "hoard")  # of STARTS; a plain RNN would be another search
TWICE = 0.3  # of children are changed a second time


class Log:
    """What was tried, by number, in memory and in a file."""

    def __init__(self, file):
        self.file, self.rows = Path(file), []
        text = self.file.read_text("utf-8") if self.file.exists() else ""
        whole = text[: text.rfind("\n") + 1]  # a last line may have been cut off
        if whole != text:
            self.file.write_text(whole, encoding="utf-8")
        self.kept = [json.loads(line) for line in whole.splitlines()]

    def row(self, what, make):
        """The next row: from the file, or made and written; ``what`` says which."""
        n = len(self.rows)
        if n < len(self.kept):
            row = self.kept[n]
            if not json.loads(json.dumps(what)).items() <= row.items():
                raise ValueError(
                    f"{self.file} holds another search: row {n} is {row}. Expected "
                    f"{what}. Delete the file to begin anew?"
                )
        else:
            began = time.process_time()
            row = json.loads(json.dumps(what | make()))
            row["seconds"] = round(time.process_time() - began, 2)
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        self.rows.append(row)
        return row


def search(log, seed, generations, children):
    """Run a search to its end: -> rows of trials, by number."""
    trials = []
    for name in FIRST:
        g = genomes.STARTS[name]
        trials.append(_trial(log, len(trials), 0, None, f"start: {name}", g))
    for generation in range(1, generations + 1):
        parents = ranked(trials)[:KEEP]
        for child in range(children):
            rng = np.random.default_rng((seed, generation, child))
            parent, g, words = _child(trials, parents, rng)
            trials.append(_trial(log, len(trials), generation, parent, words, g))
        for row in finished(ranked(trials))[:AGAIN]:
            _again(log, row)
        _say(trials, generation)
    return trials


def _child(trials, parents, rng):
    """A genome that was not tried yet: (number of its parent, genome, words)."""
    tried = {genomes.key(of(t)) for t in trials}
    while True:
        rank = int(rng.integers(len(parents), size=2).min())  # the better of two
        g, words = mutate(of(parents[rank]), rng)
        if rng.random() < TWICE:
            g, more = mutate(g, rng)
            words = f"{words}; {more}"
        if genomes.key(g) not in tried:
            return parents[rank]["number"], g, words


def of(row):
    """The Genome of a row."""
    return genomes.genome(**row["genome"])


def _trial(log, number, generation, parent, words, g):
    what = {"number": number, "generation": generation, "parent": parent,
            "words": words, "genome": genomes.plain(g)}  # fmt: skip
    return dict(log.row(what, lambda: _tried(g)))


def _tried(g):
    """A new genome: is it a cell, does it clear the bar, what does it learn?"""
    cell = genomes.cell(g)
    if (why := fault(cell)) is not None:
        return {"fault": why, "skills": {}}
    first, *others = LESSONS
    skills = {first: [[learned(cell, first, RATES[0], 0)]]}
    if skills[first][0][0] >= BAR:
        skills[first][0] += [learned(cell, first, lr, 0) for lr in RATES[1:]]
        for lesson in others:
            skills[lesson] = [[learned(cell, lesson, lr, 0) for lr in RATES]]
    return {"fault": None, "skills": skills}


def _again(log, trial):
    """The same from other seeds, until there are SEEDS; added to the trial's skills."""
    for seed in range(len(trial["skills"]["gap"]), SEEDS):
        cell, what = genomes.cell(of(trial)), {"again": trial["number"], "seed": seed}
        row = log.row(what, lambda: {"skills": {  # noqa: B023
            lesson: [learned(cell, lesson, lr, seed) for lr in RATES]  # noqa: B023
            for lesson in LESSONS}})  # fmt: skip
        trial["skills"] = {
            lesson: [*trial["skills"].get(lesson, []), row["skills"][lesson]]
            for lesson in LESSONS
        }


def reached(trial, lesson):
    """The skill of a trial in a lesson: at its best rate, mean over seeds."""
    runs = trial["skills"].get(lesson)
    return float(np.mean([max(rates) for rates in runs])) if runs else 0.0


def scores(trials):
    """Mean of the skills, each as a share of the best there is: list of floats."""
    table = np.array([[reached(t, lesson) for lesson in LESSONS] for t in trials])
    return (table / np.maximum(table.max(axis=0), 1e-9)).mean(axis=1).tolist()


def ranked(trials):
    """The trials, the best first; of equals the earlier."""
    by = scores(trials)
    order = sorted(range(len(trials)), key=lambda k: (-by[k], trials[k]["number"]))
    return [trials[k] for k in order if not trials[k]["fault"]]


def finished(trials):
    """Those that have seen every lesson."""
    return [t for t in trials if len(t["skills"]) == len(LESSONS)]


def _say(trials, generation):
    best, by = ranked(trials)[0], max(scores(trials))
    text = f"generation {generation}: {len(trials)} tried, best {by:.3f}, number "
    print(text + f"{best['number']}: {best['words']}", file=sys.stderr, flush=True)
