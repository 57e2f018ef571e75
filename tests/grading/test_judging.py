"""Luck, order and memory win no points."""

import hashlib
from collections import defaultdict, namedtuple

import numpy as np
import pytest
from grading import sample

from lstm_course.exercises import SETS, judge, local_call
from lstm_course.exercises.making import weights
from lstm_course.exercises.values import Opaque, plain
from lstm_course.grading import answers, plan, session

SAMPLE = plan.make("90_sample", "s", sample.OVERLAY.read_text())
CLINICS = [e for s in SETS.values() for e in s.exercises if e.must]


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_throwing_coins_wins_next_to_nothing_in_a_bug_clinic(exercise):
    rng = np.random.default_rng(0)
    won = [
        judge(exercise, lambda args: bool(rng.integers(2)), rng, rng).fraction
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
        won.append(judge(exercise, other, rng, rng).fraction)
    assert np.mean(won) < 0.05


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_notes_kept_from_call_to_call_win_nothing_in_a_bug_clinic(exercise):
    for seed in range(20):
        seen = []

        def knows_who_comes_back(args, seen=seen):
            seen.append(args[-1].bug)  # as its outputs would tell
            again = {bug for bug in seen if seen.count(bug) > 1}
            return not again or args[-1].bug in again

        rng = np.random.default_rng(seed)
        assert judge(exercise, knows_who_comes_back, rng, rng).fraction == 0


def numbers(value):
    """All numbers of a nested value in one vector."""
    if isinstance(value, dict):
        value = [value[k] for k in sorted(value)]
    if isinstance(value, tuple | list):
        return np.concatenate([numbers(v) for v in value])
    return np.ravel(np.asarray(value, float))


def outputs(id, args, T=5, B=2, I=3, H=4):
    """What the suspect of a clinic gives for inputs of the student's choice."""
    rng = np.random.default_rng(5)
    x, h0, dh = (rng.normal(size=s) for s in ((T, B, I), (B, H), (T, B, H)))
    if id == "02.6":
        grads = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=5)}
        return numbers([args[0](grads, limit) for limit in (0.5, 30.0)])
    if id == "03.6":
        return numbers([args[0](I, H, seed) for seed in (1, 2)])
    if id == "06.7":
        x, h, c = rng.integers(7, size=(T, B)), *rng.normal(size=(2, B, 5))
        return numbers(args[0](x, h, c))
    if id == "07.7":
        return numbers([args[0](T) for T in (1, 30, 1000)])
    if id == "08.7":
        x, noise, d = (rng.normal(size=s) for s in ((T, B, 2), (T, B, 3), (T, B)))
        return numbers((args[0](x, noise), args[1](x, noise, d)))
    p = weights(rng, I, H, 1 if id == "01.6" else 4)
    return numbers(args[1](p, x, h0, dh) if id == "01.6" else args[1](p, x, dh))


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_guessing_by_a_hash_of_the_outputs_wins_nothing_in_a_bug_clinic(exercise):
    won = []
    for seed in range(60):

        def coin(args, seed=seed):
            seen = np.round(outputs(exercise.id, args), 6) + 0.0
            return bool(hashlib.sha256(seen.tobytes() + bytes([seed])).digest()[0] % 2)

        rng = np.random.default_rng(seed)
        won.append(judge(exercise, coin, rng, rng).fraction)
    assert np.mean(won) < 0.02


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_a_test_that_overlooks_one_mistake_keeps_the_points_of_all_others(exercise):
    n = len(exercise.tests())
    for wrong, message in exercise.misconceptions[:n]:
        verdict = judge(exercise, lambda a, f=wrong: f(*a), np.random.default_rng(0))
        assert verdict.fraction == pytest.approx(1 - 1 / n)
        assert verdict.misconception == message


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_a_mistake_told_in_one_form_and_not_in_another_costs_one_found(exercise):
    n, met = len(exercise.tests()), []
    victim = exercise.make_cases(np.random.default_rng(0))[0][-1].bug

    def once(args):
        met.append(args[-1].bug)
        again = met.count(victim) > 1 and args[-1].bug == victim
        return exercise.reference(*args) or again

    verdict = judge(exercise, once, np.random.default_rng(0))
    assert verdict.fraction == pytest.approx(1 - 2 / n)
    assert "guesses" in verdict.misconception


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_no_two_forms_of_a_mistake_give_the_same_numbers(exercise):
    for _, make_cases in exercise.tests():
        cases = make_cases(np.random.default_rng(0))
        wrong = [a for a in cases if not exercise.reference(*a)]
        seen = [np.round(outputs(exercise.id, a), 6) for a in wrong]
        assert len({v.tobytes() for v in seen}) == len(wrong) == 2


