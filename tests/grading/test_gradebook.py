"""nbgrader exports the grades that the jail gave."""

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import warnings
from datetime import datetime
from pathlib import Path

import pytest
import requests

from lstm_course.exercises import SETS
from lstm_course.grading.reports import nbgrader as gradebook
from lstm_course.grading.submissions import find

pytest.importorskip("nbgrader", reason="nbgrader comes with the extra 'instructor'")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


NAME = "04_lstm_step_by_step"


def row(student, points, status="graded", error=""):
    question = {"id": "04.1", "function": "f", "status": status, "points": points,
                "max": 40, "message": "", "manual": False}  # fmt: skip
    essay = question | {
        "id": "04.2",
        "status": "manual",
        "points": 0.0,
        "max": 10,
        "function": "essay",
        "manual": True,
    }
    return {"student": student, "set": "04_gates", "error": error,
            "questions": [question, essay], "points": points, "max": 50,
            "time": 1793707200.0}  # fmt: skip


def read_by_a_human(path, student, points):
    from nbgrader.api import Gradebook

    with gradebook.scripts_on_path(), Gradebook(f"sqlite:///{path}") as book:
        assert book.find_submission("04_gates", student).needs_manual_grade
        place = ("04_gates", "04_gates", student)
        grade = book.find_grade("essay", *place)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """What ``nbgrader export`` says after two batches and a human in between."""
    path = tmp_path_factory.mktemp("course") / "gradebook.db"
    broken = row("eve", 0.0, "not executed", "It is no notebook.")
    gradebook.write([row("ada", 40.0), row("bob", 12.5), broken], path)
    read_by_a_human(path, "ada", 7.0)
    gradebook.write([row("ada", 30.0), row("bob", 12.5), broken], path)
    program = Path(sys.executable).parent / "nbgrader"
    url = f"--CourseDirectory.db_url=sqlite:///{path}"
    command = [program, "export", "--to", "all.csv", url]
    subprocess.run(command, cwd=path.parent, check=True, capture_output=True)
    with open(path.parent / "all.csv") as file:
        return {line["student_id"]: line for line in csv.DictReader(file)}


def test_nbgrader_exports_the_points(lines):
    assert float(lines["bob"]["score"]) == 12.5
    assert float(lines["bob"]["max_score"]) == 50.0


def test_a_regrade_keeps_what_a_human_gave(lines):
    assert float(lines["ada"]["score"]) == 30.0 + 7.0


def test_not_executed_is_no_zero_in_the_gradebook(lines):
    assert sorted(lines) == ["ada", "bob"]


