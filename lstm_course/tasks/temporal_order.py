"""Temporal order: which came first, X or Y?  The rest of the sequence is noise.

Source: Hochreiter & Schmidhuber (1997), experiments 6a and 6b.  A sequence starts with
E, ends with B, and consists of the distractors a, b, c, d but for two (6a) or three
(6b) places, each X or Y.  For T = 100 the length is drawn from 100 ... 110 and the
places from 10 ... 20 and 50 ... 60 (6a), or 10 ... 20, 33 ... 43 and 66 ... 76 (6b);
for another T they are scaled.  Classes: the order of X and Y, 4 or 8 of them.

Shapes: x (T + T/10, B, 8) one-hot in the order E B a b c d X Y, zeros after the end;
y (T + T/10, B) the class, mask True at each sequence's B.  Chance: 1/4 or 1/8 right,
ln 4 or ln 8 nats.  Solved: 2,000 sequences all right; published 31,390 (6a) and
571,100 (6b) sequences.
"""

from functools import partial

import numpy as np

from .task import (
    Task,
    at_ends,
    certain,
    check_form,
    check_length,
    check_size,
    ends,
    one_hot,
    require,
    score_classes,
)

SYMBOLS = "EBabcdXY"
FORMS = ("6a", "6b")
PLACES = {"6a": (0.10, 0.50), "6b": (0.10, 0.33, 0.66)}  # shares of T
WIDTH = 0.10  # a place is uniform over a tenth of T


def sample(rng, T=100, B=64, form="6a"):
    """Draw B sequences: x (T + T/10, B, 8), y (T + T/10, B), mask the same.

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(2), T=20, B=1)
    >>> "".join(SYMBOLS[k] for k in x[:, 0].argmax(-1)), int(y.max())
    ('EabXdbabcdcdYdacbacbcB', 1)
    """
    check_form(form, FORMS)
    check_length(T, 10, "the places of X and Y are a tenth of T wide")
    longest, every = T + T // 10, np.arange(B)
    lengths = rng.integers(T, longest + 1, B)
    codes = rng.integers(2, 6, (longest, B))
    bits = rng.integers(0, 2, (len(PLACES[form]), B))
    for bit, (low, high) in zip(bits, places(T, form), strict=True):
        codes[rng.integers(low, high + 1, B), every] = 6 + bit
    codes[0], codes[lengths - 1, every] = 0, 1
    codes[np.arange(longest)[:, None] >= lengths] = -1
    classes = bits.T @ (2 ** np.arange(len(bits))[::-1])
    mask = ends(lengths, longest)
    return one_hot(codes, 8), at_ends(classes, mask), mask


def places(T, form):
    """First and last index of every place of X or Y (inclusive)."""
    return [(round(p * T), round(p * T) + round(WIDTH * T)) for p in PLACES[form]]


def validate(x, y, mask, T=100, form="6a"):
    """Raise ValueError unless the sample obeys the definition above."""
    every, lengths = np.arange(x.shape[1]), mask.argmax(0) + 1
    alive = np.arange(len(x))[:, None] < lengths
    require(x.sum(-1) == alive, "one symbol a step, nothing after the end")
    require((lengths >= T) & (lengths <= T + T // 10), "lengths are T ... T + T/10")
    require(mask.sum(0) == 1, "one answer is asked for in each sequence")
    codes = np.where(alive, x.argmax(-1), -1)
    require((codes[0] == 0) & ((codes == 0).sum(0) == 1), "E stands first, only there")
    require(
        (codes[lengths - 1, every] == 1) & ((codes == 1).sum(0) == 1),
        "B stands last, only there",
    )
    require((codes >= 6).sum(0) == len(PLACES[form]), "the number of X and Y")
    word = 0
    for low, high in places(T, form):
        part = codes[low : high + 1]
        require((part >= 6).sum(0) == 1, f"one X or Y at {low} ... {high}")
        word = 2 * word + (part == 7).any(0)
    require(y[lengths - 1, every] == word, "the class is the order of X and Y")


def oracle(x, mask, form="6a"):
    """The right answers from x alone: out (n, 4 or 8)."""
    word = np.zeros(x.shape[1], int)
    words = []
    for symbols in x:  # a finite automaton: one bit of memory per X or Y
        seen = symbols[:, 6] + symbols[:, 7] > 0
        word = np.where(seen, 2 * word + (symbols[:, 7] > 0), word)
        words.append(word)
    return certain(np.stack(words)[mask], 2 ** len(PLACES[form]))


def guess(x, mask, form="6a"):
    """All classes alike: out (n, 4 or 8)."""
    return np.zeros((int(mask.sum()), 2 ** len(PLACES[form])))


def make(T=100, form="6a"):
    """The task with its options fixed."""
    T, K = check_size("T", T), 2 ** len(PLACES[check_form(form, FORMS)])
    return Task(
        "temporal_order",
        8,
        K,
        "classes",
        lambda rng, B: sample(rng, T, B, form),
        partial(oracle, form=form),
        partial(guess, form=form),
        score_classes,
        lambda s: s["accuracy"] == 1.0,
        {"loss": np.log(K), "accuracy": 1 / K},
    )