GRADIENTS = [e for e in CLINICS if e.id in ("01.6", "04.5")]


def boxes(exercise, seed):
    """Every case of a clinic in random order: (arguments, whether it is right)."""
    rng = np.random.default_rng(seed)
    cases = [c for _, make in exercise.tests() for c in make(rng)]
    mixed = [cases[k] for k in rng.permutation(len(cases))]
    return [(args, exercise.reference(*args)) for args in mixed]


@pytest.mark.parametrize("exercise", GRADIENTS, ids=lambda e: e.id)
def test_no_two_right_boxes_of_a_gradient_clinic_give_the_same_numbers(exercise):
    right = [a for a, sound in boxes(exercise, 0) if sound]
    seen = [outputs(exercise.id, args) for args in right]
    for k, one in enumerate(seen):
        near = [np.isclose(one, other).mean() for other in seen[k + 1 :]]
        assert not near or max(near) < 0.05


@pytest.mark.parametrize("exercise", GRADIENTS, ids=lambda e: e.id)
def test_forms_of_a_mistake_lie_on_no_line_with_the_right_answer(exercise):
    """Notes on all boxes, and the right cell itself, lead to none of their answers."""
    house = [a for a, sound in boxes(exercise, 1) if sound][0]
    base = outputs(exercise.id, house)
    for _, make in exercise.tests():
        cases = make(np.random.default_rng(2))
        one, two = (a for a in cases if not exercise.reference(*a))
        first, second = (outputs(exercise.id, a) - base for a in (one, two))
        cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
        assert abs(cosine) < 0.99


@pytest.mark.parametrize("exercise", GRADIENTS, ids=lambda e: e.id)
def test_notes_of_outputs_at_the_same_inputs_win_nothing_in_a_gradient_clinic(exercise):
    """Two boxes that agree somewhere, or a line through two forms: as if by memory."""
    won = []
    for seed in range(20):
        seen = []

        def by_notes(args, seen=seen):
            mine = outputs(exercise.id, args)
            like = [np.isclose(mine, other, rtol=1e-6).mean() for other in seen]
            seen.append(mine)
            return bool(like) and max(like) > 0.2

        rng = np.random.default_rng(seed)
        won.append(judge(exercise, by_notes, rng, rng).fraction)
    assert np.mean(won) == 0


