"""nbgrader exports the grades that the jail gave."""

import csv
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from lstm_course.grading.reports import nbgrader as gradebook

pytest.importorskip("nbgrader", reason="nbgrader comes with the extra 'instructor'")
pytestmark = pytest.mark.filterwarnings("ignore")


def row(student, points, status="graded", error=""):
    question = {"id": "04.1", "function": "f", "status": status, "points": points,
                "max": 40, "message": ""}  # fmt: skip
    essay = question | {"id": "04.2", "status": "manual", "points": 0.0, "max": 10}
    return {"student": student, "set": "04_gates", "error": error,
            "questions": [question, essay], "points": points, "max": 50}  # fmt: skip


def read_by_a_human(path, student, points):
    from nbgrader.api import Gradebook

    with gradebook.scripts_on_path(), Gradebook(f"sqlite:///{path}") as book:
        assert book.find_submission("04_gates", student).needs_manual_grade
        place = ("04_gates", "04_gates", student)
        grade = book.find_grade(gradebook.cell_name("04.2"), *place)
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


def test_no_library_warns_the_instructor(tmp_path, recwarn):
    warnings.simplefilter("always")
    gradebook.write([row("ada", 40.0)], tmp_path / "gradebook.db")
    assert [w for w in recwarn if "SQL" in str(w.category) or "SA" in str(w)] == []
