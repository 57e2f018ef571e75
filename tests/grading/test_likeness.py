"""Equal answers are told from different ones, whatever their names and comments are."""

import ast
import os

import nbformat
import pytest
from exercises.notebooks import read

from lstm_course.exercises import SETS
from lstm_course.exercises.conventions import LSTM, in_words, order
from lstm_course.grading import rows
from lstm_course.grading.batch import Options
from lstm_course.grading.submissions import likeness
from lstm_course.grading.submissions.roll import Roll

NAME = "04_lstm_step_by_step"
STEP = '''
def lstm_step(p, x, h_prev, c_prev):
    """A step."""
    z = x @ p["W_x"] + h_prev @ p["W_h"] + p["b"]
    zi, zf, zg, zo = np.split(z, 4, axis=1)  # blocks
    i, f, g, o = sigmoid(zi), sigmoid(zf), np.tanh(zg), sigmoid(zo)
    c = f * c_prev + i * g
    h = o * np.tanh(c)
    return h, c, (x, h_prev, c_prev, i, f, g, o, c)
'''


def solution(name):
    """Code cells of a public solution."""
    cells = read("solutions", name).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def mark(text, name="lstm_step"):
    return likeness.marks([text], [name]).get(name)


def renamed(text):
    """The text with other names, comments and annotations."""
    text = text.replace("h_prev", "old").replace("z", "total").replace(" g", " new")
    return text.replace("# blocks", "# mine").replace('"""A step."""', "")


def test_other_names_and_comments_make_no_other_answer():
    assert ast.dump(ast.parse(renamed(STEP))) != ast.dump(ast.parse(STEP))
    assert mark(renamed(STEP)) == mark(STEP) is not None


def test_the_order_of_a_variant_s_blocks_makes_no_other_answer():
    moved = STEP.replace("zi, zf, zg, zo", "zf, zo, zi, zg")
    assert mark(moved) == mark(STEP)


GATES = "i, f, g, o = sigmoid(zi), sigmoid(zf), np.tanh(zg), sigmoid(zo)"
LINES = "i = sigmoid(zi)\n    f = sigmoid(zf)\n    g = np.tanh(zg)\n    o = sigmoid(zo)"
SUM = 'z = x @ p["W_x"] + h_prev @ p["W_h"] + p["b"]'
ADDED = 'z = np.dot(x, p["W_x"]) + h_prev @ p["W_h"]\n    z += p["b"]'
DISGUISES = {
    "remarks": [STEP.replace("c = f", "pass\n    'a remark'\n    c: float = f")],
    "a_line_for_each_gate": [STEP.replace(GATES, LINES)],
    "a_name_at_the_end": [STEP.replace("return", "all =") + "    return all"],
    "numpy_in_full": ["import numpy", STEP.replace("np.", "numpy.")],
    "numpy_s_functions": ["from numpy import split, tanh", STEP.replace("np.", "")],
    "another_name": [STEP.replace("lstm_step", "mine"), "lstm_step = mine"],
    "below_an_if": ["if True:" + STEP.replace("\n", "\n    ")],
}


@pytest.mark.parametrize("cells", DISGUISES.values(), ids=DISGUISES)
def test_a_disguise_makes_no_other_answer(cells):
    assert cells != [STEP]
    assert likeness.marks(cells, ["lstm_step"]) == {"lstm_step": mark(STEP)}


def test_a_sum_in_two_lines_with_numpy_s_functions_is_the_sum_in_two_lines():
    assert SUM in STEP
    two = STEP.replace(SUM, ADDED)
    plain = ADDED.replace("np.dot(x, p", "x @ p").replace('"W_x"])', '"W_x"]')
    plain = plain.replace("z += p", "z = z + p")
    assert mark(two) == mark(STEP.replace(SUM, plain)) is not None


