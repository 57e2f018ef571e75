"""06.3: score texts in windows, the state carried within a text and no further."""

import numpy as np

from ..definition import Exercise
from ..making import edited, mistakes
from .network import log_softmax, network, read


def score(run, texts, T, H):
    """Texts of codes (N,), windows of T -> mean cost of each text (n,), of a symbol."""
    costs = []
    for text in texts:
        h, c = np.zeros(H), np.zeros(H)
        x, y, found = text[:-1], text[1:], []
        for t in range(0, len(x), T):
            log_p, h, c = run(x[t : t + T], h, c)
            found.append(-log_p[np.arange(len(log_p)), y[t : t + T]])
        costs.append(np.concatenate(found))
    every = np.concatenate(costs)
    return np.array([a.mean() for a in costs]), float(every.mean())


def reader(rng, K, H, T):
    """A model that reads one row of at most T codes: (x, h, c) -> log_p, h, c."""
    p = network(rng, K, H)

    def run(x, h, c):
        if len(x) > T:
            raise ValueError(
                f"The model got {len(x)} codes at once, expected at most T = {T}: it "
                "has no memory for more. Cut the text into windows?"
            )
        h, c, scores = h[None], c[None], np.zeros((len(x), K))
        for t, code in enumerate(x):
            h, c = read(p, np.array([code]), h, c)
            scores[t] = h[0] @ p["V"]
        return log_softmax(scores), h[0], c[0]

    return run


def cases(rng):
    return [
        (reader(rng, K, H, T), tuple(rng.integers(K, size=n) for n in lengths), T, H)
        for K, H, T, lengths in ((5, 3, 4, (11, 7, 9, 14)), (4, 6, 5, (9, 17, 11)))
    ]


ZERO = "h, c = np.zeros(H), np.zeros(H)"
RUN = "run(x[t : t + T], h, c)"

EXERCISE = Exercise(
    "06.3",
    "score",
    15,
    cases,
    score,
    answer=("costs", "mean"),
    axes={"costs": ("text",)},
    hints=(
        "Inputs are text[:-1] and targets text[1:], shifted once for the whole text. "
        "Then walk over both in steps of T; the last window may be shorter.",
        "h and c are zeros where a text begins, and nowhere else. What `run` returns "
        "for one window is what it is handed for the next.",
        "log_p[np.arange(len(log_p)), y_t] picks the logarithm for each target of a "
        "window. Keep all costs of a text; the second answer is the mean over all "
        "symbols of all texts.",
    ),
    misconceptions=mistakes(
        score,
        (
            RUN,
            "run(x[t : t + T], 0 * h, 0 * c)",
            "Each window begins from an empty state in your version. Carry h and c "
            "from window to window: a window is no new text.",
        ),
        (
            RUN,
            "run(x[t : t + T], h, 0 * c)",
            "You carry h from window to window, but not c. The state of an LSTM is "
            "both.",
        ),
        (
            RUN,
            "run(x[t : t + T], 0 * h, c)",
            "You carry c from window to window, but not h. The state of an LSTM is "
            "both.",
        ),
        (
            ZERO,
            "h, c = (h, c) if costs else (np.zeros(H), np.zeros(H))",
            "The state of one text is carried into the next, which has nothing to do "
            "with it. Begin every text from zeros.",
        ),
        (
            "len(x), T)",
            "len(x) - T + 1, T)",
            "The end of a text is left out where it fills no whole window. The last "
            "window may be shorter: every symbol but the first has a cost.",
        ),
        (
            "y[t : t + T]",
            "x[t : t + T]",
            "You scored the symbols that the model has just read. The cost is that of "
            "the NEXT symbol, one further on.",
        ),
        (
            "float(every.mean())",
            "float(np.mean([a.mean() for a in costs]))",
            "mean: you averaged the means of the texts. Then a short text counts as "
            "much as a long one: every symbol counts alike.",
        ),
        (
            "np.array([a.mean() for a in costs])",
            "np.array([a.sum() for a in costs])",
            "costs: that is what a whole text costs. Asked is the mean over its "
            "symbols.",
        ),
        (
            "-log_p[",
            "log_p[",
            "The sign is turned round: a cost is MINUS the logarithm.",
        ),
        (
            "-log_p[",
            "1 - np.exp(log_p)[",
            "Your cost is 1 - p. What is averaged is minus the logarithm of p: a "
            "symbol that was held impossible costs without limit.",
        ),
    )
    + (
        (
            edited(
                score,
                ("range(0, len(x), T)", "range(0, len(text), T)"),
                ("x[t : t + T]", "text[t : t + T][:-1]"),
                ("y[t : t + T]", "text[t : t + T][1:]"),
            ),
            "The first symbol of each window is never predicted: you shift within a "
            "window. Shift the whole text once, and cut inputs and targets alike.",
        ),
    ),
)
