"""What one sees when one thing of chapter 7 is changed, counted and never timed."""

import ast
import re

import nbformat
import numpy as np
import pytest
import torch

from lstm_course.commands.bench import tables
from lstm_course.engines.cpu.__main__ import loops

WAYS = ("setup", "naive", "race", "ladder", "by-hand", "counting", "one-matrix")
QUICK = {"T, B, I, H = 1000, 4, 64, 32": "T, B, I, H = 200, 2, 5, 3"}


@pytest.fixture(scope="module")
def room(cells):
    return cells("07", *WAYS, change=QUICK)


def asked(room, call):
    """What torch is asked to do, by name."""
    with room["Counting"]() as counting:
        call()
    return counting.names


def test_after_ladder(room):
    x, T = room["x"], room["T"]

    def forward():
        with torch.no_grad():
            room["hoisted"](x, *room["weights"])

    both = asked(room, room["training"](lambda: room["hoisted"](x, *room["weights"])))
    assert round(len(asked(room, forward)) / T) == 11
    assert round(len(both) / T) == 41


def test_after_index(cells, room):
    room = cells("07", "indexed", room=dict(room))
    y, w = torch.randn(20, 2, 5), torch.ones((), requires_grad=True)

    def large(out):
        return sum("select_backward" in name for name in asked(room, out))

    inside = large(lambda: torch.autograd.grad(room["indexed"](y * w), w))
    outside = large(lambda: torch.autograd.grad(room["indexed"](y) * w, w))
    assert (inside, outside) == (20, 0)


def test_change_memory(cells, room):
    room = cells("07", "memory-code", room=dict(room))
    numbers = {
        cell: room["kept"](
            lambda cell=cell: room["Recurrent"](cell, 64, 128)(room["xs"])[0]
        )
        for cell in ("gru", "mingru")
    }
    assert numbers == {"gru": 5, "mingru": 3}


def test_after_affine(cells):
    room = cells("07", "setup", "affine-scan")
    room = cells(
        "07", "affine-run", change={'cell, n = "lstm"': 'cell, n = "mingru"'}, room=room
    )
    assert room["off"] < 1e-12
    J = room["J"][5, 0]
    assert np.count_nonzero(J) == len(J) and (np.diag(J) > 0).all()


def test_after_newton(cells):
    near = {
        "guess, errors[size] = np.zeros((1000, 32)), []": "guess, errors[size] = "
        "true + 0.01 * r.normal(size=true.shape), []"
    }
    room = cells("07", "setup", "newton-code")
    first = cells("07", "newton-run", room=dict(room))["errors"][1]
    later = cells("07", "newton-run", change=near, room=dict(room))["errors"][1]
    assert [
        next(k for k, e in enumerate(n, 1) if e < 1e-4) for n in (first, later)
    ] == [
        7,
        2,
    ]
    assert [f"{e:.0e}" for e in later[:2]] == ["1e-03", "5e-07"]


def test_with_large_weights_newton_settles_after_tens_of_iterations(cells):
    room = cells("07", "setup", "newton-code", "newton-run")
    z, w, true, guess = (room[k] for k in ("z", "w", "true", "guess"))
    slopes = room["gru_step"](z, w, np.vstack([np.zeros(32), true[:-1]]))[1]
    assert 0.15 < (abs(slopes) > 1).mean() < 0.25
    wrong = {}
    with np.errstate(all="ignore"):
        for k in range(10, 101):
            wrong[k] = (abs(guess - true).max(0) > 1e-4).sum()
            guess = room["newton"](z, w, guess)
    assert [wrong[k] for k in (10, 50, 100)] == [5, 1, 0]


def test_after_chunk():
    short, long = (4 * L * 128 + 4 * 128**2 for L in (64, 512))
    assert (short, long) == (98_304, 327_680) and round(long / short, 1) == 3.3


def test_every_way_to_write_the_loop_gives_the_same(room):
    names = ("naive", "unbind", "one_matrix", "hoisted")
    x, weights = room["x"], room["weights"]
    h = room["layer"](x)[0]
    for forward in (*map(room.get, names), room["ByHand"].apply):
        torch.testing.assert_close(forward(x, *weights), h, atol=1e-5, rtol=0)


def test_the_made_loop_in_the_text_is_the_one_that_runs(root):
    """Line breaks aside."""
    notebook = nbformat.read(root / "book/07_speed.ipynb", as_version=4)
    (text,) = (c.source for c in notebook.cells if c.id == "made")
    shown = "\n".join(re.findall(r"```python\n(.*?)```", text, re.S))
    made = {f.name: ast.dump(f) for f in functions(loops("lstm"))}
    found = [(f.name, ast.dump(f)) for f in functions(shown)]
    assert len(found) == 3 and all(made[name] == dump for name, dump in found)


def functions(text):
    return [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]


def recorded(name):
    rows = tables.results(name)[tables.BOOK]["rows"]
    return [r for r in rows if r["what"] == "forward + backward" and r["ratio"]]


def test_the_recorded_tables_say_what_the_text_says():
    growth = {r["name"]: r["ratio"] for r in recorded("growth")}
    assert growth["T=16"] < 1 and growth["H=16"] < 1
    assert 0.9 < growth["H=512"] < 1.15
    assert growth["T=1024"] > 1.7 and growth["B=256"] > 1.7
    loops = {(r["cell"], r["name"]): r["loop_ratio"] for r in recorded("layers")}
    largest = max(v for (_, name), v in loops.items() if name == "XL")
    assert largest < 2.6 < loops["gru", "A"]
