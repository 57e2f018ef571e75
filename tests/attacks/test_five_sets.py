"""Honest but odd notebooks of all five sets keep every point, in the real jail.

The oddities of the folder ``odd`` stand in the very cell that imports NumPy, above it:
what fails on the grader's machine may not cost a student what is below.
"""

import re
from pathlib import Path

import pytest

from lstm_course.exercises import SETS
from lstm_course.grading import isolation, load, plan
from lstm_course.grading.grade import grade
from lstm_course.grading.jail import Jail
from lstm_course.grading.kit import Kit

HERE = Path(__file__).parent
LIMITS = {"cell": 3.0, "cells": 12.0, "spare": 1.0}
NAMES = list(SETS)
pytestmark = pytest.mark.skipif(
    isolation.best() != "bubblewrap", reason="the real jail does not start here"
)


def texts(file):
    """Name -> text of the parts of a file, which begin with ``# %% name``."""
    parts = re.split(r"^# %% (.*)\n", file.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], map(str.rstrip, parts[2::2]), strict=True))


SETUPS = {
    f"{file.stem}: {name}": text
    for file in sorted(HERE.glob("odd/*.txt"))
    for name, text in texts(file).items()
}


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
    """The bytes of the notebook that solves a set."""
    return (root / "solutions" / name / f"{name}.ipynb").read_bytes()


def lost(result):
    """Questions with less than all points, and what was said of them: dict."""
    rows = result["questions"].items()
    asked = {id: q for id, q in rows if q["status"] != "manual"}
    assert len(asked) >= 6
    return {id: q["message"] for id, q in asked.items() if q["fraction"] < 1}


def everywhere(oddities):
    """Each oddity in one set, in turn; the other four are slow."""
    for k, oddity in enumerate(oddities):
        for n, name in enumerate(NAMES):
            marks = () if n == k % len(NAMES) else pytest.mark.slow
            yield pytest.param(oddity, name, marks=marks, id=f"{oddity} {name[:2]}")


@pytest.mark.parametrize(("oddity", "name"), list(everywhere(SETUPS)))
def test_a_first_cell_of_another_machine_costs_nothing(graded, root, oddity, name):
    cells = load.cells(solution(root, name))
    cells[0] = f"{SETUPS[oddity]}\n{cells[0]}"
    result = graded(name, cells)
    assert not lost(result), result["cells"]


def test_there_are_many_first_cells():
    assert len(SETUPS) >= 80
