"""An answer in the wrong form: what its numbers are worth in the right one.

Transposed, in another order, as a list, without a key, in another dtype: a fault of
form is told, and what was computed is judged all the same.
"""

import itertools

import numpy as np

from .values import Opaque

MISSING = Opaque("missing")
MOST = 5  # parts of an answer that are tried in every order


def straightened(expected, got, names=()):
    """The numbers of ``got`` in the form of ``expected``, as far as they go.

    Parameters
    ----------
    expected, got : plain values
    names : nested tuple of str
        Of the parts, where the answer is a tuple: a dict may use them as keys.

    Returns
    -------
    plain value
        With MISSING for what is not there, and as it is what fits no form.
    """
    if isinstance(expected, np.ndarray):
        return _array(expected, got)
    if isinstance(expected, dict):
        return _dict(expected, got)
    if isinstance(expected, tuple):
        return _tuple(expected, got, names)
    if isinstance(got, np.ndarray) and got.size == 1:
        return got.item()
    return got


def _array(expected, got):
    if isinstance(got, tuple) and 0 < len(got) <= expected.size:
        got = _stacked(got)
    if not isinstance(got, np.ndarray) or got.dtype.kind not in "biuf":
        return got
    if got.size == expected.size and got.shape != expected.shape:
        got = turned(expected, got)
    return got.astype(expected.dtype) if got.shape == expected.shape else got


def _stacked(rows):
    """A list of numbers or of arrays of one shape as an array; else as it is."""
    alike = {getattr(row, "shape", ()) for row in rows}
    number = all(isinstance(r, np.ndarray | int | float) for r in rows)
    return np.array(rows) if number and len(alike) == 1 else rows


def turned(expected, got):
    """The array with its axes in the order, and of the number, that fit."""
    if got.ndim == expected.ndim:
        for order in itertools.permutations(range(got.ndim)):
            if got.transpose(order).shape == expected.shape:
                return got.transpose(order)
    bare = tuple(n for n in expected.shape if n > 1)
    return got.reshape(expected.shape) if got.squeeze().shape == bare else got


def _dict(expected, got):
    if isinstance(got, tuple) and len(got) == len(expected):
        got = dict(zip(expected, got, strict=True))
    if not isinstance(got, dict):
        return got
    return {k: straightened(v, got.get(k, MISSING)) for k, v in expected.items()}


def _tuple(expected, got, names):
    if isinstance(got, dict) and all(isinstance(n, str) for n in names or (0,)):
        got = tuple(got.get(n, MISSING) for n in names)
    if not isinstance(got, tuple):
        return got
    got = _filled(expected, got)
    if len(got) != len(expected):
        got = _placed(expected, got)
    elif not all(map(fits, expected, got)) and len(got) <= MOST:
        orders = itertools.permutations(got)
        got = next((o for o in orders if all(map(fits, expected, o))), got)
    return tuple(map(straightened, expected, got))


def _filled(expected, got):
    """Parts that were returned side by side, put into the dict that was asked for."""
    sizes = [len(e) if isinstance(e, dict) else 1 for e in expected]
    if len(got) != sum(sizes) or len(got) == len(expected):
        return got
    rest = iter(got)
    return tuple(
        tuple(itertools.islice(rest, n)) if isinstance(e, dict) else next(rest)
        for e, n in zip(expected, sizes, strict=True)
    )


def _placed(expected, got):
    """Each part in the first place behind the last one that it fits."""
    made, rest = [], list(got)
    for part in expected:
        found = next((k for k, g in enumerate(rest) if fits(part, g)), None)
        made.append(MISSING if found is None else rest[found])
        rest = rest if found is None else rest[found + 1 :]
    return tuple(made)


def fits(expected, got):
    """True where a part has the form that was asked for."""
    if isinstance(expected, np.ndarray):
        return isinstance(got, np.ndarray) and got.shape == expected.shape
    if isinstance(expected, float | int) and type(expected) is not bool:
        return type(got) in (int, float)
    return type(got) is type(expected)


def fault(expected, got):
    """What is the matter with an array's shape, without a number: str, or ""."""
    if got.size != expected.size:
        if got.ndim == expected.ndim + 1 and _holds(got.shape, expected.shape):
            return "An axis is left over: was there something to add up, or to choose?"
        return ""
    if got.ndim == expected.ndim == 2:
        return "It is transposed."
    if turned(expected, got).shape == expected.shape:
        same = got.ndim == expected.ndim
        return "Its axes lie in another order." if same else "An axis has length 1."
    return ""


def _holds(longer, shorter):
    return any(longer[:k] + longer[k + 1 :] == shorter for k in range(len(longer)))
