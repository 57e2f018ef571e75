"""The official grader, in its jail, on the same definitions by name."""

import shutil

import pytest
from exercises.notebooks import NAMES, ROOT

from lstm_course.grading import isolation
from lstm_course.grading.batch import Batch, Options

pytestmark = pytest.mark.skipif(
    isolation.best() != "bubblewrap",
    reason=f"the real jail does not start here, only {isolation.best()}",
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    for kind in ("solutions", "exercises"):
        for name in NAMES:
            (folder / "in" / kind / name).mkdir(parents=True)
            file = f"{name}/{name}.ipynb"
            shutil.copy(ROOT / kind / file, folder / "in" / kind / file)
    batch = Batch(Options(out=str(folder / "out"), quiet=True, workers=1))
    made = batch.run([folder / "in"])
    return {(row["student"], row["set"]): row for row in made}


@pytest.mark.parametrize("name", NAMES)
def test_a_solution_gets_every_point_with_hidden_cases(rows, name):
    row = rows["solutions", name]
    assert row["points"] == row["max"] == 100
    assert [q["id"] for q in row["questions"] if q["status"] == "manual"]


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_gets_nothing_and_the_report_says_why(rows, name):
    row = rows["exercises", name]
    assert row["points"] == 0
    graded = [q for q in row["questions"] if q["status"] == "graded"]
    assert {q["message"] for q in graded} == {"It is not written yet."}
