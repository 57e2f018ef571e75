"""One trial: what is drawn, how a cell is started by it, the same bits again."""

import math

import numpy as np
import pytest
import torch

from lstm_course.cells import CELLS
from lstm_course.models.sizes import layers_of
from lstm_course.study import lessons, space, table, trial
from lstm_course.study.store import Store

SETTING = {
    **{"lr": 0.02, "width": 8, "clip": 1.0, "noise": 0.01},
    **{"start": "bias", "bias": 1.0},
}


@pytest.fixture(autouse=True)
def threads():
    """A trial takes one thread; the other tests take what they had."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def few(monkeypatch):
    """Lessons of a few steps."""
    short = {
        name: (lambda name=name, make=make: make()._replace(steps=20))
        for name, make in lessons.LESSONS.items()
    }
    monkeypatch.setattr(lessons, "LESSONS", short)
    lessons.lesson.cache_clear()
    yield
    lessons.lesson.cache_clear()


def test_the_same_trial_has_the_same_bits(few):
    first, again = (trial.run("parity", "gru", 0, 3, SETTING) for _ in range(2))
    for row in (first, again):
        row.pop("seconds")
    assert first == again
    assert trial.run("parity", "gru", 0, 4, SETTING)["loss"] != first["loss"]


@pytest.mark.parametrize("task", lessons.LESSONS)
def test_every_task_gives_a_whole_row(few, task):
    row = trial.run(task, "lstm", 0, 0, SETTING)
    assert {*table.ASKED, *table.SETTING, *table.RESULT} == set(row)
    assert row["state"] == "finished" and math.isfinite(row["test"])
    assert 0 <= row["accuracy"] <= 1 and len(row["curve"]) == trial.POINTS
    assert row["curve"][-1] == row["loss"] != row["test"]


@pytest.mark.parametrize("cell", CELLS)
def test_all_cells_are_about_as_large(cell):
    lesson = lessons.lesson("parity")
    for width in (8, 32):
        units = trial.fitting(cell, lesson, width)
        size = trial.cost(cell, lesson, units)["weights"]
        aim = trial.cost("lstm", lesson, width)["weights"]
        assert abs(size / aim - 1) < 0.25


@pytest.mark.parametrize("cell", [c for c in CELLS if space.keeping(c)])
def test_a_bias_of_the_gate_that_keeps_keeps_more(cell):
    """The gradient along the memory, over one step, grows with the bias."""
    [one] = layers_of(cell, 1)
    kept = []
    for bias in (-2.0, 1.0, 4.0):
        rng = np.random.default_rng(0)
        setting = SETTING | {"bias": bias}
        p = space.start_values(cell, 3, 4, setting, 20, rng)
        if one.form == "matrix":
            kept.append(p["b_g"][one.heads :].mean())
            continue
        p = {
            k: v * 0 if k.startswith("W_") and v.ndim == 2 else v for k, v in p.items()
        }
        state = tuple(0.3 + np.zeros((1, 4)) for _ in one.states)
        x = np.zeros((1, 3 + 4 * bool(one.extra)))
        at = one.states.index(one.cell_path)

        def stepped(shift, p=p, state=state, x=x, at=at):
            moved = [s + shift * (k == at) for k, s in enumerate(state)]
            return one.step(p, x, tuple(moved))[0][at]

        kept.append(float((stepped(1e-5) - stepped(-1e-5)).mean() / 2e-5))
    assert kept[0] < kept[1] < kept[2]


def test_a_cell_without_such_a_gate_starts_in_its_own_way(few):
    rows = [trial.run("parity", "rnn", 0, 0, SETTING | {"bias": b}) for b in (0.0, 3.0)]
    assert rows[0]["start"] == "own" and rows[0]["loss"] == rows[1]["loss"]


def test_chrono_spreads_what_units_keep():
    setting = SETTING | {"start": "chrono"}
    p = space.start_values("lstm", 3, 200, setting, 40, np.random.default_rng(0))
    i, f = p["b"][:200], p["b"][200:400]
    assert np.array_equal(i, -f) and f.min() >= 0 and math.log(30) < f.max() < 3.67


def test_the_columns_are_what_is_drawn():
    assert tuple(space.SPACE) == table.SETTING


def test_draws_are_the_same_for_every_cell_and_fill_the_space():
    drawn = [space.draw("adding", n) for n in range(60)]
    assert drawn == [space.draw("adding", n) for n in range(60)]
    for name, distribution in space.SPACE.items():
        values = {d[name] for d in drawn}
        assert all(
            distribution._contains(distribution.to_internal_repr(v)) for v in values
        )
        assert len(values) > 15 or name == "start"
    assert space.draw("parity", 0) != drawn[0]


def test_a_trial_that_diverges_is_kept(few, tmp_path):
    row = trial.run("adding", "lstm1997", 0, 0, SETTING | {"lr": 1e20, "clip": 1e20})
    assert row["state"] == "diverged" and row["test"] == math.inf
    base = Store(tmp_path / "s.db")
    legal = row | {"lr": 0.1, "clip": 10.0, "drawn": "bias", "machine": "here"}
    base.add(legal)
    [kept] = base.rows()
    assert kept["state"] == "diverged" and kept["loss"] == kept["test"] == math.inf
    file = table.write([kept], {}, tmp_path / "t.csv.gz")
    assert table.read(file)[0][0]["loss"] == math.inf
