"""Selective copying: repeat a few symbols that stood at random places among blanks.

    _ 5 _ _ 2 _ 7 _ _ 2 ? ? ? ?    ->    5 2 7 2

In plain copying the symbols stand at fixed steps, so that a memory which knows the time
is enough; here what is read decides what is kept, and in which place of the answer.
The number of steps before the first question is drawn evenly from least ... most, mixed
within a batch.

Sources: Gu & Dao (2023), arXiv 2312.00752; with layers of minGRU and minLSTM: Feng et
al. (2024), arXiv 2410.01201.

Shapes, S = symbols to keep: x (most + S, B, 10) one-hot (0-7 symbols, 8 blank, 9
question), zeros after the end; y (most + S, B) a symbol; mask True at questions.
Chance: 1/8 right, ln 8 nats.  Solved: 99 % of answers right.
"""

from functools import partial

import numpy as np

from .task import (
    Task,
    before,
    certain,
    check_size,
    check_span,
    one_hot,
    require,
    score_classes,
)

SYMBOLS, BLANK, QUESTION, I = 8, 8, 9, 10
RIGHT = 0.99


def sample(rng, B=64, least=8, most=24, symbols=4):
    """Draw B sequences: x (most + S, B, 10), y (most + S, B), mask (most + S, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(1), B=1, least=9, most=9, symbols=3)
    >>> "".join("01234567_?"[k] for k in x[:, 0].argmax(-1))
    '__6_2__3_???'
    >>> y[mask]
    array([6, 2, 3])
    """
    least, most = check_places(least, most, symbols)
    T, every = most + symbols, np.arange(B)
    lengths = rng.integers(least, most + 1, B)
    order = np.where(before(lengths, T), rng.random((T, B)), 2.0).argsort(0)
    places = np.sort(order[:symbols], axis=0)  # (S, B), all within the sequence
    kept = rng.integers(0, SYMBOLS, (symbols, B))
    codes = np.where(before(lengths, T), BLANK, -1)
    codes[places, every] = kept
    mask = before(lengths + symbols, T) & ~before(lengths, T)
    codes[mask] = QUESTION
    y = np.zeros((T, B), int)
    y.T[mask.T] = kept.T.ravel()
    return one_hot(codes, I), y, mask


def check_places(least, most, symbols):
    """Lengths with a place for every symbol."""
    symbols = check_size("symbols", symbols)
    return check_span(least, most, symbols, f"{symbols} symbols need as many steps")


def copied(x, mask):
    """The symbols of each sequence, in their order, at its questions: (T, B)."""
    shown = (x[..., :SYMBOLS].sum(-1) > 0).T  # (B, T): sequence by sequence
    y = np.zeros(mask.shape, int)
    y.T[mask.T] = x.argmax(-1).T[shown]
    return y


def validate(x, y, mask, least=8, most=24, symbols=4):
    """Raise ValueError unless the sample obeys the definition above."""
    require(x.shape[::2] == (most + symbols, I), "x is (most + S, B, 10)")
    lengths = x[..., :QUESTION].sum((0, -1))
    alive = before(lengths + symbols, len(x))
    require((lengths >= least) & (lengths <= most), "lengths are least ... most")
    require(np.isin(x, (0.0, 1.0)) & (x.sum(-1) == alive)[..., None], "one-hot, then 0")
    require(x[..., :SYMBOLS].sum((0, -1)) == symbols, "there are S symbols")
    asked = alive & ~before(lengths, len(x))
    require((x[..., QUESTION] == 1.0) == asked, "S questions follow")
    require(mask == asked, "which are scored")
    require(y[mask] == copied(x, mask)[mask], "the answers are the symbols in order")


def oracle(x, mask):
    """The right answers from x alone: out (n, 8)."""
    return certain(copied(x, mask)[mask], SYMBOLS)


def guess(x, mask):
    """All symbols alike: out (n, 8)."""
    return np.zeros((int(mask.sum()), SYMBOLS))


def make(least=8, most=24, symbols=4):
    """The task with its options fixed."""
    check_places(least, most, symbols)
    return Task(
        "selective_copy",
        I,
        SYMBOLS,
        "classes",
        partial(sample, least=least, most=most, symbols=symbols),
        oracle,
        guess,
        score_classes,
        lambda s: s["accuracy"] >= RIGHT,
        {"loss": np.log(SYMBOLS), "accuracy": 1 / SYMBOLS},
    )
