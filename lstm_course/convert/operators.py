"""Which standard operator a cell is: decided by numbers, not by its name.

ONNX defines RNN, LSTM and GRU with options.  A cell *is* one of them if, on random
weights, inputs and states, its step gives what the operator's equations give.  So a
new variant is exported when that is right, and refused when it is not.
"""

from typing import NamedTuple

import numpy as np

from ..doors import as_cell
from ..ops import hard_sigmoid, hard_sigmoid6, sigmoid, tanh

GATES = {sigmoid: None, hard_sigmoid: 0.2, hard_sigmoid6: 1.0 / 6.0}  # slopes
PEEPHOLES = ("w_ci", "w_co", "w_cf")  # in the order of ONNX's P


class Operator(NamedTuple):
    """A standard operator: kind, its blocks in ONNX's order, options, and the blocks of
    ours whose gate is the complement of the operator's."""

    kind: str
    blocks: str
    gate: object = sigmoid
    coupled: bool = False
    after: bool = False
    negated: tuple = ()

    @property
    def slope(self):
        """Of a hard gate; None for the sigmoid."""
        return GATES[self.gate]


def candidates(cell):
    """Operators whose blocks a cell has."""
    blocks = set(cell.blocks)
    if blocks == {"h"}:
        return [Operator("RNN", "h")]
    if blocks == {"i", "f", "g", "o"}:
        return [Operator("LSTM", "iofg", gate) for gate in GATES]
    if blocks in ({"i", "g", "o"}, {"f", "g", "o"}):
        negated = ("f",) if "f" in blocks else ()
        return [Operator("LSTM", "iofg", gate, True, False, negated) for gate in GATES]
    if blocks in ({"r", "u", "n"}, {"r", "u", "n", "m"}):
        return [Operator("GRU", "urn", gate, False, "m" in blocks, negated)
                for gate in GATES for negated in ((), ("u",))]
    return []


def operator_of(cell):
    """The operator that a cell is.

    Raises
    ------
    ValueError
        If no operator of ONNX computes what this cell computes.
    """
    cell = as_cell(cell)
    for op in candidates(cell) if _is_plain(cell) else []:
        if _agrees(cell, op):
            return op
    raise ValueError(
        f"No operator of ONNX computes the cell {cell.name!r} with these options. "
        "Operators exist for rnn, lstm and gru (sigmoid or hard gates), peephole and "
        "coupled. Use one of these, or keep the cell in Python?"
    )


def _is_plain(cell):
    """Only products, peepholes and the states h or h, c: worth comparing."""
    if not hasattr(cell, "all_terms") or cell.masks or cell.constants or cell.extra:
        return False
    known = cell.states in (("h",), ("h", "c")) and {*cell.vectors} <= {*PEEPHOLES}
    return known and not cell.start and _is_full(cell)


def _is_full(cell):
    """x and h reach every block, each by one matrix as wide as all blocks together."""
    n = len([b for b in cell.blocks if b != "m"])
    full = {"W_x": (3, n * 5), "W_h": (5, n * 5), "b": (n * 5,)}
    full |= {v: (5,) for v in cell.vectors}
    return cell.shapes(3, 5) in (full, full | {"b_h": (n * 5,)})


def _agrees(cell, op):
    """Does one step of the cell equal the operator's equations, on random numbers?"""
    from .onnx_layout import weights_for

    rng = np.random.default_rng(0)
    p = {k: rng.normal(size=s) for k, s in cell.shapes(3, 5).items()}
    x = rng.normal(size=(2, 3))
    state = tuple(rng.normal(size=(2, 5)) for _ in cell.states)
    ours = cell.step(p, x, state)[0]
    theirs = EQUATIONS[op.kind](op, weights_for(p, cell, op), x, *state)
    return all(np.allclose(a, b, rtol=0, atol=1e-12)
               for a, b in zip(ours, theirs, strict=True))


def _products(w, x, h):
    """x W' + Wb and h R' + Rb, each split into blocks."""
    n = w["W"].shape[1] // h.shape[-1]
    b_x, b_h = np.split(w["B"][0], 2)
    zx, zh = x @ w["W"][0].T + b_x, h @ w["R"][0].T + b_h
    return np.split(zx, n, -1), np.split(zh, n, -1)


def _rnn(op, w, x, h):
    (zx,), (zh,) = _products(w, x, h)
    return (tanh(zx + zh),)


def _lstm(op, w, x, h, c):
    zi, zo, zf, zg = (a + b for a, b in zip(*_products(w, x, h), strict=True))
    p_i, p_o, p_f = np.split(w["P"][0], 3) if "P" in w else (0.0, 0.0, 0.0)
    i = op.gate(zi + p_i * c)
    f = 1.0 - i if op.coupled else op.gate(zf + p_f * c)
    c = f * c + i * tanh(zg)
    return op.gate(zo + p_o * c) * tanh(c), c


def _gru(op, w, x, h):
    (xu, xr, xn), (hu, hr, hn) = _products(w, x, h)
    u, r = op.gate(xu + hu), op.gate(xr + hr)
    if not op.after:
        H = h.shape[-1]
        hn = (r * h) @ w["R"][0, 2 * H :].T + w["B"][0, 5 * H :]
    n = tanh(xn + r * hn) if op.after else tanh(xn + hn)
    return ((1.0 - u) * n + u * h,)


EQUATIONS = {"RNN": _rnn, "LSTM": _lstm, "GRU": _gru}