@pytest.fixture(scope="module")
def course(tmp_path_factory, root):
    """A course whose release nbgrader made of a public solution, with one grade."""
    home = tmp_path_factory.mktemp("real")
    shutil.copytree(root / f"solutions/{NAME}", home / f"source/{NAME}")
    command = [Path(sys.executable).parent / "nbgrader", "generate_assignment", NAME]
    with gradebook.scripts_on_path():
        run = subprocess.run(command, cwd=home, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    questions = [
        {"id": e.id, "function": e.function, "manual": e.manual, "max": e.points,
         "points": e.points, "status": "manual" if e.manual else "graded"}
        for e in SETS[NAME].exercises
    ]  # fmt: skip
    made = row("ada", 100.0) | {"set": NAME, "questions": questions}
    gradebook.write([made], home / "gradebook.db")
    gradebook.write([made], home / "gradebook.db")
    return home / "gradebook.db"


def opened(path):
    from nbgrader.api import Gradebook

    return Gradebook(f"sqlite:///{path}")


def test_the_cells_are_those_of_the_release(course):
    with gradebook.quiet(), gradebook.scripts_on_path(), opened(course) as book:
        assert book.find_assignment(NAME).max_score == 100
        names = {c.name for c in book.find_notebook(NAME, NAME).grade_cells}
        assert names == {*(f"check-04-{k}" for k in range(1, 7)), "conclusion"}
        submission = book.find_submission(NAME, "ada")
        assert (submission.score, submission.max_score) == (100, 100)


def test_the_written_answer_waits_for_a_human_and_the_time_is_kept(course):
    with gradebook.quiet(), gradebook.scripts_on_path(), opened(course) as book:
        submission = book.find_submission(NAME, "ada")
        assert submission.needs_manual_grade
        waiting = [g.name for n in submission.notebooks for g in n.grades
                   if g.needs_manual_grade]  # fmt: skip
        assert waiting == ["conclusion"]
        assert submission.timestamp == datetime(2026, 11, 3, 12)


@pytest.fixture(scope="module")
def formgrader(course, root, tmp_path_factory):
    """Asks formgrader of that course for a page: -> its text."""
    home, own = course.parent, tmp_path_factory.mktemp("jupyter")
    notebook = json.loads((root / f"exercises/{NAME}/{NAME}.ipynb").read_text())
    cell = next(c for c in reversed(notebook["cells"]) if c["cell_type"] == "markdown")
    cell["source"] = "Seven units matter."
    notebook["cells"][1]["outputs"] = [
        {"output_type": "display_data", "metadata": {},
         "data": {"text/html": "<script>evil()</script>"}}]  # fmt: skip
    made = find.Submission("ada", "a", "", json.dumps(notebook).encode())
    given = row("ada", 100.0) | {"set": NAME, "file": "a"}
    assert gradebook.place([given], [made], home) == []
    (home / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(home)!r}\n"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bin = str(Path(sys.executable).parent)
    places = {f"JUPYTER_{k}_DIR": str(own / k) for k in ("CONFIG", "DATA", "RUNTIME")}
    env = os.environ | places | {"PATH": f"{bin}{os.pathsep}{os.environ['PATH']}"}
    command = [f"{bin}/jupyter", "server", "--allow-root", "--no-browser", "--port",
               str(port), "--IdentityProvider.token="]  # fmt: skip
    server = subprocess.Popen(command, cwd=home, env=env, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/formgrader"

    def ask(page):
        for _ in range(120):
            try:
                return requests.get(f"{url}/{page}", timeout=60).text
            except requests.ConnectionError:
                time.sleep(0.5)
        raise AssertionError("the server did not start")

    yield ask
    server.terminate()
    server.wait()


@pytest.mark.slow
def test_formgrader_shows_the_answer_that_waits_and_runs_nothing(formgrader):
    (made,) = json.loads(formgrader(f"api/submitted_notebooks/{NAME}/{NAME}"))
    assert made["needs_manual_grade"] and made["score"] == 100
    page = formgrader(f"submissions/{made['id']}")
    assert "Seven units matter." in page and "extra credit" in page
    assert "evil()" not in page


def test_a_name_that_is_a_path_writes_no_file(tmp_path):
    data = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    names = ["../ada", "..", ".x", "a/b", "a\\b"]
    made = [find.Submission(n, "a", "", data.encode()) for n in names]
    rows = [row(n, 1.0) | {"file": "a"} for n in names]
    assert gradebook.place(rows, made, tmp_path / "in") == names
    assert list(tmp_path.iterdir()) == []


def test_points_of_a_human_go_to_the_manual_cell(tmp_path):
    read = row("ada", 40.0)
    read["questions"][1] |= {"status": "graded", "points": 8.0}
    path = tmp_path / "gradebook.db"
    gradebook.write([read], path)
    with gradebook.quiet(), gradebook.scripts_on_path(), opened(path) as book:
        submission = book.find_submission("04_gates", "ada")
        assert submission.score == 48 and not submission.needs_manual_grade


def test_cells_of_an_earlier_version_do_not_count_again(tmp_path):
    path = tmp_path / "gradebook.db"
    gradebook.write([row("ada", 40.0)], path)
    with gradebook.quiet(), gradebook.scripts_on_path(), opened(path) as book:
        book.update_or_create_grade_cell(
            "exercise-04-1", "04_gates", "04_gates", max_score=40, cell_type="code"
        )
        assert book.find_assignment("04_gates").max_score == 90
    gradebook.write([row("ada", 40.0)], path)
    with gradebook.quiet(), gradebook.scripts_on_path(), opened(path) as book:
        assert book.find_assignment("04_gates").max_score == 50


def test_no_library_warns_the_instructor(tmp_path, recwarn):
    warnings.simplefilter("always")
    gradebook.write([row("ada", 40.0)], tmp_path / "gradebook.db")
    assert [w for w in recwarn if "SQL" in str(w.category) or "SA" in str(w)] == []
