"""ONNX: W (D, nH, I), R (D, nH, H), B (D, 2nH) and P (D, 3H) for D directions.

Blocks lie i, o, f, c (our i, o, f, g) and z, r, h (our u, r, n), the peepholes P lie
i, o, f, and B holds the bias of W's product and then that of R's.  Coupled gates are
the LSTM with input_forget=1, whose forget gate is 1 - i; the reset gate of the GRU
comes after the product with linear_before_reset=1.
"""

from numbers import Integral

import numpy as np

from ..doors import as_cell, check_parameters, check_size
from .blocks import as_floats, check_shape, negate
from .onnx_blocks import as_i, columns_of, scatter, weights_for
from .onnx_node import check_attributes
from .operators import PEEPHOLES
from .recognise import operator_of


def to_onnx(p, cell="lstm"):
    """Weights of ONNX's RNN, LSTM or GRU operator; ``onnx_attributes`` says which.

    Parameters
    ----------
    p : dict
    cell : str or cell
        rnn, lstm, peephole, coupled or gru.

    Returns
    -------
    dict
        W (1, nH, I), R (1, nH, H), B (1, 2nH), and P (1, 3H) for a cell with peepholes.

    Examples
    --------
    >>> from lstm_course import init
    >>> w = to_onnx(init("lstm", 4, 6, np.random.default_rng(0)))
    >>> {k: v.shape for k, v in w.items()}
    {'W': (1, 24, 4), 'R': (1, 24, 6), 'B': (1, 48)}
    """
    cell = as_cell(cell)
    check_parameters(cell, p)
    return weights_for(p, cell, operator_of(cell))


def from_onnx(weights, cell="lstm", direction=0, attributes=None):
    """Parameters from ONNX's weights; the inverse of ``to_onnx``.

    Parameters
    ----------
    weights : dict
        W and R; B and P where the model has them.
    cell : str or cell
        What the operator's attributes say: "coupled" for input_forget=1, "peephole"
        where it has P ("cifg" where it has both), ``gru.make(reset="before")`` for
        linear_before_reset=0.
    direction : int
        0 forward, 1 backward: the second of a bidirectional operator, or the only one
        of an operator with direction="reverse".
    attributes : dict, optional
        What the node says, as ``onnx_node`` gives it; compared with the cell.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        For weights that this cell would not use, and for attributes of another cell.

    Examples
    --------
    >>> from lstm_course import init
    >>> w = to_onnx(init("gru", 4, 6, np.random.default_rng(0)), "gru")
    >>> sorted(from_onnx(w, "gru", attributes=onnx_attributes("gru")))
    ['W_h', 'W_x', 'b', 'b_h']
    """
    cell = as_cell(cell)
    op = operator_of(cell)
    n = len(op.blocks)
    check_names(weights, op)
    both = {k: as_floats(k, weights[k], 3) for k in "WR"}
    at = check_direction(direction, both["R"], attributes)
    if attributes is not None:
        D, _, H = both["R"].shape
        check_attributes(attributes, op, cell, H, D, direction)
    W, R, B, P, H = _directions(weights | both, at, n)
    at = columns_of(cell, op)
    p = {"W_x": scatter(W.T, at, op.blocks, H), "W_h": scatter(R.T, at, op.blocks, H)}
    b, b_h = (scatter(half, at, op.blocks, H) for half in np.split(B, 2))
    p |= {"b": b, "b_h": b_h} if op.after else {"b": b + b_h}
    given = dict(zip(PEEPHOLES, np.split(P, 3), strict=True))
    p |= {k: given.pop(as_i(k, op)) for k in cell.vectors}
    given.pop("w_cf" if op.coupled else "", None)  # that gate is not computed
    if left := [k for k, v in given.items() if np.any(v)]:
        hint = "cifg" if op.coupled else "peephole"
        raise ValueError(
            f"P has weights for {', '.join(left)}, but {cell.name} has "
            f"{', '.join(cell.vectors) or 'no peepholes'}. They would be lost. "
            f"Pass cell={hint!r}?"
        )
    return negate(p, cell, *op.negated)


