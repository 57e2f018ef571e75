"""Submissions that teachers and students reported get what is right for them.

Each is a notebook with a set-up cell and a right answer to 04.1, worth 15 points.
"""

import json

import pytest

from lstm_course.grading import isolation
from lstm_course.grading.batch import Batch, Options

NAME = "04_lstm_step_by_step.ipynb"
SETUP = "import numpy as np\nfrom lstm_course.ops import sigmoid, tanh\n"
STEP = """def lstm_step(p, x, h_prev, c_prev):
    z = x @ p["W_x"] + h_prev @ p["W_h"] + p["b"]
    H = c_prev.shape[1]
    i, f = sigmoid(z[:, :H]), sigmoid(z[:, H:2 * H])
    g, o = tanh(z[:, 2 * H:3 * H]), sigmoid(z[:, 3 * H:])
    c = f * c_prev + i * g
    return o * tanh(c), c, {"i": i, "f": f, "g": g, "o": o}
"""
WITH_HELPER = STEP.replace("z[:, :H]", "step(z, 0, H)").replace(
    "z[:, 3 * H:]", "step(z, 3, H)"
)
HELPER = "def step(z, k, H):\n    return z[:, k * H:(k + 1) * H]\n\n\n"
NAN = [{"output_type": "display_data", "metadata": {},
        "data": {"application/json": float("nan")}}]  # fmt: skip
REPORTED = {
    "control": ([SETUP, STEP], []),
    "multiline shell": (
        ["!pip install -q \\\n    numpy \\\n    matplotlib\n" + SETUP, STEP], []),
    "import cell stops": (["from packaging import version\n" + SETUP, STEP], []),
    "NaN in an output": ([SETUP, STEP], NAN),
    "await": (["import asyncio\nawait asyncio.sleep(0)\n" + SETUP, STEP], []),
    "f-string of 3.12": (
        [SETUP, STEP + "\nshapes = {'H': 4}\nprint(f\"H is {shapes[\"H\"]}\")"], []),
    "helper redefined later": (
        [SETUP, HELPER + WITH_HELPER, "from lstm_course import CELLS\n\n\n"
         "def step(x_t, h, c):\n    return CELLS['lstm'].step(None, x_t, (h, c))[0]"],
        []),
}  # fmt: skip
pytestmark = pytest.mark.skipif(
    isolation.best() != "bubblewrap", reason="the real jail does not start here"
)


def write(path, cells, outputs=()):
    about = {"cell_type": "code", "metadata": {}, "outputs": list(outputs)}
    rows = [about | {"source": source} for source in cells]
    path.parent.mkdir(parents=True, exist_ok=True)
    made = {"cells": rows, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    path.write_text(json.dumps(made))
    return path


def graded(tmp_path, *paths):
    """student -> points."""
    batch = Batch(Options(out=tmp_path / "out", workers=1, quiet=True))
    return {row["student"]: row["points"] for row in batch.run(paths)}


def test_each_of_these_is_worth_fifteen_points(tmp_path):
    for name, (cells, outputs) in REPORTED.items():
        write(tmp_path / "in" / name / NAME, cells, outputs)
    assert graded(tmp_path, tmp_path / "in") == dict.fromkeys(REPORTED, 15)


def test_copies_of_two_students_are_theirs(tmp_path):
    ada = write(tmp_path / "ada" / f"Copy of {NAME}", [SETUP, STEP])
    starter = "def lstm_step(p, x, h_prev, c_prev):\n    raise NotImplementedError"
    alan = write(tmp_path / "alan" / f"Copy of {NAME}", [SETUP, starter])
    assert graded(tmp_path, ada, alan) == {"ada": 15, "alan": 0}


def test_two_attempts_of_blackboard_are_one_student_s(tmp_path):
    for who, day, step in (("ada", 1, ""), ("ada", 2, STEP), ("alan", 1, STEP)):
        name = f"LSTM homework_{who}_attempt_2026-03-0{day}-10-05-33_{NAME}"
        write(tmp_path / "in" / name, [SETUP, step])
    assert graded(tmp_path, tmp_path / "in") == {"ada": 15, "alan": 15}
