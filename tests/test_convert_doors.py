"""Bad input to convert gets an error in four parts: what, got, expected, next step."""

import numpy as np
import pytest
import torch
from door_table import every_row, means, refused
from torch import nn
from torch.nn.utils import parametrizations, prune

from lstm_course import convert, init
from lstm_course.cells import coupled, gru, lstm
from lstm_course.ops import hard_sigmoid
from lstm_course.recurrent import Recurrent


def random_p(cell):
    return init(cell, 4, 6, np.random.default_rng(0))


P, G = random_p("lstm"), random_p("gru")
KERAS, ONNX = convert.to_keras(P), convert.to_onnx(P)
BEFORE = gru.make(reset="before")
BOTH = {k: np.concatenate([v, v]) for k, v in ONNX.items()}
PEEPS = {"P": np.ones((1, 18))}
MODULE = nn.LSTM(4, 6, 2)
COUPLED = convert.to_onnx(random_p("coupled"), "coupled")


def node(cell, weights=ONNX, direction=0, **attributes):
    """Reads weights as a node with these attributes says."""
    return lambda: convert.from_onnx(weights, cell, direction, attributes)


def normed(module, name="weight_hh_l0"):
    return parametrizations.weight_norm(module, name)


def quantised(kind):
    return getattr(torch.ao.nn.quantized.dynamic, kind)(4, 6)


