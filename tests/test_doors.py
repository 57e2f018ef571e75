"""Bad input gets an error in four parts: what, got, expected, next step."""

import re

import numpy as np
import pytest
import torch

from lstm_course import init, unroll, unroll_backward
from lstm_course.recurrent import Recurrent
from lstm_course.tasks import digits, text
from lstm_course.train import fit

RNG = np.random.default_rng(0)
P = init("lstm", 4, 6, RNG)
X = RNG.normal(size=(7, 3, 4))
STATE = tuple(RNG.normal(size=(3, 6)) for _ in range(2))
H, END, CACHES = unroll("lstm", P, X)
NAN = np.where(np.arange(4) == 2, np.nan, X)

NUMPY = {
    "unknown cell": (lambda: unroll("ltsm", P, X), "Did you mean 'lstm'"),
    "not a cell": (lambda: unroll(3.5, P, X), "Known cells"),
    "wrong features": (lambda: unroll("lstm", P, X[..., :3]), "has 3 features"),
    "two axes": (lambda: unroll("lstm", P, X[0]), "has 2 axes"),
    "integers": (lambda: unroll("lstm", P, X.astype(int)), "dtype int64"),
    "NaN": (lambda: unroll("lstm", P, NAN), r"first at index \(0, 0, 2\)"),
    "empty batch": (lambda: unroll("lstm", P, X[:, :0]), "axis B"),
    "no steps": (lambda: unroll("lstm", P, X[:0]), "axis T"),
    "short state": (lambda: unroll("lstm", P, X, STATE[:1]), "1 arrays"),
    "state of the wrong size": (
        lambda: unroll("lstm", P, X, (STATE[0], STATE[1][:, :5])), r"\(3, 5\)"),
    "missing parameter": (
        lambda: unroll("lstm", {"W_x": P["W_x"], "b": P["b"]}, X), "'W_h' is missing"),
    "misshapen parameter": (
        lambda: unroll("lstm", P | {"b": P["b"][:-1]}, X), r"'b' has shape \(23,\)"),
    "NaN parameter": (lambda: unroll("lstm", P | {"b": P["b"] * np.inf}, X), "NaN"),
    "short dh": (lambda: unroll_backward("lstm", P, H[:-1], CACHES), "ran 7 steps"),
    "cut of zero": (lambda: unroll_backward("lstm", P, H, CACHES, cut=0), "cut is 0"),
    "no units": (lambda: init("lstm", 4, 0, RNG), "H is 0"),
    "seed for rng": (lambda: init("lstm", 4, 6, 0), "Generator"),
    "unknown block": (lambda: init("lstm", 4, 6, RNG, bias={"q": 1.0}), "no block 'q'"),
    "unknown form": (lambda: digits.split("columns"), "'columns'"),
    "window too long": (
        lambda: text.sample(RNG, text.Corpus(np.zeros(5, int), "a"), T=9), "T \\+ 1"),
}


@pytest.mark.parametrize("name", NUMPY)
def test_numpy_doors_explain_bad_input(name):
    call, words = NUMPY[name]
    with pytest.raises(ValueError, match=words) as error:
        call()
    assert_four_parts(str(error.value))


LAYER = Recurrent("lstm", 4, 6, seed=0)
Z = torch.randn(7, 3, 4)
TORCH = {
    "unknown cell": (lambda: Recurrent("grru", 4, 6), "'gru'"),
    "zero units": (lambda: Recurrent("lstm", 4, 0), "hidden_size is 0"),
    "dropout of 1": (lambda: Recurrent("lstm", 4, 6, dropout=1.0), "dropout is 1.0"),
    "wrong features": (lambda: LAYER(Z[..., :3]), "3 features"),
    "float64 into float32": (lambda: LAYER(Z.double()), "float64"),
    "NaN": (lambda: LAYER(Z / 0 * 0), "NaN"),
    "no steps": (lambda: LAYER(Z[:0]), "axis T"),
    "one state of two": (lambda: LAYER(Z, LAYER(Z)[1][:1]), "1 arrays"),
    "state of another batch": (
        lambda: LAYER(Z, 2 * (torch.zeros(1, 2, 6),)), "another batch"),
    "length 0": (lambda: LAYER(Z, lengths=[7, 0, 2]), "from 0 to 7"),
    "length beyond T": (lambda: LAYER(Z, lengths=[7, 8, 2]), "from 2 to 8"),
    "two lengths": (lambda: LAYER(Z, lengths=[7, 2]), r"shape \(2,\)"),
    "foreign parameters": (lambda: LAYER.load({"W": 1}), "of lstm wants"),
}


@pytest.mark.parametrize("name", TORCH)
def test_torch_doors_explain_bad_input(name):
    call, words = TORCH[name]
    with pytest.raises(ValueError, match=words) as error:
        call()
    assert_four_parts(str(error.value))


def test_a_nan_loss_names_its_step():
    with pytest.raises(FloatingPointError, match="at step 0"):
        fit(LAYER, lambda m, b: m(b)[0].sum() * float("nan"), lambda rng: Z,
            steps=1, progress=False)


def assert_four_parts(message):
    """Three clauses at least, the last one a question: the next step."""
    assert message.endswith("?"), message
    ends = re.findall(r"[.?:;](?=\s|$)|, (?:but|layer|expected)", message)
    assert len(ends) >= 3, message
