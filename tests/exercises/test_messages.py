"""What a learner is told of a wrong answer, in the notebook and by the grader."""

import copy
import itertools
from collections import defaultdict

import nbclient
import nbformat
import numpy as np
import pytest
from exercises.class_answers import public
from exercises.notebooks import QUESTIONS, given, read, set_of
from exercises.wrong_answers import WRONG

from lstm_course.check import check
from lstm_course.exercises import judge
from lstm_course.grading import isolation
from lstm_course.grading.batch import Batch, Options

BY_ID = {e.id: e for e in QUESTIONS}


def words(told):
    return (told,) if isinstance(told, str) else told


def answer(id, edits):
    """The public solution with its lines changed, run."""
    names = given("solutions", set_of(BY_ID[id])) | {"np": np}
    exec(public(id, *edits), names)
    return names[BY_ID[id].function]


@pytest.mark.parametrize(("id", "edits", "told", "_"), WRONG)
def test_check_says_what_is_wrong(id, edits, told, _, capsys):
    assert check(id, answer(id, edits)) < BY_ID[id].points
    text = capsys.readouterr().out
    assert not [w for w in words(told) if w not in text], text


def test_a_case_in_which_two_mistakes_agree_names_the_one_that_was_made():
    """Where one place has all the weight, a missing bias may look like no tanh."""
    exercise = BY_ID["08.1"]
    for seed, (wrong, message) in itertools.product(range(8), exercise.misconceptions):
        verdict = judge(
            exercise, lambda args, wrong=wrong: wrong(*args),
            np.random.default_rng(seed), np.random.default_rng(seed),
            many=lambda cases, wrong=wrong: [wrong(*args) for args in cases],
        )  # fmt: skip
        assert verdict.misconception == message


def notebook(id, edits):
    made = copy.deepcopy(read("solutions", set_of(BY_ID[id])))
    for cell in made.cells:
        if cell.source.startswith(f"def {BY_ID[id].function}("):
            cell.source = public(id, *edits)
    return made


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(number of a wrong answer) -> what the grader's report says of it."""
    if isolation.best() != "bubblewrap":
        pytest.skip(f"the real jail does not start here, only {isolation.best()}")
    folder = tmp_path_factory.mktemp("class")
    for k, (id, edits, _, _) in enumerate(WRONG):
        name = set_of(BY_ID[id])
        file = folder / "in" / f"s{k}" / name / f"{name}.ipynb"
        file.parent.mkdir(parents=True)
        nbformat.write(notebook(id, edits), file)
    options = Options(out=str(folder / "out"), quiet=True, workers=2)
    rows, made = Batch(options).run([folder / "in"]), defaultdict(dict)
    for row in rows:
        for q in row["questions"]:
            made[row["student"]][q["id"]] = q
    return {k: made[f"s{k}"][row[0]] for k, row in enumerate(WRONG)}


@pytest.mark.parametrize("k", range(len(WRONG)))
@pytest.mark.slow
def test_the_grader_says_the_same_without_numbers_of_a_case(k, graded):
    question = graded[k]
    assert question["points"] < question["max"]
    for word in words(WRONG[k][3]):
        assert word in question["message"], question["message"]
    assert "Seen with" not in question["message"]


def test_after_a_restart_a_check_says_to_run_the_cells_above():
    whole = read("exercises", set_of(BY_ID["04.1"]))
    cells = [c for c in whole.cells if 'check("04.1"' in c.source]
    cells += [nbformat.v4.new_code_cell("something_else")]
    made = nbformat.v4.new_notebook(cells=copy.deepcopy(cells))
    nbclient.NotebookClient(made, allow_errors=True, kernel_name="python3").execute()
    first, other = (str(c.outputs) for c in made.cells)
    assert "Run the cells above first" in first and "Traceback" not in first
    assert "NameError" in other and "Run the cells" not in other


def test_after_a_restart_hints_follow_a_check_and_points_need_nothing():
    cells = read("exercises", "04_lstm_step_by_step").cells
    cells = [c for c in cells if 'check("04.1"' in c.source or "points(" in c.source]
    cells.insert(1, nbformat.v4.new_code_cell('hint("04.1")\nprogress()'))
    made = nbformat.v4.new_notebook(cells=copy.deepcopy(cells))
    nbclient.NotebookClient(made, allow_errors=True, kernel_name="python3").execute()
    assert len(made.cells) == 3
    assert "Error" not in str([c.outputs for c in made.cells])


def test_a_name_that_a_restart_took_is_told_as_such(capsys):
    check("04.1", lambda *args: no_such_name)  # noqa: F821
    assert "restarted, run the cells above first" in capsys.readouterr().out


def test_a_clinic_says_why_and_no_verdict_under_it(capsys):
    for told, why in (
        (True, "Your test lets"),
        (False, "something wrong that is right"),
    ):
        check("04.5", lambda *boxes, told=told: told)
        text = capsys.readouterr().out
        assert why in text and "is not right." not in text


def test_a_test_that_refuses_what_is_right_is_told_so_whatever_else_it_missed(capsys):
    met = []

    def tired(make):
        met.append(make)
        return len(met) == 1  # overlooks the first mistake, then refuses a right one

    assert check("03.6", tired) == 0
    assert "refuses start values that are fine" in capsys.readouterr().out


def test_a_number_is_shown_with_digits_that_can_be_read(capsys):
    check("05.7", lambda a, b, t: (float((a - b).mean()), 7.502476253715915))
    assert "margin = 7.50248 is not right." in capsys.readouterr().out


def test_a_mistake_that_spoils_more_than_is_wrong_names_its_part(capsys):
    right = BY_ID["05.5"].reference()
    check("05.5", lambda: (right[0] - 400, *right[1:]))
    text = capsys.readouterr().out
    assert "In lstm: " in text and "lstm = 52800" in text
    check("03.3", answer("03.3", [("di[t] = total * g[t]", "di[t] = total * i[t]")]))
    assert "In di: The partners are exchanged" in capsys.readouterr().out


def test_naive_sigmoid_is_right_and_numpys_warning_is_not_swallowed(capsys):
    naive = ("0.5 * np.tanh(0.5 * z) + 0.5", "1 / (1 + np.exp(-z))")
    assert check("03.1", answer("03.1", [naive])) == BY_ID["03.1"].points
    text = capsys.readouterr().out
    assert "NumPy warned of overflow encountered in exp. The values are right" in text
    check("03.1", answer("03.1", []))
    assert "NumPy warned" not in capsys.readouterr().out


def test_an_answer_in_place_gets_half_where_the_text_asks_to_leave_things(capsys):
    shallow = answer("05.4", [("v.copy()", "v")])
    assert check("05.4", shallow) == BY_ID["05.4"].points / 2
    assert "changes what it was given" in capsys.readouterr().out
    assert check("05.4", lambda p: p) == 0
    assert check("05.4", answer("05.4", [])) == BY_ID["05.4"].points
