"""An overlay with a slip is refused before anything runs."""

import pytest
from grading import sample

from lstm_course.__main__ import main
from lstm_course.grading import isolation, plan, preflight

TEXT = sample.OVERLAY.read_text()


def make(more, limits=None):
    return plan.make("90_sample", "s", f"{TEXT}\n{more}\n", limits)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("VARIENT = 3", "VARIANT"),
        ("EXTRAS = {}", "EXTRA"),
        ("DEADLINE = '2026-11-03'", "nothing reads"),
        ("EXTRA = {'90.9': []}", "90.9"),
        ("POINTS = {'90.9': 3}", "90.9"),
        ("LIMITS = {'cal': 3}", "cal"),
        ("LIMITS = {'call': -3}", "above zero"),
    ],
)
def test_a_name_that_nothing_reads_is_refused(more, said):
    with pytest.raises(ValueError, match=said):
        make(more)


def test_names_that_the_overlay_uses_itself_are_its_own():
    made = make("SIZE = 3\nPOINTS = {'90.6': SIZE}\n_NOTE = 1\nsmall = 2")
    assert made.set.exercises[-1].points == 3


def test_limits_are_set_by_overlay_and_command():
    assert make("LIMITS = {'call': 9, 'restarts': 3}").limits.call == 9.0
    made = make("LIMITS = {'call': 9, 'restarts': 3}", {"call": 2})
    assert (made.limits.call, made.limits.restarts) == (2.0, 3)


def test_other_points_ask_no_question_again():
    assert make("POINTS = {'90.1': 3}").fingerprints == make("").fingerprints


def test_a_right_overlay_passes():
    preflight.check_tests(make(""))


def test_a_test_that_stops_shows_where():
    with pytest.raises(ValueError, match="ZeroDivisionError") as refused:
        preflight.check_tests(
            make("def bad(rng):\n    return [(1 / 0,)]\nEXTRA = {'90.1': [(0.5, bad)]}")
        )
    assert "in bad" in str(refused.value) and "90.1" in str(refused.value)


def test_a_reference_that_is_wrong_is_refused():
    half = "from dataclasses import replace\nREPLACE = {'90.5': replace(EXERCISES[4], "
    with pytest.raises(ValueError, match="own reference is wrong"):
        preflight.check_tests(make(half + "reference=lambda x: x / 2)}"))


@pytest.mark.skipif(isolation.best() in (None, "partial"), reason="no jail here")
def test_a_test_that_trips_over_an_answer_is_said_with_its_place(tmp_path, capsys):
    overlay = tmp_path / "overlay.py"
    strict = "    if got.shape[0] == 4: raise KeyError('slip')\n"
    overlay.write_text(TEXT.replace("    right = abs(", f"{strict}    right = abs("))
    path = sample.write(tmp_path / "in/ada/90_sample.ipynb", sample.CELLS)
    command = ["grade", str(path), "--private", str(overlay), "--quiet",
               "--out", str(tmp_path / "out")]  # fmt: skip
    assert main(command) == 4
    said = capsys.readouterr()
    assert "KeyError: 'slip'" in said.err and "90.5" in said.err
    pages = "".join(p.read_text() for p in (tmp_path / "out/html").iterdir())
    assert "slip" not in pages
