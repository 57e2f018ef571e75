"""ONNX: W (D, nH, I), R (D, nH, H), B (D, 2nH) and P (D, 3H) for D directions.

Blocks lie i, o, f, c (our i, o, f, g) and z, r, h (our u, r, n), the peepholes P lie
i, o, f, and B holds the bias of W's product and then that of R's.  Coupled gates are
the LSTM with input_forget=1, whose forget gate is 1 - i; the reset gate of the GRU
comes after the product with linear_before_reset=1.
"""

import numpy as np

from ..doors import as_cell, check_parameters
from .blocks import as_floats, check_shape, negate
from .operators import GATES, PEEPHOLES, operator_of


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


def weights_for(p, cell, op):
    """p in the layout of an operator."""
    p = negate(p, cell, *op.negated)
    H = cell.sizes(p)[1]
    at = _columns(cell, op)
    W, R, b = (_gather(p[k], at, op.blocks, H) for k in ("W_x", "W_h", "b"))
    b_h = _gather(p["b_h"], at, op.blocks, H) if "b_h" in p else np.zeros_like(b)
    w = {"W": W.T[None], "R": R.T[None], "B": np.concatenate([b, b_h])[None]}
    if cell.vectors:
        peep = {_as_i(k, op): p[k] for k in cell.vectors}
        w["P"] = np.concatenate([peep.get(k, np.zeros(H)) for k in PEEPHOLES])[None]
    return w


def from_onnx(weights, cell="lstm", direction=0):
    """Parameters from ONNX's weights; the inverse of ``to_onnx``.

    Parameters
    ----------
    weights : dict
        W and R; B and P where the model has them.
    cell : str or cell
        What the operator's attributes say: "coupled" for input_forget=1, "peephole"
        where it has P, ``gru.make(reset="before")`` for linear_before_reset=0.
    direction : int
        0 forward (or the only one), 1 the second of a bidirectional operator.

    Returns
    -------
    dict
    """
    cell = as_cell(cell)
    op = operator_of(cell)
    n = len(op.blocks)
    W, R, B, P, H = _directions(weights, direction, n)
    at = _columns(cell, op)
    p = {"W_x": _scatter(W.T, at, op.blocks, H), "W_h": _scatter(R.T, at, op.blocks, H)}
    b, b_h = (_scatter(half, at, op.blocks, H) for half in np.split(B, 2))
    p |= {"b": b, "b_h": b_h} if op.after else {"b": b + b_h}
    given = dict(zip(PEEPHOLES, np.split(P, 3), strict=True))
    p |= {k: given.pop(_as_i(k, op)) for k in cell.vectors}
    given.pop("w_cf" if op.coupled else "", None)  # that gate is not computed
    if left := [k for k, v in given.items() if np.any(v)]:
        raise ValueError(
            f"P has weights for {', '.join(left)}, but {cell.name} has "
            f"{', '.join(cell.vectors) or 'no peepholes'}. They would be lost. "
            "Pass cell='peephole'?"
        )
    return negate(p, cell, *op.negated)


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
    found = {"op_type": op.kind}
    if directions == 2:
        found["direction"] = "bidirectional"
    if op.coupled:
        found["input_forget"] = 1
    if op.after:
        found["linear_before_reset"] = 1
    if slope := GATES[op.gate]:
        others = ["Tanh"] * len(cell.states)  # g, and h of the LSTM's cell state
        found |= {"activations": ["HardSigmoid", *others] * directions,
                  "activation_alpha": [slope] * directions,
                  "activation_beta": [0.5] * directions}
    return found


def _as_i(name, op):
    """ONNX couples f to i: where ours keeps f, its peephole is the operator's i."""
    return "w_ci" if op.coupled and name == "w_cf" else name


def _columns(cell, op):
    """Operator block -> number of our column block; a coupled gate has only one."""
    ours = [b for b in cell.blocks if b != "m"]
    at = {b: k for k, b in enumerate(ours)}
    if op.coupled:
        at["i"] = at.pop("f", at.get("i"))
    return at


def _gather(a, at, blocks, H):
    """Our columns (..., mH) -> the operator's (..., nH); a block we lack is 0."""
    none = np.zeros_like(a[..., :H])
    return np.concatenate([a[..., at[b] * H : (at[b] + 1) * H] if b in at else none
                           for b in blocks], axis=-1)


def _scatter(a, at, blocks, H):
    """The operator's columns (..., nH) -> ours (..., mH)."""
    parts = dict(zip(blocks, np.split(a, len(blocks), axis=-1), strict=True))
    return np.concatenate([parts[b] for b in sorted(at, key=at.get)], axis=-1)


def _directions(weights, direction, n):
    """W, R, B, P and H of one direction, missing ones 0."""
    if missing := {"W", "R"} - set(weights):
        raise ValueError(
            f"weights has no {missing.pop()!r}. Got {sorted(weights)}, expected W, R "
            "and optionally B, P, as the operator's inputs are called. Rename them?"
        )
    W, R = (as_floats(k, weights[k], 3) for k in "WR")
    D, _, H = R.shape
    if not 0 <= direction < D:
        raise ValueError(
            f"There is no direction {direction}. R has shape {R.shape}, that is "
            f"{D} direction(s), counted from 0. Pass direction=0?"
        )
    hint = f"This cell's operator has {n} block(s) of H = {H}. Is cell= the right one?"
    check_shape("R", R, (D, n * H, H), hint)
    check_shape("W", W, (D, n * H, W.shape[2]), hint)
    B = as_floats("B", weights.get("B", np.zeros((D, 2 * n * H))), 2)
    P = as_floats("P", weights.get("P", np.zeros((D, 3 * H))), 2)
    check_shape("B", B, (D, 2 * n * H), hint)
    check_shape("P", P, (D, 3 * H), hint)
    return W[direction], R[direction], B[direction], P[direction], H
