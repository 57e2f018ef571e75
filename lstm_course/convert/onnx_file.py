"""A torch layer of ours as an ONNX file: real interchange, one operator per layer.

The file's inputs are x and, if wanted, lengths and the start state h0 (and c0); its
outputs are h and the end state h_n (and c_n), all float32, as ``Recurrent`` has them
in evaluation.  T and B are free.  An input that is not fed takes its default: no
padding, zero state.  Lengths that are not B numbers from 1 to T make the run fail.
(onnxruntime remarks that such inputs "will not be treated as constant"; that is what
they are for.  ``SessionOptions.log_severity_level = 3`` hides the remark.)
"""

import numpy as np

from .onnx_layout import onnx_attributes, to_onnx

OPSET, IR = 17, 8  # old enough for every runtime since 2022


def export_onnx(layer, path):
    """Write a ``Recurrent`` to an ONNX file.

    Parameters
    ----------
    layer : lstm_course.recurrent.Recurrent
        Of the cell rnn, lstm, peephole, coupled or gru, also with hard gates where the
        room has them; any number of layers, one or both directions.
    path : str or path
        Where to write.

    Returns
    -------
    onnx.ModelProto
        The model written.

    Raises
    ------
    ValueError
        For another object or a cell that no ONNX operator computes.
    """
    if not hasattr(layer, "parameters_of"):
        raise ValueError(
            f"export_onnx writes a layer, but got {type(layer).__name__}. Expected a "
            "lstm_course.recurrent.Recurrent. For a torch module, load its weights: "
            "Recurrent('lstm', I, H).load(convert.from_torch(module))?"
        )
    onnx_attributes(layer.cell)  # refuses a cell without an operator
    import onnx

    model = _model(Graph(onnx), layer)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))
    return model


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


def _model(g, layer):
    """The whole graph: ports, one operator per layer, end states."""
    I, H, D = layer.input_size, layer.hidden_size, 2 if layer.bidirectional else 1
    n, helper = layer.num_layers * D, g.onnx.helper
    axes = ["B", "T"] if layer.batch_first else ["T", "B"]
    x = g.port(g.inputs, "x", [*axes, I])
    if layer.batch_first:
        x = g.node("Transpose", ["x"], ["x_time_first"], perm=[1, 0, 2])
    lengths = lengths_port(g, x)
    states = [_start(g, s, n, H) for s in layer.cell.states]
    ends = [[] for _ in states]
    for k in range(layer.num_layers):
        x, end = _layer(g, layer, k, D, x, lengths, states)
        for many, one in zip(ends, end, strict=True):
            many.append(one)
    g.node(
        "Transpose" if layer.batch_first else "Identity",
        [x],
        ["h"],
        **({"perm": [1, 0, 2]} if layer.batch_first else {}),
    )
    g.port(g.outputs, "h", [*axes, D * H])
    for s, many in zip(layer.cell.states, ends, strict=True):
        g.node("Concat", many, [f"{s}_n"], axis=0)
        g.port(g.outputs, f"{s}_n", [n, "B", H])
    graph = helper.make_graph(
        g.nodes, layer.cell.name, g.inputs, g.outputs, g.constants
    )
    return helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR,
        producer_name="lstm_course",
    )


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


def _layer(g, layer, k, D, x, lengths, states):
    """One layer: -> its output (T, B, D * H) and its end states (D, B, H)."""
    each = [to_onnx(layer.numpy(k, reverse=bool(d)), layer.cell) for d in range(D)]
    both = {q: np.concatenate([e[q] for e in each]).astype(np.float32) for q in each[0]}
    w = {q: g.constant(f"{q}_{k}", value) for q, value in both.items()}
    for name, at in (("from", k * D), ("to", (k + 1) * D)):
        g.constant(f"{name}_{k}", np.array([at], np.int64))
    window = [f"from_{k}", f"to_{k}"]
    starts = [g.node("Slice", [s, *window], [f"{s}_{k}"]) for s in states]
    ends = [f"{s}_end_{k}" for s in layer.cell.states]
    inputs = [x, w["W"], w["R"], w["B"], lengths, *starts]
    inputs += [w["P"]] if "P" in w else []
    attributes = onnx_attributes(layer.cell, directions=D)
    y = g.node(
        attributes.pop("op_type"),
        inputs,
        [f"Y_{k}", *ends],
        hidden_size=layer.hidden_size,
        **attributes,
    )
    y = g.node("Transpose", [y], [f"Y_batch_{k}"], perm=[0, 2, 1, 3])
    shape = g.constant(f"shape_{k}", np.array([0, 0, D * layer.hidden_size], np.int64))
    return g.node("Reshape", [y, shape], [f"h_{k}"]), ends
