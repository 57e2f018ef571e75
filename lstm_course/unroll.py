"""Any cell along time and back, in NumPy: the readable reference.

The products with x do not wait for the past, so they are taken once for the whole
sequence; so are the weight gradients.  Between them each step is one call of the
cell's own arithmetic.  Sources: Werbos, Proc. IEEE 78 (1990), backpropagation through
time; Williams & Peng, Neural Computation 2 (1990), its truncated form.
"""

import numpy as np

from .doors import (
    as_array,
    as_cell,
    check_caches,
    check_each_state,
    check_floats,
    check_parameters,
    check_size,
    check_x,
)


def unroll(cell, p, x, state0=None):
    """Run a cell over a sequence.

    Parameters
    ----------
    cell : str or cell
        A name in ``CELLS``, a room, or what a room's ``make`` returns.
    p : dict
        Parameters by name, as ``init(cell, I, H, rng)`` makes them.
    x : ndarray (T, B, I)
        The input sequence, time first.
    state0 : tuple of ndarray (B, H), optional
        State before the first step, h first; the cell's start values by default.

    Returns
    -------
    h : ndarray (T, B, H)
    state : tuple of ndarray (B, H)
        The state after the last step, ready to be carried on.
    caches : list of dict
        What ``unroll_backward`` needs, one entry per step.

    Raises
    ------
    ValueError
        For an unknown cell, parameters that are missing, misshapen or read by no
        product of this cell, or a bad x or state0.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_course import init, unroll
    >>> rng = np.random.default_rng(0)
    >>> h, (h_last, c_last), caches = unroll("lstm", init("lstm", 4, 6, rng),
    ...                                      rng.normal(size=(7, 3, 4)))
    >>> h.shape, c_last.shape
    ((7, 3, 6), (3, 6))
    """
    cell, p, x, state = _enter(cell, p, x, state0)
    h, caches = [], []
    for end, cache, _ in _steps(cell, p, x, state):
        h.append(end[0])
        caches.append(cache)
    return np.stack(h), end, caches


def unroll_backward(cell, p, dh, caches, dstate=None, cut=None):
    """Backpropagation through time.

    Parameters
    ----------
    cell, p
        As given to ``unroll``.
    dh : ndarray (T, B, H)
        Gradient of the loss by every output h_t, direct contribution only.
    caches : list of dict
        From ``unroll``.
    dstate : tuple of ndarray (B, H), optional
        Gradient by the final state, beyond what dh says; zero by default.
    cut : int, optional
        Truncated form: no gradient crosses from step k*cut to the one before it.

    Returns
    -------
    dx : ndarray (T, B, I)
    dstate0 : tuple of ndarray (B, H)
    grads : dict
        Same keys and shapes as p.

    Raises
    ------
    ValueError
        For caches of another cell or size, and for a misshapen dh or dstate.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_course import init, unroll, unroll_backward
    >>> rng = np.random.default_rng(0)
    >>> p = init("rnn", 4, 6, rng)
    >>> h, state, caches = unroll("rnn", p, rng.normal(size=(7, 3, 4)))
    >>> dx, dstate0, grads = unroll_backward("rnn", p, np.ones_like(h), caches)
    >>> dx.shape, sorted(grads)
    ((7, 3, 4), ['W_h', 'W_x', 'b'])
    """
    cell, p, dh, dstate, cut = _enter_backward(cell, p, dh, caches, dstate, cut)
    if not cell.all_terms:
        return _backward_by_steps(cell, p, dh, caches, dstate, cut)
    ready = cell.prepare(p, dh.shape[-1])
    T, steps = len(caches), []
    dz = np.empty((*dh.shape[:2], len(cell.blocks) * dh.shape[2]), dh.dtype)
    for t in reversed(range(T)):
        dstate = (dstate[0] + dh[t], *dstate[1:])
        dstate, other = cell.retreat(ready, dstate, caches[t], dz[t])
        steps.append(other)
        if t % cut == 0 and t > 0:
            dstate = tuple(np.zeros_like(d) for d in dstate)
    steps.reverse()
    other = {k: np.stack([s[k] for s in steps]) for k in steps[0]}
    sources = {k: np.stack([c[k] for c in caches]) for k in cell.source_names}
    dx, grads = cell.weight_gradients(ready, sources, dz)
    grads |= {k: v.sum((0, 1)) for k, v in other.items() if k in cell.vectors}
    if cell.extra:
        dx = np.concatenate([dx, other[cell.extra]], axis=-1)
    return dx, dstate, {k: grads[k] for k in p if k in grads}