def check_names(weights, op):
    """W and R are there, and nothing that would be lost."""
    if not isinstance(weights, dict) or {"W", "R"} - set(weights):
        named = isinstance(weights, dict)
        got = sorted(map(str, weights)) if named else type(weights).__name__
        absent = "R" if named and "W" in weights else "W"
        raise ValueError(
            f"weights has no {absent!r}. Got {got}, expected a dict with W, R and "
            "optionally B, P, as the operator's inputs are called. For a file, "
            "call onnx_node(model) first?"
        )
    known = "WRBP" if op.kind == "LSTM" else "WRB"
    zero = {k for k in ("initial_h", "initial_c") if not np.any(weights.get(k, 0))}
    if unread := sorted(map(str, set(weights) - {*known, *zero})):
        raise ValueError(
            f"weights has {unread[0]!r}, which is no weight of {op.kind}: it would be "
            f"lost. Got {[*weights]}, expected some of {', '.join(known)}. Take "
            "it out, and pass a start state as state0, sequence_lens as lengths?"
        )


def check_direction(direction, R, attributes):
    """Where in the weights a direction lies."""
    if not isinstance(attributes, dict | None):
        raise ValueError(
            f"attributes is {type(attributes).__name__}. Expected a dict from names to "
            "values, as input_forget to 1. Take them from onnx_node(model)?"
        )
    D = len(R)
    whole = isinstance(direction, Integral) and not isinstance(direction, bool)
    only = (attributes or {}).get("direction") in ("reverse", b"reverse")
    if not whole or not 0 <= direction < (2 if only else D):
        raise ValueError(
            f"There is no direction {direction}. R has shape {R.shape}, that is "
            f"{D} direction(s), counted from 0. Pass direction=0?"
        )
    return 0 if only else direction


def onnx_attributes(cell, directions=1):
    """The operator's name and what differs from its defaults, beside hidden_size.

    Parameters
    ----------
    cell : str or cell
    directions : int
        1, or 2 for a bidirectional operator.

    Returns
    -------
    dict
        ``op_type`` and attributes.

    Examples
    --------
    >>> onnx_attributes("gru")
    {'op_type': 'GRU', 'linear_before_reset': 1}
    """
    cell = as_cell(cell)
    op = operator_of(cell)
    if directions not in (1, 2):
        raise ValueError(
            f"directions is {directions!r}. An operator runs forward, or both ways. "
            "Expected 1 or 2. Write directions=2 for both?"
        )
    found = {"op_type": op.kind}
    if directions == 2:
        found["direction"] = "bidirectional"
    if op.coupled:
        found["input_forget"] = 1
    if op.after:
        found["linear_before_reset"] = 1
    if slope := op.slope:
        others = ["Tanh"] * len(cell.states)  # g, and h of the LSTM's cell state
        found |= {
            "activations": ["HardSigmoid", *others] * directions,
            "activation_alpha": [slope] * directions,
            "activation_beta": [0.5] * directions,
        }
    return found


def _directions(weights, direction, n):
    """W, R, B, P and H of one direction, missing ones 0."""
    W, R = weights["W"], weights["R"]
    D, _, H = R.shape
    check_size("I", W.shape[2]), check_size("H", H)
    hint = f"This cell's operator has {n} block(s) of H = {H}. Is cell= the right one?"
    check_shape("R", R, (D, n * H, H), hint)
    check_shape("W", W, (D, n * H, W.shape[2]), hint)
    B = as_floats("B", weights.get("B", np.zeros((D, 2 * n * H))), 2)
    P = as_floats("P", weights.get("P", np.zeros((D, 3 * H))), 2)
    check_shape("B", B, (D, 2 * n * H), hint)
    check_shape("P", P, (D, 3 * H), hint)
    return W[direction], R[direction], B[direction], P[direction], H
