"""Bad input gets an error in four parts: what, got, expected, next step; odd input
gets its obvious meaning.  The doors of NumPy, and the first ones of torch."""

import numpy as np
import pytest
import torch
from door_table import assert_four_parts, every_row, means, refused

from lstm_course import init, jacobian, trace, unroll, unroll_backward
from lstm_course.cells import gru, mlstm
from lstm_course.gradcheck import (
    gradcheck,
    numeric_gradient,
    random_case,
    relative_error,
)
from lstm_course.recurrent import Recurrent
from lstm_course.tasks import digits, text
from lstm_course.train import fit

RNG = np.random.default_rng(0)
P, G, R = (init(name, 4, 6, RNG) for name in ("lstm", "gru", "rnn"))
PEEP, DEEP = init("peephole", 4, 6, RNG), init("depth_gated", 4, 6, RNG)
X = RNG.normal(size=(7, 3, 4))
STATE = tuple(RNG.normal(size=(3, 6)) for _ in range(2))
H, END, CACHES = unroll("lstm", P, X)
DH = RNG.normal(size=H.shape)
NAN = np.where(np.arange(4) == 2, np.nan, X)
TENSOR = torch.as_tensor(X)
BEFORE = gru.make(reset="before")


def forward(run):
    """Rows of a door that takes cell, p, x, state0: unroll, trace, jacobian."""
    return {
        "unknown cell": (lambda: run("ltsm", P, X), refused("Did you mean 'lstm'")),
        "not a cell": (lambda: run(3.5, P, X), refused("Known cells")),
        "cell of another case": (lambda: run("LSTM", P, X), refused("'lstm'")),
        "a room for a cell": (lambda: run(gru, G, X), means(lambda: run("gru", G, X))),
        "wrong features": (lambda: run("lstm", P, X[..., :3]), refused("3 features")),
        "two axes": (lambda: run("lstm", P, X[0]), refused("has 2 axes")),
        "a number": (lambda: run("lstm", P, 3.0), refused("has 0 axes")),
        "nothing": (lambda: run("lstm", P, None), refused("has 0 axes")),
        "integers": (lambda: run("lstm", P, X.astype(int)), refused("dtype int64")),
        "truths": (lambda: run("lstm", P, X > 0), refused("dtype bool")),
        "complex": (lambda: run("lstm", P, X * 1j), refused("dtype complex128")),
        "words": (lambda: run("lstm", P, X.astype(str)), refused("dtype <U")),
        "objects": (lambda: run("lstm", P, X.astype(object)), refused("dtype object")),
        "a list": (
            lambda: run("lstm", P, X.tolist()),
            means(lambda: run("lstm", P, X)),
        ),
        "a ragged list": (
            lambda: run("lstm", P, [[[1.0] * 4], [[1.0] * 3]]),
            refused("no array.*Pad the short ones"),
        ),
        "a tensor": (lambda: run("lstm", P, TENSOR), refused("x is a torch tensor")),
        "a mask": (
            lambda: run("lstm", P, np.ma.masked_less(X, 0.0)),
            refused("masked array"),
        ),
        "float32": (
            lambda: run("lstm", P, X.astype(np.float32)),
            means(lambda: run("lstm", P, X.astype(np.float32).astype(float))),
        ),
        "big-endian": (
            lambda: run("lstm", P, X.astype(">f8")),
            means(lambda: run("lstm", P, X)),
        ),
        "every other step": (
            lambda: run("lstm", P, np.repeat(X, 2, 0)[::2]),
            means(lambda: run("lstm", P, X)),
        ),
        "NaN": (lambda: run("lstm", P, NAN), refused(r"first at index \(0, 0, 2\)")),
        "empty batch": (lambda: run("lstm", P, X[:, :0]), refused("axis B")),
        "no steps": (lambda: run("lstm", P, X[:0]), refused("axis T")),
        "no features": (lambda: run("lstm", P, X[..., :0]), refused("axis I")),
        "short state": (lambda: run("lstm", P, X, STATE[:1]), refused("1 arrays")),
        "long state": (lambda: run("rnn", R, X, STATE), refused("2 arrays")),
        "a state alone": (lambda: run("rnn", R, X, STATE[0]), refused("got ndarray")),
        "state in a list": (
            lambda: run("lstm", P, X, [s.tolist() for s in STATE]),
            means(lambda: run("lstm", P, X, STATE)),
        ),
        "state of the wrong size": (
            lambda: run("lstm", P, X, (STATE[0], STATE[1][:, :5])),
            refused(r"\(3, 5\)"),
        ),
        "state of one sequence": (
            lambda: run("lstm", P, X, tuple(s[:1] for s in STATE)),
            refused("another batch"),
        ),
        "state with a layer's axis": (
            lambda: run("lstm", P, X, tuple(s[None] for s in STATE)),
            refused(r"shape \(1, 3, 6\)"),
        ),
        "state of integers": (
            lambda: run("lstm", P, X, (STATE[0], np.ones((3, 6), int))),
            refused("int64"),
        ),
        "state of a tensor": (
            lambda: run("rnn", R, X, (torch.zeros(3, 6),)),
            refused("h is a torch"),
        ),
        "state of nothing": (lambda: run("rnn", R, X, (None,)), refused(r"shape \(\)")),
        "clock left out": (
            lambda: run(
                "clockwork",
                init("clockwork", 4, 6, np.random.default_rng(0)),
                X,
                STATE[:1],
            ),
            means(
                lambda: run(
                    "clockwork",
                    init("clockwork", 4, 6, np.random.default_rng(0)),
                    X,
                    (STATE[0], np.zeros((3, 6))),
                )
            ),
        ),
    } | parameters(lambda cell, p: run(cell, p, X))


