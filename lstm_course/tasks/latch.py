"""Latch: keep one bit while noise comes in.

Source: after Bengio, Simard & Frasconi (1994).  The first input is +1 or -1, every
later one is noise from U[-0.2, 0.2]; at the end the sign of the first is asked for.  A
tanh unit *can* do it for any length (``by_hand``); why training does not find such
weights at long lags is the subject of chapter 2.

Shapes: x (T, B, 1), y (T, B) class 0 for -1 and 1 for +1, mask True at the last step.
Chance: 1/2 right, ln 2 nats.  Solved: 2,000 sequences all right.
"""

import numpy as np

from .task import (
    Task,
    at_ends,
    certain,
    check_length,
    check_size,
    ends,
    require,
    score_classes,
)

NOISE = 0.2


def sample(rng, T=100, B=64):
    """Draw B sequences: x (T, B, 1), y (T, B), mask (T, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(2), T=5, B=3)
    >>> x[0, :, 0], y[-1]
    (array([ 1., -1., -1.]), array([1, 0, 0]))
    """
    check_length(T, 2, "at least one step lies between the bit and the question")
    bits = rng.integers(0, 2, B)
    x = rng.uniform(-NOISE, NOISE, (T, B, 1))
    x[0, :, 0] = 2.0 * bits - 1.0
    mask = ends(np.full(B, T), T)
    return x, at_ends(bits, mask), mask


def validate(x, y, mask, T=100):
    """Raise ValueError unless the sample obeys the definition above."""
    require(x.shape[::2] == (T, 1), "x is (T, B, 1)")
    require(abs(x[0]) == 1.0, "it begins with +1 or -1")
    require(abs(x[1:]) <= NOISE, "everything later is small noise")
    require(mask == (np.arange(T) == T - 1)[:, None], "the last step is scored")
    require(y[-1] == (x[0, :, 0] > 0), "the answer is the sign of the first")


def by_hand(weight=2.0, gain=1.0):
    """Weights of an RNN of one unit that holds the bit: W_x (1, 1), W_h (1, 1), b (1,).

    For a weight above 1, h = tanh(weight * h) has two stable values of opposite sign,
    and noise that stays below the ridge between them cannot switch the unit.
    """
    return {
        "W_x": np.full((1, 1), gain),
        "W_h": np.full((1, 1), weight),
        "b": np.zeros(1),
    }


def oracle(x, mask):
    """The sign of the first input: out (n, 2)."""
    sign = np.broadcast_to(x[0, :, 0] > 0, mask.shape).astype(int)
    return certain(sign[mask], 2)


def guess(x, mask):
    """Both alike: out (n, 2)."""
    return np.zeros((int(mask.sum()), 2))


def make(T=100):
    """The task with its options fixed."""
    T = check_size("T", T)
    return Task(
        "latch",
        1,
        2,
        "classes",
        lambda rng, B: sample(rng, T, B),
        oracle,
        guess,
        score_classes,
        lambda s: s["accuracy"] == 1.0,
        {"loss": np.log(2), "accuracy": 0.5},
    )