DOORS = {
    "unknown cell": (lambda: convert.count("ltsm", 4, 6), "Did you mean 'lstm'"),
    "no size": (lambda: convert.count("lstm", 4, 0), "H is 0"),
    "no such block": (lambda: convert.negate(P, "lstm", "u"), "no block 'u'"),
    "not recurrent": (lambda: convert.from_torch(nn.Linear(4, 6)), "Linear is no rec"),
    "relu": (lambda: convert.from_torch(nn.RNN(4, 6, nonlinearity="relu")), "'relu'"),
    "relu cell": (
        lambda: convert.from_torch(nn.RNNCell(4, 6, nonlinearity="relu")),
        "nonlinearity='relu'",
    ),
    "projection": (lambda: convert.from_torch(nn.LSTM(4, 6, proj_size=2)), "size=2"),
    "no such layer": (lambda: convert.from_torch(nn.LSTM(4, 6), layer=1), "1 layer"),
    "one direction": (
        lambda: convert.from_torch(nn.LSTM(4, 6), reverse=True),
        "reverse=True",
    ),
    "other width": (lambda: convert.to_torch(P, nn.LSTM(4, 5)), "I = 4, H = 6"),
    "other cell": (lambda: convert.to_torch(G, nn.LSTM(4, 6)), "the cell 'gru'"),
    "bias lost": (lambda: convert.to_torch(P, nn.LSTM(4, 6, bias=False)), "bias=True"),
    "bidirectional list": (lambda: convert.from_keras(KERAS * 2), "Got 6 arrays"),
    "keras lstm read as gru": (lambda: convert.from_keras(KERAS, "gru"), "3 block"),
    "bias of no layer": (
        lambda: convert.from_keras([*KERAS[:2], np.ones(36)]),
        r"bias has shape \(36,\), expected \(24,\)",
    ),
    "cudnn read as reset before": (
        lambda: convert.from_keras(
            [*convert.to_keras(G, "gru")[:2], np.ones(36)], gru.make("before")
        ),
        r"\(2, 18\), expected \(18,\)",
    ),
    "a file": (lambda: convert.from_keras("model.h5"), "weights is str"),
    "complex weights": (
        lambda: convert.from_keras([KERAS[0] * 1j, *KERAS[1:]]),
        "no array of numbers",
    ),
    "reverse of one direction": (
        lambda: convert.from_keras(KERAS, reverse=True),
        "3 arrays, those of one direction",
    ),
    "no matrix": (lambda: convert.from_keras([KERAS[2], *KERAS[1:]]), "1 axes"),
    "not numbers": (lambda: convert.from_keras([KERAS[0], ["x"]]), "no array"),
    "bias of the other gru": (
        lambda: convert.from_keras(convert.to_keras(G, "gru"), gru.make("before")),
        r"bias has shape \(2, 18\), expected \(18,\)",
    ),
    "no R": (lambda: convert.from_onnx({"W": ONNX["W"]}), "no 'R'"),
    "wrong operator": (lambda: convert.from_onnx(ONNX, "gru"), "3 block"),
    "no such direction": (lambda: convert.from_onnx(ONNX, direction=1), "direction 1"),
    "peepholes lost": (
        lambda: convert.from_onnx(ONNX | {"P": np.ones((1, 18))}),
        "cell='peephole'",
    ),
    "peepholes of coupled gates": (
        lambda: convert.from_onnx(COUPLED | PEEPS, "coupled"),
        "cell='cifg'",
    ),
    "peepholes of coupled gates that keep f": (
        lambda: convert.from_onnx(COUPLED | PEEPS, coupled.make(keeps="f")),
        "'cifg'",
    ),
    "peepholes of a gru": (
        lambda: convert.from_onnx(convert.to_onnx(G, "gru") | PEEPS, "gru"),
        "has 'P', which is no weight of GRU",
    ),
    "start state among weights": (
        lambda: convert.from_onnx(ONNX | {"initial_h": np.ones((1, 3, 6))}),
        "state0",
    ),
    "lengths among weights": (
        lambda: convert.from_onnx(ONNX | {"sequence_lens": np.ones(3)}),
        "as lengths",
    ),
    "weights not by name": (lambda: convert.from_onnx(KERAS), "Got list"),
    "direction of True": (lambda: convert.from_onnx(BOTH, direction=True), "True"),
    "attributes not by name": (
        lambda: convert.from_onnx(ONNX, attributes=[1]),
        "attributes is list",
    ),
    "clip": (node("lstm", clip=3.0), "has clip=3.0"),
    "clip of a gru": (
        node("gru", convert.to_onnx(G, "gru"), clip=1.0, linear_before_reset=1),
        "has clip=1.0",
    ),
    "an attribute of the future": (node("lstm", fast=1), "has fast=1"),
    "coupled gates read as free": (node("lstm", input_forget=1), "'coupled' for 1"),
    "free gates read as coupled": (
        node("coupled", COUPLED),
        "input_forget=0, but coupled",
    ),
    "reset before read as after": (
        node("gru", convert.to_onnx(G, "gru")),
        "linear_before_reset=0, but gru",
    ),
    "reset after read as before": (
        node(BEFORE, convert.to_onnx(random_p(BEFORE), BEFORE), linear_before_reset=1),
        "reset='before'",
    ),
    "another operator": (node("lstm", op_type="GRU"), "is a GRU"),
    "another width": (node("lstm", hidden_size=5), "hidden_size=5"),
    "backwards read as forward": (
        lambda: convert.from_onnx(ONNX, attributes={"direction": b"reverse"}),
        "'reverse'",
    ),
    "activations": (node("lstm", activations=["Sigmoid", "Relu", "Tanh"]), "'relu'"),
    "hard gates read as soft": (
        node("lstm", activations=["HardSigmoid", "Tanh", "Tanh"]),
        "hardsigmoid",
    ),
    "hard gates of another slope": (
        node(
            lstm.make(gate=hard_sigmoid),
            activation_alpha=[0.25],
            activations=["HardSigmoid", "Tanh", "Tanh"],
        ),
        r"alpha=\[0.25\]",
    ),
    "soft gates read as hard": (node(lstm.make(gate=hard_sigmoid)), "'sigmoid'"),
    "activations of one direction": (
        node("lstm", BOTH, activations=["Sigmoid", "Tanh", "Tanh"]),
        "'forward'",
    ),
    "three directions": (lambda: convert.onnx_attributes("lstm", 3), "directions is 3"),
    "peepholes dropped on the way to onnx": (
        lambda: convert.to_onnx(random_p("peephole"), "lstm"),
        "the cell 'peephole'",
    ),
    "peepholes dropped on the way to keras": (
        lambda: convert.to_keras(random_p("peephole")),
        "the cell 'peephole'",
    ),
    "peepholes dropped on the way to torch": (
        lambda: convert.to_torch(random_p("peephole"), nn.LSTM(4, 6)),
        "'peephole'",
    ),
    "second bias dropped": (lambda: convert.to_onnx(G, BEFORE), "'b_h' is nothing"),
    "negated with more than it reads": (
        lambda: convert.negate(random_p("peephole"), "lstm", "o"),
        "'peephole'",
    ),
    "negated stack": (
        lambda: convert.negate(random_p("depth_gated"), "depth_gated", "f_1"),
        "layer",
    ),
    "quantised": (lambda: convert.from_torch(quantised("LSTM")), "LSTM is quantised"),
    "quantised gru": (lambda: convert.from_torch(quantised("GRU")), "GRU is quantised"),
    "into a quantised one": (
        lambda: convert.to_torch(P, quantised("LSTM")),
        "before quantising",
    ),
    "to be quantised": (
        lambda: convert.from_torch(torch.ao.nn.quantizable.LSTM(4, 6)),
        "quantised",
    ),
    "into a normed weight": (
        lambda: convert.to_torch(P, normed(nn.LSTM(4, 6))),
        "weight_hh_l0 of this ParametrizedLSTM is computed",
    ),
    "pruned": (
        lambda: convert.from_torch(
            prune.l1_unstructured(nn.LSTM(4, 6), "weight_hh_l0", 0.3)
        ),
        "prune.remove",
    ),
    "a layer called True": (lambda: convert.from_torch(nn.LSTM(4, 6, 2), True), "True"),
    "a state dict": (
        lambda: convert.from_torch(nn.LSTM(4, 6).state_dict()),
        "OrderedDict is no recurrent module",
    ),
    "no operator": (
        lambda: convert.export_onnx(Recurrent("clockwork", 4, 6), "x.onnx"),
        "No operator of ONNX computes the cell 'clockwork'",
    ),
    "no such keras layer": (
        lambda: convert.to_keras(random_p("peephole"), "peephole"),
        "Keras has no layer for the cell 'peephole'",
    ),
    "not a layer": (lambda: convert.export_onnx(nn.LSTM(4, 6), "x.onnx"), "got LSTM"),
}


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
@pytest.mark.parametrize("door", DOORS)
def test_bad_input_gets_an_error_that_names_the_next_step(door):
    call, says = DOORS[door]
    refused(says)(call)


