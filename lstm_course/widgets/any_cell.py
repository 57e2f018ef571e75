"""What a live figure is told of a cell: its quantities, their words and its lines."""

import ast

from ..cells import CELLS
from ..doors import as_cell
from ..engines.page.text import module_text
from ..equations.inline import Inline
from ..equations.room import Line, arithmetic, terms_of
from ..palette import GATES, NAMES
from . import bundle
from .variant_diff import NAMES as LONG

FAMILIES = {
    "plain": ("rnn", "clockwork"),
    "LSTM": ("lstm", "lstm1997", "peephole", "coupled", "depth_gated"),
    "eight by Greff and others": tuple("nig nfg nog niaf noaf np cifg fgr".split()),
    "GRU": ("gru", "mut1", "mut2", "mut3"),
    "linear in time": ("mingru", "minlstm"),
    "xLSTM": ("slstm", "mlstm"),
}
SHORT = {  # where there is little room; the others are called as in CELLS
    **{"rnn": "tanh RNN", "lstm": "LSTM", "gru": "GRU", "mingru": "minGRU"},
    **{"minlstm": "minLSTM", "slstm": "sLSTM", "mlstm": "mLSTM"},
    **{"mut1": "MUT1", "mut2": "MUT2", "mut3": "MUT3", "clockwork": "Clockwork"},
}
WORDS = NAMES | {  # of what only some cells have
    **{"d": "depth gate", "e": "input, squashed", "a": "old state, squashed"},
    **{"q": "old state, gated", "m": "old state, weighed", "on": "clock gate"},
}
OWN_WORDS = {  # where a letter means something else: (words, colour)
    ("slstm", "n"): ("normaliser", "ink"),
    ("slstm", "m"): ("stabiliser", "ink"),
    ("mlstm", "q"): ("query", "ink"),
    ("mlstm", "k"): ("key", "ink"),
    ("mlstm", "v"): ("value", "g"),
    ("mlstm", "r"): ("what is read", "c"),
    ("mlstm", "n"): ("normaliser", "ink"),
}
SHARES = set("i f o r u d on".split())  # between 0 and 1
KEEPS = {  # block and sign of the bias that makes a cell keep more, where not f
    **{"gru": ("u", 1), "coupled": ("i", -1), "cifg": ("i", -1)},
    **{name: ("u", -1) for name in ("mut1", "mut2", "mut3", "mingru")},
}


def offered(*more):
    """Every cell of CELLS, and others by their names: dict name -> cell."""
    return CELLS | {name: as_cell(name) for name in more}


def packed(cells, widths=(), held=False, **of_each):
    """What js/any_cell.js opens: the engine's text of cells, and what is told of them.

    Parameters
    ----------
    cells : dict
        Name -> cell.
    widths, held
        As for ``engines.page.text.cell_text``.
    **of_each : functions
        What else is told of each: name of it = function of the cell.
    """
    about = {
        name: tell(name, cell) | {k: of(cell) for k, of in of_each.items()}
        for name, cell in cells.items()
    }
    text = module_text(cells, widths, held).replace("export const", "const", 1)
    return bundle.packed({"text": text, "about": about})


def tell(name, cell):
    """Names and quantities of a cell: dict."""
    family = next((f for f, names in FAMILIES.items() if name in names), "others")
    return {
        "name": LONG.get(name, name),
        "short": SHORT.get(name, name),
        "family": family,
        "states": cell.states,
        "path": cell.cell_path,
        "shown": quantities(cell),
    }


def quantities(cell):
    """What is shown of a cell's top layer, in the order in which it is computed.

    Returns
    -------
    list of dict
        ``name``, ``words``, ``colour`` of the palette, ``share``: whether it lies
        between 0 and 1.
    """
    top = cell.layers[-1]
    names = [line.names[0] for line in line_of(top).values()]
    return [describe(top, name) for name in names]


def line_of(top):
    """The line of every quantity that a figure shows: dict name -> Line.

    What is only given a name in passing comes first: minGRU's n = z_n.
    """
    kept = [n for ph in top.phases for n in ph.names] or [*"qkvoifrh"]
    told = {line.names[0]: line for line in arithmetic(top)}
    found = {n: told[n] for n in told if n in kept and (len(n) == 1 or n == "on")}
    plain = [n for n in kept if n in top.blocks and n not in told]
    first = {n: Line((n,), ast.Name(f"z{n}")) for n in plain if n not in found}
    helpers = {"t"} | ({"k", "q", "m"} & set(top.states))
    return {n: line for n, line in (first | found).items() if n not in helpers}


def describe(top, name):
    words, colour = OWN_WORDS.get((top.name, name), (WORDS.get(name, name), None))
    colour = colour or (name if name in GATES else "g" if name == "d" else "ink")
    share = name in SHARES and (top.name, name) not in OWN_WORDS
    return {"name": name, "words": words, "colour": colour, "share": share}


def lines_for(top, times=" ", numbers=False):
    """The right side of every shown quantity as HTML: dict name -> str.

    ``numbers``: every quantity is left to the page, else z and elementwise weights.
    """
    places = {f"z{b}" for b in top.blocks} | set(top.vectors)
    lines = line_of(top)
    if numbers:
        places |= {*lines, *top.states, *(f"{s}_prev" for s in top.states)}
    hand = Inline(top, places, times)
    return {name: hand(line.value) for name, line in lines.items()}


def sums_of(top):
    """What a block of pre-activations adds up: dict block -> list of (param, source).

    Entry k of a block's column in ``param`` begins at ``first`` units.
    """
    found = {b: [] for b in top.blocks}
    for term in terms_of(top):
        for k, block in enumerate(term.blocks):
            found[block].append((term.param, term.source, term.first + k))
    return found


def of_unit(values, unit, H):
    """One unit's numbers of a quantity of ``trace``, one row: (T, 1, ...) -> (T,).

    What is the same for all units of a head is one number a head.
    """
    rows = values.reshape(len(values), -1)
    return rows[:, unit * rows.shape[1] // H]
