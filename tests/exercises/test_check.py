"""Feedback in the notebook: what it says, what it keeps, what it never says."""

import json
import subprocess
import sys

import numpy as np
import pytest
from exercises.notebooks import IDS, QUESTIONS, function

from lstm_course import check as module
from lstm_course.check import Panel, check, examine, hint, points, progress
from lstm_course.check import find as find_exercise
from lstm_course.exercises.making import edited

STEP = find_exercise("04.1")
right = STEP.reference


def say(capsys, id, answer):
    got = check(id, answer)
    return got, capsys.readouterr().out


def spoiled(change):
    """lstm_step with its answer changed: change(h, c, gates)."""
    return lambda *args: change(*right(*args))


@pytest.mark.parametrize(
    "answer, told",
    [
        (lambda *a: None, "Nothing was returned, expected a tuple of 3. Is a return"),
        (spoiled(lambda h, c, q: (h, c)), "a tuple of 2, expected a tuple of 3"),
        (spoiled(lambda h, c, q: (h.T, c, q)), "h has shape (6, 3), expected (3, 6)"),
        (spoiled(lambda h, c, q: (h.astype("f4"), c, q)), "dtype float32"),
        (spoiled(lambda h, c, q: (h * np.nan, c, q)), "NaN or infinite"),
        (spoiled(lambda h, c, q: (h, c + (np.arange(6) == 4), q)), "row 0, unit 4"),
        (spoiled(lambda h, c, q: (h, c, {**q, "f": 1 - q["f"]})), "gates[f]:"),
        (spoiled(lambda h, c, q: (h, c, {"i": q["i"]})), "gates is a dict with i"),
        (lambda p, x: None, "raised TypeError"),
        (lambda *a: np.zeros(3) @ np.zeros(4), "It was called with x (3, 4), h_prev"),
    ],
)
def test_a_wrong_answer_is_told_the_property_that_failed(answer, told, capsys):
    got, text = say(capsys, "04.1", answer)
    assert told in text and got < 15


@pytest.mark.parametrize("exercise", QUESTIONS, ids=IDS)
def test_no_message_shows_an_expected_number(exercise):
    if exercise.verify or not isinstance(exercise.answer, str | tuple):
        return
    for args in exercise.make_cases(np.random.default_rng(5)):
        numbers = [f"{v:.4g}" for v in leaves(exercise.reference(*args))]
        verdict = module.judge(
            exercise, module.local_call(exercise, broken(exercise)),
            np.random.default_rng(5),
        )  # fmt: skip
        assert not [n for n in numbers if len(n) > 4 and n in verdict.message]


def broken(exercise):
    """The right shapes with wrong numbers."""

    def answer(*args):
        return shifted(exercise.reference(*args))

    return answer


def shifted(value):
    if isinstance(value, tuple):
        return tuple(map(shifted, value))
    if isinstance(value, dict):
        return {k: shifted(v) for k, v in value.items()}
    return value if isinstance(value, str | bool) else value * 1.37 + 0.71


def leaves(value):
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return [n for v in value for n in leaves(v)]
    if isinstance(value, str | bool):
        return []
    return list(np.ravel(value)[:50])


def test_a_part_that_is_right_earns_its_share(capsys):
    got, _ = say(capsys, "04.1", spoiled(lambda h, c, q: (h + 1, c, q)))
    assert got == 10


def test_two_mistakes_at_once_are_both_named(capsys):
    def two(*args):
        h, c, q = right(*args)
        return q["o"] * c, c, {**q, "g": q["g"] + 1}

    _, text = say(capsys, "04.1", two)
    assert "passes through tanh first" in text and "gates[g]" in text


def test_a_mistake_is_named_although_another_one_covers_part_of_it(capsys):
    edits = ("zf, zg, zo = np", "zf, zo, zg = np"), ("o * tanh(c)", "o * c")
    _, text = say(capsys, "04.1", edited(right, *edits))
    assert "The blocks of g and o are exchanged" in text


def test_an_error_is_shown_with_its_line(capsys):
    wrong = edited(right, ("axis=-1", "axis=0"))
    text = say(capsys, "04.1", wrong)[1]
    assert "raised ValueError" in text and "x (3, 4)" in text


def test_points_add_up_and_the_best_answer_is_kept(capsys, progress_file):
    check("04.1", right)
    check("04.1", lambda *a: None)
    check("04.3", find_exercise("04.3").reference)
    assert points("04") == 30
    kept = json.loads(progress_file.read_text())
    assert kept["04.1"]["points"] == 15
    assert "30 of 100 points so far" in capsys.readouterr().out


def test_hints_come_one_by_one_and_then_end(capsys):
    texts = []
    for _ in range(4):
        hint("04.2")
        texts.append(capsys.readouterr().out)
    assert [t.count("Hint ") for t in texts] == [1, 2, 3, 3]
    assert "no more hints" in texts[3]


def test_progress_lists_every_set(capsys):
    check("04.1", right)
    progress()
    text = capsys.readouterr().out
    assert "15.0 of 100  04_lstm_step_by_step" in text
    assert "0.0 of 100  08_beyond_the_lstm" in text


def test_a_broken_progress_file_counts_as_none(progress_file, capsys):
    progress_file.write_text("{not json")
    assert check("04.1", right) == 15


def test_a_call_in_place_of_a_function_is_explained():
    with pytest.raises(ValueError, match="without parentheses"):
        check("04.1", 3.0)
    with pytest.raises(ValueError, match="There is no exercise '04.9'"):
        check("04.9", right)


def test_a_panel_shows_no_markup_of_an_answer():
    html = Panel("t", "wrong", ["<script>alert(1)</script>"])._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_an_answer_that_changes_its_arguments_changes_no_other_case():
    def rude(p, x, h_prev, c_prev):
        out = right(p, x, h_prev, c_prev)
        for a in (*p.values(), x, h_prev, c_prev):
            a[...] = 0
        return out

    assert examine(STEP, rude).fraction == 1


def test_checking_needs_no_torch():
    code = "import sys, lstm_course.check; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_order_of_checks_and_random_state_do_not_matter(capsys):
    wrong = function("solutions", STEP, lambda s: s.replace("sigmoid(zf)", "zf"))
    first = say(capsys, "04.1", wrong)
    np.random.seed(1)
    check("05.1", wrong)
    capsys.readouterr()
    again = say(capsys, "04.1", wrong)
    assert first == again


def test_a_function_that_leans_on_what_the_grader_lacks_is_warned(capsys):
    from sklearn.metrics import accuracy_score
    from sklearn.utils import extmath

    def through(p, x, *states):
        return extmath.softmax(x) * accuracy_score([1], [1])

    for answer in (through, lambda *a: through(*a)):
        _, text = say(capsys, "04.1", answer)
        assert "Note: this uses sklearn." in text
    assert "Note" not in say(capsys, "04.1", right)[1]
