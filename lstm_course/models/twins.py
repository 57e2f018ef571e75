"""What a model's step needs to be one text for arrays and for torch tensors.

The equations of ``attention`` and ``draw`` are written once.  Given NumPy arrays they
compute in NumPy; given tensors, in torch, and autograd goes through them.  Here stands
what the two libraries spell differently; the functions of a cell are in ``ops``.
"""

import numpy as np
import torch

from ..ops import exp


def is_tensor(a):
    return hasattr(a, "requires_grad")


def like(a, other):
    """A NumPy array as the kind of array, precision and device that ``other`` has."""
    return other.new_tensor(a) if is_tensor(other) else np.asarray(a, other.dtype)


def join(arrays):
    """Arrays (..., n_1), (..., n_2), ... side by side: (..., n_1 + n_2 + ...)."""
    return torch.cat(arrays, -1) if is_tensor(arrays[0]) else np.concatenate(arrays, -1)


def stacked(arrays):
    """T arrays of one shape (...) as one (T, ...)."""
    return torch.stack(arrays) if is_tensor(arrays[0]) else np.stack(arrays)


def where(mask, a, b):
    """a where mask holds, else the number b: mask (...) of bool, a (...) -> (...)."""
    return a.masked_fill(~mask, b) if is_tensor(a) else np.where(mask, a, b)


def softmax(x):
    """Softmax over the last axis: x (..., K) -> shares (..., K); -inf gives 0."""
    if is_tensor(x):
        return x.softmax(-1)
    e = exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def cell_step(cell, p, x, state):
    """One step of any cell: x (B, I), state -> state, h first; arrays or tensors."""
    if is_tensor(x):
        return cell.step_torch(p, x, state)
    return cell.step(p, x, state)[0]


def check_alike(**given):
    """Arrays only, or tensors only."""
    if len({is_tensor(a) for a in given.values()}) > 1:
        got = ", ".join(f"{name} is {type(a).__name__}" for name, a in given.items())
        raise ValueError(
            f"Arrays and tensors are mixed: {got}. One text computes with either, not "
            "with both. Expected arrays only or tensors only. Convert one of them?"
        )


def check_weights(p, needed, hint):
    """Every weight that is needed is there."""
    if missing := [name for name in needed if name not in p]:
        raise ValueError(
            f"p has no {missing[0]!r}. Got {', '.join(map(str, p)) or 'nothing'}. "
            f"Expected {', '.join(needed)}. {hint}"
        )
