"""Keras: kernel (I, nH), recurrent_kernel (H, nH), bias.

Blocks lie i, f, c, o (our i, f, g, o) and z, r, h (our u, r, n).  The GRU's bias says
which form it is: (3H,) reset before, (2, 3H) reset after, the rows being b and b_h.
Keras 1 kept one array per block instead, W, U, b in turn: i, c, f, o and z, r, h.
"""

import numpy as np

from ..doors import check_parameters
from .blocks import as_floats, cell_in, check_shape, negate, reorder
from .operators import operator_of

BLOCKS = {"rnn": "h", "lstm": "ifgo", "gru": "urn"}
OURS = {"rnn": "h", "lstm": "ifgo", "gru": "run"}
KERAS_1 = {"lstm": "igfo", "gru": "urn"}


def from_keras(weights, cell="lstm"):
    """Parameters from a Keras layer or from its ``get_weights()``.

    Parameters
    ----------
    weights : list of ndarray, or a layer
        Keras 2 or 3: [kernel, recurrent_kernel] and, with use_bias, [bias];
        Keras 1: W, U, b for each block, 12 arrays of an LSTM and 9 of a GRU.
    cell : str or cell
        "lstm", "gru" or "rnn".  For a GRU by name the bias tells the reset form (none:
        reset after, today's default); pass ``gru.make(reset="before")`` to say it.

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
    name, made = cell_in(cell, BLOCKS, "Keras")
    kernel, recurrent, bias = _arrays(list(weights), name)
    n = len(BLOCKS[name])
    H = len(recurrent)
    hint = f"A Keras {name} of H units has {n} block(s). Is cell= the right one?"
    check_shape("recurrent_kernel", recurrent, (H, n * H), hint)
    check_shape("kernel", kernel, (len(kernel), n * H), hint)
    p = {"W_x": kernel, "W_h": recurrent} | _bias(bias, name, made, cell, n * H)
    p = {k: reorder(v, BLOCKS[name], OURS[name]) for k, v in p.items()}
    return _flip(p, name, made, cell)


def to_keras(p, cell="lstm"):
    """Arrays for ``layer.set_weights`` of Keras 2 and 3; the inverse of ``from_keras``.

    Parameters
    ----------
    p : dict
    cell : str or cell
        For a GRU by name p tells the form: with "b_h" it is reset after.

    Returns
    -------
    list of ndarray
        [kernel (I, nH), recurrent_kernel (H, nH), bias (nH,) or (2, 3H)]
    """
    name, made = cell_in(cell, BLOCKS, "Keras")
    if name == "gru" and isinstance(cell, str) and "b_h" not in p:
        made = _gru("before")
    check_parameters(made, p)
    p = _flip(p, name, made, made)
    p = {k: reorder(v, OURS[name], BLOCKS[name]) for k, v in p.items()}
    bias = np.stack([p["b"], p["b_h"]]) if "b_h" in p else p["b"]
    return [p["W_x"], p["W_h"], bias]


def _gru(reset):
    from ..cells import gru

    return gru.make(reset=reset)


def _flip(p, name, made, cell):
    """Keras' update gate keeps the old state; one that takes the new is flipped."""
    if name != "gru" or isinstance(cell, str):
        return p
    return negate(p, made, *operator_of(made).negated)


def _arrays(weights, name):
    """kernel, recurrent_kernel, bias or None, from any version's list."""
    order = KERAS_1.get(name)
    if order and len(weights) == 3 * len(order):
        groups = [weights[k::3] for k in range(3)]
        kernel, recurrent, bias = (
            reorder(np.concatenate(g, axis=-1), order, BLOCKS[name]) for g in groups)
    elif len(weights) in (2, 3):
        kernel, recurrent, bias = [*weights, None][:3]
    else:
        raise ValueError(
            f"Got {len(weights)} arrays. A Keras {name} has 2 or 3: kernel, "
            "recurrent_kernel and bias. For a Bidirectional layer pass each half of "
            "its list, for a model one layer's get_weights()?"
        )
    if bias is not None:
        bias = as_floats("bias", bias, 2 if name == "gru" and np.ndim(bias) == 2 else 1)
    recurrent = as_floats("recurrent_kernel", recurrent, 2)
    return as_floats("kernel", kernel, 2), recurrent, bias


def _bias(bias, name, made, cell, n):
    """b, and b_h where the reset gate comes after the product."""
    after = name == "gru" and "m" in made.blocks
    if bias is None:
        return {"b": np.zeros(n)} | ({"b_h": np.zeros(n)} if after else {})
    if name == "gru" and bias.ndim == 2 and (after or isinstance(cell, str)):
        check_shape("bias", bias, (2, n), "Its rows are b and b_h. Is H the same?")
        return {"b": bias[0], "b_h": bias[1]}
    form = "reset after, (2, 3H)" if after else "reset before, (3H,)"
    if name == "gru" and not isinstance(cell, str) and (bias.ndim == 2) != after:
        raise ValueError(
            f"bias has shape {bias.shape}, but the cell is a GRU with {form} in Keras. "
            "The shape of the bias tells the form. Pass cell='gru' to let it decide?"
        )
    check_shape("bias", bias, (n,), "CuDNN layers of Keras 2 keep two biases in one "
                "array; load their file into the plain layer first?")
    return {"b": bias}
