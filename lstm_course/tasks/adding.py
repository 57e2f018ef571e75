"""Adding: remember two marked numbers among many, answer with their sum at the end.

Two forms that must not be mixed, because their targets and thresholds differ.

form="1997"  Source: Hochreiter & Schmidhuber (1997), experiment 4.  Numbers from
    U[-1, 1]; length drawn from T ... T + T/10; one of the first ten pairs is marked,
    then one of the first T/2 - 1 that is still unmarked; marker 1 at these two, -1 at
    the first and last pair, 0 elsewhere; a marked first pair has the number 0.
    Target 0.5 + (X1 + X2) / 4, right if the error is below 0.04.  Chance: mean squared
    error 1/24 = 0.0417, less the share of zeros (0.0392 for T = 100).  Solved: the last
    2,000 sequences all right; published 74,000 sequences for T = 100.
form="modern"  Source: Le, Jaitly & Hinton (2015), arXiv 1504.00941.  Numbers from
    U[0, 1]; exactly T steps; one marker in each half.  Target: the plain sum.  Chance:
    mean squared error 1/6 = 0.1667.  Solved: mean squared error below 0.01.

Shapes: x (T, B, 2) number and marker, y (T, B), mask (T, B) True at the last step;
the 1997 form is padded with zeros to T + T/10 steps.
"""

from functools import partial

import numpy as np

from .task import (
    Task,
    at_ends,
    check_form,
    check_length,
    check_size,
    ends,
    require,
    score_values,
)

FORMS = ("modern", "1997")
SOLVED_MSE = 0.01
TOLERANCE = 0.04  # Hochreiter & Schmidhuber (1997)
MARKABLE = 10  # the first marker is among the first ten pairs


def chance(T=100, form="modern"):
    """Variance of the target: the mean squared error of who always says its mean."""
    return 1 / 6 if form == "modern" else (2 - first_marked(T)) / 48


def first_marked(T):
    """Probability that the first pair is marked, in the form of 1997."""
    return 1 / MARKABLE + (1 - 1 / MARKABLE) / (T // 2 - 2)


def sample(rng, T=100, B=64, form="modern"):
    """Draw B sequences: x (T, B, 2), y (T, B), mask (T, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(0), T=30, B=4)
    >>> x.shape, float(y[-1, 0]) == float((x[:, 0, 0] * x[:, 0, 1]).sum())
    ((30, 4, 2), True)
    """
    check_form(form, FORMS)
    if form == "1997":
        x, lengths, first, second = marked_pairs(rng, T, B, low=-1.0, zero=0.0)
        target = 0.5 + (first + second) / 4.0
    else:
        x, lengths, target = _halves(rng, T, B)
    mask = ends(lengths, len(x))
    return x, at_ends(target, mask), mask


def _halves(rng, T, B):
    check_length(T, 2, "each half of the sequence holds one marker")
    x = np.zeros((T, B, 2))
    x[:, :, 0] = rng.uniform(0.0, 1.0, (T, B))
    every = np.arange(B)
    marks = np.stack([rng.integers(0, T // 2, B), rng.integers(T // 2, T, B)])
    x[marks, every, 1] = 1.0
    return x, np.full(B, T), x[marks, every, 0].sum(0)


def marked_pairs(rng, T, B, low, zero):
    """Sequences of 1997: -> x (T + T/10, B, 2), lengths (B,), X1 (B,), X2 (B,)."""
    check_length(T, 2 * MARKABLE + 4, "the first marker is among ten pairs of T/2 - 1")
    longest, every = T + T // 10, np.arange(B)
    lengths = rng.integers(T, longest + 1, B)
    first = rng.integers(0, MARKABLE, B)
    second = rng.integers(0, T // 2 - 2, B)
    second += second >= first  # any but the first
    x = np.zeros((longest, B, 2))
    x[:, :, 0] = rng.uniform(low, 1.0, (longest, B))
    x[0, :, 1] = x[lengths - 1, every, 1] = -1.0
    x[first, every, 1] = x[second, every, 1] = 1.0
    x[0, x[0, :, 1] == 1.0, 0] = zero
    x[np.arange(longest)[:, None] >= lengths] = 0.0
    return x, lengths, x[first, every, 0], x[second, every, 0]


def validate(x, y, mask, T=100, form="modern"):
    """Raise ValueError unless the sample obeys the definition above."""
    lengths = mask.argmax(0) + 1
    alive = np.arange(len(x))[:, None] < lengths
    number, marker = x[..., 0], x[..., 1]
    require(mask.sum(0) == 1, "one answer is asked for in each sequence")
    require((marker == 1.0).sum(0) == 2, "two pairs are marked")
    require(number[~alive] == 0.0, "padding is zero")
    at = np.sort(np.argsort(marker == 1.0, axis=0)[-2:], axis=0)  # (2, B)
    if form == "modern":
        require(lengths == T, "every sequence has T steps")
        require((number >= 0.0) & (number <= 1.0), "numbers are in [0, 1]")
        require((at[0] < T // 2) & (at[1] >= T // 2), "one marker in each half")
    else:
        validate_1997(x, lengths, at, T, low=-1.0, zero=0.0)
    total = (number * (marker == 1.0)).sum(0)
    target = total if form == "modern" else 0.5 + total / 4.0
    require(
        np.isclose(y[mask.argmax(0), np.arange(x.shape[1])], target),
        "the target is the sum that the form defines",
    )


def validate_1997(x, lengths, at, T, low, zero):
    """The parts that adding and multiplication of 1997 share; at (2, B) markers."""
    number, marker = x[..., 0], x[..., 1]
    every = np.arange(x.shape[1])
    require((lengths >= T) & (lengths <= T + T // 10), "lengths are T ... T + T/10")
    require((number >= low) & (number <= 1.0) | (number == 0.0), "numbers are in range")
    require(at[0] < MARKABLE, "the first marker is among the first ten pairs")
    require(at[1] < T // 2, "the second marker is in the first half")
    require(marker[lengths - 1, every] == -1.0, "the last pair is marked -1")
    require(
        np.where(at[0] == 0, number[0] == zero, marker[0] == -1.0),
        "the first pair is marked -1, or has the neutral number",
    )


def oracle(x, mask, form="modern"):
    """The right answers from x alone: out (n, 1)."""
    total = np.cumsum(x[..., 0] * (x[..., 1] == 1.0), axis=0)
    return (total if form == "modern" else 0.5 + total / 4.0)[mask][:, None]


def guess(x, mask, form="modern"):
    """The mean target for everybody, the best answer without memory: out (n, 1)."""
    return np.full((int(mask.sum()), 1), 1.0 if form == "modern" else 0.5)


def make(T=100, form="modern"):
    """The task with its options fixed."""
    T, form = check_size("T", T), check_form(form, FORMS)

    def solved(score):
        good = score["within"] == 1.0 if form == "1997" else True
        return good and score["mse"] < SOLVED_MSE

    return Task(
        "adding",
        2,
        1,
        "values",
        lambda rng, B: sample(rng, T, B, form),
        partial(oracle, form=form),
        partial(guess, form=form),
        partial(score_values, tolerance=TOLERANCE),
        solved,
        {"mse": chance(T, form)},
    )
