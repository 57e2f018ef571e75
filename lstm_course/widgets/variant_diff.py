"""Any two cells side by side: diagram, equations and learned numbers."""

import re
from html import escape

from traitlets import Int, Unicode

from ..cells import CELLS
from ..convert import count
from ..diagrams import cell_diagram, sketch
from ..diagrams.signs.draw import COLOURS, style
from ..diagrams.truth.difference import connections
from ..doors import as_cell
from ..equations.mathml import MathML, mathml
from ..equations.room import lines
from ..equations.tex import Tex
from ..table import sections
from . import bundle
from .live import LiveFigure

PIECES = re.compile(r'viewBox="0 0 (\S+) (\S+)".*?</style>\n(.*)\n</svg>', re.S)
NAMES = {  # in words, for whoever has not met the code
    "rnn": "tanh RNN",
    "lstm": "LSTM",
    "lstm1997": "LSTM of 1997, no forget gate",
    "peephole": "LSTM with peepholes",
    "coupled": "LSTM, coupled gates",
    "gru": "GRU",
    "depth_gated": "Depth-gated LSTM",
    "clockwork": "Clockwork RNN",
    "nig": "Peephole LSTM, no input gate",
    "nfg": "Peephole LSTM, no forget gate",
    "nog": "Peephole LSTM, no output gate",
    "niaf": "Peephole LSTM, candidate without tanh",
    "noaf": "Peephole LSTM, output without tanh",
    "np": "Peephole LSTM, no peepholes",
    "cifg": "Peephole LSTM, coupled gates",
    "fgr": "Peephole LSTM, gates that see gates",
    "mut1": "MUT1",
    "mut2": "MUT2",
    "mut3": "MUT3",
    "mingru": "minGRU",
    "minlstm": "minLSTM",
    "slstm": "sLSTM",
    "mlstm": "mLSTM",
}
COLUMNS = re.compile(r"\s{2,}")  # between a parameter's name and its shape


class VariantDiff(LiveFigure):
    """Two cells to choose, with what one has and the other has not.

    Parameters
    ----------
    left, right : str
        Names in ``CELLS``, or calls like "gru(reset='before')".
    I, H : int
        Inputs and units at which the learned numbers are counted.

    Examples
    --------
    >>> VariantDiff(left="lstm", right="gru").right
    'gru'
    """

    kind, room = "cells", (1010, 1140)
    left = Unicode("lstm").tag(sync=True)
    right = Unicode("peephole").tag(sync=True)
    inputs = Int(32).tag(sync=True)
    units = Int(100).tag(sync=True)
    style = Unicode().tag(sync=True)  # of all diagrams
    cells = Unicode().tag(sync=True)  # all cells as JSON, gzip, base64

    def __init__(self, left="lstm", right="peephole", I=32, H=100, **traits):
        shown = CELLS | {name: as_cell(name) for name in (left, right)}
        cells = {
            name: {"name": NAMES.get(name, name)} | record(cell, I, H)
            for name, cell in shown.items()
        }
        super().__init__(
            left=left,
            right=right,
            inputs=I,
            units=H,
            cells=bundle.packed(cells),
            style=style(COLOURS["light"]),
            **traits,
        )

    def picture(self):
        """Both diagrams, each marked against the other, with their counts."""
        pairs = ((self.left, self.right), (self.right, self.left))
        both = "".join(
            f'<div style="flex:1 1 16rem">{cell_diagram(a, changed=b)}'
            f"<p>{escape(NAMES.get(a, a))}: "
            f"{count(a, self.inputs, self.units):,} learned numbers</p></div>"
            for a, b in pairs
        )
        return f'<div style="display:flex;flex-wrap:wrap;gap:1rem">{both}</div>'


def record(cell, I, H):
    """What the page needs of a cell: dict."""
    n, top = count(cell, I, H), cell.layers[-1]
    tex = Tex(top)
    width, height, body = PIECES.search(cell_diagram(cell)).groups()
    return {
        "about": sections(cell.doc)[0].replace(r"\|", "|"),
        "size": [float(width), float(height)],
        "body": re.sub(r' data-tags="[^"]*"', "", body),
        "alt": re.search(r"<desc[^>]*>(.*?)</desc>", cell_diagram(cell), re.S)[1],
        **parts(sketch(cell)),
        "lines": [(tex.line(line), foldable(top, line)) for line in lines(top)],
        "counts": [[*COLUMNS.split(text, 1), k] for text, k in n.parts.items()],
        "total": int(n),
    }


def foldable(cell, line):
    """A line as MathML; a sum of more than four terms may go on below."""
    return mathml(MathML(cell).pieces(line, first=2, more=1))


def parts(s):
    """What a diagram's things are, to be compared: {"nodes": ..., "wires": ...}.

    A node says what it is, unless it is a fork or words; a wire what it connects.
    """
    passing = ("dot", "join", "note")
    nodes = {
        name: "port" if node.kind == "port" else f"{node.kind} {node.text}"
        for name, node in s.nodes.items()
        if node.kind not in passing
    }
    wires = {
        name: sorted(f"{a} > {b}" for a, b in pairs)
        for name, pairs in connections(s).items()
    }
    return {"nodes": nodes, "wires": wires}
