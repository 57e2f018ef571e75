"""Copy memory: repeat ten symbols after a long blank.

Sources: Hochreiter & Schmidhuber (1997) asked for one symbol; this form is that of
Arjovsky, Shah & Bengio (2016), arXiv 1511.06464.  Ten symbols of eight, T - 1 blanks,
a delimiter, ten blanks: T + 20 steps.  Asked for: blanks, and after the delimiter the
ten symbols in their order.

Shapes: x (T + 20, B, 10) one-hot (0-7 symbols, 8 blank, 9 delimiter), y (T + 20, B),
mask True everywhere.  Chance, blanks known and symbols guessed: a cross entropy of
10 ln 8 / (T + 20) nats (0.1733 for T = 100) and 1/8 of the symbols.  Solved: 99 % of
the symbols right.
"""

import numpy as np

from .task import (
    CERTAIN,
    Task,
    certain,
    check_length,
    check_size,
    one_hot,
    require,
    score_classes,
)

SYMBOLS, BLANK, DELIMITER, K = 8, 8, 9, 10
LENGTH = 10  # symbols to remember
RIGHT = 0.99


def chance(T):
    """Cross entropy in nats of who knows the blanks and guesses the symbols."""
    return LENGTH * np.log(SYMBOLS) / (T + 2 * LENGTH)


def sample(rng, T=100, B=64):
    """Draw B sequences: x (T + 20, B, 10), y (T + 20, B), mask (T + 20, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(0), T=5, B=1)
    >>> "".join("01234567_:"[k] for k in x[:, 0].argmax(-1))
    '6542200016____:__________'
    >>> "".join("01234567_:"[k] for k in y[:, 0])
    '_______________6542200016'
    """
    check_length(T, 1, "at least one step lies between symbols and answer")
    symbols = rng.integers(0, SYMBOLS, (LENGTH, B))
    codes = np.full((T + 2 * LENGTH, B), BLANK)
    codes[:LENGTH] = symbols
    codes[LENGTH + T - 1] = DELIMITER
    y = np.full_like(codes, BLANK)
    y[-LENGTH:] = symbols
    return one_hot(codes, K), y, np.ones(codes.shape, bool)


def validate(x, y, mask, T=100):
    """Raise ValueError unless the sample obeys the definition above."""
    require(len(x) == T + 2 * LENGTH, "a sequence has T + 20 steps")
    require((x.sum(-1) == 1.0) & mask, "every step is one-hot and scored")
    codes = x.argmax(-1)
    require(codes[:LENGTH] < SYMBOLS, "it begins with ten symbols")
    require((codes == DELIMITER).sum(0) == 1, "there is one delimiter")
    require(codes[LENGTH + T - 1] == DELIMITER, "it comes after T - 1 blanks")
    rest = np.delete(codes, LENGTH + T - 1, axis=0)[LENGTH:]
    require(rest == BLANK, "everything else is blank")
    require(y[-LENGTH:] == codes[:LENGTH], "asked for are the symbols in order")
    require(y[:-LENGTH] == BLANK, "and blanks before")


def oracle(x, mask):
    """The right answers from x alone: out (n, 10)."""
    codes = x.argmax(-1)
    answer = np.full_like(codes, BLANK)
    start = int((codes[:, 0] == DELIMITER).argmax()) + 1
    answer[start : start + LENGTH] = codes[:LENGTH]
    return certain(answer[mask], K)


def guess(x, mask):
    """Blanks until the delimiter, then all symbols alike: out (n, 10)."""
    after = np.cumsum(x[..., DELIMITER], axis=0) - x[..., DELIMITER] > 0
    out = np.where(
        after[..., None],
        CERTAIN * (np.arange(K) < SYMBOLS),
        CERTAIN * (np.arange(K) == BLANK),
    )
    return out[mask]


def score(out, x, y, mask):
    """Cross entropy in nats per step, and the share of symbols recalled."""
    asked = y[mask] != BLANK
    right = out.argmax(-1) == y[mask]
    return score_classes(out, x, y, mask) | {"recall": float(right[asked].mean())}


def make(T=100):
    """The task with its options fixed."""
    T = check_size("T", T)
    return Task(
        "copying",
        K,
        K,
        "classes",
        lambda rng, B: sample(rng, T, B),
        oracle,
        guess,
        score,
        lambda s: s["recall"] >= RIGHT,
        {"loss": chance(T), "recall": 1 / SYMBOLS},
    )
