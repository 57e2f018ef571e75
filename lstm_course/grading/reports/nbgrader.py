"""Grades into an nbgrader gradebook, through nbgrader's public interface.

An exercise set is an assignment with one notebook of the same name; a question is the
grade cell that the release has for it: ``check-04-2`` below an answer, or the answer
itself where a human reads it.  What nbgrader already knows is kept.
"""

import contextlib
import os
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path


def cell_name(question):
    """The name of the grade cell of a question.

    Examples
    --------
    >>> cell_name({"id": "04.2", "function": "lstm_step_backward", "manual": False})
    'check-04-2'
    >>> cell_name({"id": "04.7", "function": "conclusion", "manual": True})
    'conclusion'
    """
    if question["manual"]:
        return question["function"].replace("_", "-")
    return "check-" + question["id"].replace(".", "-")


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


def place(rows, submissions, folder):
    """Put the notebooks that count where formgrader looks for them.

    ``folder/autograded/STUDENT/SET/SET.ipynb``, without outputs: those of a notebook
    are pages that run in your browser.

    Parameters
    ----------
    rows : list of dict
    submissions : iterable of submissions.find.Submission
    folder : Path
        Where the gradebook lies.

    Returns
    -------
    list of str
        Students whose name can be no folder's, or whose notebook nbformat refuses.
    """
    counting = {(r["student"], r["file"]): r["set"] for r in rows if not r["error"]}
    left = []
    for s in submissions:
        name = counting.get((s.student, s.name))
        if name and not _placed(s, name, Path(folder)):
            left.append(s.student)
    return left


def _placed(submission, name, folder):
    import nbformat

    who = submission.student
    if who != os.path.basename(who) or who.startswith(".") or "\\" in who:
        return False
    try:
        made = nbformat.reads(submission.data.decode("utf-8-sig"), as_version=4)
        for cell in made.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        text = nbformat.writes(made)
    except Exception:  # nbformat raises many kinds for odd notebooks
        return False
    target = folder / "autograded" / who / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode("utf-8", "replace"))
    return True


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
    """The assignment, its notebook and its cells, if they are new."""
    name = row["set"]
    book.update_or_create_assignment(name)
    book.update_or_create_notebook(name, name)
    for question in row["questions"]:
        cell, kind = cell_name(question), "markdown" if question["manual"] else "code"
        book.update_or_create_grade_cell(
            cell, name, name, max_score=question["max"], cell_type=kind
        )
        if question["manual"]:
            book.update_or_create_solution_cell(cell, name, name)
    _forget_old_names(book, row)


def _forget_old_names(book, row):
    """Remove the cells that an earlier version of this program made beside these.

    They were called exercise-04-2, so that a course's own cells counted again.
    """
    old = {f"exercise-{q['id'].replace('.', '-')}" for q in row["questions"]}
    for cell in book.find_notebook(row["set"], row["set"]).grade_cells:
        if cell.name in old:
            book.db.delete(cell)
    book.db.commit()


def _submission(book, row):
    name, student = row["set"], row["student"]
    book.update_or_create_student(student)
    when = datetime.fromtimestamp(row["time"], UTC) if row["time"] else None
    stamp = {"timestamp": when.replace(tzinfo=None)} if when else {}  # it means UTC
    book.update_or_create_submission(name, student, **stamp)
    for question in row["questions"]:
        grade = book.find_grade(cell_name(question), name, name, student)
        if question["status"] != "graded":
            grade.needs_manual_grade = grade.manual_score is None
        elif question["manual"]:
            grade.manual_score, grade.needs_manual_grade = question["points"], False
        else:
            grade.auto_score, grade.needs_manual_grade = question["points"], False
    book.db.commit()
