"""Column blocks of fused matrices: reorder, negate, and the checks they share."""

import numpy as np

from ..doors import as_cell, check_parameters


def reorder(a, old, new):
    """Columns a (..., nH) whose blocks lie in the order old -> in the order new.

    Examples
    --------
    >>> reorder(np.array([1, 2, 3, 4]), "ifgo", "iofg").tolist()
    [1, 4, 2, 3]
    """
    parts = dict(zip(old, np.split(a, len(old), axis=-1), strict=True))
    return np.concatenate([parts[b] for b in new], axis=-1)


def negate(p, cell, *blocks):
    """A copy of p with every weight and bias into the given gates negated.

    As sigmoid(-z) = 1 - sigmoid(z), this turns a gate into its complement: the GRU's
    update gate from "keeps old" to "takes new", a coupled cell's i into its f.

    Parameters
    ----------
    p : dict
        Parameters of the cell.
    cell : str or cell
    *blocks : str
        Names of blocks, as ``"u"``.

    Returns
    -------
    dict

    Examples
    --------
    >>> p = {"W_x": np.ones((2, 3)), "W_h": np.ones((1, 3)), "b": np.ones(3),
    ...      "b_h": np.ones(3)}
    >>> negate(p, "gru", "u")["b"].tolist()
    [1.0, -1.0, 1.0]
    """
    cell = as_cell(cell)
    _, H = check_parameters(cell, p)
    if unknown := [b for b in blocks if b not in cell.blocks]:
        raise ValueError(
            f"{cell.name} has no block {unknown[0]!r} to negate. Got blocks "
            f"{', '.join(blocks)}, expected some of {' '.join(cell.blocks)}. "
            "A typing slip?"
        )
    if blocks and not cell.all_terms:
        raise ValueError(
            f"{cell.name} is no single set of products, so its gates {blocks} cannot "
            "be turned by negating columns. Expected a cell made of one line of "
            "products, or several. Negate the layers of a stack one by one?"
        )
    q = {k: np.array(v) for k, v in p.items()}
    for param, start in {
        (t.param, t.first + k)
        for t in cell.all_terms
        for k, b in enumerate(t.blocks)
        if b in blocks
    }:
        q[param][..., start * H : (start + 1) * H] *= -1.0
    for name in cell.vectors:  # a peephole w_ci belongs to block i
        if name[-1] in blocks:
            q[name] *= -1.0
    return q


def as_floats(name, a, axes):
    """A float64 array with the given number of axes."""
    try:
        if np.iscomplexobj(a) or isinstance(a, np.ma.MaskedArray):
            raise TypeError  # a float would lose half of it
        a = np.array(a, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} is {type(a).__name__}, which is no array of numbers. Expected "
            f"{axes} axes of floats. Pass NumPy arrays, as layer.get_weights() gives?"
        ) from None
    if a.ndim != axes:
        raise ValueError(
            f"{name} has {a.ndim} axes, shape {a.shape}. Expected {axes} in this "
            "layout. Is the list of weights in the library's own order?"
        )
    return a


def check_shape(name, a, wanted, hint):
    """An array of exactly the wanted shape."""
    if a.shape != wanted:
        raise ValueError(f"{name} has shape {a.shape}, expected {wanted}. {hint}")
