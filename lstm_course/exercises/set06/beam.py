"""06.5: one step of a beam search."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def beam_step(totals, log_p, done):
    """totals, done (W,), log_p (W, K) -> totals, parents, symbols of the W best."""
    W, K = log_p.shape
    grown = totals[:, None] + log_p  # (W, K)
    grown[done] = -np.inf
    grown[done, 0] = totals[done]
    grown = grown.ravel()
    best = np.argsort(-grown, kind="stable")[:W]
    return grown[best], best // K, best % K


def greedy(grown, W, K):
    """The best successor of each hypothesis, the mistake of W searches in one."""
    own = np.arange(W) * K + grown.reshape(W, K).argmax(axis=1)
    return own[np.argsort(-grown[own])]


def cases(rng):
    """A finished hypothesis stays; one stays and one falls out; one falls out."""
    made = []
    for W, K, ahead in ((6, 8, (2.5,)), (5, 4, (-0.5, -9.0)), (7, 9, (-7.0,))):
        totals, done = -rng.uniform(4.0, 6.0, W), np.zeros(W, dtype=bool)
        scores, best = 1.5 * rng.normal(size=(W, K)), totals.max()
        for k, a in zip(rng.permutation(W), ahead, strict=False):
            done[k], totals[k] = True, best + a - 0.3 * rng.random()
            scores[k, :3] = rng.uniform(2.0, 2.3, 3)  # it would be written on
        log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        made.append((totals, log_p, done))
    return made


FREE = "    grown[done] = -np.inf\n    grown[done, 0] = totals[done]\n"
BEST = 'np.argsort(-grown, kind="stable")[:W]'

EXERCISE = Exercise(
    "06.5",
    "beam_step",
    10,
    cases,
    beam_step,
    answer=("totals", "parents", "symbols"),
    axes={k: ("place",) for k in ("totals", "parents", "symbols")},
    hints=(
        "Write down all W times K hypotheses that could be next: totals[:, None] + "
        "log_p is a table (W, K). Choose the W best of the whole table.",
        "A finished hypothesis has one entry in that table: its total as it is, in the "
        "column of the end symbol. All its other entries are -np.inf.",
        "Of a flattened table entry number k stands in row k // K, column k % K: "
        "parent and symbol.",
    ),
    misconceptions=mistakes(
        beam_step,
        (
            "totals[:, None] + log_p",
            "-totals[:, None] * log_p",
            "You multiplied logarithms. Probabilities are multiplied; their logarithms "
            "are added.",
        ),
        (
            "totals[:, None] + log_p",
            "log_p + 0",
            "You chose by the last symbol alone. What counts is the whole hypothesis: "
            "add what it has so far.",
        ),
        (
            BEST,
            "greedy(grown, W, K)",
            "Each hypothesis keeps one successor, its own best. That is W greedy "
            "searches side by side: choose the W best of ALL successors.",
        ),
        (
            FREE,
            "",
            "Finished hypotheses are written on. What has its end stays as it is, and "
            "takes part with the total it has.",
        ),
        (
            "grown[done, 0] = totals[done]",
            "grown[done, 0] = totals[done] + log_p[done, 0]",
            "A finished hypothesis pays for its end once more at every step. Its total "
            "stays what it is.",
        ),
        (
            "    grown[done, 0] = totals[done]\n",
            "",
            "Finished hypotheses disappear from the beam. They stay as long as they "
            "are among the best.",
        ),
        (
            "    grown[done] = -np.inf\n",
            "",
            "A finished hypothesis is kept, and is written on as well. It has one way "
            "to go on: as it is.",
        ),
        (
            "np.argsort(-grown",
            "np.argsort(grown",
            "You keep the worst. np.argsort puts the smallest first.",
        ),
        (
            "[:W]",
            "[:W][::-1]",
            "The order is turned round: the best comes first.",
        ),
        (
            "best // K, best % K",
            "best // W, best % W",
            "Parents and symbols are counted with rows of length W. The table has W "
            "rows of K entries: divide by K.",
        ),
        (
            "best // K, best % K",
            "best % K, best // K",
            "Parents and symbols are exchanged: the row is the parent, the column the "
            "symbol.",
        ),
    ),
)
