"""One unit of a cell under the hands: its numbers, its input, its gates over time."""

import matplotlib.pyplot as plt
import numpy as np
from traitlets import Dict, Float, List, Unicode

from ..cells import clockwork
from ..doors import as_cell
from ..equations.room import terms_of
from ..jacobian import jacobian
from ..palette import GATES, PAGE
from ..unroll import trace
from . import any_cell
from .live import LiveFigure

T = 24
NOISE = np.random.default_rng(4).uniform(-0.2, 0.2, T).round(2)


def _input(**pulses):
    """Noise with pulses in it, _input(s1=1.0): +1 at the first step; list of T."""
    x = NOISE.copy()
    for step, value in pulses.items():
        x[int(step[1:]) - 1] = value
    return x.tolist()


def _unit(words, x, W_x=(20, 0, 3, 0), W_h=(0, 0, 0, 0), b=(-10, 10, 0, 10)):
    """A preset; blocks i f g o, by default the unit built by hand in chapter 3."""
    return {"words": words, "x": x, "rows": {"x": W_x, "h": W_h, None: b}}


PRESETS = {
    "remember": _unit(
        "A large input opens the input gate and is written; the small ones find it "
        "shut, and what was written lies on the belt.", _input(s1=1.0)),
    "first only": _unit(
        "The same unit with one weight more: once it shows something, its own h "
        "keeps the input gate shut, and the later pulses are not written.",
        _input(s1=1.0, s9=1.0, s17=1.0), W_h=(-30, 0, 0, 0)),
    "latch": _unit(
        "+1 sets it and −1 clears it: a negative input shuts the forget gate for one "
        "step.", _input(s3=1.0, s10=-1.0, s15=1.0, s21=-1.0), W_x=(20, 20, 3, 0)),
    "count": _unit(
        "The unit of “remember” with more pulses: c climbs by one with each, while "
        "h soon looks the same.", _input(s2=1.0, s6=1.0, s11=1.0, s15=1.0, s20=1.0)),
    "forget": _unit(
        "The forget gate keeps four fifths at every step, and what was written fades.",
        _input(s1=1.0, s13=1.0), b=(-10, 1.4, 0, 10)),
}  # fmt: skip

ONE_UNIT = {"clockwork": clockwork.make((4,))}  # of the group that ticks every 4 steps
LIKE = {  # other cells' blocks: with the numbers of which block of the LSTM, which sign
    **{"r": ("o", 1), "u": ("i", 1), "n": ("g", 1), "h": ("g", 1), "v": ("g", 1)},
    ("gru", "u"): ("i", -1),  # open, it keeps
}
BIAS = {"d": -10.0, "q": 1.0, "k": 1.0}  # of blocks that are like none
PARTS = {  # of a dial: the range and the step
    "W": (30.0, 0.5),
    "w": (12.0, 0.1),
    "b": (12.0, 0.1),
}


def one_unit(name):
    """A cell of which one unit can be made: every one of CELLS, and others by name."""
    return ONE_UNIT.get(name) or as_cell(name)


def by_hand(cell, preset="remember"):
    """Weights of one unit that does in any cell what a preset does in the LSTM.

    Examples
    --------
    >>> by_hand(one_unit("lstm"))["W_x"], by_hand(one_unit("gru"))["W_x"]
    ([20.0, 0.0, 3.0, 0.0], [0.0, -20.0, 3.0])
    """
    rows = PRESETS[preset]["rows"]
    p = {name: [0.0] * int(np.prod(s)) for name, s in cell.shapes(1, 1).items()}
    for k, layer in enumerate(cell.layers, 1):
        biased = set()
        for term in terms_of(layer):
            param = term.param if cell.layers == [cell] else f"{term.param}_{k}"
            for at, block in enumerate(term.blocks, term.first):
                if param in p and not (term.source is None and block in biased):
                    p[param][at] = _number(layer, block, term.source, rows)
            biased |= set(term.blocks) if term.source is None else set()
    return p