@pytest.mark.parametrize("exercise", GRADIENTS, ids=lambda e: e.id)
@pytest.mark.parametrize("seed", range(3))
def test_forward_and_backward_of_a_right_box_agree(exercise, seed):
    args = [a for a, sound in boxes(exercise, seed) if sound][0]
    forward, backward = args
    rng = np.random.default_rng(seed)
    T, B, I, H, n = 5, 2, 3, 4, 1 if exercise.id == "01.6" else 4
    p = weights(rng, I, H, n)
    x, dh = rng.normal(size=(T, B, I)), rng.normal(size=(T, B, H))
    more = (rng.normal(size=(B, H)),) if n == 1 else ()
    dx, *_, grads = backward(p, x, *more, dh)
    for name, at, slope in (("x", x, dx), *((k, p[k], grads[k]) for k in p)):
        k, step = tuple(int(n) - 1 for n in at.shape), 1e-6
        ahead, back = at.copy(), at.copy()
        ahead[k] += step
        back[k] -= step
        pair = [
            (forward(p | {name: v}, x, *more) if name != "x" else
             forward(p, v, *more)) for v in (ahead, back)
        ]  # fmt: skip
        measured = ((pair[0] - pair[1]) * dh).sum() / (2 * step)
        assert measured == pytest.approx(slope[k], rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_black_boxes_take_their_arguments_by_name(exercise):
    names = {
        "01.6": ("p", "x", "h0", "dh"), "02.6": ("grads", "limit"),
        "03.6": ("I", "H", "seed"), "04.5": ("p", "x", "dh"),
        "06.7": ("codes", "h", "c"), "07.7": ("T",), "08.7": ("seen", "noise", "d"),
    }[exercise.id]  # fmt: skip
    rng = np.random.default_rng(0)
    p = weights(rng, 3, 4, 1 if exercise.id == "01.6" else 4)
    values = {
        "p": p, "x": rng.normal(size=(5, 2, 3)), "h0": rng.normal(size=(2, 4)),
        "dh": rng.normal(size=(5, 2, 4)), "grads": p, "limit": 0.5, "I": 3, "H": 4,
        "seed": 1, "codes": rng.integers(7, size=(5, 2)), "T": 30,
        "h": rng.normal(size=(2, 5)), "c": rng.normal(size=(2, 5)),
        "seen": rng.normal(size=(5, 2, 2)), "noise": rng.normal(size=(5, 2, 3)),
        "d": rng.normal(size=(5, 2)),
    }  # fmt: skip
    called = {"codes": "x", "seen": "x"}  # where clinics mean several by one name
    for args, _ in boxes(exercise, 0):
        plainly = args[-1](*(values[n] for n in names))
        named = args[-1](**{called.get(n, n): values[n] for n in names})
        assert np.array_equal(numbers(plainly), numbers(named))


ALIKE = [e for e in CLINICS if e.alike]


@pytest.mark.parametrize("exercise", ALIKE, ids=lambda e: e.id)
def test_a_test_that_needs_what_came_before_loses_what_it_cannot_tell_alone(exercise):
    def knows(args):
        return exercise.reference(*args)

    def alone(args):
        return True  # nothing seen yet: everything looks right

    rng = np.random.default_rng(0)
    verdict = judge(exercise, knows, rng, rng, alone)
    assert verdict.fraction == 0 and "asked anew" in verdict.brief
    assert judge(exercise, knows, rng, rng, lambda args: False).fraction == 0
    assert judge(exercise, knows, rng, rng, knows).fraction == 1


DRAWN = [e for e in CLINICS if e.id in ("06.7", "07.7", "08.7")]


@pytest.mark.parametrize("exercise", DRAWN, ids=lambda e: e.id)
def test_boxes_that_are_drawn_anew_are_never_met_again(exercise):
    """Notes of what a box gave, or of its weights, say nothing of the next."""
    seen = [outputs(exercise.id, args) for args, _ in boxes(exercise, 0)]
    assert len({np.round(one, 6).tobytes() for one in seen}) == len(seen)


def test_every_clinic_has_boxes_of_its_own_or_asks_again():
    known = {e.id for e in (*GRADIENTS, *ALIKE, *DRAWN)}
    assert {e.id for e in CLINICS} == known


@pytest.mark.parametrize("exercise", GRADIENTS, ids=lambda e: e.id)
def test_a_box_refuses_what_would_take_the_grader_for_ever(exercise):
    forward = boxes(exercise, 0)[0][0][0]
    n = 1 if exercise.id == "01.6" else 4
    rng = np.random.default_rng(0)
    for T, B, I, H in ((5000, 1, 1, 1), (1, 300, 1, 300)):
        p, more = weights(rng, I, H, n), (np.zeros((B, H)),) if n == 1 else ()
        with pytest.raises(ValueError, match="smaller case"):
            forward(p, np.zeros((T, B, I)), *more)
    p = weights(rng, 3, 4, n)
    more = (np.zeros((2, 4)),) if n == 1 else ()
    for x in (np.zeros((1, 9000, 1)), np.zeros((5, 2, 7)), np.zeros((2, 2, 2, 2, 3))):
        with pytest.raises((ValueError, IndexError)):
            forward(p, x, *more)


def test_a_verdict_names_the_first_wrong_part_only():
    exercise = SAMPLE.set.exercises[2]
    call = local_call(exercise, lambda *args: (0.0, 0.0, {}))
    brief = judge(exercise, call, np.random.default_rng(0)).brief
    assert brief == "dx is not the kind of thing that was asked for."


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
        rng = np.random.default_rng(seed)
        judge(exercise, call, rng, order=rng)
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


def test_a_black_box_is_never_asked_for_giants():
    (exercise,) = [e for e in CLINICS if e.id == "03.6"]
    (make,) = exercise.make_cases(np.random.default_rng(0))[0]
    for sizes in ((10**9, 3), (3, 10**5), (0, 3), (-1, 3)):
        with pytest.raises(ValueError, match="a few hundred"):
            make(*sizes, 1)
    assert make(200, 300, 1)["W_x"].shape == (200, 1200)


@pytest.mark.parametrize("shape", [(2**30, 0), (0, 2**30, 1), (300, 0, 300)])
def test_an_empty_array_with_long_axes_counts_as_large(shape):
    assert answers.count((np.zeros(shape), {"a": 1.0})) > session.ASK_SIZE
    assert answers.count((np.zeros((3, 4)), {"a": 1.0, "b": (2, "x")})) == 15


def test_what_behaves_like_a_dict_a_tuple_or_text_is_one():
    pair = namedtuple("pair", "a b")
    made = plain((defaultdict(float, {"x": 1.0}), pair(1, 2), np.str_("before")))
    assert made == ({"x": 1.0}, (1, 2), "before")
    assert [type(v) for v in made] == [dict, tuple, str]
    assert type(plain(np.ones(2).view(np.recarray))) is np.ndarray
    assert isinstance(plain(np.ma.masked_all(3)), Opaque)


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_extra_tests_share_the_points_with_those_of_a_clinic(exercise):
    name = next(n for n, s in SETS.items() if exercise in s.exercises)
    text = f"EXTRA = {{{exercise.id!r}: [(0.25, lambda rng: [])]}}"
    made = plan.make(name, "s", text).set.exercises
    (mine,) = [e for e in made if e.id == exercise.id]
    shares = [share for share, _ in mine.tests()]
    assert min(shares) > 0 and sum(shares) == pytest.approx(1)
    assert shares[-1] == 0.25 and shares[0] == pytest.approx(shares[1])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def (", "SyntaxError"),
        ("import no_such_module", "ModuleNotFoundError"),
        ("EXTRA = {'04.33': []}", "typing slip"),
        ("REPLACE = {'4.3': None}", "typing slip"),
        ("EXTRA = {'04.3': [(0.5, list), (0.5, list)]}", "Make them smaller"),
        ("EXTRA = {'04.3': [(-0.5, list)]}", "Make them smaller"),
    ],
)
def test_a_wrong_overlay_is_refused_with_a_next_step(text, why):
    with pytest.raises(ValueError, match=why):
        plan.make("04_lstm_step_by_step", "s", text)


def test_what_is_right_in_one_process_is_not_asked_again():
    exercise, again = SAMPLE.set.exercises[2], []
    local = local_call(exercise, exercise.reference)

    def many(cases):
        first, second = map(local, cases)
        return [first, (0.0, *second[1:])]

    def call(args):
        again.append(args)
        return local(args)

    rng = np.random.default_rng(0)
    assert judge(exercise, call, rng, many=many).fraction == 1
    assert len(again) == 1


@pytest.mark.parametrize("exercise", CLINICS, ids=lambda e: e.id)
def test_no_process_is_shown_two_black_boxes(exercise):
    def many(cases):
        raise AssertionError("asked for several boxes at once")

    call = local_call(exercise, exercise.reference)
    assert judge(exercise, call, np.random.default_rng(0), many=many).fraction == 1
