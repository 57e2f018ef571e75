"""What all wrong values of a part have in common with the right ones.

For the second line of a message where no known mistake fits: negated, half as large,
transposed, one step late, in another order of blocks, wrong in one place only.
"""

import itertools

import numpy as np

FEW = 3  # values that agree by chance
FACTORS = {-1.0: "with the sign turned round"} | {
    s * n: f"times {s * n:g}" for s in (1, -1) for n in (0.1, 0.25, 0.5, 2.0, 4.0, 10.0)
}
FORMS = (
    ("their logarithms", np.log),
    ("their squares", np.square),
    ("their roots", np.sqrt),
    ("1 divided by them", np.reciprocal),
    ("1 minus them", lambda a: 1 - a),
    ("their exponentials", np.exp),
    ("sigmoid of them", lambda a: 0.5 + 0.5 * np.tanh(a / 2)),
    ("tanh of them", np.tanh),
)


def pattern(expected, got, axes=None, sizes=(), rtol=1e-6):
    """What the wrong values have in common with the right ones.

    Parameters
    ----------
    expected, got : ndarray of one shape, or float
    axes : tuple of str or None
        Names of the axes, as an Exercise has them.
    sizes : iterable of int
        Lengths in the case at hand: a sum in place of a mean is off by one of them.

    Returns
    -------
    str, str
        The sentence, and the same without a number of the case; both "" for nothing.
    """
    expected, got = np.asarray(expected, float), np.asarray(got, float)
    if expected.shape != got.shape or not np.isfinite(got).all():
        return "", ""

    def same(a, b=got):
        return a.shape == b.shape and np.allclose(a, b, rtol, 1e-12)

    if expected.size < FEW:
        found = _factor(expected, got, (), same)
    else:
        found = _factor(expected, got, sizes, same) or _form(expected, same)
        found = found or _moved(expected, got, _named(axes, got.ndim), same)
    if found:
        said, bare = found
        return f"All values are the right ones {said}.", f"All are {bare}."
    return _place(expected, got, _named(axes, got.ndim), rtol)


def _named(axes, n):
    return axes if axes and len(axes) == n else [f"index of axis {k}" for k in range(n)]


def _factor(expected, got, sizes, same):
    for factor, words in FACTORS.items():
        if same(factor * expected):
            turned = factor == -1
            return words, f"the right ones {words}" if turned else "off by one factor"
    for n in sorted({n for n in sizes if n > 1}):
        for factor, words in ((n, f"times {n}"), (1 / n, f"divided by {n}")):
            if same(factor * expected):
                text = f"{words}, one of the sizes: a mean for a sum, or a sum for one?"
                return text, "off by one factor, a size"
    off = (got - expected).ravel()
    if got.size >= FEW and abs(off[0]) > 1e-9 and same(expected + off[0]):
        return "plus one and the same number", "too large or too small by one number"
    return None


def _form(expected, same):
    with np.errstate(all="ignore"):
        for words, change in FORMS:
            if same(change(expected)):
                return f"changed: they are {words}", f"{words}, not the right ones"
    return None


def _moved(expected, got, axes, same):
    if expected.ndim == 2 and same(expected.T):
        return "transposed", "transposed"
    for axis, name in enumerate(axes):
        for words, moved in _moves(np.moveaxis(expected, axis, 0), name):
            if np.ptp(expected, axis).any() and same(np.moveaxis(moved, 0, axis)):
                return words, words
        if said := _late(np.moveaxis(expected, axis, 0), np.moveaxis(got, axis, 0)):
            return f"one {name} {said}", f"one {name} {said}"
    return None


def _moves(a, name):
    """(words, array) of the ways in which rows may have changed places."""
    blocks = _blocks(name)
    if blocks and len(a) % len(blocks) == 0:
        parts = dict(zip(blocks, np.split(a, len(blocks)), strict=True))
        for order in itertools.permutations(blocks):
            if list(order) != blocks:
                words = f"with the blocks in the order {', '.join(order)}"
                yield words, np.concatenate([parts[k] for k in order])
    yield f"in reverse order along the axis {name}", a[::-1]


def _late(a, b):
    """ "late" or "early" where rows of b are those of a, one place on."""
    if len(a) < FEW or a[1:].size < FEW:
        return ""
    if np.allclose(b[1:], a[:-1], 1e-6, 1e-12):
        return "late"
    return "early" if np.allclose(b[:-1], a[1:], 1e-6, 1e-12) else ""


def _place(expected, got, axes, rtol):
    """The one step, row or block in which all wrong values lie."""
    bad = ~np.isclose(got, expected, rtol, 1e-12)
    for axis, name in enumerate(axes):
        rows = np.moveaxis(bad, axis, 0)
        names = [f"block {k}" for k in _blocks(name)]
        names = names or [f"{name} {k}" for k in range(len(rows))]
        if rows.size == 0 or len(rows) % len(names):
            continue
        wrong = np.flatnonzero(rows.reshape(len(names), -1).any(axis=1))
        if len(wrong) == 1 < len(names):
            text = f"Only {names[wrong[0]]} is wrong, all the rest is right."
            return text, text
    return "", ""


def _blocks(name):
    """The blocks of an axis named "i f g o"; none for "old unit"."""
    return name.split() if len(name) == 2 * len(name.split()) - 1 > 1 else []