def parameters(run):
    """Rows of a door that takes cell and p."""
    return {
        "missing parameter": (
            lambda: run("lstm", {"W_x": P["W_x"], "b": P["b"]}),
            refused("'W_h' is missing"),
        ),
        "misshapen parameter": (
            lambda: run("lstm", P | {"b": P["b"][:-1]}),
            refused(r"shape \(23,\)"),
        ),
        "a bias for a matrix": (
            lambda: run("lstm", P | {"W_h": P["b"]}),
            refused("'W_h' has 1 axes"),
        ),
        "a bias with an axis more": (
            lambda: run("lstm", P | {"b": P["b"][None]}),
            refused("'b' has 2 axes"),
        ),
        "matrices turned": (
            lambda: run("lstm", P | {"W_x": P["W_x"].T, "W_h": P["W_h"].T}),
            refused("Is its block order"),
        ),
        "empty matrices": (
            lambda: run("lstm", P | {"W_x": P["W_x"][:, :0]}),
            refused("H is 0"),
        ),
        "peepholes of another cell": (
            lambda: run("lstm", PEEP),
            refused("'w_cf'.*the cell 'peephole'"),
        ),
        "second bias with reset before": (
            lambda: run(BEFORE, G),
            refused("'b_h' is nothing that gru reads"),
        ),
        "a readout among them": (
            lambda: run("lstm", P | {"V": np.ones((2, 6))}),
            refused("Leave it out of p"),
        ),
        "a name that is no word": (
            lambda: run("lstm", P | {3: P["b"]}),
            refused("'3' is nothing"),
        ),
        "a layer's too many": (
            lambda: run("depth_gated", DEEP | {"W_h_3": P["W_h"]}),
            refused("'W_h_3'"),
        ),
        "no dict": (lambda: run("lstm", list(P.values())), refused("p is list")),
        "a parameter as a list": (
            lambda: run("lstm", P | {"b": P["b"].tolist()}),
            refused("'b' is list"),
        ),
        "a parameter as a tensor": (
            lambda: run("lstm", P | {"b": torch.as_tensor(P["b"])}),
            refused("'b' is Tensor"),
        ),
        "a masked parameter": (
            lambda: run("lstm", P | {"b": np.ma.masked_less(P["b"], 0.5)}),
            refused("'b' is MaskedArray"),
        ),
    }


def values(run):
    """Rows of a door that reads the values of p, not only their shapes."""
    return {
        "NaN parameter": (lambda: run("lstm", P | {"b": P["b"] / 0.0}), refused("NaN")),
        "whole parameter": (
            lambda: run("lstm", P | {"b": P["b"].astype(int)}),
            refused("dtype int64"),
        ),
    }


def back(dh=DH, caches=CACHES, dstate=None, cut=None, cell="lstm", p=P):
    return unroll_backward(cell, p, dh, caches, dstate, cut)


def own_backward(change):
    """gradcheck of a backward pass whose result is changed."""

    def backward(*case):
        return change(*unroll_backward(*case))

    return lambda: gradcheck("rnn", T=2, backward=backward)


