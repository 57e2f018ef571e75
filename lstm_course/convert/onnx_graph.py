"""An ONNX graph that grows node by node, and recurrent layers in it.

T and B stay free; lengths and start states have defaults.
"""

import numpy as np

from .onnx_layout import onnx_attributes, to_onnx

OPSET, IR = 17, 8  # old enough for every runtime since 2022


class Graph:
    """Nodes, constants and ports of a graph that grows node by node."""

    def __init__(self, onnx):
        self.onnx, self.nodes, self.constants = onnx, [], []
        self.inputs, self.outputs = [], []

    def constant(self, name, value):
        value = self.onnx.numpy_helper.from_array(np.asarray(value), name)
        self.constants.append(value)
        return name

    def node(self, op, inputs, outputs, **attributes):
        self.nodes.append(self.onnx.helper.make_node(op, inputs, outputs, **attributes))
        return outputs[0]

    def port(self, where, name, shape, whole=False):
        kind = self.onnx.TensorProto.INT64 if whole else self.onnx.TensorProto.FLOAT
        where.append(self.onnx.helper.make_tensor_value_info(name, kind, shape))
        return name


def written(g, name):
    """The graph as a model."""
    helper = g.onnx.helper
    return helper.make_model(
        helper.make_graph(g.nodes, name, g.inputs, g.outputs, g.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name="lstm_course",
    )


def layers_of(g, stack, x, lengths, states):
    """Recurrent layers one on another: -> output (T, B, D * H), ends by state."""
    ends, at = [[] for _ in states], 0
    for layer in stack:
        for k in range(layer.num_layers):
            x, end = _layer(g, layer, k, at, x, lengths, states)
            at += 1
            for many, one in zip(ends, end, strict=True):
                many.append(one)
    return x, ends


def ports(g, stack, x, only_x):
    """Lengths and start states, to be fed or not; ``only_x``: as if never fed."""
    if only_x:
        return "", zero_states(g, stack, x)
    return lengths_port(g, x), start_states(g, stack)


def zero_states(g, stack, x):
    """Start states of a model that takes none: zeros (layers * directions, B, H)."""
    n = sum(layer.num_layers * layer.directions for layer in stack)
    H = stack[0].hidden_size
    for name, value in (("one", 1), ("two", 2), ("rows", n), ("units", H)):
        g.constant(name, np.array([value], np.int64))
    g.node("Shape", [x], ["sizes"])
    g.node("Slice", ["sizes", "one", "two"], ["B"])
    g.node("Concat", ["rows", "B", "units"], ["state_sizes"], axis=0)
    zero = g.constant("nothing", np.zeros((1, 1, 1), np.float32))
    state = g.node("Expand", [zero, "state_sizes"], ["zeros"])
    return [g.node("Identity", [state], [f"{s}_start"]) for s in stack[0].cell.states]


def start_states(g, stack):
    """Inputs h0 (and c0) (layers * directions, B, H), zeros unless they are fed."""
    n = sum(layer.num_layers * layer.directions for layer in stack)
    return [_start(g, s, n, stack[0].hidden_size) for s in stack[0].cell.states]


def ports_of_ends(g, stack, ends):
    """Outputs h_n (and c_n), shaped like the start states."""
    n = sum(layer.num_layers * layer.directions for layer in stack)
    for s, many in zip(stack[0].cell.states, ends, strict=True):
        g.node("Concat", many, [f"{s}_n"], axis=0)
        g.port(g.outputs, f"{s}_n", [n, "B", stack[0].hidden_size])


def lengths_port(g, x):
    """Lengths (B,): those fed, else T for every sequence.

    The default is an empty list, which is filled with T, B times; a list of another
    length than B fails when it is given its shape.
    """
    g.port(g.inputs, "lengths", ["N"], whole=True)
    g.constant("lengths", np.zeros(0, np.int64))
    for name, value in (("zero", [0]), ("one", [1]), ("two", [2])):
        g.constant(name, np.array(value, np.int64))
    g.node("Shape", [x], ["sizes"])
    g.node("Slice", ["sizes", "zero", "one"], ["T"])
    g.node("Slice", ["sizes", "one", "two"], ["B"])
    g.node("Shape", ["lengths"], ["N"])
    g.node("Equal", ["N", "zero"], ["none_fed"])
    g.node("Cast", ["none_fed"], ["none_fed_int"], to=g.onnx.TensorProto.INT64)
    g.node("Mul", ["none_fed_int", "B"], ["to_fill"])
    g.node("Expand", ["T", "to_fill"], ["filled"])
    g.node("Concat", ["lengths", "filled"], ["all_lengths"], axis=0)
    g.node("Reshape", ["all_lengths", "B"], ["B_lengths"])
    return g.node(
        "Cast",
        [_in_range(g, "B_lengths")],
        ["lengths_int32"],
        to=g.onnx.TensorProto.INT32,
    )


def _in_range(g, lengths):
    """Lengths from 1 to T; others fail at a shape of B plus one for each of them."""
    g.node("Max", [lengths, "one"], ["at_least_one"])
    g.node("Min", ["at_least_one", "T"], ["in_range"])
    g.node("Equal", ["in_range", lengths], ["good"])
    g.node("Not", ["good"], ["wrong"])
    g.node("Cast", ["wrong"], ["wrong_int"], to=g.onnx.TensorProto.INT64)
    g.node("ReduceSum", ["wrong_int", "zero"], ["wrong_count"], keepdims=1)
    g.node("Add", ["B", "wrong_count"], ["B_if_none_is_wrong"])
    return g.node("Reshape", [lengths, "B_if_none_is_wrong"], ["checked_lengths"])


def _start(g, state, n, H):
    """The start state (n, B, H) under the name h0 or c0; zeros unless it is fed."""
    name = g.port(g.inputs, f"{state}0", [n, f"B_{state}0", H])
    g.constant(name, np.zeros((n, 1, H), np.float32))
    g.constant(f"{state}_units", np.array([H], np.int64))
    g.constant(f"{state}_count", np.array([n], np.int64))
    sizes = [f"{state}_count", "B", f"{state}_units"]
    g.node("Concat", sizes, [f"{state}_sizes"], axis=0)
    return g.node("Expand", [name, f"{state}_sizes"], [f"{state}_start"])


def _layer(g, layer, k, at, x, lengths, states):
    """Layer k of a Recurrent, the one at ``at`` of all: -> its output (T, B, D * H) and
    its end states (D, B, H)."""
    D = layer.directions
    each = [to_onnx(layer.numpy(k, reverse=bool(d)), layer.cell) for d in range(D)]
    both = {q: np.concatenate([e[q] for e in each]).astype(np.float32) for q in each[0]}
    w = {q: g.constant(f"{q}_{at}", value) for q, value in both.items()}
    for name, row in (("from", at * D), ("to", (at + 1) * D)):
        g.constant(f"{name}_{at}", np.array([row], np.int64))
    window = [f"from_{at}", f"to_{at}"]
    starts = [g.node("Slice", [s, *window], [f"{s}_{at}"]) for s in states]
    ends = [f"{s}_end_{at}" for s in layer.cell.states]
    inputs = [x, w["W"], w["R"], w["B"], lengths, *starts]
    inputs += [w["P"]] if "P" in w else []
    attributes = onnx_attributes(layer.cell, directions=D)
    y = g.node(
        attributes.pop("op_type"),
        inputs,
        [f"Y_{at}", *ends],
        hidden_size=layer.hidden_size,
        **attributes,
    )
    y = g.node("Transpose", [y], [f"Y_batch_{at}"], perm=[0, 2, 1, 3])
    shape = g.constant(f"shape_{at}", np.array([0, 0, D * layer.hidden_size], np.int64))
    return g.node("Reshape", [y, shape], [f"h_{at}"]), ends