def test_absurd_answers_have_no_mark_and_do_no_harm():
    deep = "".join(f"    elif x == {k}:\n        x = {k}\n" for k in range(3000))
    number = f"    x = 0x{'f' * 9000}\n"
    for text in ("    if x:\n        pass\n" + deep, number):
        assert mark(STEP.replace("    z = x", text + "    z = x")) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("f * c_prev + i * g", "i * g + f * c_prev * 1"), ("np.tanh(c)", "c"),
     ('p["b"]', 'p["W_b"]'), ("axis=1", "axis=-1"), ("np.split", "split")],
)  # fmt: skip
def test_another_computation_is_another_answer(old, new):
    assert old in STEP and mark(STEP.replace(old, new)) != mark(STEP)


def test_short_answers_and_starters_are_never_called_the_same():
    assert mark("def lstm_step(x):\n    return 1 / (1 + np.exp(-x))") is None
    stub = "def lstm_step(p):\n    raise NotImplementedError('write lstm_step')"
    assert mark(stub) is None


def test_magics_beside_an_answer_and_broken_cells_do_no_harm():
    assert mark(f"%matplotlib inline\n!ls\n{STEP}") == mark(STEP)
    assert likeness.marks(["def (", "(" * 9999, "x = 1\0"], ["lstm_step"]) == {}


def test_the_last_definition_is_the_one_that_is_marked():
    other = STEP.replace("np.tanh(c)", "np.cos(c)")
    assert likeness.marks([other, STEP], ["lstm_step"])["lstm_step"] == mark(STEP)


@pytest.mark.parametrize("name", SETS)
def test_the_marks_of_the_public_solutions_are_those_of_today(name):
    sources = solution(name)
    functions = [e.function for e in SETS[name].exercises]
    found = likeness.marks(sources, functions)
    assert found == likeness.published()[name]  # else: make exercises
    assert len(found) > 1


def test_the_solution_of_every_variant_is_the_public_one():
    sources = solution(NAME)
    for seed in range(3):
        moved = [in_words(source, LSTM, order(seed)) for source in sources]
        assert moved != sources
        found = likeness.marks(moved, ["lstm_step", "lstm_step_backward"])
        public = likeness.published()[NAME]
        assert found == {name: public[name] for name in found} and len(found) == 2


def row(student, answers):
    question = {"id": "04.1", "function": "lstm_step"}
    return {"student": student, "set": NAME, "answers": answers,
            "questions": [question, {"id": "04.2", "function": "g"}]}  # fmt: skip


def test_the_table_says_whose_answer_it_is_the_same_as():
    made = likeness.same(
        [row("ada", {"lstm_step": "P", "g": "1"}), row("bob", {"g": "1"}),
         row("eve", {"lstm_step": "Q", "g": "2"}), row("zoe", {"lstm_step": "P"})],
        {NAME: {"lstm_step": "P"}},
    )  # fmt: skip
    assert made == [
        "04.1 same as the public solution; 04.2 same as bob",
        "04.2 same as ada",
        "",
        "04.1 same as the public solution",
    ]


def test_the_public_solution_counts_only_where_there_is_nothing_else(tmp_path):
    for place, when in (("mine.ipynb", 1e9), ("solutions/x.ipynb", 2e9)):
        path = tmp_path / "ada" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = "solutions" if "/" in place else "exercises"
        path.write_text(nbformat.writes(read(kind, NAME)))
        os.utime(path, (when, when))
    made = Roll(Options(set=NAME))
    (mine,) = rows.last(made.clear([tmp_path]), made.names)
    assert mine["file"].endswith("mine.ipynb")
    (tmp_path / "ada/mine.ipynb").unlink()
    (other,) = rows.last(made.clear([tmp_path]), made.names)
    assert other["key"] and not other["error"]


def test_one_own_answer_makes_a_notebook_the_student_s():
    public = likeness.published()[NAME]
    sources = solution(NAME)
    assert likeness.is_published(sources, public)
    assert not likeness.is_published([*sources, STEP], public)
    assert not likeness.is_published(["x = 1"], public)
    assert not likeness.is_published(sources, {})


def test_a_notebook_in_exercises_counts_before_all_others():
    own = {"student": "a", "set": "s", "key": "k", "when": 0.0, "rank": 2, "file": "e"}
    book = own | {"when": 9.0, "rank": 1, "file": "z"}
    assert rows.last([own, book], ["s"]) == [own]
