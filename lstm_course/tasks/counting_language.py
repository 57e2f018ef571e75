"""Counting languages: as many b as there were a, and then as many c.

form="ab"   n times a, n times b:            aaabbb$
form="abc"  n times a, n times b, n times c: aaabbbccc$

Every symbol but the end mark $ is read, and the next one is asked for wherever it is
certain: from the first b on.  n is drawn evenly from least ... most, mixed within a
batch.

Sources: Gers & Schmidhuber (2001), who let an LSTM predict what may come next; Weiss,
Goldberg & Yahav (2018), arXiv 1805.04908, on which cells can count without bound.

Shapes, P = 2 or 3 symbols: x (P * most, B, P) one-hot in the order a b c, zeros after
the string; y (P * most, B) the next symbol, P for the end; mask True from the first b
to the last symbol.  Chance, for a player who always goes on as before: every turn
wrong and all else right, so no string is right.  Solved: 99 % of strings right at every
step that is asked for.
"""

from functools import partial

import numpy as np

from .task import (
    Task,
    certain,
    check_form,
    check_span,
    one_hot,
    require,
    score_classes,
)

FORMS = ("ab", "abc")
RIGHT = 0.99


def sample(rng, B=64, least=1, most=16, form="ab"):
    """Draw B strings: x (P most, B, P), y (P most, B), mask (P most, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(0), B=1, least=3, most=3, form="abc")
    >>> "".join("abc"[k] for k in x[:, 0].argmax(-1))
    'aaabbbccc'
    >>> "".join("abc$"[k] for k in y[mask[:, 0], 0])
    'bbccc$'
    """
    least, most = check_span(least, most, why="a string has an a")
    P = len(check_form(form, FORMS))
    n = rng.integers(least, most + 1, B)
    x = one_hot(_codes(n, P, most), P)
    y, mask = answers(n, P, most)
    return x, y, mask


def _codes(n, P, most):
    """Symbols (P most, B), -1 after the string; n (B,)."""
    codes = np.arange(P * most)[:, None] // n
    return np.where(codes < P, codes, -1)


def answers(n, P, most):
    """y, mask (P most, B): what comes next, and where that is certain; n (B,)."""
    step = np.arange(P * most)[:, None]
    mask = (step >= n) & (step < P * n)
    return np.where(mask, (step + 1) // n, 0), mask


def validate(x, y, mask, least=1, most=16, form="ab"):
    """Raise ValueError unless the sample obeys the definition above."""
    P = len(form)
    require(x.shape[::2] == (P * most, P), "x is (P most, B, P)")
    n = x.sum(0)  # (B, P): how often each symbol stands in a string
    require(n == n[:, :1], "every symbol stands equally often")
    n = n[:, 0].astype(int)
    require((n >= least) & (n <= most), "n is least ... most")
    require(x == one_hot(_codes(n, P, most), P), "all a, then all b, then all c")
    right, asked = answers(n, P, most)
    require(mask == asked, "asked from the first b to the last symbol")
    require(y[mask] == right[mask], "the answer is the next symbol")


def oracle(x, mask):
    """The right answers from x alone, by counting the a: out (n, P + 1)."""
    P = x.shape[-1]
    n = x[..., 0].sum(0).astype(int)
    return certain(answers(n, P, len(x) // P)[0][mask], P + 1)


def guess(x, mask):
    """The symbol that was just read once more: out (n, P + 1)."""
    return certain(x.argmax(-1)[mask], x.shape[-1] + 1)


def score(out, x, y, mask):
    """Cross entropy in nats, shares of steps and of whole strings right."""
    right = np.ones(mask.shape, bool)
    right[mask] = out.argmax(-1) == y[mask]
    return score_classes(out, x, y, mask) | {"strings": float(right.all(0).mean())}


def make(least=1, most=16, form="ab"):
    """The task with its options fixed."""
    check_span(least, most, why="a string has an a")
    P = len(check_form(form, FORMS))
    return Task(
        "counting_language",
        P,
        P + 1,
        "classes",
        partial(sample, least=least, most=most, form=form),
        oracle,
        guess,
        score,
        lambda s: s["strings"] >= RIGHT,
        {"accuracy": 1 - 2 / (least + most), "strings": 0.0},
    )
