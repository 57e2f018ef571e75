"""Multiplication: as adding in 1997, but the answer is the product.

Source: Hochreiter & Schmidhuber (1997), experiment 5: nothing in the cell multiplies
two stored numbers, so an additive memory alone does not do it.  Numbers from U[0, 1];
length T ... T + T/10; markers as in the 1997 form of adding; a marked first pair has
the number 1.  Target X1 * X2, right if the error is below 0.04.

Shapes: x (T + T/10, B, 2) number and marker, y (T + T/10, B), mask True at each
sequence's last step.  Chance, who always says 1/4: mean squared error 7/144 = 0.0486
where both numbers are uniform, 7/48 where one is the 1, together 0.0602 for T = 100.
Solved: at most 13 of the last 2,000 sequences wrong (the paper's harder criterion).
"""

import numpy as np

from .adding import TOLERANCE, first_marked, marked_pairs, validate_1997
from .task import Task, at_ends, check_size, ends, require, score_values

RIGHT = 1.0 - 13 / 2000


def chance(T=100):
    """Mean squared error of who always says 1/4."""
    share = first_marked(T)
    return (1 - share) * 7 / 144 + share * 7 / 48


def sample(rng, T=100, B=64):
    """Draw B sequences: x (T + T/10, B, 2), y (T + T/10, B), mask the same.

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(0), T=30, B=4)
    >>> x.shape, bool((y[mask] <= 1.0).all())
    ((33, 4, 2), True)
    """
    x, lengths, first, second = marked_pairs(rng, T, B, low=0.0, zero=1.0)
    mask = ends(lengths, len(x))
    return x, at_ends(first * second, mask), mask


def validate(x, y, mask, T=100):
    """Raise ValueError unless the sample obeys the definition above."""
    number, marker = x[..., 0], x[..., 1]
    require(mask.sum(0) == 1, "one answer is asked for in each sequence")
    require((marker == 1.0).sum(0) == 2, "two pairs are marked")
    at = np.sort(np.argsort(marker == 1.0, axis=0)[-2:], axis=0)
    lengths = mask.argmax(0) + 1
    require(number[np.arange(len(x))[:, None] >= lengths] == 0.0, "padding is zero")
    validate_1997(x, lengths, at, T, low=0.0, zero=1.0)
    every = np.arange(x.shape[1])
    product = number[at[0], every] * number[at[1], every]
    require(np.isclose(y[lengths - 1, every], product), "the target is the product")


def oracle(x, mask):
    """The right answers from x alone: out (n, 1)."""
    marked = np.where(x[..., 1] == 1.0, x[..., 0], 1.0)
    return np.cumprod(marked, axis=0)[mask][:, None]


def guess(x, mask):
    """The mean product, 1/4, for everybody: out (n, 1)."""
    return np.full((int(mask.sum()), 1), 0.25)


def _score(out, x, y, mask):
    return score_values(out, x, y, mask, TOLERANCE)


def make(T=100):
    """The task with its options fixed."""
    T = check_size("T", T)
    return Task(
        "multiplication",
        2,
        1,
        "values",
        lambda rng, B: sample(rng, T, B),
        oracle,
        guess,
        _score,
        lambda s: s["within"] >= RIGHT,
        {"mse": chance(T)},
    )
