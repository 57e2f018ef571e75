"""Walk through the steps of a cell, of an LSTM four, word by word, on its diagram."""

from numbers import Integral

import numpy as np
from traitlets import Dict, Float, Int, List, Unicode

from ..diagrams import cell_diagram, sketch
from ..diagrams.signs.words import value_keys
from ..doors import as_array, as_cell, check_parameters, check_x
from ..tasks import agreement
from ..trained.weights import pack, unpack
from ..unroll import trace
from . import any_cell
from .live import LiveFigure

STEPS = {"forget": "f", "input": "igd", "update": "c", "output": "oh"}


def steps_of(cell):
    """What is computed together: list of ``name``, ``names``, ``tags`` of the diagram.

    Examples
    --------
    >>> [step["name"] for step in steps_of(as_cell("coupled"))]
    ['input', 'forget', 'update', 'output']
    >>> [step["names"] for step in steps_of(as_cell("mingru"))]
    [['n'], ['u'], ['h']]
    """
    shown = any_cell.quantities(cell)
    order = [of["name"] for of in shown]
    if "c" not in order or not set(order) <= set("".join(STEPS.values())):
        return [{"name": of["words"], "names": [of["name"]], "tags": [of["name"]]}
                for of in shown]  # fmt: skip
    steps = [
        {"name": name, "names": [n for n in order if n in group], "tags": [name]}
        for name, group in STEPS.items()
    ]
    found = [step for step in steps if step["names"]]
    return sorted(found, key=lambda step: order.index(step["names"][-1]))


def page_lines(cell):
    return any_cell.lines_for(cell.layers[-1], " · ", numbers=True)


