"""Continual embedded Reber strings: one after the other, and nobody says "reset".

Source: Gers, Schmidhuber & Cummins (2000), the task on which the LSTM of 1997 fails
and for which the forget gate was added: the network itself must clear its state.

Shapes: x (T, B, 7) one-hot, B streams cut after T symbols; y (T, B) the next symbol,
mask True everywhere.  Chance, for a player who knows the grammar but forgets each
outer symbol: half of the outer symbols.  Solved here: no step of any stream of T
symbols wrong (legal continuations most active).
"""

from functools import partial

import numpy as np

from . import reber
from .task import CERTAIN, Task, check_size, one_hot, require, score_classes


def sample(rng, T=200, B=64):
    """Draw B streams: x (T, B, 7), y (T, B), mask (T, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(0), T=30, B=1)
    >>> reber.text(x)[0]
    'BPBTSSSSXXTTTVVEPEBPBPTTTVVEPE'
    """
    codes = reber.walk(rng, reber.CONTINUAL, check_size("T", T) + 1, B)
    return one_hot(codes[:-1], reber.K), codes[1:], np.ones((T, B), bool)


def validate(x, y, mask, T=200):
    """Raise ValueError unless the sample obeys the definition above."""
    require(len(x) == T, "a stream has T symbols")
    require((x.sum(-1) == 1.0) & mask, "one symbol a step, every step scored")
    require(x[0, :, 0] == 1.0, "a stream begins with B")
    may = reber.legal(x, reber.CONTINUAL)
    require(reber.states(x, reber.CONTINUAL) >= 0, "every symbol is legal")
    require(np.take_along_axis(may, y[..., None], -1), "so is every next one")
    require(y[:-1] == x[1:].argmax(-1), "y is x one step later")


def oracle(x, mask):
    """Belief on every legal continuation: out (n, 7)."""
    return CERTAIN * reber.legal(x, reber.CONTINUAL)[mask].astype(float)


def guess(x, mask):
    """The same but for the remembered symbols, where it always says T: out (n, 7)."""
    return CERTAIN * reber.without_memory(x, reber.CONTINUAL)[mask].astype(float)


def score(out, x, y, mask):
    """Cross entropy in nats, and shares of steps, outer symbols, whole streams."""
    return {
        "loss": score_classes(out, x, y, mask)["loss"],
        **reber.score(out, x, y, mask, reber.CONTINUAL),
    }


def make(T=200):
    """The task with its options fixed."""
    return Task(
        "continual_reber",
        reber.K,
        reber.K,
        "classes",
        partial(_sample, T=check_size("T", T)),
        oracle,
        guess,
        score,
        lambda s: s["strings"] == 1.0,
        {"outer": 0.5},
    )


def _sample(rng, B, T):
    return sample(rng, T, B)
