"""One question never costs another, and nobody reads what ran after a hidden input."""

import time

import pytest
from grading import sample

from lstm_course.exercises import SETS
from lstm_course.grading import grade, isolation, plan, runner
from lstm_course.grading.jail import Jail
from lstm_course.grading.kit import Kit

NO_JAIL = pytest.mark.skipif(
    isolation.best() != "bubblewrap", reason="needs a jail that forks"
)
pytestmark = [pytest.mark.slow, NO_JAIL]  # make quick leaves them out
NAME = "04_lstm_step_by_step"
CLINIC = """
import numpy as np
def slope(loss, values, rng, step=1e-5):
    way = {k: rng.normal(size=v.shape) for k, v in values.items()}
    ahead = {k: v + step * way[k] for k, v in values.items()}
    back = {k: v - step * way[k] for k, v in values.items()}
    return (loss(ahead) - loss(back)) / (2 * step), way
def gradient_is_right(forward, backward):
    rng = np.random.default_rng(0)
    T, B, I, H = 6, 3, 2, 4
    shapes = {"W_x": (I, 4 * H), "W_h": (H, 4 * H), "b": (4 * H,)}
    p = {k: rng.normal(size=s) for k, s in shapes.items()}
    x, dh = rng.normal(size=(T, B, I)), rng.normal(size=(T, B, H))
    dx, grads = backward(p=p, x=x, dh=dh)
    LINE
    def loss(v):
        return float((forward({k: v[k] for k in p}, x=v["x"]) * dh).sum())
    for _ in range(3):
        measured, way = slope(loss, {"x": x, **p}, rng)
        claimed = (dx * way["x"]).sum() + sum((grads[k] * way[k]).sum() for k in p)
        if abs(measured - claimed) > 1e-5 * (abs(measured) + abs(claimed)):
            return False
    return True
"""
LESION = """
def lesion(step, read, x, y, H, unit):
    h, c = np.zeros((x.shape[1], H)), np.zeros((x.shape[1], H))
    for x_t in x:
        h, c = step(x_t=x_t, h=h, c=c)
        h[:, unit] = 0.0
    scores = read(h=h)
    return scores, float((scores.argmax(axis=1) == y).mean())
"""


def graded(*cells, name=NAME, limits=None):
    text = sample.OVERLAY.read_text() if name == "90_sample" else ""
    made = plan.make(name, "s", text, limits)
    questions = made.set.exercises
    walls = Jail("bubblewrap", made.torch, made.limits)
    kit = Kit(walls, made.set.helpers, questions)
    try:
        return grade.grade(list(cells), made, kit)
    finally:
        kit.jail.close()


def shares(result, *ids):
    return [pytest.approx(result["questions"][id]["fraction"]) for id in ids]


def test_the_clinic_is_solved_by_a_gradient_check_with_arguments_by_name():
    assert shares(graded(CLINIC.replace("LINE", ""), LESION), "04.5", "04.6") == [1, 1]


@pytest.mark.parametrize(
    "line", ["assert abs(dx).mean() < 0.4", "if abs(dx).mean() > 0.4: raise ValueError"]
)
def test_an_exception_in_a_clinic_s_test_costs_that_question_only(line):
    result = graded(CLINIC.replace("LINE", line), LESION)
    clinic, after = (result["questions"][id] for id in ("04.5", "04.6"))
    assert clinic["status"] == after["status"] == "graded"
    assert after["fraction"] == 1


def test_an_exception_counts_as_no_answer_in_its_case_only():
    """A test that stops on what it takes for wrong finds all but says so badly."""
    made = plan.make(NAME, "s")
    exercise = next(e for e in made.set.exercises if e.id == "04.5")
    kit = Kit(Jail("bubblewrap", False, made.limits), None, made.set.exercises)
    one = runner.Runner([CLINIC.replace("LINE", "raise ValueError")], kit)
    cases = exercise.make_cases(made.rng(exercise))
    try:
        for args in [*cases, *cases]:
            with pytest.raises(Exception, match="It raised ValueError"):
                one.call(exercise, args)
        assert one.strikes == 0 and one.session.alive
    finally:
        one.close()
        kit.jail.close()


