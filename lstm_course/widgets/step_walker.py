"""Walk through an LSTM's four steps, word by word, on its diagram."""

from numbers import Integral

import numpy as np
from traitlets import Dict, Float, Int, List, Unicode

from ..cells import CELLS
from ..diagrams import cell_diagram
from ..doors import as_array, check_parameters, check_x
from ..tasks import agreement
from ..trained.weights import pack, unpack
from ..unroll import trace
from .live import LiveFigure

STEPS = ("forget", "input", "update", "output")
ON_LINES = "x h_prev c_prev i f g o kept written c squashed h".split()


class StepWalker(LiveFigure):
    """The LSTM's diagram with one unit's numbers on every line, to be stepped through.

    Parameters
    ----------
    p : dict
        Weights of an LSTM: W_x (I, 4H), W_h (H, 4H), b (4H,); rounded to 16 bits.
    x : ndarray (T, I) or (T, 1, I)
        What it reads.
    words : list of str or str
        Their names, one for each step; a str is split at blanks.
    units : dict, optional
        Name -> unit, offered first; the first is shown.
    **traits
        Where the walk begins: ``at`` (number of a word), ``step`` (0 to 3), ``unit``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> p = {k: rng.normal(size=s) for k, s in CELLS["lstm"].shapes(3, 2).items()}
    >>> walker = StepWalker(p, np.eye(3), "one two three", units={"first": 1})
    >>> walker.unit, walker.at, walker.words
    (1, 0, ['one', 'two', 'three'])
    """

    kind, room = "walk", (1040, 800)
    weights = Dict().tag(sync=True)
    x = List().tag(sync=True)
    words = List().tag(sync=True)
    units = Dict().tag(sync=True)
    diagram = Unicode().tag(sync=True)
    unit = Int(0).tag(sync=True)
    at = Int(0).tag(sync=True)  # the word
    step = Int(0).tag(sync=True)  # of STEPS, or of the way back
    way = Unicode("on").tag(sync=True)  # or "back"
    source = Int(0).tag(sync=True)  # the word where the way back begins
    dh, dc = Float(1.0).tag(sync=True), Float(0.0).tag(sync=True)  # what arrives there
    vocabulary = List().tag(sync=True)  # of sentences of one's own; empty: none

    def __init__(self, p, x, words, units=None, **traits):
        words = words.split() if isinstance(words, str) else list(words)
        x = as_array("x", x)
        x = x.astype(float) if x.dtype.kind in "iu" else x
        x = x[:, None] if x.ndim == 2 else x
        I, H = check_parameters(CELLS["lstm"], p)
        check_x(x, I, "lstm")
        if (len(x), x.shape[1]) != (len(words), 1):
            raise ValueError(
                f"x has {x.shape[1]} sequences of {len(x)} steps, but there are "
                f"{len(words)} words. A walk is through one sequence with a word for "
                f"each step. Pass x[:, 0] and words of its length?"
            )
        units = check_units(units, H)
        traits = {"unit": next(iter(units.values()), 0), **traits}
        for name, size in (("unit", H), ("at", len(words)), ("step", len(STEPS))):
            check_place(name, traits.get(name, 0), size)
        super().__init__(
            weights=pack(p),
            x=_short(x[:, 0]),
            words=words,
            units=units,
            vocabulary=_vocabulary(x[:, 0], words),
            diagram=cell_diagram("lstm", values=dict.fromkeys(ON_LINES, "0")),
            **traits,
        )

    def values(self):
        """What stands on each line now: dict name -> float, and x -> word."""
        x = np.array(self.x, float)[:, None]
        q, t = trace("lstm", unpack(self.weights), x), self.at
        now = {n: float(q[n][t, 0, self.unit]) for n in "figoch"}
        for n in "ch":
            now[f"{n}_prev"] = float(q[n][t - 1, 0, self.unit]) if t else 0.0
        now |= {"kept": now["f"] * now["c_prev"], "written": now["i"] * now["g"]}
        return now | {"squashed": float(np.tanh(now["c"])), "x": self.words[t]}

    def picture(self):
        """The diagram at this word, the step lit."""
        values = {
            n: v if n == "x" else f"{v:.2f}".replace("-", "−")
            for n, v in self.values().items()
        }
        return cell_diagram("lstm", highlight={STEPS[self.step]}, values=values)


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
