"""A machine of its own for every case of a gradient clinic.

A student's test meets many black boxes.  Were all of them the same cell, notes on one
would tell about the next: equal inputs would give equal outputs, and what several
mistakes have in common would be the right answer.  So each box is a cell with hidden
constants: it scales x, W_x, W_h and the start state, shifts b, exchanges blocks and
scales h.  Forward and backward pass agree on them, so a gradient check sees nothing.
"""

import zlib

import numpy as np

STEPS, NUMBERS = 200, 20_000  # the longest sequence; numbers in an array inside


class Machine:
    """Hidden constants, drawn for every name and size.

    Parameters
    ----------
    rng : numpy Generator
        One number is taken from it; arrays of any size follow from that.
    blocks : int
        Blocks of columns in W_x, W_h and b.
    """

    def __init__(self, rng, blocks=4):
        self.seed, self.blocks = int(rng.integers(2**31)), blocks
        self.order = rng.permutation(blocks)

    def scale(self, name, n):
        """Factors (n,) between 0.7 and 1.4."""
        return self._rng(name, n).uniform(0.7, 1.4, n)

    def shift(self, name, n):
        """Numbers (n,) between -0.5 and 0.5."""
        return self._rng(name, n).uniform(-0.5, 0.5, n)

    def _rng(self, name, n):
        return np.random.default_rng([self.seed, zlib.crc32(name.encode()), n])

    def inner(self, p):
        """The parameters of the cell inside."""
        W_x, W_h, b = (self._moved(p[k]) for k in ("W_x", "W_h", "b"))
        n = b.shape[0]
        return {
            "W_x": W_x * self.scale("W_x", n),
            "W_h": W_h * self.scale("W_h", n),
            "b": b + self.shift("b", n),
        }

    def outer(self, grads):
        """Gradients of the parameters outside, from those of the cell inside."""
        n = grads["b"].shape[0]
        made = {k: grads[k] * self.scale(k, n) for k in ("W_x", "W_h")}
        made["b"] = grads["b"]
        return {k: self._moved(g, back=True) for k, g in made.items()}

    def _moved(self, a, back=False):
        """The blocks of the last axis in the hidden order, or back from it."""
        order = np.argsort(self.order) if back else self.order
        parts = np.split(a, self.blocks, axis=-1)
        return np.concatenate([parts[k] for k in order], axis=-1)


def fits(p, x, *states, blocks=4):
    """Refuse what is no sequence for these parameters, or would take for ever.

    Parameters
    ----------
    p : dict
        W_x (I, blocks * H), W_h (H, blocks * H), b (blocks * H,).
    x : ndarray (T, B, I), or (B, I) for one step
    states : ndarray (B, H), or (T, B, H)
    """
    H, rest = divmod(p["b"].size, blocks)
    (*steps, B, I), n = x.shape, blocks * H
    expected = [(I, n), (H, n), (n,)]
    got = [p[k].shape for k in ("W_x", "W_h", "b")]
    shapes = ((B, H), (*steps, B, H))
    if rest or got != expected or any(s.shape not in shapes for s in states):
        raise ValueError(
            f"The black box got W_x, W_h, b of shapes {got} for x {x.shape}, expected "
            f"{expected}. Are the sizes in the right order?"
        )
    size = B * n * max(1, *steps, 1)
    if len(steps) > 1 or max(steps, default=1) > STEPS or size > NUMBERS:
        raise ValueError(
            f"The black box got x of shape {x.shape}, expected at most {STEPS} steps "
            "and small batches. Is a smaller case enough?"
        )
