"""How a later state depends on an earlier one: the object of all talk of gradients.

state_0 is the state before the first step, state_t the one after t steps.  The total
derivative takes every path; the direct one runs along the cell state alone, with every
gate held where it is: for the LSTM the product of the forget gates, for the GRU that of
the update gates, and for the plain RNN, which has no such path, zero.
"""

import re
from numbers import Integral

import numpy as np

from .doors import as_cell
from .unroll import unroll

PEEPHOLE = re.compile(r"w_[a-z][a-z](_\d+)?$")  # w_ci leads from the state c to block i


def jacobian(cell, p, x, s, t, direct=False, state0=None):
    """Derivative of state_t by state_s.

    Parameters
    ----------
    cell, p, x, state0
        As for ``unroll``; x (T, B, I).
    s, t : int
        Steps, 0 <= s <= t <= T.
    direct : bool
        The path along the cell state alone instead of all paths.

    Returns
    -------
    ndarray (B, N, N)
        Entry [b, k, j] is the derivative of the k-th number of state_t by the j-th of
        state_s.  A state's arrays lie side by side: for the LSTM N = 2H, h before c.
    ndarray, shaped like the cell state, usually (B, H)
        With ``direct``: each number of the cell state by its own earlier value.

    Raises
    ------
    ValueError
        If s and t are no steps of x in this order, and as ``unroll`` does.

    Examples
    --------
    >>> from lstm_course import init, trace
    >>> rng = np.random.default_rng(0)
    >>> p, x = init("lstm", 4, 6, rng), rng.normal(size=(7, 3, 4))
    >>> jacobian("lstm", p, x, 2, 5).shape
    (3, 12, 12)
    >>> f = trace("lstm", p, x)["f"]
    >>> bool(np.allclose(jacobian("lstm", p, x, 2, 5, direct=True), f[2:5].prod(0)))
    True
    """
    cell = as_cell(cell)
    _, state, caches = unroll(cell, p, x, state0)
    check_steps(s, t, len(caches))
    path = along_cell if direct else total
    return path(cell, p, state, caches[s:t][::-1])  # last step first


def total(cell, p, state, caches):
    """Back from one-hot gradients, all N of them side by side in the batch."""
    B, sizes = len(state[0]), [a[0].size for a in state]
    N = sum(sizes)
    one_hot = np.split(np.tile(np.eye(N), (B, 1)), np.cumsum(sizes)[:-1], axis=1)
    shapes = [(B * N, *a.shape[1:]) for a in state]
    d = tuple(g.reshape(s) for g, s in zip(one_hot, shapes, strict=True))
    for cache in caches:
        cache = {k: np.repeat(v, N, axis=0) for k, v in cache.items()}
        d = cell.step_backward(p, d, cache)[1]
    return np.hstack([g.reshape(B * N, -1) for g in d]).reshape(B, N, N)


def along_cell(cell, p, state, caches):
    """Back through a step whose connections are cut: the cell's own path is left."""
    at = cell.states.index(cell.cell_path)
    cut = {
        k: np.zeros_like(v) if v.ndim > 1 or PEEPHOLE.match(k) else v
        for k, v in p.items()
    }
    path = np.ones_like(state[at])
    for cache in caches:
        d = [np.zeros_like(a) for a in state]
        d[at] = path
        path = cell.step_backward(cut, tuple(d), cache)[1][at]
    return path


def check_steps(s, t, T):
    whole = all(isinstance(k, Integral) and not isinstance(k, bool) for k in (s, t))
    if not whole or not 0 <= s <= t <= T:
        raise ValueError(
            f"jacobian got s={s!r} and t={t!r} for x with T = {T} steps. They count "
            f"steps, 0 <= s <= t <= {T}; s = 0 is the state before the first. "
            "Did you swap them?"
        )
