"""What the page of exercises runs, here without a page (tests/book has that)."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from exercises.class_answers import public
from exercises.notebooks import QUESTIONS
from exercises.wrong_answers import WRONG
from python_in_page import cells, course

from lstm_course import in_page

GIVEN = "import numpy as np\n"


def test_a_value_a_print_and_nothing():
    assert in_page.answer(GIVEN, "print(1)\nnp.ones(2)") == "1\narray([1., 1.])"
    assert in_page.answer(GIVEN, "x = 1") == "" == in_page.answer(GIVEN, "")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("a = 1\nb = a +", "  line 2: b = a +\nSyntaxError: invalid syntax"),
        ("def f():\n    return q\nf()", "  line 3: f()\n  line 2: return q\nNameError"),
        ("raise SystemExit(3)", "  line 1: raise SystemExit(3)\nSystemExit: 3"),
        ("np.ones(2) @ np.ones(3)", "  line 1: np.ones(2) @ np.ones(3)\nValueError"),
    ],
)
def test_an_error_shows_the_reader_s_own_lines(typed, told):
    assert in_page.answer(GIVEN, typed).startswith(told)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("class B(BaseException): pass\nraise B('b')", "  line 2: raise B('b')\nB: b"),
        ("import sys; sys.stdout.close()", ""),
        (
            "print(1, end='')\ninput('x')",
            "1\n  line 2: input('x')\nEOFError: input() has",
        ),
        ("print(chr(0xD800))", "\\ud800"),
        ("class E(Exception):\n  def __str__(s): 1 / 0\nraise E", "  line 3: raise E"),
        ("import sys; print('of NumPy', file=sys.stderr)", "of NumPy"),  # a warning
    ],
)
def test_no_oddity_ends_python_and_warnings_are_shown(typed, told):
    assert in_page.answer(GIVEN, typed).startswith(told)


def test_of_very_much_the_page_shows_the_two_ends():
    text = in_page.answer(GIVEN, "print('a' * 10**7)\n'end'")
    assert len(text) < in_page.MOST + 100 and text.endswith("'end'")
    assert "[... 9,980,006 characters ...]" in text
    deep = in_page.answer(GIVEN, "def f():\n    f()\nf()").splitlines()
    assert deep[0] == "  line 3: f()" and deep[-1].startswith("RecursionError")
    assert len(deep) == in_page.CALLS + 2


def test_what_a_reader_does_to_numpy_or_python_ends_with_the_run():
    in_page.answer(GIVEN, "import builtins\nnp.tanh = builtins.sum = None")
    assert in_page.answer(GIVEN, "sum([1, np.tanh(0)])") == "np.float64(1.0)"


def test_of_a_question_the_notebook_s_own_words_are_said():
    for id, edits, told, _ in WRONG[::7]:
        text = in_page.answer(cells(id)[1], public(id, *edits), id)
        assert text.startswith(f"✗ Exercise {id}")
        assert all(w in text for w in ([told] if isinstance(told, str) else told)), text
    text = in_page.answer(GIVEN, "def other(): pass", "01.1")
    assert text == "There is no rnn_step here. Its name has to stay: start over?"


ALONE = """
import json, os, sys
sys.path[:0] = {paths!r}
import in_page
for id, given, typed in json.load(sys.stdin):
    print(in_page.answer(given, typed, id).splitlines()[0])
    print("torch" in sys.modules or "numba" in sys.modules)
"""


def test_what_goes_to_the_page_is_enough_for_every_question(root, tmp_path):
    """In a Python that has NumPy and the files of the page, nothing else."""
    file = tmp_path / "course.zip"
    file.write_bytes(course())
    zipfile.ZipFile(file).extractall(tmp_path / "course")
    for folder in Path(np.__file__).parent.parent.glob("numpy*"):
        (tmp_path / "course" / folder.name).symlink_to(folder)
    asked = [e for e in QUESTIONS if not (e.manual or e.needs_torch)]
    rows = [(e.id, cells(e.id)[1], public(e.id)) for e in asked]
    code = ALONE.format(paths=[str(tmp_path / "course")])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        input=json.dumps(rows), capture_output=True, text=True, timeout=300,
        env={"LSTM_COURSE_PROGRESS": str(tmp_path / "progress.json")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1::2] == ["False"] * len(asked)
    for e, line in zip(asked, lines[::2], strict=True):
        assert line.endswith(f"{e.points:g} of {e.points:g} points"), line
