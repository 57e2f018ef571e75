"""A fixed test changes its own fingerprint and no other."""

from dataclasses import replace

import pytest
from grading import sample

from lstm_course.exercises import Exercise, ExerciseSet
from lstm_course.grading import plan

TEXT = sample.OVERLAY.read_text()
BEFORE = plan.make("90_sample", "s", TEXT).fingerprints


def changed(old, new, **more):
    """Ids whose fingerprint changes when the overlay's text does."""
    assert old in TEXT
    after = plan.make("90_sample", "s", TEXT.replace(old, new), **more).fingerprints
    return {id for id in BEFORE if BEFORE[id] != after[id]}


def test_the_same_text_has_the_same_fingerprints():
    assert plan.make("90_sample", "s", TEXT).fingerprints == BEFORE


@pytest.mark.parametrize(
    ("old", "new", "ids"),
    [
        ("return 1 / (1 + np.exp(-x))", "return 1 / (2 + np.exp(-x))", {"90.1"}),
        ("(3,), (2, 5)", "(3,), (2, 6)", {"90.1"}),
        ("return 3 * x", "return 4 * x", {"90.4"}),
        ("grads = {\"W_x\": x.T @ dh", "grads = {\"W_x\": -x.T @ dh", {"90.3"}),
        ("h_next = np.tanh(x", "h_next = np.sin(x", {"90.2", "90.3"}),
        ("rng.normal(size=s) for", "rng.random(size=s) for", {"90.2", "90.3"}),
        ("< 1e-9\n", "< 1e-8\n", {"90.5"}),
        ('"my_sigmoid", 10', '"my_sigmoid", 11', set()),
        ("def sigmoid(x):\n", "def sigmoid(x):\n    # a comment\n", set()),
    ],
)  # fmt: skip
def test_a_change_touches_what_it_changes(old, new, ids):
    assert changed(old, new) == ids


def test_another_seed_changes_everything():
    assert changed('SEED = "for the tests"', 'SEED = "another"') == set(BEFORE)


def test_other_limits_change_everything():
    assert changed("SEED", "SEED", limits={"call": 1.0}) == set(BEFORE)


def test_using_a_definition_does_not_change_it():
    made = plan.make("90_sample", "s", TEXT)
    for exercise in made.set.exercises[:4]:
        for args in exercise.make_cases(made.rng(exercise)):
            exercise.reference(*args)
    assert replace(made).fingerprints == BEFORE  # reckoned anew


def test_a_definition_of_the_package_follows_its_helpers():
    from lstm_course import ops
    from lstm_course.grading.fingerprint import fingerprint

    one = Exercise("1", "f", 1, reference=lambda x: ops.sigmoid(x))
    two = replace(one, reference=lambda x: ops.tanh(x))
    assert fingerprint(one.reference) != fingerprint(two.reference)


@pytest.mark.parametrize(
    ("path", "code", "name"),
    [
        ("ada/04_gates.ipynb", "", "04_gates"),
        ("ada/04_gates.ipynb", "def five(x):", "04_gates"),
        ("ada/work.ipynb", "def five(x):", "05_more"),
        ("s04/work.ipynb", "x = 1\ndef five(x):", "05_more"),
        ("ada/chapter 4.ipynb", "", "04_gates"),
        ("ada_ex05_final.ipynb", "", "05_more"),
        ("ada/work.ipynb", "# def five(x):", None),
        ("ada/work.ipynb", "if True:\n    def five(x):", "05_more"),
        ("ada/work.ipynb", "five = lambda x: x", "05_more"),
        ("ada/work.ipynb", "def mine(x):\ncheck('05.1', mine)", "05_more"),
        ("ada_04_05.ipynb", "", None),
        ("student_2405/work.ipynb", "", None),
    ],
)
def test_the_exercise_set_is_read_from_path_and_code_or_asked_for(path, code, name):
    four, five = Exercise("04.1", "four", 1), Exercise("05.1", "five", 1)
    known = {"04_gates": ExerciseSet("04_gates", (four,)),
             "05_more": ExerciseSet("05_more", (five,))}  # fmt: skip
    assert plan.which(path, known, [code]) == name
