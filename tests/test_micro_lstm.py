"""The LSTM in plain Python computes what the course computes."""

import ast
from pathlib import Path

import numpy as np
import pytest

from lstm_course import CELLS, micro_lstm, unroll, unroll_backward
from lstm_course.ops import softmax

H, K = micro_lstm.H, micro_lstm.K


@pytest.fixture
def p():
    """Weights that are all different, as lists."""
    rng = np.random.default_rng(0)
    sizes = {k: np.shape(v) for k, v in micro_lstm.start().items()}
    return {k: rng.normal(scale=0.5, size=s).tolist() for k, s in sizes.items()}


def course(p):
    """The same weights as the package has them."""
    return {k: np.array(p[k]) for k in ("W_x", "W_h")} | {"b": np.array(p["b"][0])}


def letters(name):
    text = [micro_lstm.LETTERS.index(a) for a in f".{name}."]
    return text[:-1], text[1:]


def test_a_step_is_that_of_the_course(p):
    h, c = np.random.default_rng(1).normal(size=(2, H))
    mine = micro_lstm.step(p, 5, h.tolist(), c.tolist())[:2]
    (h, c), _ = CELLS["lstm"].step(course(p), np.eye(K)[[5]], (h[None], c[None]))
    np.testing.assert_allclose(mine, (h[0], c[0]), rtol=1e-12)


def test_loss_and_gradient_are_those_of_the_course(p):
    loss, d = micro_lstm.gradient(p, "clara")
    x, y = letters("clara")
    V, v = np.array(p["V"]), np.array(p["v"][0])
    h, _, caches = unroll(CELLS["lstm"], course(p), np.eye(K)[x][:, None])
    q = softmax(h[:, 0] @ V + v)
    assert loss == pytest.approx(-np.log(q[range(len(y)), y]).mean(), rel=1e-9)
    ds = (q - np.eye(K)[y]) / len(y)
    _, _, grads = unroll_backward(CELLS["lstm"], course(p), (ds @ V.T)[:, None], caches)
    grads |= {"V": h[:, 0].T @ ds, "v": ds.sum(axis=0)}
    for key, mine in d.items():
        true = grads[key].reshape(np.shape(mine))
        np.testing.assert_allclose(mine, true, rtol=1e-9, atol=1e-12)


def test_one_round_learns_something_and_the_same_names_come_again(capsys):
    micro_lstm.main(rounds=1)
    first = capsys.readouterr().out
    micro_lstm.main(rounds=1)
    assert capsys.readouterr().out == first
    bits = float(first.split()[1])
    assert bits < np.log2(K) - 0.5  # what a fair guess would cost
    names = first.split(";")[1].split()
    assert names and all(n.isalpha() and len(n) <= 12 for n in names)


def test_it_fits_150_lines_and_imports_nothing():
    text = Path(micro_lstm.__file__).read_text(encoding="utf-8")
    assert text.count("\n") <= 150
    kinds = {type(node) for node in ast.walk(ast.parse(text))}
    assert not kinds & {ast.Import, ast.ImportFrom}
