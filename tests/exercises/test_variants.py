"""A class with conventions of its own: same questions, other right answers."""

from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location

import nbformat
import numpy as np
import pytest
from exercises.class_answers import ANSWERS, SEED, solved
from exercises.notebooks import QUESTIONS as ALL
from exercises.notebooks import ROOT, function, given, read, set_of, solution_cells

from lstm_course import check as module
from lstm_course.check import check, examine
from lstm_course.exercises import SETS
from lstm_course.exercises.conventions import (
    GRU,
    LSTM,
    order,
    reordered,
    sequences,
)
from lstm_course.exercises.variants import UNVARIED, variant
from lstm_course.grading.batch import Batch, Options

QUESTIONS = [e for e in ALL if e.make_variant]
SEEDS = (1, 3, 4, 5)  # both layouts, all shares, both orders of the curves
every_question = pytest.mark.parametrize("e", QUESTIONS, ids=[e.id for e in QUESTIONS])
every_seed = pytest.mark.parametrize("seed", SEEDS)


def test_every_question_has_variants_or_a_reason():
    assert {e.id for e in ALL} - {e.id for e in QUESTIONS} == UNVARIED.keys()
    assert all(UNVARIED.values())


@every_seed
@every_question
def test_a_variant_pays_its_own_answer_and_a_third_of_the_public_one_at_most(e, seed):
    new = e.make_variant(seed)
    assert examine(new, new.reference).fraction == 1
    assert examine(new, function("solutions", e)).fraction <= 1 / 3
    assert examine(new, e.reference).fraction <= 1 / 3
    assert examine(e, new.reference).fraction < 1


@every_question
def test_an_answer_written_by_hand_for_a_class_is_right(e):
    names = given("solutions", set_of(e)) | {"np": np}
    exec(ANSWERS[e.id], names)
    assert examine(e.make_variant(SEED), names[e.function]).fraction == 1


@pytest.mark.parametrize("seed", (SEED, 4))
@every_question
@pytest.mark.slow
def test_mistakes_keep_their_messages_in_a_variant(e, seed):
    new = e.make_variant(seed)
    messages = [m for _, m in new.misconceptions]
    assert len(set(messages)) == len(messages)
    for wrong, message in new.misconceptions:
        verdict = examine(new, wrong)
        assert verdict.fraction < 1 and verdict.message == message


@every_question
def test_every_text_that_a_variant_changes_is_there(e):
    source = [*e.hints, *(m for _, m in e.misconceptions)]
    whole = [c.source for c in read("solutions", set_of(e)).cells]
    new = e.make_variant(SEED)
    for old, _ in new.words.pairs:
        assert any(old in text for text in (*source, *whole)), old
    for old, _ in new.elsewhere:
        assert any(old in text for text in whole), old


@pytest.mark.parametrize("blocks", [LSTM, GRU])
def test_there_and_back_changes_nothing(blocks):
    p = {"W_x": np.random.default_rng(0).normal(size=(3, 12)), "w_ci": np.arange(2.0)}
    new = order(3, blocks)
    back = reordered(reordered(p, blocks, new), new, blocks)
    assert all(np.array_equal(back[k], p[k]) for k in p)


@pytest.fixture(scope="module")
def release():
    pytest.importorskip("nbgrader", reason="an instructor's extra, is missing")
    spec = spec_from_file_location("release", ROOT / "scripts/release.py")
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module", params=[SEED, 4])
def of_class(request, release, tmp_path_factory):
    """(seed, name of a set -> notebook released for that class)."""
    files = release.release(tmp_path_factory.mktemp("class"), variant=request.param)
    return request.param, {f.stem: nbformat.read(f, as_version=4) for f in files}


@every_question
def test_a_notebook_of_a_class_names_the_conventions_of_each_question(e, of_class):
    seed, notebooks = of_class
    cells = notebooks[set_of(e)].cells
    new, number = e.make_variant(seed), e.id.lstrip("0")
    head = next(c.source for c in cells if c.source.startswith(f"## {number} "))
    assert new.says and f"**Your class:** {new.says}" in head
    answer = solution_cells(notebooks[set_of(e)])[e.function]
    public = solution_cells(read("exercises", set_of(e)))[e.function]
    assert answer == new.words(public)
    for old, replacement in new.elsewhere:
        text = "\n".join(c.source for c in cells)
        assert old not in text.replace(replacement, "") and replacement in text


def test_a_notebook_of_a_class_says_which_questions_are_the_same_for_all(
    of_class, release
):
    for name, notebook in of_class[1].items():
        text = "\n".join(c.source for c in notebook.cells)
        kept = [i for i in UNVARIED if i[:2] == name[:2]]
        assert text.count(release.BOOK) == len(kept)


@pytest.fixture
def notebooks_of_seed(release, tmp_path):
    """Name of a set -> notebook of the class whose answers were written by hand."""
    files = release.release(tmp_path / "released", variant=SEED)
    return {f.stem: nbformat.read(f, as_version=4) for f in files}


@pytest.mark.slow
def test_the_solved_notebook_of_a_class_runs_and_gets_every_point(
    notebooks_of_seed, monkeypatch
):
    monkeypatch.setitem(module._class, "seed", None)
    name, names = "03_gates_and_cell_state", {}
    for cell in solved(notebooks_of_seed[name], SETS[name].exercises).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    assert eval(f"points({name[:2]!r})", names) == 100


@pytest.mark.slow
def test_the_grader_pays_a_class_its_own_answers_and_little_for_the_public_ones(
    notebooks_of_seed, tmp_path
):
    for name, notebook in notebooks_of_seed.items():
        for student, made in (
            ("own", solved(notebook, SETS[name].exercises)),
            ("public", read("solutions", name)),
        ):
            file = tmp_path / "in" / student / name / f"{name}.ipynb"
            file.parent.mkdir(parents=True)
            nbformat.write(made, file)
    overlay = tmp_path / "overlay.py"
    overlay.write_text(f"VARIANT = {SEED}\n", encoding="utf-8")
    out = str(tmp_path / "out")
    options = Options(out=out, quiet=True, workers=1, private=str(overlay))
    rows = Batch(options).run([tmp_path / "in"])
    assert len(rows) == 2 * len(SETS)
    for row in rows:
        for q in row["questions"]:
            if row["student"] == "own":
                assert q["points"] == q["max"], q
            elif q["id"] not in UNVARIED:
                assert q["points"] <= q["max"] / 3, q


def test_hidden_tests_of_a_question_come_in_the_conventions_of_the_class():
    e = next(e for e in QUESTIONS if e.id == "01.2")
    more = replace(e, extra=((0.5, e.make_cases),))
    new = variant(more, [sequences()(SEED)])
    for _, cases in new.tests():
        for _, x, h0 in cases(np.random.default_rng(0)):
            assert x.shape[0] == h0.shape[0]  # time last, so the batch is first


def test_a_class_is_checked_by_its_own_conventions(monkeypatch):
    monkeypatch.setitem(module._class, "seed", None)
    exec("from lstm_course.check import variant\nvariant(3)", {})
    e = QUESTIONS[0]
    assert check(e.id, e.make_variant(3).reference) == e.points
    assert check(e.id, e.reference) == 0
