"""Where things lie: one name of the app, and a variable for each place."""

import re

import pytest

from lstm_course import places

PLACES = {"CACHE": places.cache, "DATA": places.data, "PROGRESS": places.progress}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    for name in PLACES:
        monkeypatch.delenv(f"LSTM_COURSE_{name}", raising=False)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", PLACES)
def test_a_variable_names_another_place(name, home, monkeypatch):
    assert PLACES[name]() != home / "mine"
    monkeypatch.setenv(f"LSTM_COURSE_{name}", str(home / "mine"))
    assert PLACES[name]() == home / "mine"


@pytest.mark.parametrize("name", PLACES)
def test_without_one_everything_lies_under_one_name_of_the_app(name):
    assert places.APP in PLACES[name]().parts


def test_results_kept_under_the_name_of_before_are_still_found(home):
    at = places.progress()
    old = at.parents[1] / "lstm_course" / at.name
    old.parent.mkdir(parents=True)
    assert places.progress() == old


def test_no_other_module_asks_the_system_where_things_lie(root):
    asks = re.compile(r"platformdirs|os_cache|LSTM_COURSE_\w+[\"'][,)]")
    package = root / "lstm_course"
    found = [f.name for f in package.rglob("*.py") if asks.search(f.read_text("utf-8"))]
    assert found == ["places.py"]
