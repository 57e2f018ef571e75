"""Honest but odd notebooks of all sets keep every point, in the real jail.

The folder ``odd`` holds what students' notebooks say: in ``first``, above the imports
and in their cell, where what fails on the grader's machine would cost everything; in
``answers``, around an answer (ANSWER, or HIDDEN for it under the name hidden_NAME); in
``cells``, above and below all answers.
"""

import ast
import json
import os
import re
import textwrap
from pathlib import Path

import pytest
from attacks.odd_files import BYTES, FORMS, ORDERS

from lstm_course.exercises import SETS
from lstm_course.grading import isolation, load, plan
from lstm_course.grading.grade import grade
from lstm_course.grading.jail import Jail
from lstm_course.grading.kit import Kit

HERE = Path(__file__).parent
LIMITS = {"cell": 2.0, "cells": 12.0, "spare": 1.0}
NAMES = list(SETS)
LONG = {
    "hex": "0x" + "f" * 9000, "nine": "9" * 9000, "round": "(" * 5000 + ")" * 5000,
    "square": "[" * 150 + "]" * 150, "plus": "+1" * 20_000, "lambda": "lambda: " * 3000,
    "elif": "\n".join(f"elif x == {k}: pass" for k in range(1, 2500)),
}  # fmt: skip
JAIL = isolation.best() == "bubblewrap"
NO_JAIL = "the real jail does not start here"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not JAIL, reason=NO_JAIL)]


def texts(folder):
    """Name -> text of the parts of its files, which begin with ``# %% name``."""
    found = {}
    for file in sorted(HERE.glob(f"odd/{folder}.txt")):
        text = file.read_text(encoding="utf-8")
        parts = re.split(r"^# %% (.*)\n", text, flags=re.M)[1:]
        for name, part in zip(parts[::2], parts[1::2], strict=True):
            found[f"{file.stem}: {name}"] = part.rstrip()
    return found


FIRST, ANSWERS = texts("first/*"), texts("answers/*")
ABOVE, BELOW = texts("cells/above"), texts("cells/below")


@pytest.fixture(scope="module")
def graded():
    """Grades cells or the bytes of a notebook: graded(name of a set, work)."""
    plans = {name: plan.make(name, "seed", "", LIMITS) for name in NAMES}
    jail = Jail("bubblewrap", False, plans[NAMES[0]].limits)

    def run(name, work):
        made = plans[name]
        kit = Kit(jail, made.set.helpers, made.set.exercises)
        cells = load.cells(work) if isinstance(work, bytes) else work
        return grade(cells, made, kit)

    yield run
    jail.close()


def solution(root, name):
    """The text of the notebook that solves a set."""
    return (root / "solutions" / name / f"{name}.ipynb").read_text(encoding="utf-8")


def code(root, name):
    return load.cells(solution(root, name).encode())


def split(text):
    """The cells of a text of the folder ``odd``."""
    for word, long in LONG.items():
        text = text.replace(f"{{{{{word}}}}}", long)
    return text.split("\n# ---\n")


def lost(result):
    """Questions with less than all points, and what was said of them: dict."""
    rows = result["questions"].items()
    asked = {id: q for id, q in rows if q["status"] != "manual"}
    assert len(asked) >= 6
    return {id: q["message"] for id, q in asked.items() if q["fraction"] < 1}


def everywhere(oddities):
    """Each oddity in one set, in turn; LONG_TESTS: in all."""
    return [
        pytest.param(oddity, name, id=f"{oddity} {name[:2]}")
        for k, oddity in enumerate(oddities)
        for n, name in enumerate(NAMES)
        if n == k % len(NAMES) or "LONG_TESTS" in os.environ
    ]


@pytest.mark.parametrize(("oddity", "name"), everywhere(FIRST))
def test_a_first_cell_of_another_machine_costs_nothing(graded, root, oddity, name):
    first, *rest = code(root, name)
    result = graded(name, [f"{FIRST[oddity]}\n{first}", *rest])
    assert not lost(result), result["cells"]


@pytest.mark.parametrize("oddity", FIRST)
def test_nor_where_the_whole_notebook_is_one_cell(graded, root, oddity):
    name = NAMES[list(FIRST).index(oddity) % len(NAMES)]
    result = graded(name, ["\n".join([FIRST[oddity], *code(root, name)])])
    assert not lost(result), result["cells"]


def answered(cell, asked):
    """The name of the answer that a cell defines, or ""."""
    found = (n.name for n in ast.parse(cell).body if isinstance(n, ast.FunctionDef))
    return next((name for name in found if name in asked), "")


def written(text, cell, name, id):
    """The cells of an answer in another form."""
    hidden = cell.replace(f"def {name}(", f"def hidden_{name}(")
    text = text.replace("NAME", name).replace("QUESTION", id)
    for word, source in (("ANSWER", cell), ("HIDDEN", hidden)):
        text = re.sub(
            rf"^( *){word}$", lambda m, s=source: textwrap.indent(s, m[1]), text,
            flags=re.M,
        )  # fmt: skip
    return split(text)


@pytest.mark.parametrize(("oddity", "name"), everywhere(ANSWERS))
def test_the_form_of_an_answer_costs_nothing(graded, root, oddity, name):
    asked, cells = {e.function: e.id for e in SETS[name].exercises}, []
    for cell in code(root, name):
        made = answered(cell, asked)
        cells += written(ANSWERS[oddity], cell, made, asked[made]) if made else [cell]
    result = graded(name, cells)
    assert not lost(result), result["cells"]


@pytest.mark.parametrize(("oddity", "name"), everywhere(ABOVE))
def test_cells_above_the_answers_cost_nothing(graded, root, oddity, name):
    first, *rest = code(root, name)
    result = graded(name, [first, *split(ABOVE[oddity]), *rest])
    assert not lost(result), result["cells"]


@pytest.mark.parametrize(("oddity", "name"), everywhere(BELOW))
def test_cells_below_the_answers_cost_nothing(graded, root, oddity, name):
    result = graded(name, [*code(root, name), *split(BELOW[oddity])])
    assert not lost(result), result["cells"]


@pytest.mark.parametrize(("oddity", "name"), everywhere(ORDERS))
def test_how_cells_are_cut_and_ordered_costs_nothing(graded, root, oddity, name):
    result = graded(name, ORDERS[oddity](code(root, name)))
    assert not lost(result), result["cells"]


@pytest.mark.parametrize(("oddity", "name"), everywhere(FORMS))
def test_the_format_of_a_notebook_costs_nothing(graded, root, oddity, name):
    notebook = FORMS[oddity](json.loads(solution(root, name)))
    assert not lost(graded(name, json.dumps(notebook).encode()))


@pytest.mark.parametrize(("oddity", "name"), everywhere(BYTES))
def test_the_bytes_of_a_file_cost_nothing(graded, root, oddity, name):
    assert not lost(graded(name, BYTES[oddity](solution(root, name))))


def test_a_hundred_megabytes_of_saved_figures_cost_nothing(graded, root):
    notebook = json.loads(solution(root, NAMES[0]))
    figure = {"output_type": "display_data", "data": {"image/png": "A" * (100 << 20)}}
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    code[0]["outputs"] = [figure]
    assert not lost(graded(NAMES[0], json.dumps(notebook).encode()))


def test_there_are_many_oddities():
    kinds = (FIRST, ANSWERS, ABOVE, BELOW, ORDERS, FORMS, BYTES)
    assert sum(map(len, kinds)) >= 200