def _number(layer, block, source, rows):
    """The weight of one source, or the bias, of one block."""
    if block in BIAS:
        return BIAS[block] if source is None else 0.0
    like, sign = LIKE.get((layer.name, block)) or LIKE.get(block) or (block, 1)
    row = rows.get("h" if source in ("q", "a") else source)
    return float(sign * row["ifgo".index(like)]) if row and like in "ifgo" else 0.0


def dials(cell):
    """The dials of every block of a unit's top layer: dict block -> list of dict."""
    top, sums = cell.layers[-1], any_cell.sums_of(cell.layers[-1])
    last = f"_{len(cell.layers)}" if cell.layers != [cell] else ""
    there = cell.shapes(1, 1)
    found = {}
    for block, terms in sums.items():
        vectors = [(v, v[2:-1], 0) for v in top.vectors if v[-1] == block]
        terms = sorted(terms, key=lambda t: (t[1] is None, t[1] != "x"))  # b last
        cut = len([t for t in terms if t[1] is not None])
        found[block] = [
            _dial(top, block, param + last, source, at)
            for param, source, at in terms[:cut] + vectors + terms[cut:]
            if param + last in there
        ]
    return found


SOURCES = {  # what a weight weighs, in words and as it stands in a sum
    "x": ("input", "<i>x</i>"),
    "h": ("unit’s own last output", "<i>h</i><sub>t−1</sub>"),
    "q": ("gated old state", "<i>q</i>"),
    "a": ("squashed old state", "<i>a</i>"),
    "c": ("cell state", ""),
    "l": ("cell state of the layer below", ""),
}


def _dial(top, block, param, source, at):
    gate = (f"last {source} gate", f"<i>{source}</i><sub>t−1</sub>")
    known = SOURCES.get(source, gate)
    of = f"weight of the {known[0]}" if source else "bias"
    if param[:3] == "b_h":
        of += " of the old state"
    most, step = PARTS[param[0]]
    below = (source or ("h" if param[:3] == "b_h" else "")) + block
    return {
        **{"param": param, "at": at, "letter": param[0], "below": below, "of": of},
        **{"times": known[1] if source else "", "most": most, "step": step},
    }


def about_unit(cell):
    """What the page is told of a unit beside its text: dials, lines, start values."""
    return {
        "dials": dials(cell),
        "lines": any_cell.lines_for(cell.layers[-1]),
        "starts": {preset: by_hand(cell, preset) for preset in PRESETS},
    }


