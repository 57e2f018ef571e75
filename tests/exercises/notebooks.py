"""What the tests of the exercises share: cells of solutions and starters, run."""

import ast
import functools
from pathlib import Path

import nbformat

from lstm_course.exercises import SETS

ROOT = Path(__file__).resolve().parents[2]
NAMES = list(SETS)
QUESTIONS = [e for s in SETS.values() for e in s.exercises if not e.manual]
IDS = [e.id for e in QUESTIONS]


@functools.cache
def read(folder, name):
    """A notebook of "solutions" or "exercises"."""
    file = ROOT / folder / name / f"{name}.ipynb"
    return nbformat.reads(file.read_text(encoding="utf-8"), as_version=4)


def set_of(exercise):
    return next(n for n, s in SETS.items() if exercise in s.exercises)


def about(cell):
    return cell.metadata.get("nbgrader", {})


def solution_cells(notebook):
    """Function name -> source of the cell that defines it."""
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    sources = [c.source for c in cells if about(c).get("solution")]
    return {_function(s): s for s in sources}


def _function(source):
    body = ast.parse(source).body
    return next(node.name for node in body if isinstance(node, ast.FunctionDef))


@functools.cache
def given_in(folder, name):
    """Imports and functions of the cells that are given, without what they run."""
    names, notebook = {}, read(folder, name)
    keep = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    for cell in notebook.cells:
        if cell.cell_type == "code" and not about(cell):
            body = [n for n in ast.parse(cell.source).body if isinstance(n, keep)]
            exec(compile(ast.Module(body, []), "<given>", "exec"), names)
    return names


def given(folder, name):
    """A namespace of its own with what a notebook gives."""
    return dict(given_in(folder, name))


def function(folder, exercise, change=lambda source: source):
    """The function of one exercise, run alone: no other answer is defined."""
    name = set_of(exercise)
    names = given(folder, name)
    source = change(solution_cells(read(folder, name))[exercise.function])
    exec(compile(source, "<answer>", "exec"), names)
    return names[exercise.function]
