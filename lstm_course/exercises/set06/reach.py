"""06.8: how far back does a model look? Used on a network that reads Shakespeare."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def reach(cost, x, other, ks):
    """x, other (T, B), some k -> excess and margin for each, smallest k of use."""
    true, T = cost(x), len(x)
    excess, margin = [], []
    for k in ks:
        mixed = np.concatenate([other[: T - k], x[T - k :]])
        d = cost(mixed) - true
        excess.append(d.mean())
        margin.append(2 * d.std(ddof=1) / np.sqrt(len(d)))
    enough = [k for k, e, m in zip(ks, excess, margin, strict=True) if e <= m]
    return np.array(excess), np.array(margin), min(enough, default=0)


def model(rng, T, K, fade):
    """A model of texts that count up, which is a little confused by far letters.

    A place that fits makes the next letter cheap, less so the further it is away, but
    for the first three of a text, which make it a little dearer.
    """
    table, lags = 0.12 * rng.normal(size=(T, K)), np.arange(1, T)
    worth = np.where(lags < T - 3, fade**lags, -0.08)

    def cost(x):
        fits = x[-2::-1] == (x[-1] - lags[:, None]) % K
        noise = sum(row[x_t] for row, x_t in zip(table, x, strict=True))
        return 4.0 - worth @ fits + noise

    return cost


def cases(rng):
    made = []
    for T, B, K, fade, ks in (
        (14, 150, 6, 0.75, (12, 1, 6, 14, 9, 3, 8, 7, 5, 10)),
        (16, 120, 5, 0.75, (14, 2, 7, 16, 8, 5, 9, 11, 6)),
    ):
        orderly = (rng.integers(K, size=B) + np.arange(T)[:, None]) % K
        random = rng.integers(K, size=(2, T, B))
        x = np.where(rng.random((T, B)) < 0.15, random[0], orderly)
        made.append((model(rng, T, K, fade), x, random[1], ks))
    return made


MIX = "[other[: T - k], x[T - k :]]"
ERROR = "2 * d.std(ddof=1) / np.sqrt(len(d))"

EXERCISE = Exercise(
    "06.8",
    "reach",
    10,
    cases,
    reach,
    answer=("excess", "margin", "k"),
    axes={"excess": ("number of k",), "margin": ("number of k",)},
    hints=(
        "For each k build a text of T letters: the first T - k from `other`, the last "
        "k from x. np.concatenate along the steps.",
        "cost gives one number for each row. Subtract the cost of the true text row by "
        "row, and only then take mean and standard deviation of these differences, the "
        "latter with ddof=1.",
        "The margin is twice that standard deviation over the root of the number of "
        "rows. Collect the k whose excess is not above their margin; the answer is the "
        "smallest of them.",
    ),
    misconceptions=mistakes(
        reach,
        (
            MIX,
            "[other[:k], x[k:]]",
            "You replaced the first k letters. Asked is what a model loses that knows "
            "the LAST k only.",
        ),
        (
            MIX,
            "[x[: T - k], other[T - k :]]",
            "You replaced the letters just before. They stay as they were, and the "
            "early ones come from the other text.",
        ),
        (
            "cost(mixed) - true",
            "true - cost(mixed)",
            "The sign is turned round: the excess is what is paid more for knowing "
            "less.",
        ),
        (
            "d.std(ddof=1)",
            "d.std()",
            "margin: the standard deviation divides by n. It has to be n - 1 (ddof=1).",
        ),
        (
            ERROR,
            "2 * d.std(ddof=1)",
            "margin: that is the spread of single rows. The mean of n rows is more "
            "certain, by the root of n.",
        ),
        (
            ERROR,
            "d.std(ddof=1) / np.sqrt(len(d))",
            "margin: that is one standard error. Asked are two.",
        ),
        (
            ERROR,
            "2 * np.sqrt((cost(mixed).var(ddof=1) + true.var(ddof=1)) / len(d))",
            "margin: you treated the two costs as unrelated. They belong to the same "
            "rows: take differences first, then their standard deviation.",
        ),
        (
            "min(enough",
            "max(enough",
            "k: that is the largest. Asked is the smallest k that will do.",
        ),
        (
            "min(enough, default=0)",
            "enough[0] if enough else 0",
            "k: that is the first in the list, whose order means nothing. Asked is the "
            "smallest.",
        ),
        (
            "if e <= m",
            "if e <= 0",
            "k: you asked for an excess of 0 or less. What is within the margin cannot "
            "be told from 0.",
        ),
        (
            "if e <= m",
            "if e > m",
            "k: that is the smallest k that does NOT suffice.",
        ),
    ),
)