class StepWalker(LiveFigure):
    """A cell's diagram with one unit's numbers on its lines, to be stepped through.

    Parameters
    ----------
    p : dict
        Weights of a cell, of an LSTM W_x (I, 4H), W_h (H, 4H), b (4H,); rounded to 16
        bits.
    x : ndarray (T, I) or (T, 1, I)
        What it reads.
    words : list of str or str
        Their names, one for each step; a str is split at blanks.
    units : dict, optional
        Name -> unit, offered first; the first is shown.
    cell : str
        Whose weights they are: a name in ``CELLS``, or a call.
    **traits
        Where the walk begins: ``at`` (number of a word), ``step`` (0 to 3), ``unit``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> p = {k: rng.normal(size=s) for k, s in as_cell("lstm").shapes(3, 2).items()}
    >>> walker = StepWalker(p, np.eye(3), "one two three", units={"first": 1})
    >>> walker.unit, walker.at, walker.words
    (1, 0, ['one', 'two', 'three'])
    """

    kind, room = "walk", (1040, 800)
    weights = Dict().tag(sync=True)
    cell = Unicode("lstm").tag(sync=True)
    cells = Unicode().tag(sync=True)  # this one, packed
    x = List().tag(sync=True)
    words = List().tag(sync=True)
    units = Dict().tag(sync=True)
    diagram = Unicode().tag(sync=True)
    unit = Int(0).tag(sync=True)
    at = Int(0).tag(sync=True)  # the word
    step = Int(0).tag(sync=True)  # of steps_of(cell), or of the way back
    way = Unicode("on").tag(sync=True)  # or "back"
    source = Int(0).tag(sync=True)  # the word where the way back begins
    dh, dc = Float(1.0).tag(sync=True), Float(0.0).tag(sync=True)  # what arrives there
    vocabulary = List().tag(sync=True)  # of sentences of one's own; empty: none

    def __init__(self, p, x, words, units=None, cell="lstm", **traits):
        made = as_cell(cell)
        words = words.split() if isinstance(words, str) else list(words)
        x = as_array("x", x)
        x = x.astype(float) if x.dtype.kind in "iu" else x
        x = x[:, None] if x.ndim == 2 else x
        I, H = check_parameters(made, p)
        check_x(x, I, made.name)
        if (len(x), x.shape[1]) != (len(words), 1):
            raise ValueError(
                f"x has {x.shape[1]} sequences of {len(x)} steps, but there are "
                f"{len(words)} words. A walk is through one sequence with a word for "
                f"each step. Pass x[:, 0] and words of its length?"
            )
        units = check_units(units, H)
        traits = {"unit": next(iter(units.values()), 0), **traits}
        steps = len(steps_of(made))
        for name, size in (("unit", H), ("at", len(words)), ("step", steps)):
            check_place(name, traits.get(name, 0), size)
        super().__init__(
            weights=pack(p),
            cell=cell,
            cells=any_cell.packed({cell: made}, (H,), size=lambda _: H,
                                  steps=steps_of, lines=page_lines),
            x=_short(x[:, 0]),
            words=words,
            units=units,
            vocabulary=_vocabulary(x[:, 0], words),
            diagram=cell_diagram(made, values=dict.fromkeys(_on_lines(made), "0")),
            **traits,
        )  # fmt: skip

    def values(self):
        """What stands on the lines now: dict name -> float, and x -> word."""
        cell, x = as_cell(self.cell), np.array(self.x, float)[:, None]
        p, t = unpack(self.weights), self.at
        q, H = trace(cell, p, x), cell.sizes(p)[1]
        now = {}
        for n in {of["name"] for of in any_cell.quantities(cell)} | {*cell.states}:
            if n != "C":  # a matrix is no number of a unit
                values = any_cell.of_unit(q[n], self.unit, H)
                now[n] = float(values[t])
                if n in cell.states:
                    start = float(cell.start.get(n, 0.0))
                    now[f"{n}_prev"] = float(values[t - 1]) if t else start
        products = {"kept": ("f", "c_prev"), "written": ("i", "g")}
        for n, (a, b) in products.items():
            if a in now and b in now:
                now[n] = now[a] * now[b]
        now |= {"squashed": float(np.tanh(now["c"]))} if "c" in now else {}
        return now | {"x": self.words[t]}

    def picture(self):
        """The diagram at this word, the step lit."""
        made = as_cell(self.cell)
        known = _on_lines(made)
        values = {
            n: v if n == "x" else f"{v:.2f}".replace("-", "−")
            for n, v in self.values().items()
            if n in known
        }
        tags = {t for n in sketch(made).nodes.values() for t in n.tags}
        lit = tags & set(steps_of(made)[self.step]["tags"])
        return cell_diagram(made, highlight=lit or None, values=values)


def _on_lines(cell):
    """What can be written at a line of the diagram: list of str."""
    return sorted(value_keys(sketch(cell)))


def check_units(units, H):
    """Units by name, offered to the reader: dict name -> number."""
    if not isinstance(units, dict | None):
        raise ValueError(
            f"units is {type(units).__name__}. Units are offered by name. Expected a "
            "dict from names to numbers. Write units={'number': 3}?"
        )
    for name, k in (units or {}).items():
        check_place(f"units[{name!r}]", k, H)
    return {name: int(k) for name, k in (units or {}).items()}


def check_place(name, k, size):
    """A number of one of ``size`` things, counted from 0."""
    if not isinstance(k, Integral) or not 0 <= k < size:
        raise ValueError(
            f"{name} is {k!r}. Here are {size} of them, counted from 0. "
            f"Choose {name} from 0 to {size - 1}?"
        )


def _vocabulary(x, words):
    """The words of the agreement task, if x (T, K) is a sentence of it: list."""
    known = list(agreement.WORDS)
    if x.shape[1] != len(known) or not set(words) <= set(known):
        return []
    one_hot = np.eye(len(known))[[known.index(word) for word in words]]
    return known if np.array_equal(x, one_hot) else []


def _short(x):
    """Rows of numbers, whole ones without a point: small in the page."""
    return [[int(v) if v == int(v) else float(v) for v in row] for row in x]
