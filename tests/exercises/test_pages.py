"""The book's pages of exercises are what the notebooks and definitions say."""

from importlib.util import module_from_spec, spec_from_file_location

import pytest
from exercises.notebooks import NAMES, ROOT

from lstm_course.exercises import SETS


def pages():
    spec = spec_from_file_location("pages", ROOT / "scripts/exercise_pages.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_up_to_date(name):
    kept = (ROOT / f"book/exercises_{name[:2]}.md").read_text(encoding="utf-8")
    assert kept == pages().page(name), "run make exercises"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_every_question_and_folds_every_hint(name):
    text = pages().page(name)
    for e in SETS[name].exercises:
        assert f"## {e.id.lstrip('0')} " in text
    hints = sum(len(e.hints) for e in SETS[name].exercises)
    assert text.count(":::{dropdown} Hint") == hints


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_no_line_of_a_solution(name):
    text = pages().page(name)
    assert "BEGIN SOLUTION" not in text and "def " not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_page_gives_no_trap_away_and_says_where_instructors_find_them(name):
    text, known = pages().page(name), pages().mistakes(name[:2])
    for e in SETS[name].exercises:
        assert not [m for _, m in e.misconceptions if m[:40] in text]
        assert not [m for _, m in e.misconceptions if m not in known]
    assert f"--mistakes {name[:2]}" in text
