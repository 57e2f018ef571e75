"""Grades into an nbgrader gradebook, through nbgrader's public interface.

An exercise set is an assignment with one notebook of the same name; a question is a
grade cell named like ``exercise-04-2``.  What nbgrader already knows is kept.
"""

import contextlib
import os
import sys
import warnings

KIND = "code"


def cell_name(id):
    """The name of the grade cell of a question: "04.2" -> "exercise-04-2"."""
    return "exercise-" + id.replace(".", "-")


def write(rows, path):
    """Write rows (of ``rows.build``) into the gradebook file at path.

    Raises
    ------
    ValueError
        If nbgrader is not installed.
    """
    try:
        from nbgrader.api import Gradebook
    except ImportError:
        raise ValueError(
            f"--nbgrader {path} needs nbgrader, which is not installed. It comes with "
            "the extra 'instructor'. Run pip install 'lstm-course[instructor]'?"
        ) from None
    with quiet(), scripts_on_path(), Gradebook(f"sqlite:///{path}") as book:
        done = set()
        for row in rows:
            if row["set"] and row["set"] not in done:
                _assignment(book, row)
                done.add(row["set"])
            if row["set"] and not row["error"]:
                _submission(book, row)


@contextlib.contextmanager
def quiet():
    """Without the warnings of libraries about each other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def scripts_on_path():
    """nbgrader starts ``alembic`` by name; it lies beside this Python."""
    old = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), old])
    try:
        yield
    finally:
        os.environ["PATH"] = old


def _assignment(book, row):
    """The assignment, its notebook and its grade cells, if they are new."""
    name = row["set"]
    book.update_or_create_assignment(name)
    book.update_or_create_notebook(name, name)
    for question in row["questions"]:
        book.update_or_create_grade_cell(
            cell_name(question["id"]), name, name,
            max_score=question["max"], cell_type=KIND,
        )  # fmt: skip


def _submission(book, row):
    name, student = row["set"], row["student"]
    book.update_or_create_student(student)
    book.update_or_create_submission(name, student)
    for question in row["questions"]:
        cell = cell_name(question["id"])
        grade = book.find_grade(cell, name, name, student)
        if question["status"] == "graded":
            grade.auto_score = question["points"]
            grade.needs_manual_grade = False
        else:
            grade.needs_manual_grade = grade.manual_score is None
    book.db.commit()
