"""A trained character model on the reader's own text, letter by letter."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from traitlets import Dict, Float, Int, List, Unicode

from .. import trained
from ..doors import as_cell
from ..palette import GATES
from ..plots import STYLE, tiles
from . import any_cell
from .live import LiveFigure
from .step_walker import check_place, check_units

EXAMPLES = {
    "shakespeare": (
        "ROMEO:\nO, she doth teach the torches to burn bright",
        "KING RICHARD III:\nMy lord, the ",
        "To be, or not to be",
        "The quick brown fox jumps",
        "zzzzzzzzzzzzzzzzzzzz",
    ),
    "python": (
        'def half(x):\n    """The half of x."""\n    return x',
        'for name in names:\n    print("hello',
        "import os\nimport sys\n\n\nclass ",
        "if (a[0] + (b[1] - c",
    ),
}
SHOWN = 6  # letters whose chance the still picture shows


class TextReader(LiveFigure):
    """A small LSTM reads along and writes on: expectations, gates, every unit.

    Parameters
    ----------
    name : str or Letters
        A network of ``lstm_course.trained``, or one of your own.
    units : dict, optional
        Name -> unit, offered first; the first is shown.
    text : str
        What is read first.
    look : str
        What colours the letters: "surprise", "unit" or "change".

    Examples
    --------
    >>> TextReader("shakespeare", text="To be").read()["c"].shape[0]
    5
    """

    kind, room = "reader", (960, 830)
    weights = Dict().tag(sync=True)
    alphabet = Unicode().tag(sync=True)
    cells = Unicode().tag(sync=True)  # its cell, packed
    units = Dict().tag(sync=True)
    examples = List().tag(sync=True)
    text = Unicode().tag(sync=True)
    at = Int(-1).tag(sync=True)  # the chosen letter; -1: the last
    unit = Int(0).tag(sync=True)
    look = Unicode("surprise").tag(sync=True)
    temperature = Float(1.0).tag(sync=True)
    swap = Unicode("").tag(sync=True)  # what replaces a letter, or nothing
    swap_at = Int(0).tag(sync=True)
    seed = Int(0).tag(sync=True)  # of what it writes

    def __init__(self, name="shakespeare", units=None, **traits):
        self.net = name if isinstance(name, trained.Letters) else trained.load(name)
        H = len(self.net.p["W_h"])
        units = check_units(units or self.net.about.get("units"), H)
        traits = {"unit": next(iter(units.values()), 0), **traits}
        check_place("unit", traits["unit"], H)
        examples = EXAMPLES.get(name, ("the ",)) if isinstance(name, str) else ("the ",)
        super().__init__(
            weights=self.net.packed(),
            alphabet=self.net.alphabet,
            cells=any_cell.packed({"net": as_cell(self.net.cell)}),
            units=units,
            examples=list(examples),
            **{"text": examples[0], **traits},
        )

    def read(self):
        """Gates and states of all units on the text: dict name -> (T, H)."""
        return self.net.read(self.text)

    def picture(self):
        """The chosen unit along the text, and what is expected after it."""
        chances = self.net.chances(self.text, self.temperature)
        return draw(self.read(), self.unit, len(self.text), chances, self.alphabet)


def draw(read, unit, T, chances, alphabet):
    """A row of tiles for each gate and state of a unit, bars for letters: a figure."""
    names = [name for name in "figoch" if name in read]
    with plt.rc_context(STYLE):
        fig = Figure(figsize=(5.6, 1.2 + 0.3 * len(names)), layout="constrained")
        left, right = fig.subplots(1, 2, width_ratios=[4, 1])
        for row, name in enumerate(names):
            values = np.abs(read[name][:, unit])
            ax = left.inset_axes([0, 1 - (row + 1) / len(names), 1, 0.9 / len(names)])
            tiles(ax, values[None], name, low=0.0, high=max(1.0, values.max()))
            ax.set_yticks([0], [f"${name}_t$"])
            ax.tick_params(length=0)
            ax.set_xticks([])
            if row == len(names) - 1:
                ax.set_xlabel(f"the {T} letters of the text")
        left.axis("off")
        best = np.argsort(-chances)[:SHOWN]
        right.barh(range(SHOWN), chances[best], color=GATES["o"])
        right.set_yticks(range(SHOWN), [shown(alphabet[k]) for k in best])
        right.invert_yaxis()
        right.set(xlim=(0, 1), xlabel="chance")
    return fig


def shown(letter):
    """A letter that can be seen."""
    return {"\n": "\u21b5", " ": "\u2423"}.get(letter, letter.replace("$", r"\$"))
