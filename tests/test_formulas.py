r"""Formulas of the book and the exercises, as MathJax takes them.

``\begin{aligned}`` and ``\\`` take an optional argument: a ``[`` right behind one of
them vanishes from the page, and all that stands before the ``]`` with it.
"""

import re
from pathlib import Path

import nbformat
import pytest

from lstm_course import CELLS
from lstm_course.equations.changes import equation_changes, tex

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *sorted((ROOT / "book").glob("*.md")),
    *sorted(ROOT.glob("book/*.ipynb")),
    *sorted(ROOT.glob("exercises/*/*.ipynb")),
    *sorted(ROOT.glob("solutions/*/*.ipynb")),
]
SWALLOWED = re.compile(r"(?:\\begin\{\w+\*?\}|\\\\)\s*\[")


def formulas(file):
    """The display formulas of a page."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(c.source for c in cells if c.cell_type == "markdown")
    return re.findall(r"\$\$(.+?)\$\$", text, re.S)


@pytest.mark.parametrize("file", PAGES, ids=lambda f: str(f.relative_to(ROOT)))
def test_no_formula_begins_a_line_with_a_bracket(file):
    assert [f for f in formulas(file) if SWALLOWED.search(f)] == []


@pytest.mark.parametrize("file", PAGES, ids=lambda f: str(f.relative_to(ROOT)))
def test_no_summary_of_a_fold_needs_markdown(file):
    """It stands in a line of HTML, which is shown as it is."""
    summaries = re.findall(r"<summary>(.*?)</summary>", file.read_text("utf-8"))
    assert [text for text in summaries if re.search(r"[$`*{]", text)] == []


@pytest.mark.parametrize("name", CELLS)
def test_no_marked_equation_begins_a_line_with_a_bracket(name):
    base = "gru" if name == "lstm" else "lstm"
    assert not SWALLOWED.search(tex(equation_changes(name, base)))


def test_formulas_are_found():
    assert sum(len(formulas(file)) for file in PAGES) > 40
