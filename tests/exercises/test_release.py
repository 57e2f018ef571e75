"""What lies in exercises/ is what nbgrader makes of solutions/."""

from importlib.util import module_from_spec, spec_from_file_location

import pytest
from exercises.notebooks import NAMES, ROOT

pytest.importorskip("nbgrader", reason="nbgrader, an instructor's extra, is missing")


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    spec = spec_from_file_location("release", ROOT / "scripts/release.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("release")
    module.release(folder)
    return folder


def test_every_set_is_released(released):
    assert sorted(f.name for f in released.iterdir()) == sorted(NAMES)
    assert sorted(f.name for f in (ROOT / "exercises").iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_exercises_are_up_to_date(released, name):
    made = (released / name / f"{name}.ipynb").read_text(encoding="utf-8")
    kept = (ROOT / "exercises" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    assert kept == made, "run make exercises"


def test_a_release_leaves_nothing_else_behind(released):
    assert not (ROOT / "gradebook.db").exists()