def trace(cell, p, x, state0=None):
    """Every named quantity of every step.

    Parameters
    ----------
    cell, p, x, state0
        As for ``unroll``.

    Returns
    -------
    dict
        Name -> ndarray (T, B, H): gates, candidates and states, for the LSTM
        ``i f g o c h``; also the pre-activations ``zi zf zg zo``.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_course import init, trace
    >>> rng = np.random.default_rng(0)
    >>> q = trace("lstm", init("lstm", 4, 6, rng), rng.normal(size=(7, 3, 4)))
    >>> bool(np.allclose(q["h"], q["o"] * np.tanh(q["c"])))
    True
    """
    cell, p, x, state = _enter(cell, p, x, state0)
    values = [v for _, _, v in _steps(cell, p, x, state)]
    names = [k for k in values[0] if k not in "xz" and not k.endswith("_prev")]
    return {k: np.stack([v[k] for v in values]) for k in names}


def _enter(cell, p, x, state0):
    """Check everything once; -> cell, p, x and the state before the first step."""
    cell = as_cell(cell)
    I, H = check_parameters(cell, p)
    x = as_array("x", x)
    check_x(x, I, cell.name)
    for name in p:
        check_floats(name, p[name])
    kind = np.promote_types(x.dtype, np.float32)  # a clock counts too far for halves
    p, start = dict(p), cell.initial(x.shape[1], H, kind)
    if state0 is None:
        return cell, p, x, start
    given = len(state0) if isinstance(state0, tuple | list) else 0
    rest = cell.states[given:]
    if given and rest and all(s in cell.start for s in rest):
        state0 = (*state0, *start[given:])
    return cell, p, x, check_each_state(cell, state0, start)


def _steps(cell, p, x, state):
    """Generate (state, cache, values) step by step."""
    if not cell.all_terms:
        for x_t in x:
            state, cache = cell.step(p, x_t, state)
            yield state, cache, cell.named(cache, state)
        return
    H = state[0].shape[-1]
    p = cell.prepare(p, H)
    ahead = cell.input_products(p, x, H)
    for t in range(len(x)):
        now = {k: a[t] for k, a in ahead.items()}
        values = cell.advance(p, now, state)
        state = tuple(values[s] for s in cell.states)
        yield state, {k: values[k] for k in cell.keeps}, values


def _backward_by_steps(cell, p, dh, caches, dstate, cut):
    """The same without hoisted products, for a cell that has only its steps."""
    dx, grads = [], {k: np.zeros_like(v) for k, v in p.items()}
    for t in reversed(range(len(caches))):
        dstate = (dstate[0] + dh[t], *dstate[1:])
        d, dstate, step = cell.step_backward(p, dstate, caches[t])
        dx.append(d)
        for k, v in step.items():
            grads[k] = grads[k] + v
        if t % cut == 0 and t > 0:
            dstate = tuple(np.zeros_like(d) for d in dstate)
    return np.stack(dx[::-1]), dstate, grads


def _enter_backward(cell, p, dh, caches, dstate, cut):
    """Check everything once; -> cell, p, dh, dstate, cut."""
    cell = as_cell(cell)
    I, H = check_parameters(cell, p)
    B = check_caches(cell, caches, I, H)
    dh, T = as_array("dh", dh), len(caches)
    if dh.shape != (T, B, H):
        raise ValueError(
            f"dh has shape {dh.shape}, but unroll ran {T} steps: expected (T, B, H) = "
            f"{(T, B, H)}, one gradient for every h_t. Pass zeros where the loss does "
            "not look?"
        )
    check_floats("dh", dh)
    zeros = tuple(np.zeros(s.shape, dh.dtype) for s in cell.initial(B, H))
    if dstate is not None:
        zeros = check_each_state(cell, dstate, zeros, "dstate")
    return cell, dict(p), dh, zeros, T if cut is None else check_size("cut", cut)
