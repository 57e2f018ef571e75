"""The overlay that the page for instructors shows works when it is typed in."""

import re

import numpy as np
import pytest

from lstm_course.exercises import SETS, judge
from lstm_course.grading import plan

NAME, ASKED = "04_lstm_step_by_step", "04.1"


@pytest.fixture
def exercise(root):
    page = (root / "book/instructors.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.S)
    (overlay,) = (text for text in blocks if "EXTRA" in text)
    made = plan.make(NAME, "s", overlay).set.exercises
    return next(e for e in made if e.id == ASKED)


def won(exercise, function):
    rng = np.random.default_rng(0)
    return judge(exercise, lambda args: function(*args), rng, rng).fraction


def test_its_hidden_test_is_one_that_a_right_answer_passes(exercise):
    assert [share for share, _ in exercise.extra] == [0.25]
    assert won(exercise, exercise.reference) == 1


def test_its_variant_asks_for_another_order_than_the_public_solution(exercise):
    assert won(exercise, SETS[NAME].exercises[0].reference) < 1
