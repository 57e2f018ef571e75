"""The cells at a glance: one Markdown table made from CELLS, never typed.

Equations come from the code that runs, sources and purpose from the room's text, the
count from the shapes, and the last column from a finite-difference check that is run
when the table is made.
"""

import re
from collections.abc import Mapping

from .cells import CELLS
from .convert import count
from .doors import as_cell
from .equations.room import lines
from .equations.tex import Tex
from .gradcheck import gradcheck

SIZES = dict(T=3, B=2, I=4, H=5)  # of the check; small, and no two alike
HEAD = (
    "Cell, what it is for, source",
    "Equations",
    "Learned numbers, I = {I}, H = {H}",
    "Gradient verified to",
)


def at_a_glance(I=32, H=100, cells=CELLS):
    r"""The table of all cells, as Markdown.

    Parameters
    ----------
    I, H : int
        Inputs and units at which the learned numbers are counted.
    cells : dict
        Name -> cell.

    Returns
    -------
    str

    Examples
    --------
    >>> table = at_a_glance(cells={"rnn": CELLS["rnn"]})
    >>> "13,300" in table and r"\tanh(z_{h})" in table
    True
    """
    if not isinstance(cells, Mapping):
        raise ValueError(
            f"cells is {type(cells).__name__}. The table has a line for every name. "
            "Expected a dict from names to cells. Write {'lstm': CELLS['lstm']}?"
        )
    cells = {name: as_cell(cell) for name, cell in cells.items()}
    head = [title.format(I=I, H=H) for title in HEAD]
    rows = [row(name, cell, I, H) for name, cell in cells.items()]
    lines = [head, ["---", "---", "---:", "---:"], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def row(name, cell, I, H):
    """The four entries of one cell."""
    purpose, source = sections(cell.doc)
    digits, power = f"{max(gradcheck(cell, **SIZES).values()):.0e}".split("e")
    about = f"**{name}**<br>{purpose}" + f"<br>*{source}*" * bool(source)
    return [
        about,
        math(cell),
        f"{count(cell, I, H):,}",
        rf"${digits} \cdot 10^{{{int(power)}}}$",
    ]


def sections(doc):
    """(what it is for, sources) of a room's text, each to its first full stop."""
    parts = [" ".join(part.split()) for part in doc.split("\n\n")]
    purpose = _after("What it is for: ", parts) or parts[0]
    purpose = re.split(r"(?<!\bal)\. ", purpose)[0]  # not after "et al."
    purpose = purpose[0].upper() + purpose[1:].removesuffix(".") + "."
    source = re.split(r"\. (?=[A-Z])", _after("Sources?: ", parts))[0]
    return _escape(purpose), _escape(source.removesuffix("."))


def math(cell):
    """A cell's equations as one formula."""
    cell = cell.layers[-1]
    hand, shown = Tex(cell), []
    for line in lines(cell):
        first, *more = hand.pieces(line, first=4, more=100)
        shown += [first.replace(" = ", " &= ", 1), *(rf"&\quad{text}" for text in more)]
    return r"$\begin{aligned}" + r" \\ ".join(shown) + r"\end{aligned}$"


def _after(start, parts):
    """The rest of the first part that begins so, or nothing."""
    found = (re.match(start + "(.+)", part) for part in parts)
    return next((match[1] for match in found if match), "")


def _escape(text):
    """A bar would end the entry."""
    return text.replace("|", r"\|")
