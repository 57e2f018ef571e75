"""Embedded Reber grammar: predict the next symbol of a string; one needs memory.

Source: Hochreiter & Schmidhuber (1997), experiment 1; the grammar is in ``reber``.
Every symbol but the last is read, the next one is asked for.

Shapes: x (T, B, 7) one-hot in the order B T P S X V E, zeros after the string;
y (T, B) the symbol that came next, mask (T, B) True where one came; T is the longest
string of the batch less one.  Chance, for a player who knows the grammar but forgets
the second symbol: half of the strings.  Solved, as in 1997: at every step of every test
string the legal continuations are the most active outputs; published 8,440 training
sequences on average (3 blocks of 2 cells), Elman networks never.
"""

import numpy as np

from . import reber
from .task import CERTAIN, Task, one_hot, require, score_classes


def sample(rng, B=64):
    """Draw B strings: x (T, B, 7), y (T, B), mask (T, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(0), B=2)
    >>> reber.text(x)
    ['BPBPTTTVPXVPSEP', 'BTBTXSET']
    """
    codes = reber.walk(rng, reber.NEXT, B=B)
    mask = codes[1:] >= 0
    x = one_hot(np.where(mask, codes[:-1], -1), reber.K)
    return x, np.where(mask, codes[1:], 0), mask


def validate(x, y, mask):
    """Raise ValueError unless the sample obeys the definition above."""
    require(x.sum(-1) == mask, "one symbol a step while the string lasts")
    require(mask[:-1] >= mask[1:], "a string has no holes")
    require(reber.states(x, reber.NEXT) >= 0, "every symbol is legal where it stands")
    may = reber.legal(x)[mask]
    require(may[np.arange(mask.sum()), y[mask]], "so is every next one")
    require(x[0, :, 0] == 1.0, "a string begins with B")
    last = mask.sum(0) - 1
    every = np.arange(x.shape[1])
    require(y[last, every] == reber.SYMBOLS.index("E"), "and ends with E")
    require(x[1] == x[last, every], "the last but one symbol is the second again")


def oracle(x, mask):
    """Belief on every legal continuation: out (n, 7)."""
    return CERTAIN * reber.legal(x)[mask].astype(float)


def guess(x, mask):
    """The same but for the remembered symbol, where it always says T: out (n, 7)."""
    return CERTAIN * reber.without_memory(x)[mask].astype(float)


def score(out, x, y, mask):
    """Cross entropy in nats, and shares of steps, outer symbols, strings."""
    return {
        "loss": score_classes(out, x, y, mask)["loss"],
        **reber.score(out, x, y, mask),
    }


def make():
    """The task; it has no options."""
    return Task(
        "embedded_reber",
        reber.K,
        reber.K,
        "classes",
        sample,
        oracle,
        guess,
        score,
        lambda s: s["strings"] == 1.0,
        {"outer": 0.5, "strings": 0.5},
    )
