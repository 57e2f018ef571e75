"""Any cell along time and back, in NumPy: the readable reference.

The products with x do not wait for the past, so they are taken once for the whole
sequence; so are the weight gradients.  Between them each step is one call of the
cell's own arithmetic.  Sources: Werbos, Proc. IEEE 78 (1990), backpropagation through
time; Williams & Peng, Neural Computation 2 (1990), its truncated form.
"""

import numpy as np

from .doors import (
    as_cell,
    check_floats,
    check_parameters,
    check_size,
    check_state,
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
        For an unknown cell, missing or misshapen parameters, or a bad x or state0.

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
    cell, state = _enter(cell, p, x, state0)
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
    cell = as_cell(cell)
    _check_dh(dh, caches)
    cut = len(caches) if cut is None else check_size("cut", cut)
    names = _state_shapes(cell, p, caches)
    if dstate is None:
        dstate = tuple(np.zeros(s, dh.dtype) for s in names)
    if not hasattr(cell, "retreat"):
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
    cell, state = _enter(cell, p, x, state0)
    values = [v for _, _, v in _steps(cell, p, x, state)]
    names = [k for k in values[0] if k not in "xz" and not k.endswith("_prev")]
    return {k: np.stack([v[k] for v in values]) for k in names}


def _enter(cell, p, x, state0):
    """Check everything once; -> cell, state before the first step."""
    cell = as_cell(cell)
    I, H = check_parameters(cell, p)
    x_is_array = hasattr(x, "dtype")
    check_x(x if x_is_array else np.asarray(x), I, cell.name)
    start = cell.initial(x.shape[1], H, np.promote_types(x.dtype, np.float32))
    for name in cell.shapes(I, H):
        check_floats(name, p[name])
    if state0 is None:
        return cell, start
    given = len(state0) if isinstance(state0, tuple | list) else 0
    rest = cell.states[given:]
    if given and rest and all(s in cell.start for s in rest):
        state0 = (*state0, *start[given:])
    return cell, check_each_state(cell, state0, start)


def check_each_state(cell, state0, start):
    """Like check_state, where a cell may carry states of several shapes."""
    shapes = {s.shape for s in start}
    if len(shapes) == 1:
        return check_state(state0, cell.states, start[0].shape)
    if not isinstance(state0, tuple | list) or len(state0) != len(start):
        return check_state(state0, cell.states, start[0].shape)
    return tuple(
        check_state((s,), (n,), z.shape)[0]
        for n, s, z in zip(cell.states, state0, start, strict=True)
    )


def _steps(cell, p, x, state):
    """Generate (state, cache, values) step by step."""
    if not hasattr(cell, "advance"):
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


def _state_shapes(cell, p, caches):
    B = next(iter(caches[0].values())).shape[0]
    return [s.shape for s in cell.initial(B, cell.sizes(p)[1])]


def _check_dh(dh, caches):
    if np.ndim(dh) != 3 or len(dh) != len(caches):
        raise ValueError(
            f"dh has shape {np.shape(dh)}, but unroll ran {len(caches)} steps. dh is "
            "(T, B, H), one gradient for every h_t. Pass zeros where the loss does not "
            "look?"
        )
    check_floats("dh", dh)
