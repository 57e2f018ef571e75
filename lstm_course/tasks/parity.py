"""Parity: is the number of ones so far even or odd?

The smallest task that no sum or average of the past answers: every single bit turns the
answer over.  Lengths are mixed within a batch, drawn evenly from least ... most.

form="running"  An answer is asked for at every step.
form="last"     Only at the last step, as by Delétang et al. (2023); harder to learn.

Sources: Delétang et al. (2023), arXiv 2207.02098; mixed lengths: Beck et al. (2024);
that a linear recurrence needs negative eigenvalues for it: Grazzi et al. (2025),
arXiv 2411.12537.

Shapes: x (most, B, 2) one-hot, zeros after the end; y (most, B) class 1 for odd; mask
(most, B).  Chance: 1/2 right, ln 2 nats.  Solved: 99 % right.
"""

from functools import partial

import numpy as np

from .task import (
    Task,
    before,
    certain,
    check_form,
    check_span,
    ends,
    one_hot,
    require,
    score_classes,
)

FORMS = ("running", "last")
RIGHT = 0.99


def sample(rng, B=64, least=3, most=40, form="running"):
    """Draw B sequences: x (most, B, 2), y (most, B), mask (most, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(2), B=1, least=8, most=8)
    >>> x[:, 0, 1].astype(int), y[:, 0]
    (array([1, 0, 0, 0, 0, 1, 0, 0]), array([1, 1, 1, 1, 1, 0, 0, 0]))
    """
    least, most = check_span(least, most)
    lengths = rng.integers(least, most + 1, B)
    alive = before(lengths, most)
    bits = np.where(alive, rng.integers(0, 2, (most, B)), -1)
    mask = alive if check_form(form, FORMS) == "running" else ends(lengths, most)
    return one_hot(bits, 2), np.where(mask, odd(bits == 1), 0), mask


def odd(ones):
    """1 where the number of truths so far is odd: (T, B) of bool -> (T, B) of int64."""
    return np.cumsum(ones, axis=0) % 2


def validate(x, y, mask, least=3, most=40, form="running"):
    """Raise ValueError unless the sample obeys the definition above."""
    require(x.shape[::2] == (most, 2), "x is (most, B, 2)")
    alive = x.sum(-1) == 1.0
    require(np.isin(x, (0.0, 1.0)) & (x.sum(-1) <= 1.0)[..., None], "bits are one-hot")
    require(alive[:-1] >= alive[1:], "a sequence has no holes")
    lengths = alive.sum(0)
    require((lengths >= least) & (lengths <= most), "lengths are least ... most")
    asked = alive if form == "running" else ends(lengths, most)
    require(mask == asked, "asked at every step, or at the last one")
    require(y[mask] == odd(x[..., 1] == 1.0)[mask], "the answer is 1 where it is odd")


def oracle(x, mask):
    """The right answers from x alone: out (n, 2)."""
    return certain(odd(x[..., 1] == 1.0)[mask], 2)


def guess(x, mask):
    """Both alike: out (n, 2)."""
    return np.zeros((int(mask.sum()), 2))


def make(least=3, most=40, form="running"):
    """The task with its options fixed."""
    check_form(form, FORMS), check_span(least, most)
    return Task(
        "parity",
        2,
        2,
        "classes",
        partial(sample, least=least, most=most, form=form),
        oracle,
        guess,
        score_classes,
        lambda s: s["accuracy"] >= RIGHT,
        {"loss": np.log(2), "accuracy": 0.5},
    )