def _strip(ax, y, label, colour, low):
    """One quantity over time, y (24,), from ``low`` or zero up."""
    edges = np.arange(T + 1) + 0.5
    ax.stairs(y, edges, fill=True, color=colour, alpha=0.16)
    ax.stairs(y, edges, color=colour, linewidth=1.2, baseline=None)
    top = max(1, np.ceil(abs(y).max() - 1e-9))
    ax.set(ylim=(low * top, 1.05 * top), yticks=(0, top))
    ax.axhline(0, color=PAGE["line"], linewidth=0.8, zorder=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    ax.set_ylabel(label, rotation=0, ha="right", va="center", labelpad=20, color=colour)
    ax.grid(False)


class UnitExplorer(LiveFigure):
    """One unit of a cell over 24 steps.

    Parameters
    ----------
    preset : str
        A key of ``PRESETS``; it sets what is not given.
    cell : str
        A name in ``CELLS``, or a call like "gru(reset='before')".
    x : list of 24 numbers, optional
        The input sequence, between -1 and 1.
    **weights : lists of numbers, optional
        By the names of the cell's parameters, for I = H = 1: of an LSTM W_x, W_h and b
        of 4 numbers, blocks i f g o.

    Examples
    --------
    >>> unit = UnitExplorer("forget")
    >>> round(float(unit.trace()["f"][0]), 2)
    0.8
    >>> UnitExplorer(cell="gru").weights["W_x"]
    [0.0, -20.0, 3.0]
    """

    kind, room = "unit", (1100, 1080)
    preset = Unicode().tag(sync=True)
    presets = Dict({k: {"words": v["words"], "x": v["x"]} for k, v in PRESETS.items()}
                   ).tag(sync=True)  # fmt: skip
    cell = Unicode("lstm").tag(sync=True)
    weights = Dict().tag(sync=True)  # name -> list of numbers
    x = List(Float(), minlen=T, maxlen=T).tag(sync=True)
    cells = Unicode().tag(sync=True)  # all that can be chosen, packed

    def __init__(self, preset="remember", cell="lstm", x=None, **weights):
        if preset not in PRESETS:
            raise ValueError(
                f"UnitExplorer has no preset {preset!r}. A preset is a unit and its "
                f"input. Expected one of {', '.join(PRESETS)}. Try 'remember'?"
            )
        start = by_hand(one_unit(cell), preset)
        odd = {k: weights.pop(k) for k in weights.keys() - start.keys()}
        for name, row in weights.items():
            _check_row(cell, name, row, len(start[name]))
        name = "" if weights or x is not None else preset
        units = {n: one_unit(n) for n in any_cell.offered(cell)}
        super().__init__(
            preset=name, cell=cell, weights=start | weights,
            x=PRESETS[preset]["x"] if x is None else x,
            cells=any_cell.packed(units, (1,), unit=about_unit), **odd,
        )  # fmt: skip

    def parameters(self):
        """What the package calls p, for I = H = 1."""
        shapes = one_unit(self.cell).shapes(1, 1)
        return {k: np.reshape(v, shapes[k]).astype(float)
                for k, v in self.weights.items()}  # fmt: skip

    def trace(self):
        """Every quantity over time, as lstm_course computes it: name -> (24,)."""
        x = np.reshape(self.x, (T, 1, 1))
        values = trace(one_unit(self.cell), self.parameters(), x)
        return {k: v.ravel() for k, v in values.items()}

    def gradient(self):
        """Of the last c (or h) by that of each step, as ``jacobian`` has it: (24,).

        Examples
        --------
        >>> UnitExplorer("forget").gradient()[-3:].round(2).tolist()
        [0.64, 0.8, 1.0]
        """
        cell, p = one_unit(self.cell), self.parameters()
        x, at = np.reshape(self.x, (T, 1, 1)), cell.states.index(cell.cell_path)
        J = [jacobian(cell, p, x, t + 1, T) for t in range(T)]
        return np.array(J)[:, 0, at, at]

    def picture(self):
        cell, values = one_unit(self.cell), self.trace()
        shown = any_cell.quantities(cell)
        fig, axes = plt.subplots(len(shown) + 2, 1, figsize=(5.6, 4.8), sharex=True)
        fig.subplots_adjust(left=0.32, right=0.98)  # room for a phone's letters
        _strip(axes[0], np.array(self.x), "input $x$", GATES["x"], -1)
        for ax, of in zip(axes[1:], shown, strict=False):
            y, colour = values[of["name"]], GATES.get(of["colour"], PAGE["ink"])
            label = f"{of['words']} ${of['name']}$"
            _strip(ax, y, label, colour, 0 if of["share"] else -1)
        by, colour = cell.cell_path, GATES["h" if cell.cell_path == "h" else "c"]
        _strip(axes[-1], self.gradient(), f"gradient by ${by}_t$", colour, -1)
        axes[-1].set(xlabel="step", xticks=(1, 6, 12, 18, 24))
        plt.close(fig)
        return fig


def _check_row(cell, name, row, n):
    if len(row) != n:
        raise ValueError(
            f"{name} of this {cell} is {list(row)}. A unit with one input has {n} "
            f"numbers in its {name}. Expected a list of {n}. One for every block?"
        )