@pytest.mark.parametrize("body", ["while True: pass", "import os; os._exit(0)"])
def test_a_question_that_ends_its_jail_costs_no_other_one(body):
    limits = {"call": 0.3, "spare": 0.5}
    text = f"def exposes(f, x):\n    f(x)\n    {body}"
    cells = [c for c in sample.CELLS if "exposes" not in c]
    result = graded(*cells, text, name="90_sample", limits=limits)
    ids = ("90.1", "90.2", "90.3", "90.4", "90.5")
    assert shares(result, *ids) == [1, 1, 1, 0, 1]
    assert result["questions"]["90.4"]["status"] == "graded"


def test_nothing_printed_after_a_hidden_input_is_reported():
    leak = (
        "import os\nprint('told:', os.path.exists('/tmp/x'))\n"
        "def my_sigmoid(x):\n    open('/tmp/x', 'w').write(str(x))\n"
        "    os.kill(os.getppid(), 9)\nprint(os.getpid() * 0)"
    )
    made = plan.make("90_sample", "s", sample.OVERLAY.read_text())
    kit = Kit(Jail("bubblewrap", False, made.limits), made.set.helpers)
    one = runner.Runner([leak, "print(1)"], kit)
    with pytest.raises(Exception, match="process ended"):
        one.call(made.set.exercises[0], (1.0,))
    before = one.out
    one.sources[1] = "print('hidden')"  # as if the cells knew by now
    with pytest.raises(Exception, match="process ended"):
        one.call(made.set.exercises[0], (1.0,))
    assert one.out == before == "told: False\n0\n1\n"
    one.close()
    kit.jail.close()


def test_an_answer_is_worth_what_check_says_right_below_it():
    """Until a later cell changes what it uses; the better of both counts."""
    cells = [
        "import numpy as np\ndef size(x): return np.sqrt((x**2).sum())",
        "def unit(x): return x / size(x)",
        "def size(x): return 7.0",
        "def my_sigmoid(x): return size(x)",
    ]
    result = graded(*cells, name="90_sample")
    assert shares(result, "90.5", "90.1") == [1, 0]


def test_a_cell_that_does_not_stop_leaves_its_definitions():
    stubborn = (
        "while True:\n    try:\n        while True: pass\n"
        "    except BaseException: pass\n"
        "def unit(x): return x / np.sqrt((x**2).sum())"
    )
    limits = {"cell": 0.3, "spare": 0.5}
    result = graded(sample.IMPORTS, stubborn, name="90_sample", limits=limits)
    assert shares(result, "90.5") == [1]
    assert [number for number, _ in result["cells"]] == [2]


def test_definitions_after_the_time_of_all_cells_are_run():
    slow = "import time\ntime.sleep(9)"
    limits = {"cell": 0.5, "cells": 0.6}
    start = time.monotonic()
    result = graded(sample.IMPORTS, slow, slow, *sample.CELLS[1:], name="90_sample",
                    limits=limits)  # fmt: skip
    assert shares(result, "90.1", "90.5") == [1, 1]
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("name", sorted(SETS))
def test_the_release_lists_no_failure(name):
    from exercises.notebooks import ROOT

    from lstm_course.grading import load

    cells = load.cells((ROOT / f"exercises/{name}/{name}.ipynb").read_bytes())
    assert graded(*cells, name=name)["cells"] == []


@pytest.mark.parametrize(
    "second",
    [
        "return 1 / (1 + np.exp(x))",
        "raise ValueError",
        "while True: pass",
        "import os; os._exit(0)",
        "return np.zeros(3 << 20)",
    ],
)
def test_a_function_that_fails_when_called_twice_is_judged_by_its_first_call(second):
    body = f"    global n\n    n += 1\n    if n > 1:\n        {second}\n"
    cell = f"n = 0\ndef my_sigmoid(x):\n{body}    return 1 / (1 + np.exp(-x))"
    cell = f"import numpy as np\n{cell}"
    result = graded(cell, name="90_sample", limits={"call": 1.0})
    assert shares(result, "90.1") == [1]
