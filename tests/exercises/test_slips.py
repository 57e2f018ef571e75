"""200 random slips in the solutions: each loses points, or changes nothing at all.

A slip may leave a function what it was: ``x + x * 0`` reads differently and computes
the same.  It is let go only if its answers are the reference's on FRESH other draws
of the cases, which no check has used; there may be few of these, and they are counted.
A slip in a bug clinic's test may leave it a sound test, which has to prove itself on
suspects that the check does not know.
"""

import numpy as np
import pytest
from exercises.held_out import suspects
from exercises.notebooks import IDS, QUESTIONS, function
from exercises.slips import slip

from lstm_course.check import examine
from lstm_course.exercises.judging import judge, local_call

SLIPS, FRESH, HARMLESS = 210, 12, 0.2
EACH = -(-SLIPS // max(len(QUESTIONS), 1))


def still_right(exercise, answer):
    """True if the answer is right on draws that no check has used."""
    call = local_call(exercise, answer)
    with np.errstate(all="ignore"):
        draws = (judge(exercise, call, np.random.default_rng(s)) for s in range(FRESH))
        if any(v.findings for v in draws):
            return False
    return all(answer(*args) == sound for args, sound in suspects(exercise.id))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exercise", QUESTIONS, ids=IDS)
def test_a_slip_loses_points_unless_it_changes_nothing(exercise):
    rng = np.random.default_rng(int(exercise.id.replace(".", "")))
    harmless, done = [], set()
    while len(done) < EACH:
        told = []

        def change(source, told=told):
            text, what = slip(source, rng)
            told += [text, what]
            return text

        answer = function("solutions", exercise, change)
        if told[0] in done:
            continue
        done.add(told[0])
        if not examine(exercise, answer).findings:
            assert still_right(exercise, answer), told[1]
            harmless.append(told[1])
    assert len(harmless) <= HARMLESS * EACH + 1, harmless


def test_there_are_at_least_200_slips():
    assert EACH * len(QUESTIONS) >= 200


@pytest.mark.parametrize("exercise", QUESTIONS, ids=IDS)
@pytest.mark.slow
def test_a_solution_holds_on_fresh_draws_and_unknown_suspects(exercise):
    assert still_right(exercise, function("solutions", exercise))
