"""A machine of its own for every case of a gradient clinic.

A student's test meets many black boxes.  Were all of them the same cell, notes on one
would tell about the next: equal inputs would give equal outputs, and what several
mistakes have in common would be the right answer.  So each box is a cell with hidden
constants: it scales x, W_x, W_h and the start state, shifts b, exchanges blocks and
scales h.  Forward and backward pass agree on them, so a gradient check sees nothing.
"""

import functools

import numpy as np

SCALED = ("x", "h0", "h", "W_x", "W_h")
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
        self.moved = rng.permutation(blocks)
        self.drawn = functools.lru_cache(16)(self._drawn)

    def scale(self, name, n):
        """Factors (n,) between 0.7 and 1.4."""
        return self.drawn(n)[name]

    def _drawn(self, n):
        rng = np.random.default_rng([self.seed, n])
        made = dict(zip(SCALED, rng.uniform(0.7, 1.4, (len(SCALED), n)), strict=True))
        return made | {"b": rng.uniform(-0.5, 0.5, n)} | self._columns(n)

    def _columns(self, n):
        """Which columns of the outside stand inside, and the other way round."""
        if n % self.blocks:
            return {}
        there = np.arange(n).reshape(self.blocks, -1)[self.moved].ravel()
        return {"in": there, "out": np.argsort(there)}

    def inner(self, p):
        """The parameters of the cell inside."""
        d = self.drawn(p["b"].shape[0])
        W_x, W_h, b = (p[k][..., d["in"]] for k in ("W_x", "W_h", "b"))
        return {"W_x": W_x * d["W_x"], "W_h": W_h * d["W_h"], "b": b + d["b"]}

    def outer(self, grads):
        """Gradients of the parameters outside, from those of the cell inside."""
        d = self.drawn(grads["b"].shape[0])
        made = {k: grads[k] * d[k] for k in ("W_x", "W_h")} | {"b": grads["b"]}
        return {k: g[..., d["out"]] for k, g in made.items()}


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