TABLE = {
    "unroll": forward(lambda *a: unroll(*a)[:2]) | values(lambda c, p: unroll(c, p, X)),
    "trace": forward(trace) | values(lambda c, p: trace(c, p, X)),
    "jacobian": forward(lambda c, p, x, s=None: jacobian(c, p, x, 1, 2, state0=s))
    | {
        f"from {s!r} to {t!r}": (
            lambda s=s, t=t: jacobian("lstm", P, X, s, t),
            refused("0 <= s <= t <= 7"),
        )
        for s, t in ((3, 2), (-1, 2), (0, 8), (0.0, 2), ("0", 2), (None, 1), (True, 2))
    },
    "unroll_backward": parameters(lambda c, p: back(cell=c, p=p))
    | {
        "short dh": (lambda: back(H[:-1]), refused("ran 7 steps")),
        "dh of one sequence": (lambda: back(DH[:, :1]), refused(r"\(7, 1, 6\)")),
        "dh of one unit": (lambda: back(DH[..., :1]), refused(r"\(7, 3, 1\)")),
        "dh of the last step": (
            lambda: back(DH[-1]),
            refused(r"dh has shape \(3, 6\)"),
        ),
        "dh of integers": (lambda: back(np.ones(H.shape, int)), refused("dtype int64")),
        "dh a list": (lambda: back(DH.tolist()), means(back)),
        "dh a tensor": (lambda: back(torch.as_tensor(DH)), refused("dh is a torch")),
        "dh with NaN": (lambda: back(DH / np.zeros(6)), refused("NaN or infinite")),
        "short dstate": (lambda: back(dstate=STATE[:1]), refused("dstate.*1 arrays")),
        "dstate alone": (lambda: back(dstate=STATE[0]), refused("got ndarray")),
        "dstate of one unit": (
            lambda: back(dstate=(STATE[0], STATE[1][:, :1])),
            refused(r"dstate holds c of shape \(3, 1\)"),
        ),
        "dstate in a list": (
            lambda: back(dstate=[s.tolist() for s in STATE]),
            means(lambda: back(dstate=STATE)),
        ),
        "cut of zero": (lambda: back(cut=0), refused("cut is 0")),
        "cut of True": (lambda: back(cut=True), refused("cut is True")),
        "cut beyond the end": (lambda: back(cut=99), means(back)),
        "no caches": (lambda: back(caches=[]), refused("third result of unroll")),
        "the whole result": (lambda: back(caches=(H, END, CACHES)), refused("tuple")),
        "caches of another cell": (
            lambda: back(caches=unroll("rnn", R, X)[2]),
            refused("Are they of another"),
        ),
        "caches of another width": (
            lambda: back(H[..., :1], unroll("lstm", init("lstm", 4, 1, RNG), X)[2]),
            refused("Are they of another"),
        ),
        "caches of another input": (
            lambda: back(caches=unroll("lstm", init("lstm", 3, 6, RNG), X[..., :3])[2]),
            refused("Are they of another"),
        ),
        "caches of fewer heads": (
            lambda: unroll_backward(
                mlstm.make(heads=2),
                init(mlstm.make(heads=2), 4, 6, RNG),
                DH,
                unroll("mlstm", init("mlstm", 4, 6, RNG), X)[2],
            ),
            refused("Are they of another"),
        ),
    },
    "gradcheck": {
        "no steps": (lambda: gradcheck("rnn", T=0), refused("T is 0")),
        "half a batch": (lambda: gradcheck("rnn", B=1.5), refused("B is 1.5")),
        "unknown cell": (lambda: gradcheck("lsmt"), refused("'lstm'")),
        "a gradient too few": (
            own_backward(lambda dx, d, g: (dx, d, {"W_x": g["W_x"]})),
            refused("no gradient by 'W_h'"),
        ),
        "a gradient not summed": (
            own_backward(lambda dx, d, g: (dx, d, g | {"b": g["b"][None]})),
            refused("Is a sum over the batch missing"),
        ),
    },
    "numeric_gradient": {
        "integers": (
            lambda: numeric_gradient(lambda: 0.0, np.arange(3)),
            refused("ndarray, int64"),
        ),
        "float32": (
            lambda: numeric_gradient(lambda: 0.0, np.ones(3, np.float32)),
            refused("float32"),
        ),
        "a list": (lambda: numeric_gradient(lambda: 0.0, [1.0]), refused("list")),
    },
    "relative_error": {
        "a row and a column": (
            lambda: relative_error(np.ones((3, 1)), np.ones((1, 3))),
            refused("broadcasting"),
        ),
    },
    "tasks": {
        "unknown form": (lambda: digits.split("columns"), refused("'columns'")),
        "window too long": (
            lambda: text.sample(RNG, text.Corpus(np.zeros(5, int), "a"), T=9),
            refused("T \\+ 1"),
        ),
    },
}


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@every_row(TABLE)
def test_numpy_doors_refuse_bad_input_and_take_odd_input_as_meant(call, happens):
    happens(call)


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
        lambda: LAYER(Z, 2 * (torch.zeros(1, 2, 6),)),
        "another batch",
    ),
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
        fit(
            LAYER,
            lambda m, b: m(b)[0].sum() * float("nan"),
            lambda rng: Z,
            steps=1,
            progress=False,
        )


def test_a_room_and_its_options_written_out_are_a_cell_at_every_door():
    from lstm_course import convert, equations

    text = "gru(reset='before', update='takes_new')"
    cell = gru.make(reset="before", update="takes_new")
    p, x, *_ = random_case(text)
    np.testing.assert_array_equal(unroll(text, p, x)[0], unroll(cell, p, x)[0])
    assert Recurrent(text, 4, 6, seed=0).cell.reads == cell.reads
    assert convert.count(text, 4, 6) == convert.count(cell, 4, 6)
    assert equations.equations(text) == equations.equations(cell)
