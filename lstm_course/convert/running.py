"""A ``Layer`` run in NumPy: the judge of every conversion.

It obeys every field of ``Layer``, in the floats of the weights.  Where a layer is one
of our cells, this equals ``unroll`` of that cell (tested).
"""

import numpy as np

from .layer import WAYS


def run(layers, x, lengths=None, start=None):
    """Run a stack of layers.

    Parameters
    ----------
    layers : list of Layer
        From the bottom up; each reads what the one below gives.
    x : ndarray (T, B, I)
    lengths : list of int, optional
        Steps of each sequence; outputs behind them are 0.
    start : list of tuple of ndarray (D, B, H), optional
        State before the first step, one tuple per layer, h first.

    Returns
    -------
    y : ndarray (T, B, D H)
        Output of the last layer; (T, B, H) if its directions are merged otherwise.
    ends : list of tuple of ndarray (D, B, H)
        State of each layer after its last step.
    """
    ends, live = [], None
    for k, layer in enumerate(layers):
        if layer.masked is not None:  # the layers above pass over the same steps
            live = np.any(x != layer.masked, axis=-1)
        x, end = run_layer(layer, x, lengths, start and start[k], live)
        ends.append(end)
    return x, ends


def run_layer(layer, x, lengths=None, start=None, mask=None):
    """One layer, at the steps of the mask (T, B) alone: -> y (T, B, width), end."""
    T, B, _ = x.shape
    if lengths is None:
        fixed = isinstance(layer.lengths, tuple)
        lengths = layer.lengths if fixed else (T,) * B
    live = np.arange(T)[:, None] < np.asarray(lengths)
    live = live if mask is None else live & mask
    start = layer.start if start is None else start
    outs, ends = [], []
    for d, reverse in enumerate(WAYS[layer.way]):
        state = _start(layer, start, d, B)
        order = range(T)[::-1] if reverse else range(T)
        y, end = _direction(layer, layer.weights[d], x, live, order, state)
        outs.append(y[::-1] if layer.turned else y)
        ends.append(end)
    y = MERGE[layer.merge](outs) if len(outs) == 2 else outs[0]
    return y, tuple(np.stack(s) for s in zip(*ends, strict=True))


MERGE = {
    "concat": lambda outs: np.concatenate(outs, axis=-1),
    "sum": lambda outs: outs[0] + outs[1],
    "mul": lambda outs: outs[0] * outs[1],
    "ave": lambda outs: (outs[0] + outs[1]) / 2,
}


def _start(layer, start, d, B):
    sizes = (layer.output_size, layer.hidden_size)
    if start is None or isinstance(start, str):
        pairs = zip(layer.states, sizes, strict=False)
        return tuple(np.zeros((B, n), layer.dtype) for _, n in pairs)
    return tuple(np.broadcast_to(s[d], (B, s.shape[-1])) for s in start)


def _direction(layer, w, x, live, order, state):
    """One direction; a step that is not live leaves the state as it was."""
    ahead = {k: x @ w.x[k] + w.b[k] for k in layer.blocks}
    if layer.forget_bias:
        ahead["f"] = ahead["f"] + layer.dtype.type(layer.forget_bias)
    y = np.zeros((*x.shape[:2], layer.output_size), layer.dtype)
    for t in order:
        new = STEP[layer.kind](layer, w, {k: z[t] for k, z in ahead.items()}, *state)
        on = live[t][:, None]
        y[t] = np.where(on, new[0], 0)
        state = tuple(np.where(on, n, s) for n, s in zip(new, state, strict=True))
    return y, state


def _bounded(layer, z):
    return z if layer.clip is None else np.clip(z, -layer.clip, layer.clip)


def _rnn(layer, w, z, h):
    return (layer.activation(_bounded(layer, z["h"] + h @ w.h["h"])),)


def _lstm(layer, w, z, h, c):
    z = {k: v + h @ w.h[k] for k, v in z.items()}
    peep = {k: c * v for k, v in w.peepholes.items() if k in "if"}
    z |= {k: z[k] + v for k, v in peep.items() if k in z}
    i = layer.gate(_bounded(layer, z["i"]))
    g = layer.activation(_bounded(layer, z["g"]))
    f = 1 - i if layer.coupled else layer.gate(_bounded(layer, z["f"]))
    c = f * c + i * g
    if layer.cell_clip is not None:
        c = np.clip(c, -layer.cell_clip, layer.cell_clip)
    o = z["o"] + c * w.peepholes["o"] if "o" in w.peepholes else z["o"]
    h = layer.gate(_bounded(layer, o)) * layer.shown(c)
    return h if w.out is None else h @ w.out, c


def _gru(layer, w, z, h):
    r = layer.gate(_bounded(layer, z["r"] + h @ w.h["r"]))
    u = layer.gate(_bounded(layer, z["u"] + h @ w.h["u"]))
    if layer.reset == "after":
        m = h @ w.h["n"]
        m = m if w.inner is None else m + w.inner
        n = layer.activation(_bounded(layer, z["n"] + r * m))
    else:
        n = layer.activation(_bounded(layer, z["n"] + (r * h) @ w.h["n"]))
    kept = u if layer.update == "keeps_old" else 1 - u
    return (kept * h + (1 - kept) * n,)


STEP = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}
