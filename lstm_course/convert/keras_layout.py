"""Keras: kernel (I, nH), recurrent_kernel (H, nH), bias.

Blocks lie i, f, c, o (our i, f, g, o) and z, r, h (our u, r, n).  The GRU's bias says
which form it is: (3H,) reset before, (2, 3H) reset after, the rows being b and b_h.
Keras 1 kept one array per block instead, W, U, b in turn: i, c, f, o and z, r, h.
"""

import numpy as np

from ..cells import gru
from ..doors import as_cell, check_parameters
from .blocks import as_floats, check_shape, negate, reorder
from .operators import operator_of

BLOCKS = {"RNN": "h", "LSTM": "ifgo", "GRU": "urn"}
KERAS_1 = {"LSTM": "igfo", "GRU": "urn"}


def from_keras(weights, cell="lstm"):
    """Parameters from a Keras layer or from its ``get_weights()``.

    Parameters
    ----------
    weights : list of ndarray, or a layer
        Keras 2 or 3: [kernel, recurrent_kernel] and, with use_bias, [bias];
        Keras 1: W, U, b for each block, 12 arrays of an LSTM and 9 of a GRU.
    cell : str or cell
        "lstm", "gru" or "rnn".  For "gru" the bias tells the reset form (none: reset
        after, today's default); pass ``gru.make(reset="before")`` to say it.

    Returns
    -------
    dict
        Parameters; with "b_h" those of a GRU with reset after.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> p = from_keras([rng.normal(size=s) for s in [(4, 24), (6, 24), (24,)]])
    >>> sorted(p)
    ['W_h', 'W_x', 'b']
    """
    if hasattr(weights, "get_weights"):
        weights = weights.get_weights()
    kind = _operator(cell).kind
    kernel, recurrent, bias = _arrays(list(weights), kind)
    before = bias is not None and bias.ndim == 1
    made = gru.make(reset="before") if cell == "gru" and before else as_cell(cell)
    H, n = len(recurrent), len(BLOCKS[kind])
    hint = f"Keras' {kind} of H units has {n} block(s). Is cell= the right one?"
    check_shape("recurrent_kernel", recurrent, (H, n * H), hint)
    check_shape("kernel", kernel, (len(kernel), n * H), hint)
    rows = (2, n * H) if "m" in made.blocks else (n * H,)
    bias = np.zeros(rows) if bias is None else bias
    check_shape("bias", bias, rows, "A GRU's one row means reset before, two rows mean "
                "after; longer ones are CuDNN's. Is it this cell's?")
    p = {"W_x": kernel, "W_h": recurrent}
    p |= {"b": bias[0], "b_h": bias[1]} if bias.ndim == 2 else {"b": bias}
    p = {k: reorder(v, BLOCKS[kind], _ours(made)) for k, v in p.items()}
    return negate(p, made, *operator_of(made).negated)


def to_keras(p, cell="lstm"):
    """Arrays for ``layer.set_weights`` of Keras 2 and 3; the inverse of ``from_keras``.

    Parameters
    ----------
    p : dict
    cell : str or cell
        For "gru" p tells the form: with "b_h" it is reset after.

    Returns
    -------
    list of ndarray
        [kernel (I, nH), recurrent_kernel (H, nH), bias (nH,) or (2, 3H)]

    Examples
    --------
    >>> from lstm_course import init
    >>> w = to_keras(init("gru", 4, 6, np.random.default_rng(0)), "gru")
    >>> [a.shape for a in w]
    [(4, 18), (6, 18), (2, 18)]
    """
    op, before = _operator(cell), cell == "gru" and "b_h" not in p
    made = gru.make(reset="before") if before else as_cell(cell)
    check_parameters(made, p)
    p = negate(p, made, *op.negated)
    p = {k: reorder(v, _ours(made), BLOCKS[op.kind]) for k, v in p.items()}
    bias = np.stack([p["b"], p["b_h"]]) if "b_h" in p else p["b"]
    return [p["W_x"], p["W_h"], bias]


def _operator(cell):
    """The operator a cell is, if Keras has it as a layer."""
    op, made = operator_of(cell), as_cell(cell)
    if op.coupled or made.vectors:
        raise ValueError(
            f"Keras has no layer for the cell {made.name!r}. Its layers are SimpleRNN, "
            "LSTM without peepholes and GRU. Expected rnn, lstm or gru. Export the "
            "cell to ONNX instead?"
        )
    return op


def _ours(made):
    return [b for b in made.blocks if b != "m"]


def _arrays(weights, kind):
    """kernel, recurrent_kernel, bias or None, from any version's list."""
    order = KERAS_1.get(kind, "")
    if len(weights) > 3 and len(weights) == 3 * len(order):
        groups = [np.concatenate(weights[k::3], axis=-1) for k in range(3)]
        weights = [reorder(a, order, BLOCKS[kind]) for a in groups]
    if len(weights) not in (2, 3):
        raise ValueError(
            f"Got {len(weights)} arrays. Keras' {kind} has 2 or 3: kernel, "
            "recurrent_kernel and bias. For a Bidirectional layer pass each half of "
            "its list, for a model one layer's get_weights()?"
        )
    kernel, recurrent, bias = [*weights, None][:3]
    if bias is not None:
        bias = as_floats("bias", bias, 2 if kind == "GRU" and np.ndim(bias) == 2 else 1)
    recurrent = as_floats("recurrent_kernel", recurrent, 2)
    return as_floats("kernel", kernel, 2), recurrent, bias
