"""Where every number of a layer lies in the arrays of a tool.

The arrays are made by the converter's own code from the converter's own table, so a
picture drawn from here shows what a written file holds (tested).
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..convert.layer import BLOCKS, Layer, Weights
from ..convert.parts import arrays_of
from ..convert.tools import FORMS, MORE
from ..convert.writers.rules import folded

I, H = 3, 2  # of the layer that is shown; not alike
TABLE = FORMS + MORE


class Place(NamedTuple):
    """A number by what it is, and where it lies.

    Attributes
    ----------
    what, block : str
        "x", "h", "b", "b2" or "inner", and whose block.
    source, unit : int
        From which input or unit (0 for a bias), to which unit.
    array : str
    row, column : int
        There; a vector is one row.
    """

    what: str
    block: str
    source: int
    unit: int
    array: str
    row: int
    column: int


def form_of(tool, kind):
    """The form in which a tool is written: of two the last."""
    found = [f for f in TABLE if (f.tool, f.kind) == (tool, kind)]
    if not found:
        known = sorted({f.tool for f in TABLE if f.kind == kind})
        raise ValueError(
            f"There is no {kind!r} of {tool!r} in the table. Got tool={tool!r}, "
            f"expected one of {', '.join(known)}. A typing slip?"
        )
    return found[-1]


def arrays(form, w):
    """``Weights`` -> name -> array, as a tool has them; vectors have one axis."""
    stripped = tuple(p._replace(what=p.what.removesuffix("P")) for p in form.parts)
    made = arrays_of(form._replace(parts=stripped), w)
    made = {name: np.asarray(a) for name, a in made.items()}
    for part in form.parts:
        if part.what.endswith("P"):
            made[part.name] = poured(made[part.name], len(part.blocks))
    return made


def poured(a, n):
    """Each of n blocks (I, H), turned to (H, I), its numbers poured into (I, H)."""
    return np.hstack([b.T.reshape(b.shape) for b in np.hsplit(a, n)])


def places(form):
    """Where a layer of I inputs and H units lies: list of ``Place``."""
    w, known = _numbered(form.kind)
    found = []
    for part in form.parts:
        if part.what == "outT":
            continue
        a = np.atleast_2d(arrays(form, w)[part.name])
        for row, column in np.ndindex(a.shape):
            key = known[int(a[row, column])] or _second(form, part, column)
            found.append(Place(*key, part.name, row, column))
    return found


def _second(form, part, column):
    """A second bias, which the converter leaves 0."""
    return "b2", part.blocks[column // H], 0, column % H


def _numbered(kind):
    """A layer whose numbers are 1, 2, 3, ..., and what each of them is."""
    known = [None]

    def numbers(what, block, rows):
        first = len(known)
        known.extend((what, block, i, j) for i, j in np.ndindex(rows, H))
        return np.arange(first, len(known), dtype=float).reshape(rows, H)

    blocks = BLOCKS[kind]
    x = {k: numbers("x", k, I) for k in blocks}
    h = {k: numbers("h", k, H) for k in blocks}
    b = {k: numbers("b", k, 1)[0] for k in blocks}
    inner = numbers("inner", "n", 1)[0] if kind == "gru" else None
    return Weights(x, h, b, inner), known


def fits(layer, form):
    """Can the form hold this layer?  Else why not: "reset", "inner", or ""."""
    if layer.reset != form.says.get("reset", "after") and layer.kind == "gru":
        return "reset"
    inner = any(w.inner is not None and np.any(w.inner) for w in layer.weights)
    if inner and not {"inner", "b2"} & {p.what for p in form.parts}:
        return "inner"
    return ""


def plain(layer, form):
    """The numbers of a layer of one direction as a tool counts them: ``Weights``.

    A gate that there takes the new is negated; what is added when the layer is called
    is not in its bias.
    """
    says = {k: form.says[k] for k in ("update", "forget_bias") if k in form.says}
    return folded(layer, **says).weights[0]


def written(layer, form):
    """The arrays of a layer of one direction as the converter writes them: dict."""
    return arrays(form, plain(layer, form))


def example(kind, reset="after", inner=True, seed=3):
    """A layer of I inputs and H units with numbers of two digits: ``Layer``."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.choice([-1, 1], shape) * rng.integers(5, 96, shape) / 100

    blocks = BLOCKS[kind]
    x, h = ({k: draw(n, H) for k in blocks} for n in (I, H))
    b, within = {k: draw(H) for k in blocks}, draw(H)
    held = within if kind == "gru" and reset == "after" and inner else None
    return Layer("", kind, (Weights(x, h, b, held),), reset=reset)


def meant(form, seed=3):
    """An example that a form can hold, and that says what it says: ``Layer``."""
    inner = bool({"inner", "b2"} & {p.what for p in form.parts})
    said = {k: v for k, v in form.says.items() if k in ("reset", "activation")}
    made = example(form.kind, said.get("reset", "after"), inner, seed)
    return replace(made, **said)
