"""A class with its own order of the blocks: same questions, other right answers."""

from importlib.util import module_from_spec, spec_from_file_location

import numpy as np
import pytest
from exercises.notebooks import QUESTIONS as ALL
from exercises.notebooks import ROOT, given, read, set_of, solution_cells

from lstm_course import check as module
from lstm_course.check import check, examine
from lstm_course.exercises.variants import moved, order

QUESTIONS = [e for e in ALL if e.make_variant]
every_question = pytest.mark.parametrize("e", QUESTIONS, ids=[e.id for e in QUESTIONS])


@pytest.mark.parametrize("seed", range(5))
@every_question
def test_the_usual_answer_is_not_right_in_a_variant_and_its_own_is(e, seed):
    new = e.make_variant(seed)
    assert examine(new, new.reference).fraction == 1
    assert examine(new, e.reference).fraction < 1
    assert examine(e, new.reference).fraction < 1


@every_question
def test_a_student_who_splits_in_the_new_order_is_right(e):
    blocks = order(3)
    old = ", ".join(f"z{k}" for k in "ifgo")
    new = ", ".join(f"z{k}" for k in blocks)
    source = solution_cells_of(e).replace(old, new)
    source = source.replace(old.replace("z", "dz"), new.replace("z", "dz"))
    names = given("solutions", set_of(e))
    exec(source, names)
    assert examine(e.make_variant(3), names[e.function]).fraction == 1


def solution_cells_of(e):
    return solution_cells(read("solutions", set_of(e)))[e.function]


@every_question
def test_mistakes_keep_their_messages_in_a_variant(e):
    new = e.make_variant(3)
    for wrong, message in new.misconceptions:
        assert examine(new, wrong).message == message
    assert ", ".join(order(3)) in " ".join(m for _, m in new.misconceptions)


def test_there_and_back_changes_nothing():
    p = {"W_x": np.random.default_rng(0).normal(size=(3, 8)), "w_ci": np.arange(2.0)}
    back = moved(moved(p, "ifgo", "ogif"), "ogif", "ifgo")
    assert all(np.array_equal(back[k], p[k]) for k in p)


def test_a_notebook_of_a_class_says_its_order(tmp_path, monkeypatch):
    pytest.importorskip("nbgrader", reason="an instructor's extra, is missing")
    monkeypatch.setitem(module._class, "seed", None)
    spec = spec_from_file_location("release", ROOT / "scripts/release.py")
    release = module_from_spec(spec)
    spec.loader.exec_module(release)
    for file in release.release(tmp_path, variant=3):
        text = file.read_text(encoding="utf-8")
        varied = "04_" in file.name or "05_" in file.name
        assert ("variant(3)" in text) == varied
        assert (f"${', '.join(order(3))}$" in text) == varied
        assert "$i, f, g, o$" not in text or not varied
    names = {}
    exec("from lstm_course.check import variant\nvariant(3)", names)
    e = QUESTIONS[0]
    assert check(e.id, e.make_variant(3).reference) == e.points
    assert check(e.id, e.reference) < e.points
