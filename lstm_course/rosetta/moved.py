"""Everything that the live figure knows: forms, their numbers, where each lies.

A layer is one function, and a source says which: with the reset before the product,
after it, or after it without a bias inside.  In every form that can hold this function
stand the numbers that the converter writes; in the others those that it would write if
nobody minded, and why not.
"""

from dataclasses import replace

import numpy as np

from ..convert.about import TOOLS
from . import where
from .layout import LETTER, WIDE, laid_out, upright
from .picture import broken
from .words import facts, spelled, title_of

X = [0.9, -0.6, 0.3]  # what the step reads: x (I,), h and c (H,)
STATE = {"h": [0.4, -0.7], "c": [-0.5, 0.8]}


def group_of(form):
    """Which function a layer of this form is."""
    if form.kind == "lstm":
        return "lstm"
    f = facts(form)
    return "before" if f["reset"] == "before" else "after" if f["inner"] else "bare"


GROUPS = {
    "lstm": ("lstm", {}),
    "after": ("gru", {}),
    "bare": ("gru", {"inner": False}),
    "before": ("gru", {"reset": "before"}),
}


def forms(kind):
    """Forms of a kind that are shown, by name, in the order of ``about.TOOLS``."""
    names = [f for tool in TOOLS.values() for f in tool.forms[kind]]
    return {name: where.form_of(name, kind) for name in names}


def data():
    """What ``js/rosetta_stone.js`` is given: dict of plain values.

    ``second`` is, where a source has two biases, the second of each block.
    """
    second = np.random.default_rng(7).uniform(-0.5, 0.5, (4, where.H)).round(2)
    shown = {k: {n: _record(f) for n, f in forms(k).items()} for k in ("lstm", "gru")}
    return {"x": X, "state": STATE, "forms": shown, "second": second.tolist()}


def _record(form):
    d = laid_out(form)
    rows = {(x, y): n for n, x, y in d.names}
    names, first = [], min(y for _, y in rows)
    for (x, y), name in rows.items():
        right = [x2 for x2, y2 in rows if y2 == y and x2 > x]
        room = (min(right) if right else d.width + 1) - x - 0.1
        over = y - LETTER if y == first and not upright(form) else y  # its letters
        names.append([broken(name, room, WIDE), _short(x), _short(over)])
    kinds = [g for g, (kind, _) in GROUPS.items() if kind == form.kind]
    return {
        "title": title_of(form),
        "spelled": spelled(form),
        "group": group_of(form),
        **facts(form),
        "size": [_short(d.width), _short(d.height)],
        "names": names,
        "letters": {b: [v, _short(x), _short(y)] for b, (v, x, y) in d.letters.items()},
        "spots": {key(p): [_short(x), _short(y)] for p, x, y in d.spots},
        "values": {g: values(form, g) for g in kinds},
        "why": {g: where.fits(layer_of(g), form) for g in kinds},
    }


def key(place):
    """A number's name: what it is, block, source, unit."""
    return f"{place.what}.{place.block}.{place.source}.{place.unit}"


def layer_of(group):
    """The layer of a group: ``Layer``."""
    kind, said = GROUPS[group]
    return where.example(kind, **said)


def values(form, group):
    """Key -> the number that stands there when a group's layer is written."""
    layer = layer_of(group)
    if where.fits(layer, form):  # what stands there if nobody minds
        (w,) = layer.weights
        bare = w._replace(inner=None) if "inner" in where.fits(layer, form) else w
        layer = replace(layer, weights=(bare,), reset=facts(form)["reset"])
    arrays = where.written(layer, form)
    return {
        key(p): round(float(np.atleast_2d(arrays[p.array])[p.row, p.column]), 2)
        for p in where.places(form)
    }


def _short(v):
    return round(float(v), 2)
