"""Associative recall: pairs of a key and a value are shown, then keys are asked for.

    k1:v1  k2:v2  k3:v3  ?k2  ?k3  ?k1

A pair is one step, so that no cell has to bind what it reads now to what it read the
step before.  Keys within a sequence differ; values are free.  After the pairs every key
is asked for once, in a random order.  The number of pairs is drawn evenly from least
... most, mixed within a batch.

Sources: Ba et al. (2016), arXiv 1610.06258, with one query; several: Arora et al.
(2023), arXiv 2312.04927; that a matrix memory helps: Beck et al. (2024).

Shapes: x (2 most, B, keys + VALUES) one-hot key, then one-hot value, which is zero in a
query; zeros after the end; y (2 most, B) the value; mask True at queries.  Chance: one
of VALUES right, ln VALUES nats.  Solved: 99 % of answers right.
"""

from functools import partial

import numpy as np

from .task import (
    Task,
    certain,
    check_size,
    check_span,
    one_hot,
    require,
    score_classes,
)

VALUES = 8
RIGHT = 0.99


def sample(rng, B=64, least=2, most=8, keys=16):
    """Draw B sequences: x (2 most, B, keys + 8), y (2 most, B), mask (2 most, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(3), B=1, least=2, most=2, keys=4)
    >>> x[:2, 0, :4].argmax(-1), x[:2, 0, 4:].argmax(-1)  # key 3 has 1, key 2 has 6
    (array([3, 2]), array([1, 6]))
    >>> x[2:, 0, :4].argmax(-1), y[2:, 0]
    (array([2, 3]), array([6, 1]))
    """
    least, most = check_pairs(least, most, keys)
    pairs, T = rng.integers(least, most + 1, B), 2 * most
    key, value, y = np.full((3, T, B), -1)
    for b, n in enumerate(pairs):
        shown = rng.permutation(keys)[:n]
        stored = rng.integers(0, VALUES, n)
        asked = rng.permutation(n)
        key[: 2 * n, b] = np.concatenate([shown, shown[asked]])
        value[:n, b], y[n : 2 * n, b] = stored, stored[asked]
    x = np.concatenate([one_hot(key, keys), one_hot(value, VALUES)], axis=-1)
    return x, np.maximum(y, 0), y >= 0


def check_pairs(least, most, keys):
    """Numbers of pairs for which there are keys."""
    least, most = check_span(least, most, why="there is a pair to ask for")
    if check_size("keys", keys) < most:
        raise ValueError(
            f"keys is {keys}, but up to {most} pairs are shown and their keys differ. "
            f"Expected keys >= {most}. Write keys={most}?"
        )
    return least, most


def validate(x, y, mask, least=2, most=8, keys=16):
    """Raise ValueError unless the sample obeys the definition above."""
    require(x.shape[::2] == (2 * most, keys + VALUES), "x is (2 most, B, keys + 8)")
    key, value = x[..., :keys], x[..., keys:]
    pairs = value.sum((0, -1))  # (B,)
    step = np.arange(len(x))[:, None]
    require((pairs >= least) & (pairs <= most), "pairs are least ... most")
    require(np.isin(x, (0.0, 1.0)), "keys and values are one-hot")
    require(key.sum(-1) == (step < 2 * pairs), "a key at every step")
    require(value.sum(-1) == (step < pairs), "a value at the first half of them")
    require(mask == ((step >= pairs) & (step < 2 * pairs)), "the second half is asked")
    shown = (key * value.any(-1)[..., None]).sum(0)
    require(shown <= 1, "keys differ")
    require((key * mask[..., None]).sum(0) == shown, "each is asked for once")
    require(y[mask] == looked_up(x, keys)[mask], "the answer is the value of the key")


def looked_up(x, keys):
    """The value of the key of every step (T, B), where that key was shown."""
    key, value = x[..., :keys], x[..., keys:]
    memory = np.einsum("tbk,tbv->bkv", key, value)
    return np.einsum("tbk,bkv->tbv", key, memory).argmax(-1)


def oracle(x, mask):
    """The right answers from x alone, by one matrix per sequence: out (n, 8)."""
    return certain(looked_up(x, x.shape[-1] - VALUES)[mask], VALUES)


def guess(x, mask):
    """All values alike: out (n, 8)."""
    return np.zeros((int(mask.sum()), VALUES))


def make(least=2, most=8, keys=16):
    """The task with its options fixed."""
    check_pairs(least, most, keys)
    return Task(
        "recall",
        keys + VALUES,
        VALUES,
        "classes",
        partial(sample, least=least, most=most, keys=keys),
        oracle,
        guess,
        score_classes,
        lambda s: s["accuracy"] >= RIGHT,
        {"loss": np.log(VALUES), "accuracy": 1 / VALUES},
    )
