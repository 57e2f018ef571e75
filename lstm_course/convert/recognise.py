"""Which standard operator a cell is: decided by numbers, not by its name.

ONNX defines RNN, LSTM and GRU with options.  A cell *is* one of them if, on random
weights, inputs and states, its step gives what the operator's equations give.  So a
new variant is exported when that is right, and refused when it is not.
"""

import numpy as np

from ..doors import as_cell
from .onnx_blocks import weights_for
from .operators import EQUATIONS, GATES, PEEPHOLES, Operator


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
        return [
            Operator("GRU", "urn", gate, False, "m" in blocks, negated)
            for gate in GATES
            for negated in ((), ("u",))
        ]
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
    if not cell.all_terms or cell.masks or cell.constants or cell.extra:
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
    rng = np.random.default_rng(0)
    p = {k: rng.normal(size=s) for k, s in cell.shapes(3, 5).items()}
    x = rng.normal(size=(2, 3))
    state = tuple(rng.normal(size=(2, 5)) for _ in cell.states)
    ours = cell.step(p, x, state)[0]
    theirs = EQUATIONS[op.kind](op, weights_for(p, cell, op), x, *state)
    return all(
        np.allclose(a, b, rtol=0, atol=1e-12) for a, b in zip(ours, theirs, strict=True)
    )
