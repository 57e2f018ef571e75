"""Gradescope's program writes a result for whatever is handed in."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from grading import sample

from lstm_course.grading import isolation

pytestmark = pytest.mark.skipif(
    isolation.best() in (None, "partial"), reason="no jail can be built here"
)


def graded(root, tmp_path, name, text):
    """What Gradescope gets for one file."""
    (tmp_path / "source").mkdir(parents=True)
    shutil.copy(sample.OVERLAY, tmp_path / "source/overlay.py")
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / name).write_text(text)
    program = root / "scripts/gradescope/run_autograder"
    places = {"AUTOGRADER": str(tmp_path), "PYTHONPATH": str(root)}
    command = [sys.executable, program]
    run = subprocess.run(command, env=os.environ | places, capture_output=True)
    assert run.returncode == 0, run.stderr
    return json.loads((tmp_path / "results/results.json").read_text())


def test_a_notebook_gets_its_points_question_by_question(root, tmp_path):
    text = json.dumps(sample.notebook(sample.CELLS))
    made = graded(root, tmp_path, "90_sample.ipynb", text)
    assert made["score"] == sum(t["score"] for t in made["tests"]) == 100
    assert [t["name"].split()[0] for t in made["tests"]][:2] == ["90.1", "90.2"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("a.pdf", "%PDF", "only a.pdf"), ("90_sample.ipynb", "{", "not valid")],
)
def test_what_cannot_be_graded_is_told_its_author(root, tmp_path, name, text, said):
    made = graded(root, tmp_path, name, text)
    assert made["score"] == 0 and said in made["output"]
