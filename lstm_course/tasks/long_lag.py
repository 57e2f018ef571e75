"""Noise-free long time lags: the first symbol decides the last one.

Source: Hochreiter & Schmidhuber (1997), experiments 2a and 2c.

form="2a"  p + 1 symbols; the only two sequences are y a1 ... a(p-1) y and
    x a1 ... a(p-1) x, p = T.  The next symbol is asked for at every step; only the last
    needs memory, over T steps.  K = T + 1.
form="2c"  symbols a1 ... ap (distractors), e, b, x, y; a sequence is b, x or y, q = T
    random distractors and more of them, each with probability 9/10, then e.  Asked for
    is x or y once more, after e.  K = 2, and nothing else can be predicted.

Shapes: x (T, B, T + 1) in 2a, order a1 ... x y; (T', B, p + 4) in 2c, order a1 ... ap
e b x y, T' the longest of the batch; y and mask as x without its last axis.  Chance:
half of the last symbols.  Solved: 2,000 sequences all right.  Published, lag 100 of 2a:
LSTM 5,040 sequences, full and real-time back-propagation never; 2c with a lag of 1,000
and 1,000 distractors: 49,000.
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

FORMS = ("2a", "2c")
STOP = 0.1  # probability that e comes next


def sample(rng, T=100, B=64, form="2a", p=None):
    """Draw B sequences: x (T, B, K), y (T, B), mask (T, B); p distractors in 2c.

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(0), T=4, B=1)
    >>> ["abcxy"[k] for k in x[:, 0].argmax(-1)], "abcxy"[y[-1, 0]]
    (['y', 'a', 'b', 'c'], 'y')
    """
    check_form(form, FORMS)
    check_length(T, 2, "there is at least one step between the two symbols")
    which = rng.integers(0, 2, B)
    if form == "2a":
        _distractors(T, form, p)
        codes = np.tile(np.arange(-1, T)[:, None], B)
        codes[0] = codes[-1] = T - 1 + which
        return one_hot(codes[:-1], T + 1), codes[1:], np.ones((T, B), bool)
    p = _distractors(T, form, p)
    lengths = 2 + T + rng.geometric(STOP, B)  # b, x or y, distractors, e
    codes = rng.integers(0, p, (lengths.max(), B))
    codes[0], codes[1] = p + 1, p + 2 + which
    codes[lengths - 1, np.arange(B)] = p
    codes[np.arange(len(codes))[:, None] >= lengths] = -1
    mask = ends(lengths, len(codes))
    return one_hot(codes, p + 4), at_ends(which, mask), mask


def validate(x, y, mask, T=100, form="2a", p=None):
    """Raise ValueError unless the sample obeys the definition above."""
    codes = np.where(x.any(-1), x.argmax(-1), -1)
    every = np.arange(x.shape[1])
    if form == "2a":
        require(x.shape[::2] == (T, T + 1), "x is (T, B, T + 1)")
        require(mask & (x.sum(-1) == 1.0), "every step is one-hot and scored")
        require(codes[1:] == np.arange(T - 1)[:, None], "a1 ... a(p-1) in their order")
        require(codes[0] >= T - 1, "the first symbol is x or y")
        require(y == np.concatenate([codes[1:], codes[:1]]), "the last is the first")
        return
    p = T if p is None else p
    last = mask.argmax(0)
    require(x.sum(-1) == (np.arange(len(x))[:, None] <= last), "no symbol after e")
    require(mask.sum(0) == 1, "one answer is asked for in each sequence")
    require(codes[0] == p + 1, "b comes first")
    require(codes[1] >= p + 2, "then x or y")
    require((codes[last, every] == p) & ((codes == p).sum(0) == 1), "e comes last")
    require(last >= T + 2, "at least T distractors lie between")
    require(
        (codes[2:] < p) | (np.arange(2, len(x))[:, None] == last),
        "only distractors lie between",
    )
    require(y[last, every] == codes[1] - p - 2, "the answer is the second symbol")


def oracle(x, mask, form="2a"):
    """The right answers from x alone: out (n, K)."""
    if form == "2c":
        answer = np.broadcast_to(x[1, :, -1] > 0, mask.shape).astype(int)
        return certain(answer[mask], 2)
    codes = x.argmax(-1)
    return certain(np.concatenate([codes[1:], codes[:1]])[mask], x.shape[-1])


def guess(x, mask, form="2a"):
    """The same, without remembering x or y: it always says x.  out (n, K)."""
    if form == "2c":
        return certain(np.zeros(int(mask.sum()), int), 2)
    codes = x.argmax(-1)
    first = np.full_like(codes[:1], x.shape[-1] - 2)
    return certain(np.concatenate([codes[1:], first])[mask], x.shape[-1])


def score(out, x, y, mask):
    """Cross entropy in nats, share of right steps, share of right last symbols."""
    right = np.zeros(mask.shape, bool)
    right[mask] = out.argmax(-1) == y[mask]
    last = len(mask) - 1 - mask[::-1].argmax(0)
    return score_classes(out, x, y, mask) | {
        "last": float(right[last, np.arange(mask.shape[1])].mean())
    }


def _distractors(T, form, p):
    """How many there are in 2c, as many as steps by default; 2a has none to choose."""
    if form == "2a" and p is not None:
        raise ValueError(
            f"p is {p}, but the form is '2a', whose symbols between are always the "
            "same. Only '2c' draws from p distractors; expected no p. Leave it out, or "
            "write form='2c'?"
        )
    return T if p is None else check_size("p", p)


def make(T=100, form="2a", p=None):
    """The task with its options fixed."""
    T, p = check_size("T", T), _distractors(T, check_form(form, FORMS), p)
    I, K = (T + 1, T + 1) if form == "2a" else (p + 4, 2)
    return Task(
        "long_lag",
        I,
        K,
        "classes",
        lambda rng, B: sample(rng, T, B, form, None if form == "2a" else p),
        partial(oracle, form=form),
        partial(guess, form=form),
        score,
        lambda s: s["accuracy"] == 1.0,
        {"last": 0.5},
    )
