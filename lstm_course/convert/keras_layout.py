"""Keras: kernel (I, nH), recurrent_kernel (H, nH), bias.

Blocks lie i, f, c, o (our i, f, g, o) and z, r, h (our u, r, n).  The GRU's bias says
which form it is: (3H,) reset before, (2, 3H) reset after, the rows being b and b_h.
Keras 1 kept one array per block instead, W, U, b in turn: i, c, f, o and z, r, h.

CuDNNLSTM and CuDNNGRU of Keras 2 have the same shapes but for the bias, (2nH,), which
holds b and then b_h.  Their kernels hold what cuDNN reads, (H, I) and (H, H) of each
block row by row, poured into (I, H) and (H, H): another order of the same numbers.
"""

import numpy as np

from ..cells import gru
from ..doors import as_cell, check_parameters, check_size
from .blocks import as_floats, check_shape, negate, reorder
from .keras_layer import weights_of
from .recognise import operator_of

BLOCKS = {"RNN": "h", "LSTM": "ifgo", "GRU": "urn"}
KERAS_1 = {"LSTM": "igfo", "GRU": "urn"}


def from_keras(weights, cell="lstm", reverse=None):
    """Parameters from a Keras layer or from its ``get_weights()``.

    Parameters
    ----------
    weights : list of ndarray, or a layer
        Keras 2 or 3: [kernel, recurrent_kernel] and, with use_bias, [bias], those of
        CuDNNLSTM and CuDNNGRU included; twice as many for a Bidirectional layer.
        Keras 1: W, U, b for each block, 12 arrays of an LSTM and 9 of a GRU.
    cell : str or cell
        "lstm", "gru" or "rnn".  For "gru" the layer, or else the bias, tells the reset
        form (a list without one: reset after, today's default); pass
        ``gru.make(reset="before")`` to say it.
    reverse : bool, optional
        Which half of a Bidirectional layer or its list; True for a layer with
        go_backwards.  The parameters read x from its end: turn it round yourself, or
        load them with ``Recurrent.load(p, reverse=True)``.

    Returns
    -------
    dict
        Parameters; with "b_h" those of a GRU with reset after.

    Raises
    ------
    ValueError
        For arrays that fit no layer, and for a layer that computes something else:
        another activation, reset form or direction, or a state kept between calls.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> p = from_keras([rng.normal(size=s) for s in [(4, 24), (6, 24), (24,)]])
    >>> sorted(p)
    ['W_h', 'W_x', 'b']
    """
    kind = _operator(cell).kind
    if hasattr(weights, "get_weights"):
        weights, cell = weights_of(weights, cell, reverse)
    else:
        weights = _half(weights, reverse)
    kernel, recurrent, bias = _arrays(weights, kind)
    check_size("I", len(kernel))
    H, n = check_size("H", len(recurrent)), len(BLOCKS[kind])
    hint = f"Keras' {kind} of H units has {n} block(s). Is cell= the right one?"
    check_shape("recurrent_kernel", recurrent, (H, n * H), hint)
    check_shape("kernel", kernel, (len(kernel), n * H), hint)
    if n > 1 and np.shape(bias) == (2 * n * H,):
        kernel, recurrent, bias = _from_cudnn(kernel, recurrent, bias, n)
    before = bias is not None and bias.ndim == 1
    made = gru.make(reset="before") if cell == "gru" and before else as_cell(cell)
    rows = (2, n * H) if "m" in made.blocks else (n * H,)
    bias = np.zeros(rows) if bias is None else bias
    check_shape(
        "bias",
        bias,
        rows,
        "A GRU's one row means reset before, two rows mean after. Is it this cell's?",
    )
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


def _half(weights, reverse):
    """The list of one direction."""
    if not isinstance(weights, list | tuple):
        raise ValueError(
            f"weights is {type(weights).__name__}. Expected a Keras layer or the list "
            "of arrays that its get_weights() gives. For a file, load the model first?"
        )
    middle, two = len(weights) // 2, len(weights) in (4, 6)
    two = two and np.shape(weights[0]) == np.shape(weights[middle])
    if (two and reverse is None) or (reverse and not two):
        side = "two directions" if two else "one direction"
        raise ValueError(
            f"Got {len(weights)} arrays, those of {side}, and reverse={reverse}. "
            "Expected reverse=False or reverse=True with the list of a Bidirectional "
            "layer, and no reverse with any other. Say which half you want?"
        )
    if not two:
        return list(weights)
    return list(weights[middle:] if reverse else weights[:middle])


def _arrays(weights, kind):
    """kernel, recurrent_kernel, bias or None, from any version's list."""
    order = KERAS_1.get(kind, "")
    if len(weights) > 3 and len(weights) == 3 * len(order):
        groups = [np.concatenate(weights[k::3], axis=-1) for k in range(3)]
        weights = [reorder(a, order, BLOCKS[kind]) for a in groups]
    if len(weights) not in (2, 3):
        raise ValueError(
            f"Got {len(weights)} arrays. Keras' {kind} has 2 or 3: kernel, "
            "recurrent_kernel and bias. For a model pass one layer, or its "
            "get_weights()?"
        )
    kernel, recurrent, bias = [*weights, None][:3]
    if bias is not None:
        bias = as_floats("bias", bias, 2 if kind == "GRU" and np.ndim(bias) == 2 else 1)
    recurrent = as_floats("recurrent_kernel", recurrent, 2)
    return as_floats("kernel", kernel, 2), recurrent, bias


def _from_cudnn(kernel, recurrent, bias, n):
    """The same layer as Keras' plain one has it; only an LSTM's biases may be added."""

    def turned(a):
        return np.hstack(
            [block.reshape(block.shape[::-1]).T for block in np.hsplit(a, n)]
        )

    b, b_h = np.split(bias, 2)
    return turned(kernel), turned(recurrent), b + b_h if n == 4 else np.stack([b, b_h])
