"""Questions whose black box counts: what is earned, and that nobody can miscount."""

import copy

import nbformat
import numpy as np
import pytest
from exercises.notebooks import NAMES, QUESTIONS, function, read

from lstm_course.check import examine
from lstm_course.grading import isolation
from lstm_course.grading.batch import Batch, Options

SPEED = next(name for name in NAMES if name.startswith("07"))
COUNTED = [e for e in QUESTIONS if e.id in ("07.2", "07.5")]
every_question = pytest.mark.parametrize("e", COUNTED, ids=[e.id for e in COUNTED])
MISCOUNTING = """
    for name, value in (("asked", []), ("strict", False)):
        setattr(box, name, value)
"""
SLOW = {
    "forward": "def forward(box, b, x):" + MISCOUNTING + """
    h = c = np.zeros((x.shape[1], len(b) // 4))
    out = []
    for x_t in x:
        z = box("W_x", x_t) + box("W_h", h) + b
        zi, zf, zg, zo = np.split(z, 4, axis=-1)
        c = sigmoid(zf) * c + sigmoid(zi) * tanh(zg)
        h = sigmoid(zo) * tanh(c)
        out.append(h)
    return np.stack(out)
""",
    "prefix": "def prefix(box, a):" + MISCOUNTING + """
    a = a.copy()
    for t in range(1, len(a)):
        a[t] = box(a[[t]], a[[t - 1]])[0]
    return a
""",
}  # fmt: skip


@every_question
def test_right_values_at_too_high_a_price_are_worth_half(e):
    wasteful = [f for f, _ in e.misconceptions if examine(e, f).fraction]
    assert len(wasteful) >= 4
    assert {examine(e, f).fraction for f in wasteful} == {0.5}


@every_question
def test_wrong_values_are_worth_nothing_however_few_the_requests(e):
    assert examine(e, lambda box, *args: np.zeros_like(args[-1])).fraction == 0


@every_question
def test_a_box_that_is_asked_without_end_ends_the_call(e):
    def endless(box, *args):
        while True:
            box(*(args[-1], args[-1]) if e.function == "prefix" else ("W_x", args[-1]))

    verdict = examine(e, endless)
    assert verdict.fraction == 0 and "Does the loop ever end?" in verdict.message


@every_question
def test_cases_of_the_two_halves_are_judged_by_a_count_of_their_own(e):
    answer = function("solutions", e)
    assert [examine(e, answer).fraction for _ in range(3)] == [1, 1, 1]


def test_in_the_jail_nobody_reaches_the_count(tmp_path):
    if isolation.best() != "bubblewrap":
        pytest.skip(f"the real jail does not start here, only {isolation.best()}")
    made = copy.deepcopy(read("solutions", SPEED))
    for cell in made.cells:
        for name, text in SLOW.items():
            if cell.source.startswith(f"def {name}("):
                cell.source = text
    file = tmp_path / "in" / "sly" / SPEED / f"{SPEED}.ipynb"
    file.parent.mkdir(parents=True)
    nbformat.write(made, file)
    options = Options(out=str(tmp_path / "out"), quiet=True, workers=1)
    (row,) = Batch(options).run([tmp_path / "in"])
    points = {q["id"]: q["points"] / q["max"] for q in row["questions"] if q["max"]}
    assert {id for id, share in points.items() if share < 1} == {"07.2", "07.5"}
    assert points["07.2"] == points["07.5"] == 0.5
