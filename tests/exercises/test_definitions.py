"""Claims about every definition: points, references, mistakes, hints."""

import numpy as np
import pytest
from exercises.notebooks import IDS, NAMES, QUESTIONS, read, set_of, solution_cells

from lstm_course.check import examine
from lstm_course.exercises import SETS
from lstm_course.exercises.values import fresh

every_question = pytest.mark.parametrize("exercise", QUESTIONS, ids=IDS)
every_set = pytest.mark.parametrize("name", NAMES)


@every_set
def test_a_set_has_100_points_and_a_question_for_a_human(name):
    exercises = SETS[name].exercises
    assert sum(e.points for e in exercises) == 100
    assert exercises[-1].manual and exercises[-1].points == 0
    assert [e.id for e in exercises] == [
        f"{name[:2]}.{k + 1}" for k in range(len(exercises))
    ]


@every_question
def test_the_reference_is_right(exercise):
    verdict = examine(exercise, exercise.reference)
    assert verdict.fraction == 1 and not verdict.findings


@every_question
def test_every_known_mistake_gets_its_own_message_and_loses_points(exercise):
    messages = [m for _, m in exercise.misconceptions]
    assert len(messages) >= 4 and len(set(messages)) == len(messages)
    for wrong, message in exercise.misconceptions:
        verdict = examine(exercise, wrong)
        assert verdict.fraction < 1
        assert verdict.message == message


@every_question
def test_there_are_three_hints_and_none_is_the_solution(exercise):
    notebook = read("solutions", set_of(exercise))
    lines = solution_cells(notebook)[exercise.function].splitlines()
    assert len(exercise.hints) == 3
    long = [line.strip() for line in lines if len(line.strip()) > 60]
    assert not [line for line in long for hint in exercise.hints if line in hint]


@every_question
def test_the_sizes_of_a_case_all_differ(exercise):
    for args in exercise.make_cases(np.random.default_rng(0)):
        for a in arrays(args):
            assert a.ndim < 2 or len(set(a.shape)) == a.ndim or square(a), a.shape


def arrays(value):
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    parts = value if isinstance(value, tuple | list) else ()
    return [a for v in parts for a in arrays(v)]


def square(a):
    """W_h of one block is square, and a square matrix has two equal axes."""
    return a.ndim == 2


@every_question
def test_cases_are_random_and_a_reference_changes_no_argument(exercise):
    one, other = (list(exercise.make_cases(np.random.default_rng(s))) for s in (0, 1))
    for args, different in zip(one, other, strict=True):
        before = fresh(args)
        exercise.reference(*args)
        for a, b in zip(arrays(args), arrays(before), strict=True):
            assert np.array_equal(a, b)
        pairs = zip(arrays(args), arrays(different), strict=True)
        assert not any(a.size > 1 and np.array_equal(a, b) for a, b in pairs)
