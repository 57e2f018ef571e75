"""Whole models as ONNX: embedding, recurrent layers, readout.

Dropout is no part of evaluation and is left out.
"""

import numpy as np

from ..tasks.vocabulary import PAD
from .onnx_graph import layers_of, ports, ports_of_ends, written, zero_states


def whole_model(g, model, stack, only_x):
    """The graph of a LanguageModel, Classifier or Reader; ``stack`` its layers."""
    kind = "Classifier" if hasattr(model, "read") else "codes"
    kind = kind if hasattr(model, "embedding") else "Reader"
    if kind == "Classifier":
        scores, shape = _classifier(g, model, stack)
    else:
        x, T_B = _input(g, model, stack)
        h, ends = layers_of(g, stack, x, *ports(g, stack, x, only_x))
        ports_of_ends(g, stack, ends)
        scores, shape = _readout(g, model, h), [*T_B, model.readout.out_features]
    g.node("Identity", [scores], ["scores"])
    g.port(g.outputs, "scores", shape)
    return written(g, type(model).__name__)


def _input(g, model, stack):
    """x: codes (T, B) through the embedding, or features (T, B, I)."""
    if not hasattr(model, "embedding"):
        return g.port(g.inputs, "x", ["T", "B", stack[0].input_size]), ["T", "B"]
    return _embedded(g, model, g.port(g.inputs, "x", ["T", "B"], True)), ["T", "B"]


def _embedded(g, model, codes):
    table = g.constant("embedding", _numbers(model.embedding.weight))
    return g.node("Gather", [table, codes], ["x_read"], axis=0)


def _readout(g, model, h):
    g.constant("readout_W", _numbers(model.readout.weight).T)
    g.constant("readout_b", _numbers(model.readout.bias))
    g.node("MatMul", [h, "readout_W"], ["readout_product"])
    return g.node("Add", ["readout_product", "readout_b"], ["readout_sum"])


def _classifier(g, model, stack):
    """Codes (T, B) -> scores of whole sequences: (B, K), or (B,) where K is 1."""
    codes, lengths = g.port(g.inputs, "x", ["T", "B"], True), None
    if model.masked:
        codes, lengths = _to_front(g, codes)
    x = _embedded(g, model, codes)
    given = "" if lengths is None else _cast(g, lengths, "INT32")
    states = zero_states(g, stack, x)
    h, ends = layers_of(g, stack, x, given, states)
    read = _last(g, ends, stack) if model.read == "last" else _mean(g, h, lengths)
    scores = _readout(g, model, read)
    if model.K > 1:
        return scores, ["B", model.K]
    g.constant("last_axis", np.array([-1], np.int64))
    return g.node("Squeeze", [scores, "last_axis"], ["squeezed"]), ["B"]


def _to_front(g, codes):
    """Padding moved behind the text: codes (T, B), lengths (B,) of at least 1.

    Steps are ordered by a key that falls with t and by T more for a word, so that
    words come first and keep their order.
    """
    for name, value in (("pad", PAD), ("first", 0), ("by_one", 1)):
        g.constant(name, np.array(value, np.int64))
    g.constant("time_axis", np.array([0], np.int64))
    g.constant("least", np.array([1], np.int64))
    g.node("Equal", [codes, "pad"], ["is_pad"])
    g.node("Not", ["is_pad"], ["is_word"])
    real = _cast(g, "is_word", "INT64")
    g.node("Shape", [codes], ["code_sizes"])
    g.node("Gather", ["code_sizes", "first"], ["T_number"], axis=0)
    g.node("Range", ["first", "T_number", "by_one"], ["steps"])
    g.constant("column", np.array([1], np.int64))
    g.node("Unsqueeze", ["steps", "column"], ["steps_column"])
    g.node("Mul", [real, "T_number"], ["lifted"])
    g.node("Sub", ["lifted", "steps_column"], ["key"])
    g.node("Unsqueeze", ["T_number", "time_axis"], ["T_vector"])
    g.nodes.append(
        g.onnx.helper.make_node("TopK", ["key", "T_vector"], ["sorted", "order"],
                                axis=0, largest=1, sorted=1)
    )  # fmt: skip
    g.node("GatherElements", [codes, "order"], ["codes_first"], axis=0)
    g.node("ReduceSum", [real, "time_axis"], ["words"], keepdims=0)
    return "codes_first", g.node("Max", ["words", "least"], ["words_or_one"])


def _last(g, ends, stack):
    """h of the last layer after its last step, directions side by side: (B, D * H)."""
    width = stack[0].hidden_size * stack[0].directions
    g.node("Transpose", [ends[0][-1]], ["last_by_batch"], perm=[1, 0, 2])
    shape = g.constant("last_shape", np.array([0, width], np.int64))
    return g.node("Reshape", ["last_by_batch", shape], ["last"])


def _mean(g, h, lengths):
    """Mean of all outputs, (B, D * H); outputs behind an end are 0."""
    if lengths is None:
        return g.node("ReduceMean", [h], ["mean"], axes=[0], keepdims=0)
    g.constant("over_time", np.array([0], np.int64))
    g.constant("beside", np.array([1], np.int64))
    g.node("ReduceSum", [h, "over_time"], ["sum"], keepdims=0)
    g.node("Unsqueeze", [_cast(g, lengths, "FLOAT"), "beside"], ["counts"])
    return g.node("Div", ["sum", "counts"], ["mean"])


def _cast(g, name, kind):
    to = getattr(g.onnx.TensorProto, kind)
    return g.node("Cast", [name], [f"{name}_{kind.lower()}"], to=to)


def _numbers(tensor):
    return np.ascontiguousarray(tensor.detach().cpu().float().numpy())
