"""Where a cell's columns lie in the weights of an operator of ONNX, and back."""

import numpy as np

from .blocks import negate
from .operators import PEEPHOLES


def weights_for(p, cell, op):
    """p in the layout of an operator."""
    p = negate(p, cell, *op.negated)
    H = cell.sizes(p)[1]
    at = columns_of(cell, op)
    W, R, b = (gather(p[k], at, op.blocks, H) for k in ("W_x", "W_h", "b"))
    b_h = gather(p["b_h"], at, op.blocks, H) if "b_h" in p else np.zeros_like(b)
    w = {"W": W.T[None], "R": R.T[None], "B": np.concatenate([b, b_h])[None]}
    if cell.vectors:
        peep = {as_i(k, op): p[k] for k in cell.vectors}
        w["P"] = np.concatenate([peep.get(k, np.zeros(H)) for k in PEEPHOLES])[None]
    return w


def as_i(name, op):
    """ONNX couples f to i: where ours keeps f, its peephole is the operator's i."""
    return "w_ci" if op.coupled and name == "w_cf" else name


def columns_of(cell, op):
    """Operator block -> number of our column block; a coupled gate has only one."""
    ours = [b for b in cell.blocks if b != "m"]
    at = {b: k for k, b in enumerate(ours)}
    if op.coupled:
        at["i"] = at.pop("f", at.get("i"))
    return at


def gather(a, at, blocks, H):
    """Our columns (..., mH) -> the operator's (..., nH); a block we lack is 0."""
    none = np.zeros_like(a[..., :H])
    return np.concatenate(
        [a[..., at[b] * H : (at[b] + 1) * H] if b in at else none for b in blocks],
        axis=-1,
    )


def scatter(a, at, blocks, H):
    """The operator's columns (..., nH) -> ours (..., mH)."""
    parts = dict(zip(blocks, np.split(a, len(blocks), axis=-1), strict=True))
    return np.concatenate([parts[b] for b in sorted(at, key=at.get)], axis=-1)
