"""06.4: from scores to what is drawn from: temperature, top-k and nucleus."""

import numpy as np

from ..definition import Exercise
from ..making import edited, mistakes


def chances(scores, temperature, top_k, top_p):
    """Scores (K,) -> probabilities (K,) to draw from, 0 for what is left out."""
    order = np.argsort(-scores, kind="stable")
    p = np.exp((scores[order] - scores[order[0]]) / temperature)
    p = p / p.sum()
    keep = min(top_k, 1 + int((np.cumsum(p) < top_p).sum()))
    made = np.zeros(len(scores))
    made[order[:keep]] = p[:keep] / p[:keep].sum()
    return made


ROWS = (
    (0.6, 23, 0.6),  # the nucleus decides
    (0.6, 3, 0.95),  # top-k decides
    (1.3, 8, 0.9),
    (0.8, 5, 0.75),
    (1.0, 4, 0.97),
    (2.5, 11, 0.6),
)


def cases(rng):
    """Scores without ties, scores of three values, and scores far from zero."""
    made = [(0.5 * rng.normal(size=40), *row) for row in ROWS]
    tied = [rng.permutation(np.repeat([1.5, 0.5, -1.0], (1, 5, 9))) for _ in range(2)]
    scaled = [
        (a * rng.uniform(0.9, 1.1), *ROWS[k]) for k, a in zip((1, 4), tied, strict=True)
    ]
    large = (900.0 * rng.normal() + 0.6 * rng.normal(size=33), 0.7, 19, 0.6)
    return [*made, *scaled, large]


NUCLEUS = "1 + int((np.cumsum(p) < top_p).sum())"
KEPT = "made[order[:keep]] = p[:keep] / p[:keep].sum()"

EXERCISE = Exercise(
    "06.4",
    "chances",
    15,
    cases,
    chances,
    answer="p",
    axes={"p": ("symbol",)},
    hints=(
        "First the temperature: softmax of scores / temperature, with the largest "
        "score subtracted before exp. Then put the symbols in order, the likeliest "
        "first: np.argsort(-scores, kind='stable') gives their numbers.",
        "Along that order np.cumsum says what the best ones hold together. The nucleus "
        "ends WITH the symbol at which top_p is reached: it is one more than the "
        "number of sums below top_p.",
        "Keep the smaller of the two numbers, set all others to zero, divide by what "
        "is left, and put each probability back at its symbol's own place.",
    ),
    misconceptions=mistakes(
        chances,
        (
            "/ temperature)",
            "* temperature)",
            "Your temperature works the wrong way: a high one has to make the choice "
            "bolder. Divide the scores by it.",
        ),
        (
            "/ temperature)",
            "/ 1)",
            "The temperature changes nothing in your version: divided probabilities "
            "are what they were as soon as they add up to 1 again. It divides the "
            "scores, before exp.",
        ),
        (
            NUCLEUS,
            "max(1, int((np.cumsum(p) < top_p).sum()))",
            "Your nucleus stops before the symbol at which top_p is reached. It holds "
            "at least this share, so that symbol belongs to it.",
        ),
        (
            f"min(top_k, {NUCLEUS})",
            "top_k",
            "The nucleus is not used: top_p changes nothing.",
        ),
        (
            f"min(top_k, {NUCLEUS})",
            NUCLEUS,
            "top_k is not used: it is the largest number of symbols that may be left.",
        ),
        (
            "np.cumsum(p)",
            "np.cumsum(p / p[:top_k].sum())",
            "Your nucleus is a share of what top_k has left over. Both limits look at "
            "all symbols; the smaller set is kept.",
        ),
        (
            "np.cumsum(p)",
            "np.cumsum(p**temperature / (p**temperature).sum())",
            "Your nucleus is measured at temperature 1. It is a share of the "
            "probability that you draw from: the temperature comes first.",
        ),
        (
            "p[:keep] / p[:keep].sum()",
            "p[:keep]",
            "What is left does not add up to 1: divide by its sum.",
        ),
        (
            KEPT,
            "made[:keep] = p[:keep] / p[:keep].sum()",
            "Your probabilities come in the order of their size. p[k] belongs to "
            "symbol k: put each back at its own place.",
        ),
        (
            "np.argsort(-scores",
            "np.argsort(scores",
            "You keep the LEAST likely symbols. np.argsort puts the smallest first.",
        ),
    )
    + (
        (
            edited(
                chances,
                (
                    KEPT,
                    "left = scores >= scores[order[keep - 1]]\n"
                    "    made[order] = p\n    made = made * left\n"
                    "    made = made / made.sum()",
                ),
            ),
            "Where scores are equal you keep more symbols than asked for. A threshold "
            "cannot tell them apart: of equal ones the smaller number comes first.",
        ),
        (
            edited(
                chances,
                ('np.argsort(-scores, kind="stable")', "np.argsort(scores)[::-1]"),
                ("np.argsort(scores)", 'np.argsort(scores, kind="stable")'),
            ),
            "Where scores are equal you keep those with the LARGER numbers. Sorting "
            "upwards and turning round turns equal ones round as well: sort -scores, "
            "with kind='stable'.",
        ),
    ),
)
