"""A layer's arrays as a drawing lays them out: every number at a place on the paper.

The unit is a number's cell.  Where matrices have block columns, arrays stand below each
other, so that the blocks of kernel and bias meet; where they have block rows, beside
each other, and a vector stands upright.
"""

from typing import NamedTuple

import numpy as np

from ..convert import about
from . import where

LINES = ("x", "h", "b", "b2", "inner")
GAP, HEAD = 0.4, 1.25  # between arrays; above one, for its name
LETTER, SIDE = 0.8, 0.6  # for a block's letter, above it and beside it
WIDE = 0.17  # of a letter of a name, in cells


class Drawing(NamedTuple):
    """Where everything of a form lies.

    Attributes
    ----------
    width, height : float
    names : list of (str, x, y)
        Arrays; x, y is the corner above their first number.
    letters : dict
        Block -> (the tool's letter, x, y), the middle of a letter's place.
    spots : list of (Place, x, y)
        Numbers, by their corner.
    """

    width: float
    height: float
    names: list
    letters: dict
    spots: list


def upright(form):
    """Does the form have block rows?"""
    return any(p.what in ("xT", "hT") for p in form.parts)


def laid_out(form):
    """The ``Drawing`` of a form."""
    stands = upright(form)
    by_array = {}
    for place in where.places(form):
        by_array.setdefault(place.array, []).append(place)
    corners, at = {}, np.array([0.0, HEAD + LETTER] if not stands else [SIDE, 2.0])
    for line in LINES:
        parts = [p for p in form.parts if _line(p) == line]
        if not parts:
            continue
        side, most = at.copy(), 0
        if line == "inner":
            side = _beside_n(by_array, corners, at, stands)
        for part in parts:
            corners[part.name] = tuple(side)
            rows, columns = _size(by_array[part.name], stands)
            side = side + ([columns + GAP, 0] if not stands else [0, rows + GAP])
            most = max(most, columns if stands else rows)
        at = at + ([0, most + HEAD] if not stands else [most + GAP, 0])
    return _drawing(form, by_array, corners, stands)


def _line(part):
    return {"xh": "x"}.get(part.what, part.what.rstrip("TP"))


def _beside_n(by_array, corners, at, stands):
    """Where the inner bias meets block n of a bias that is there already."""
    spots = [
        np.add(corners[p.array], _within(p, stands))
        for ps in by_array.values()
        for p in ps
        if (p.what, p.block, p.unit) == ("b", "n", 0) and p.array in corners
    ]
    return np.array([at[0], spots[0][1]] if stands else [spots[0][0], at[1]])


def _size(places, stands):
    rows = 1 + max(p.row for p in places)
    columns = 1 + max(p.column for p in places)
    return (columns, rows) if stands and rows == 1 else (rows, columns)


def _within(place, stands):
    """x, y of a number within its array; a vector that stands is turned."""
    vector = place.what in ("b", "b2", "inner")
    turned = stands and vector
    return (place.row, place.column) if turned else (place.column, place.row)


def _drawing(form, by_array, corners, stands):
    spots = [
        (p, *np.add(corners[name], _within(p, stands)).tolist())
        for name, places in by_array.items()
        for p in places
    ]
    names = [(name, *corner) for name, corner in corners.items()]
    right = max(x for _, x, _ in spots) + 1
    right = max(right, *(x + WIDE * len(name) for name, x, _ in names))
    bottom = max(y for _, _, y in spots) + 1
    said = about.TOOLS[tool_of(form)].letters
    letters = {}
    for p, x, y in spots:
        if p[:4] == ("x", p.block, 0, 0):
            middle = [x for q, x, _ in spots if q[:2] == p[:2]]
            down = [y for q, _, y in spots if q[:2] == p[:2]]
            across = (min(middle) + max(middle) + 1) / 2, min(down) - LETTER / 2
            beside = min(middle) - SIDE / 2, (min(down) + max(down) + 1) / 2
            letters[p.block] = (
                said.get(p.block, p.block),
                *(beside if stands else across),
            )
    return Drawing(right, bottom, names, letters, spots)


def tool_of(form):
    """Key of ``about.TOOLS`` that has the form."""
    return next(
        key for key, tool in about.TOOLS.items()
        if form.tool in tool.forms.get(form.kind, ())
    )  # fmt: skip
