"""03.7: how long does each unit remember? Used on an LSTM that reads digits."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def memory_spans(f):
    """Forget gates f (T, B, H) -> half-life of each unit's memory (H,), in steps."""
    rate = np.log(f).mean(axis=(0, 1))
    return np.log(0.5) / rate


def cases(rng):
    return [(rng.uniform(low, 0.99, (T, B, H)),)
            for low, T, B, H in ((0.2, 6, 4, 5), (0.6, 5, 3, 2))]  # fmt: skip


EXERCISE = Exercise(
    "03.7",
    "memory_spans",
    15,
    cases,
    memory_spans,
    answer="spans",
    axes={"spans": ("unit",)},
    hints=(
        "Over T steps a share f[0] * f[1] * ... * f[T-1] of a memory is left. A "
        "product becomes a sum under the logarithm.",
        "So average log(f), over steps and sequences, axes 0 and 1: that is the loss "
        "per step of each unit, as a logarithm.",
        "The half-life is log(0.5) divided by it.",
    ),
    misconceptions=mistakes(
        memory_spans,
        (
            "np.log(f).mean(axis=(0, 1))",
            "np.log(f.mean(axis=(0, 1)))",
            "You took the logarithm of the mean gate. Shares multiply, so it is their "
            "logarithms that are averaged: one closed gate counts for more than the "
            "mean shows.",
        ),
        (
            "np.log(0.5) / rate",
            "(np.log(0.5) / np.log(f)).mean(axis=(0, 1))",
            "You averaged half-lives. It is the loss per step that is averaged: one "
            "gate near 1 has so long a half-life that all others would not count.",
        ),
        (
            "np.log(0.5) / rate",
            "(np.log(0.5) / np.log(f).mean(axis=0)).mean(axis=0)",
            "You averaged the half-lives of the sequences. Average log(f) over steps "
            "and sequences at once, then divide.",
        ),
        (
            "mean(axis=(0, 1))",
            "mean()",
            "That is one number for all units. Asked is one for each: average over "
            "steps and sequences only.",
        ),
        (
            "mean(axis=(0, 1))",
            "sum(axis=(0, 1))",
            "You added up over steps and sequences. Asked is the loss per step: the "
            "mean.",
        ),
        (
            "mean(axis=(0, 1))",
            "mean(axis=0)",
            "Your answer has a row for each sequence. Average over these as well.",
        ),
        (
            "np.log(0.5) / rate",
            "-1 / rate",
            "That is the time after which 1/e is left. Asked is one half.",
        ),
        (
            "np.log(0.5) / rate",
            "np.exp(rate)",
            "That is the typical gate. Asked is the half-life, in steps.",
        ),
        (
            "np.log(0.5) / rate",
            "-np.log(0.5) / rate",
            "The sign is wrong: a half-life is positive, and both logarithms are "
            "negative.",
        ),
    ),
)
