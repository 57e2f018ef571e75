"""Weights and attributes taken out of ONNX models; onnx alone, nothing is run."""

import numpy as np
import pytest

from lstm_course import convert, init

onnx = pytest.importorskip("onnx", reason="pip install .[peers] brings onnx")

B, I, H = 3, 4, 6
START = np.random.default_rng(0).normal(size=(1, B, H))


def weights_of(seed):
    return convert.to_onnx(init("lstm", I, H, np.random.default_rng(seed)))


def port(name):
    return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None)


def one_node(inputs, constants, op="LSTM", extra=(), **attributes):
    """A model of one node, whose constants are initializers."""
    nodes = [
        *extra,
        onnx.helper.make_node(op, inputs, ["Y"], hidden_size=H, **attributes),
    ]
    constants = [onnx.numpy_helper.from_array(v, k) for k, v in constants.items()]
    graph = onnx.helper.make_graph(nodes, "one", [port("X")], [port("Y")], constants)
    return onnx.helper.make_model(graph)


def test_weights_that_a_model_computes_are_refused():
    w = weights_of(13)
    model = one_node(["X", "W", "R", "B"], w)
    weights, said = convert.onnx_node(model)
    assert said["op_type"] == "LSTM" and set(weights) == set("WRB")
    double = onnx.helper.make_node("Add", ["W", "W"], ["W2"])
    with pytest.raises(ValueError, match="'W2', which the model computes"):
        convert.onnx_node(one_node(["X", "W2", "R", "B"], w, extra=[double]))


def test_a_constant_start_state_or_length_is_not_lost():
    w = weights_of(14) | {"h0": START}
    names = ["X", "W", "R", "B", "", "h0"]
    weights, said = convert.onnx_node(one_node(names, w))
    with pytest.raises(ValueError, match="pass a start state as state0"):
        convert.from_onnx(weights, attributes=said)
    weights, said = convert.onnx_node(one_node(names, w | {"h0": 0 * START}))
    q = convert.from_onnx(weights, attributes=said)
    np.testing.assert_array_equal(q["W_x"].shape, (I, 4 * H))


def test_a_model_without_a_recurrent_node_says_what_it_has():
    model = one_node(["X", "X"], {}, op="Add")
    model.graph.node[0].ClearField("attribute")
    with pytest.raises(ValueError, match=r"only \['Add'\].*unrolled"):
        convert.onnx_node(model)


def test_a_constant_node_holds_weights_too():
    w = weights_of(15)
    W = onnx.numpy_helper.from_array(w.pop("W"))
    constant = onnx.helper.make_node("Constant", [], ["W"], value=W)
    weights, _ = convert.onnx_node(one_node(["X", "W", "R", "B"], w, extra=[constant]))
    np.testing.assert_array_equal(weights["W"], onnx.numpy_helper.to_array(W))


def test_constant_lengths_are_not_lost():
    w = weights_of(16) | {"lengths": np.array([5, 7, 2], np.int32)}
    weights, said = convert.onnx_node(one_node(["X", "W", "R", "B", "lengths"], w))
    with pytest.raises(ValueError, match="sequence_lens as lengths"):
        convert.from_onnx(weights, attributes=said)


def test_a_clipped_node_of_a_model_is_refused():
    model = one_node(["X", "W", "R"], weights_of(17), clip=2.0)
    weights, said = convert.onnx_node(model)
    with pytest.raises(ValueError, match="has clip=2.0"):
        convert.from_onnx(weights, attributes=said)
