"""Luck, order and memory win no points."""

import numpy as np
import pytest
from grading import sample

from lstm_course.exercises import SETS, judge, local_call
from lstm_course.grading import plan

SAMPLE = plan.make("90_sample", "s", sample.OVERLAY.read_text())
CLINICS = [e for s in SETS.values() for e in s.exercises if e.must]


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_throwing_coins_wins_next_to_nothing_in_a_bug_clinic(exercise):
    rng = np.random.default_rng(0)
    won = [
        judge(exercise, lambda args: bool(rng.integers(2)), rng, True).fraction
        for _ in range(60)
    ]
    assert np.mean(won) < 0.05


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_alternating_answers_win_next_to_nothing_in_a_bug_clinic(exercise):
    won = []
    for seed in range(40):
        said = [False]

        def other(args, said=said):
            said[0] = not said[0]
            return said[0]

        rng = np.random.default_rng(seed)
        won.append(judge(exercise, other, rng, True).fraction)
    assert np.mean(won) < 0.05


def test_every_question_answered_by_yes_or_no_is_guarded_against_luck():
    answers = {
        e.id: e.reference(*e.make_cases(np.random.default_rng(0))[0])
        for s in SETS.values()
        for e in s.exercises
        if e.reference
    }
    guarded = {e.id for e in CLINICS}
    assert {id for id, a in answers.items() if isinstance(a, bool)} == guarded != set()


def test_the_order_of_cases_is_shuffled_for_the_grade():
    exercise = SAMPLE.set.exercises[3]
    orders = set()
    for seed in range(20):
        seen = []
        call = lambda args, seen=seen: seen.append(args[0].__name__) or True  # noqa: E731
        judge(exercise, call, np.random.default_rng(seed), shuffled=True)
        orders.add(tuple(seen))
    assert len(orders) > 1


def test_the_same_seed_asks_the_same():
    exercise = SAMPLE.set.exercises[0]
    asked = []
    for _ in range(2):
        seen = []
        judge(exercise, lambda a, seen=seen: seen.append(a[0]), SAMPLE.rng(exercise))
        asked.append(np.concatenate([np.ravel(a) for a in seen]))
    assert np.array_equal(*asked)


def test_questions_never_share_their_random_numbers():
    streams = [SAMPLE.rng(e).random(4).tolist() for e in SAMPLE.set.exercises]
    assert len({tuple(s) for s in streams}) == len(streams)


def test_a_part_counts_only_when_it_is_right_in_every_case():
    exercise = SAMPLE.set.exercises[2]
    calls = []

    def right_once(dh, x, h, h_next, p):
        calls.append(1)
        dx, dh_prev, grads = exercise.reference(dh, x, h, h_next, p)
        return dx, dh_prev + (len(calls) > 1), grads

    call = local_call(exercise, right_once)
    verdict = judge(exercise, call, np.random.default_rng(0))
    assert verdict.fraction == pytest.approx(2 / 3)