WITHOUT_OPERATOR = {
    "onnx_attributes": lambda cell, path: convert.onnx_attributes(cell),
    "to_onnx": lambda cell, path: convert.to_onnx(random_p(cell), cell),
    "from_onnx": lambda cell, path: convert.from_onnx(ONNX, cell),
    "to_keras": lambda cell, path: convert.to_keras(random_p(cell), cell),
    "from_keras": lambda cell, path: convert.from_keras(KERAS, cell),
    "export_onnx": lambda cell, path: convert.export_onnx(Recurrent(cell, 4, 6), path),
}


@pytest.mark.parametrize("cell", ["mut1", "mut2", "mut3", "mlstm", "depth_gated"])
@pytest.mark.parametrize("door", WITHOUT_OPERATOR)
def test_a_cell_that_no_operator_computes_is_refused_everywhere(door, cell, tmp_path):
    says = f"No operator of ONNX computes the cell {cell!r}"
    with pytest.raises(ValueError, match=says):
        WITHOUT_OPERATOR[door](cell, tmp_path / "layer.onnx")
    assert not list(tmp_path.iterdir())


def test_a_normed_weight_is_read_as_it_is_now():
    module = normed(nn.LSTM(4, 6))
    with torch.no_grad():
        module.parametrizations.weight_hh_l0.original0.mul_(2.0)
    q = convert.from_torch(module)["W_h"]
    np.testing.assert_array_equal(q.T, module.weight_hh_l0.detach().double().numpy())


def lstm_node(weights=ONNX, at=0, **said):
    """Weights whose node says nothing new: read with its attributes and without."""
    return (
        lambda: convert.from_onnx(weights, "lstm", at, said),
        means(lambda: convert.from_onnx(weights, "lstm", at)),
    )


ODD = {
    "from_keras": {
        "a tuple": (lambda: convert.from_keras(tuple(KERAS)), means(lambda: P)),
        "lists": (
            lambda: convert.from_keras([a.tolist() for a in KERAS]),
            means(lambda: P),
        ),
        "the only direction": (
            lambda: convert.from_keras(KERAS, reverse=False),
            means(lambda: P),
        ),
        "a gru's bias in one row of six": (  # as CuDNNGRU, whose blocks are turned
            lambda: convert.from_keras(
                [np.ones((4, 18)), np.ones((6, 18)), np.arange(36.0)], "gru"
            )["b_h"],
            means(lambda: np.r_[24:30, 18:24, 30:36]),
        ),
    },
    "from_onnx": {
        "no bias": (
            lambda: convert.from_onnx({k: ONNX[k] for k in "WR"})["b"],
            means(lambda: np.zeros(24)),
        ),
        "peepholes of zero": (
            lambda: convert.from_onnx(ONNX | {"P": np.zeros((1, 18))}),
            means(lambda: P),
        ),
        "a start state of zero": (
            lambda: convert.from_onnx(ONNX | {"initial_c": np.zeros((1, 3, 6))}),
            means(lambda: P),
        ),
        "defaults spelled out": lstm_node(
            op_type="LSTM",
            direction=b"forward",
            input_forget=0,
            hidden_size=6,
            activations=[b"Sigmoid", b"Tanh", b"Tanh"],
        ),
        "batch first": lstm_node(layout=1),
        "both ways": lstm_node(BOTH, 1, direction="bidirectional"),
        "both ways, activations of each": lstm_node(
            BOTH,
            1,
            direction="bidirectional",
            activations=["Sigmoid", "Tanh", "Tanh"] * 2,
        ),
        "hard gates by the specification": (
            lambda: convert.from_onnx(
                ONNX,
                lstm.make(gate=hard_sigmoid),
                attributes={"activations": ["HardSigmoid", "Tanh", "Tanh"]},
            ),
            means(lambda: P),
        ),
    },
    "count": {
        "NumPy's whole numbers": (
            lambda: convert.count("lstm", np.int64(4), np.int8(6)),
            means(lambda: 4 * 6 * (4 + 6 + 1)),
        ),
    },
    "from_torch": {
        "NumPy's whole number": (
            lambda: convert.from_torch(MODULE, np.int64(1)),
            means(lambda: convert.from_torch(MODULE, 1)),
        ),
        "bfloat16": (
            lambda: convert.from_torch(nn.LSTM(4, 6).bfloat16())["b"].dtype.itemsize,
            means(lambda: 8),
        ),
    },
}


@every_row(ODD)
def test_odd_input_is_taken_as_it_is_meant(call, happens):
    happens(call)
