"""Cell diagrams, generated from code in one visual language.

A box is a learned layer, a circle a pointwise operation; each line carries a whole
vector; lines that merge are concatenated, a line that forks is copied.

    from lstm_course import diagrams
    diagrams.show(diagrams.cell_diagram("lstm", highlight={"forget"}))

In this folder, each floor standing on those before it:

    signs    nodes, wires and words, and how they become SVG
    truth    a picture as a program, compared with the cell
    plans    families of pictures, and one for any cell
"""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from html import escape, unescape
from pathlib import Path

from ..doors import as_cell, check_size
from .plans import along_time, gru_family, lstm_family, simple
from .plans import in_and_out as ways
from .plans.frame import short
from .plans.generic import generic
from .signs.draw import svg
from .signs.legend import legend as _legend
from .signs.words import value_keys
from .truth.agree import agrees
from .truth.difference import mark
from .truth.flow import describe

__all__ = [
    "cell_diagram",
    "feedforward_and_recurrent",
    "in_and_out",
    "legend",
    "save",
    "show",
    "sketch",
    "unrolled",
]


FAMILIES = (simple, lstm_family, gru_family)


def sketch(cell="lstm"):
    """The description a diagram is drawn from: nodes, wires and where they lie.

    Of the pictures that the families offer for a cell, the first that, run as a
    program, computes what the cell computes.
    """
    cell = as_cell(cell)
    cell = cell.layers[-1]  # of a stack, the top
    families = FAMILIES if cell.phases else ()
    for family in families:
        for s in family.candidates(cell):
            if agrees(s, cell):
                return s
    return generic(cell)


def cell_diagram(cell="lstm", highlight=None, values=None, changed=None):
    """Draw one step of a cell.

    Parameters
    ----------
    cell : str or Cell
    highlight : set of str, optional
        Names of steps ("forget", "input", "update", "output") or parts ("f", "c", ...)
        that stay bright; the rest is dimmed.
    values : dict, optional
        part -> short text, written at the part's line: ``{"f": "0.62"}``.  Besides
        gates and states (``c_prev``, ``c``, ``x``): ``kept``, ``written``, ``squashed``
        for the products and the tanh of an LSTM.
    changed : str or Cell, optional
        The cell to compare with: what that one lacks is marked, what is gone is shown
        as an empty frame.

    Returns
    -------
    str
        SVG text.

    Examples
    --------
    >>> cell_diagram("lstm").startswith("<svg")
    True
    """
    s = sketch(cell)
    _check_names(s, highlight, values)
    desc = s.desc or describe(s)
    if changed is not None:
        desc += mark(s, sketch(changed))
    return svg(s, desc, highlight, values)


def _check_names(s, highlight, values):
    """Every highlighted part and every value's part is there to be seen."""
    shown = {n for n, node in s.nodes.items() if node.kind in ("box", "weight")}
    things = [*s.nodes.values(), *s.wires.values()]
    lines = {*s.nodes, *s.wires, "read", ""} - shown - value_keys(s)
    tags = {t for thing in things for t in thing.tags}
    _check("highlight", highlight, tags - lines, tags)
    _check("values", values, value_keys(s), value_keys(s))


def _check(what, got, known, fine):
    names, kind = sorted(known), Mapping if what == "values" else Collection
    fits = got is None or isinstance(got, kind) and not isinstance(got, str)
    if not fits or not all(n in fine for n in got or ()):
        wrong = next(n for n in got if n not in fine) if fits else got
        near = get_close_matches(str(wrong), names, n=1, cutoff=0.4) or names
        value = ": '0.5'" if what == "values" else ""
        raise ValueError(
            f"{what} takes a collection of parts of this diagram, but got {wrong!r}. "
            f"Parts: {', '.join(names)}. Write {what}={{{near[0]!r}{value}}}?"
        )


def unrolled(cell="rnn", steps=4, gradient=False, cut=None, values=None):
    """Draw a cell's loop and the same cell copied along time: SVG text.

    With ``gradient=True`` the copies alone, and the way of the gradient back; with
    ``cut=k`` it goes back no further than the first of k copies.  ``values`` are short
    texts to write at the lines, ``{"x_1": "[1, 2]", "message_2": "[0.08, 0.04]"}``:
    ``x_t``, ``h_t``, ``dh_out_t`` (what the loss asks of an output) and ``message_t``.
    """
    cell, steps = as_cell(cell), check_size("steps", steps)
    cut = cut if cut is None else check_size("cut", cut)
    numbers = values is not None
    s = along_time.unrolled(short(cell), cell.states, steps, gradient, cut, numbers)
    _check("values", values, value_keys(s), value_keys(s))
    return svg(s, s.desc, values=values)


def feedforward_and_recurrent():
    """Draw a layer that sees one input at a time beside one that reads its past."""
    s = along_time.feedforward_and_recurrent()
    return svg(s, s.desc)


def in_and_out():
    """Draw four ways to read and write with copies of one layer: SVG text."""
    s = ways.in_and_out()
    return svg(s, s.desc)


def legend():
    """Draw the signs of the diagram language with their meaning: SVG text."""
    s = _legend()
    return svg(s, s.desc)


class Picture:
    """An SVG that notebooks and the book show in the page, in the page's colours."""

    def __init__(self, svg):
        self.svg = svg

    def _repr_html_(self):
        return f'<div class="lcd-figure">{self.svg}</div>'

    def __repr__(self):
        said = (
            map(unescape, re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", self.svg, re.S))
            for tag in ("title", "desc")
        )
        return "\n".join(
            f"[{title}: {desc}]" for title, desc in zip(*said, strict=True)
        )


def show(svg, alt=None):
    """Make SVG text a picture for a notebook cell; ``alt`` replaces its description.

    A list of them becomes one picture, one above the other.
    """
    if isinstance(svg, list | tuple) and svg:
        return Picture("\n".join(_svg(one) for one in svg))
    svg = _svg(svg)
    if alt is not None:
        svg = re.sub(
            r"(<desc[^>]*>).*?(</desc>)",
            lambda m: m[1] + escape(str(alt)) + m[2],
            svg,
            count=1,
            flags=re.S,
        )
    return Picture(svg)


def _svg(svg):
    """The text of a diagram, or of the Picture of one."""
    svg = getattr(svg, "svg", svg)
    if not isinstance(svg, str) or "<desc" not in svg:
        raise ValueError(
            f"svg is {type(svg).__name__} {str(svg)[:30]!r}. Expected the SVG text of "
            "a diagram of this package. Write show(cell_diagram('lstm'))?"
        )
    return svg


def save(svg, path):
    """Write SVG text to a file, the same text for the same picture."""
    text = re.sub(r"\blcd-\w+-\d+-([td])\b", r"lcd-\1", _svg(svg))
    Path(path).write_text(text, encoding="utf-8")
