"""A file's arrays in a tree of a tool's own; sequences run one by one."""

import numpy as np

from ..layer import WAYS


def filled(tree, arrays, make, path=()):
    """The tool's own tree, its leaves from the file; what the file lacks is zeros.

    Raises
    ------
    KeyError
        For arrays of the file that the tool's layer has no place for.
    """
    left = dict(arrays)
    made = _filled(tree, left, make, path)
    if left:
        raise KeyError(f"the tool's layer has no {', '.join(left)}")
    return made


def _filled(tree, left, make, path):
    if isinstance(tree, dict):
        return {k: _filled(v, left, make, (*path, k)) for k, v in tree.items()}
    a = left.pop(".".join(path), None)
    if a is None:
        return make(np.zeros(tree.shape))
    if tuple(a.shape) != tuple(tree.shape):
        raise KeyError(f"{'.'.join(path)} is {a.shape} there and {tree.shape} here")
    return make(np.asarray(a))


def one_by_one(layer, x, lengths, unroll):
    """Every direction of every sequence alone, for a tool that knows no lengths.

    ``unroll(weights, x (n, B, I))`` -> y (n, B, P).  Sequences of one length go
    together.
    """
    y = np.zeros((*x.shape[:2], layer.width), x.dtype)
    for n in sorted(set(lengths)):
        rows = [b for b, length in enumerate(lengths) if length == n]
        outs = []
        for w, reverse in zip(layer.weights, WAYS[layer.way], strict=True):
            part = x[:n, rows][:: -1 if reverse else 1]
            outs.append(np.asarray(unroll(w, part))[:: -1 if reverse else 1])
        y[:n, rows] = np.concatenate(outs, axis=-1)
    return y
