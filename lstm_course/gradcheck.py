"""Finite differences: the judge of every hand-written backward pass.

The five-point rule is used, whose error shrinks with the fourth power of the step:
at a step of 3e-4 both truncation and rounding are about 3e-12 for a loss of order 10,
so a relative tolerance of 1e-6 is meaningful on every coordinate whose gradient
exceeds 1e-5, and an absolute one of 1e-11 below that.  Near the kink of a maximum or
of a hard sigmoid (mlstm, slstm, lstm with hard gates) any such rule is wrong: there
try another seed.
"""

import numpy as np

from .doors import as_cell, check_size
from .unroll import unroll, unroll_backward

STEP = 3e-4
FLOOR = 1e-5  # gradients smaller than this are compared absolutely


def numeric_gradient(f, a, step=STEP):
    """Gradient of ``f()`` by every coordinate of the array a, which f reads.

    Parameters
    ----------
    f : callable
        Takes nothing, returns a float, and reads a.
    a : ndarray (...)
        Is changed in place during the call and restored.

    Returns
    -------
    ndarray (...)

    Examples
    --------
    >>> a = np.array([1.0, 2.0])
    >>> numeric_gradient(lambda: float((a**3).sum()), a).round(6)
    array([ 3., 12.])
    """
    check_can_be_nudged(a)
    g = np.zeros_like(a)
    for k in np.ndindex(a.shape):
        old, values = a[k], []
        for n in (-2, -1, 1, 2):
            a[k] = old + n * step
            values.append(f())
        a[k] = old
        g[k] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step)
    return g


def check_can_be_nudged(a):
    """A float64 array: in float32 a step of 3e-4 leaves three digits, in ints none."""
    if not isinstance(a, np.ndarray) or a.dtype != np.float64:
        got = getattr(a, "dtype", "no array")
        raise ValueError(
            f"Finite differences are taken in float64, but a is {type(a).__name__}, "
            f"{got}. Expected a float64 array that f reads and that can be changed in "
            "place. Make it with np.array(a, dtype=float) before f is written?"
        )


def relative_error(a, b):
    """Largest |a - b| / max(|a|, |b|, 1e-5) over all coordinates: float.

    A value that is not finite gives nan or inf, and never passes.
    """
    if np.shape(a) != np.shape(b):
        raise ValueError(
            f"The arrays compared have shapes {np.shape(a)} and {np.shape(b)}. A "
            "gradient has the shape of what it is taken by; broadcasting would hide "
            "that. Is a sum over the batch missing?"
        )
    return float(np.max(np.abs(a - b) / np.maximum(np.maximum(abs(a), abs(b)), FLOOR)))


def random_case(cell, T=7, B=3, I=4, H=6, seed=0):
    """Random parameters, input, state and upstream gradients: never zeros or ones.

    Returns ``p, x, state0, dh, dstate``, all float64.
    """
    rng = np.random.default_rng(seed)
    cell = as_cell(cell)
    for name, size in dict(T=T, B=B, I=I, H=H).items():
        check_size(name, size)
    p = {k: rng.normal(size=s) * 0.7 for k, s in cell.shapes(I, H).items()}
    state0 = cell.initial(B, H)
    for x in rng.normal(size=(2, B, I)):  # a state the cell can really be in
        state0, _ = cell.step(p, x, state0)
    dstate = tuple(rng.normal(size=s.shape) for s in cell.initial(B, H))
    return p, rng.normal(size=(T, B, I)), state0, rng.normal(size=(T, B, H)), dstate


def gradcheck(cell, T=7, B=3, I=4, H=6, seed=0, backward=unroll_backward):
    """Compare a backward pass with finite differences on every coordinate.

    Parameters
    ----------
    cell : str or cell
    T, B, I, H : int
        Sizes of the random case; keep them different from each other.
    seed : int
    backward : callable
        ``backward(cell, p, dh, caches, dstate) -> dx, dstate0, grads``; the package's
        own by default, a student's in the exercises.

    Returns
    -------
    dict
        Name of each parameter, ``x`` and each initial state -> largest relative error.

    Examples
    --------
    >>> max(gradcheck("rnn", T=3).values()) < 1e-6
    True
    """
    cell = as_cell(cell)
    p, x, state0, dh, dstate = random_case(cell, T, B, I, H, seed)

    def loss():
        h, state, _ = unroll(cell, p, x, state0)
        ends = sum((d * s).sum() for d, s in zip(dstate, state, strict=True))
        return float((dh * h).sum() + ends)

    _, _, caches = unroll(cell, p, x, state0)
    dx, dstate0, grads = backward(cell, p, dh, caches, dstate)
    check_complete(grads, p)
    pairs = {k: (grads[k], p[k]) for k in p} | {"x": (dx, x)}
    pairs |= {s: (d, a) for s, d, a in zip(cell.states, dstate0, state0, strict=True)}
    return {
        k: relative_error(g, numeric_gradient(loss, a)) for k, (g, a) in pairs.items()
    }


def check_complete(grads, p):
    """A gradient for every parameter."""
    if missing := [k for k in p if k not in grads]:
        raise ValueError(
            f"backward gives no gradient by {missing[0]!r}. Got {sorted(grads)}, "
            f"expected {sorted(p)}. Does it return dx, dstate0, grads?"
        )
