"""ONNX: recurrent nodes of a graph, their weights folded, their attributes obeyed."""

import math
import os

import numpy as np

from .. import onnx_bytes
from ..layer import WAYS, Layer, Weights
from ..onnx_node import INPUTS
from ..onnx_words import FIELDS, activations_of
from ..parts import columns
from ..tools import ORDERS
from .bounds import refuse

# Operators through which a weight is followed; all of them only move numbers about.
FOLDED = {"Identity", "Slice", "Concat", "Transpose", "Unsqueeze", "Squeeze", "Reshape",
          "Cast", "Gather", "Split", "Flatten", "DequantizeLinear", "Neg", "Add", "Sub",
          "Mul", "Shape", "Expand", "ConstantOfShape"}  # fmt: skip
MOVES = {"Identity", "Slice", "Transpose", "Unsqueeze", "Squeeze", "Reshape", "Cast",
         "Expand", "Tile", "Gather"}  # fmt: skip
PASSES = {"Transpose", "Reshape", "Squeeze", "Identity", "Cast", "Unsqueeze", "Dropout",
          "ReduceSum", "ReduceMean", "ReduceProd"}  # fmt: skip
KNOWN = {"activations", "activation_alpha", "activation_beta", "clip", "direction",
         "hidden_size", "input_forget", "linear_before_reset", "layout",
         "output_sequence"}  # fmt: skip
MERGES = {"ReduceSum": "sum", "ReduceMean": "ave", "ReduceProd": "mul"}
DEPTH = 100


def load(path):
    """Path -> list of Layer."""
    import onnx

    try:
        model, large = onnx_bytes.load(onnx, path)
        onnx.external_data_helper.load_external_data_for_model(model, str(path.parent))
    except Exception as error:  # of protobuf, of its checks, of files beside it
        refuse(path, "ONNX", f"{type(error).__name__}: {str(error)[:200]}")
    graph = _Graph(onnx, model, os.path.getsize(path), large)
    found = [_layer(graph, n) for n in graph.nodes if _is_recurrent(n)]
    named = {n.op_type for n in graph.nodes if not _is_recurrent(n)}
    other = sorted(n for n in named if n.endswith(("LSTM", "GRU")))
    if other:
        raise ValueError(
            f"{path} has {other[0]} nodes, which are quantised or of somebody's own. "
            "Expected ONNX's RNN, LSTM or GRU. Convert the model it was made from?"
        )
    return _stacked(graph, found)


def _is_recurrent(node):
    return node.op_type in INPUTS and node.domain in ("", "ai.onnx")


class _Graph:
    """Nodes by what they give, and values that can be known without running it."""

    def __init__(self, onnx, model, size, large):
        self.onnx, self.known, self.size = onnx, {}, size
        self.opsets = {o.domain: o.version for o in model.opset_import}
        self.nodes, self.by_output, self.merges = [], {}, {}
        self._add(model.graph, 0)
        self.known |= large

    def _add(self, graph, depth):
        """A graph and those inside its nodes, whose names are their own."""
        if depth > DEPTH:
            refuse("The graph", "ONNX", "it nests too deeply")
        self.known |= {t.name: t for t in graph.initializer}
        for node in graph.node:
            self.nodes.append(node)
            self.by_output |= {o: node for o in node.output if o}
            if node.op_type in MERGES:
                self.merges[node.input[0]] = MERGES[node.op_type]
            for a in node.attribute:
                for inner in [a.g, *a.graphs] if a.HasField("g") or a.graphs else []:
                    self._add(inner, depth + 1)

    def value(self, name, depth=0):
        """An array, or None if it is computed from what is fed."""
        known = self.known.get(name)
        if known is not None and not isinstance(known, np.ndarray):
            known = self.known[name] = self.onnx.numpy_helper.to_array(known)
        if known is not None or name not in self.by_output or depth > DEPTH:
            return known
        node = self.by_output[name]
        if node.op_type == "Constant":
            values = self._run(node, {})
        elif node.op_type in FOLDED and node.domain in ("", "ai.onnx"):
            feeds = {i: self.value(i, depth + 1) for i in node.input if i}
            if any(v is None for v in feeds.values()):
                return None
            values = self._run(node, feeds)
        else:
            return None
        self.known |= dict(zip(node.output, values, strict=True))
        return self.known[name]

    def _run(self, node, feeds):
        """One node, by onnx itself; nothing that makes more than it is given."""
        if node.op_type in ("Expand", "ConstantOfShape"):
            shape = feeds[node.input[-1]]
            if math.prod(int(n) for n in shape) > self.size:
                refuse("The graph", "ONNX", f"{node.op_type} makes an array of {shape}")
        from onnx.reference import ReferenceEvaluator

        return ReferenceEvaluator(node, opsets=self.opsets or {"": 17}).run(None, feeds)

    def unexpanded(self, name):
        """A value before it is repeated along the batch."""
        node = self.by_output.get(name)
        if node is not None and node.op_type == "Expand":
            return self.unexpanded(node.input[0])
        return self.value(name)

    def is_zero(self, name, depth=0):
        """Is it zeros, of whatever shape?"""
        if depth > DEPTH:
            return False
        node = self.by_output.get(name)
        if node is not None and node.op_type == "ConstantOfShape":
            value = [self.onnx.numpy_helper.to_array(a.t) for a in node.attribute]
            return not any(np.any(v) for v in value)
        if node is not None and node.op_type in MOVES:
            return self.is_zero(node.input[0], depth + 1)
        if node is not None and node.op_type == "Concat":
            return all(self.is_zero(i, depth + 1) for i in node.input)
        value = self.value(name)
        return value is not None and not np.any(value)


def _layer(graph, node):
    kind, where = node.op_type.lower(), node.name or node.output[0]
    said = {a.name: graph.onnx.helper.get_attribute_value(a) for a in node.attribute}
    said = {k: _plain(v) for k, v in said.items()}
    if odd := sorted(set(said) - KNOWN):
        raise ValueError(
            f"{where} says {odd[0]}={said[odd[0]]!r}, which is no attribute of "
            f"{node.op_type}. Expected some of {', '.join(sorted(KNOWN))}. Is the "
            "model valid?"
        )
    inputs = dict(zip(INPUTS[node.op_type], node.input, strict=False))
    way = {"bidirectional": "both"}.get(said.get("direction"), said.get("direction"))
    way = way or "forward"
    coupled = kind == "lstm" and bool(said.get("input_forget", 0))
    after = kind == "gru" and bool(said.get("linear_before_reset", 0))
    weights = _weights(graph, inputs, kind, where, coupled, after, len(WAYS[way]))
    H = next(iter(weights[0].h.values())).shape[0]
    if said.get("hidden_size", H) != H:
        raise ValueError(
            f"{where} says hidden_size={said['hidden_size']}, and R is for H = {H}. "
            "Expected the same. Is the model valid?"
        )
    fields = dict(zip(FIELDS[kind], _activations(kind, said, way, where), strict=True))
    if way == "both":
        fields["merge"] = graph.merges.get(node.output[0], "concat")
    if kind == "gru":
        fields["reset"] = "after" if after else "before"
    own = ("onnx", node, {k: graph.value(inputs[k]) for k in "WRBP" if inputs.get(k)})
    return Layer(
        where,
        kind,
        tuple(w._replace(own=(*own, graph.opsets)) for w in weights),
        way=way,
        coupled=coupled,
        clip=said.get("clip") or None,
        lengths=_lengths(graph, inputs.get("sequence_lens")),
        start=_start(graph, inputs, len(WAYS[way]), kind, H),
        layout="batch_first" if said.get("layout") else "time_first",
        source=f"ONNX, opset {graph.opsets.get('', 'unsaid')}",
        **fields,
    )


def _plain(value):
    """bytes, as onnx gives them -> str; lists likewise."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


def _activations(kind, said, way, where):
    each = activations_of(kind, said, len(WAYS[way]), where)
    if each[0] != each[-1]:
        raise ValueError(
            f"The two directions of {where} have other activations: "
            f"{', '.join(map(str, each[0]))} and {', '.join(map(str, each[1]))}. "
            "Expected the same. Split the node into one for each direction?"
        )
    return each[0]


def _weights(graph, inputs, kind, where, coupled, after, D):
    """W, R, B and P of a node -> ``Weights`` of each direction."""
    a = {k: _known(graph, inputs.get(k), k, where) for k in "WRBP"}
    order = ORDERS["onnx"]
    blocks = getattr(order, kind)
    n, H = len(blocks), a["R"].shape[-1] if a["R"].ndim == 3 else 0
    I = a["W"].shape[-1]
    shapes = {"W": (D, n * H, I), "R": (D, n * H, H), "B": (D, 2 * n * H)}
    shapes["P"] = (D, 3 * H)
    for k, wanted in shapes.items():
        if a[k] is not None and a[k].shape != wanted:
            raise ValueError(
                f"{k} of {where} has shape {a[k].shape}. Expected {wanted} for {D} "
                f"direction(s) of H = {H}. Is the model valid?"
            )
    return tuple(
        _direction(
            {k: v[d] for k, v in a.items() if v is not None},
            order,
            kind,
            coupled,
            after,
        )  # fmt: skip
        for d in range(D)
    )


def _direction(a, order, kind, coupled, after):
    blocks = getattr(order, kind)
    x, h = columns(a["W"].T, blocks), columns(a["R"].T, blocks)
    both = a.get("B", np.zeros(2 * len(a["W"]), a["W"].dtype))
    b, b_h = (columns(v, blocks) for v in np.split(both, 2))
    inner = b_h.pop("n") if after else None
    b |= {k: b[k] + v for k, v in b_h.items()}
    peepholes = columns(a["P"], order.peepholes) if "P" in a else {}
    if coupled:
        for part in (x, h, b, peepholes):
            part.pop("f", None)  # that gate is 1 - i and reads nothing
    return Weights(x, h, b, inner, peepholes)


def _known(graph, name, k, where):
    if not name:
        return None
    value = graph.value(name)
    if value is None:
        raise ValueError(
            f"{k} of {where} is {name!r}, which the model computes when it runs. "
            "Expected a constant, or one that is sliced, joined, turned or cast from "
            "constants. Fold constants first, as onnxruntime's optimisation does?"
        )
    value = value.astype(np.float32) if value.dtype == np.float16 else value
    if value.dtype not in (np.float32, np.float64):
        raise ValueError(
            f"{k} of {where} holds {value.dtype}. Expected floats. Convert the model "
            "before it was quantised or cast?"
        )
    return value


def _lengths(graph, name):
    """Constant lengths, "fed", or None."""
    if not name:
        return None
    value = graph.value(name)
    return "fed" if value is None else tuple(int(n) for n in value)


def _start(graph, inputs, D, kind, H):
    """Constant start states (D, B, H), "fed", or None for zeros."""
    names = ["initial_h", *["initial_c"] * (kind == "lstm")]
    given = [inputs.get(k) for k in names]
    if all(not g or graph.is_zero(g) for g in given):
        return None
    zeros = np.zeros((D, 1, H), np.float32)
    values = [graph.unexpanded(g) if g else zeros for g in given]
    return "fed" if any(v is None for v in values) else tuple(values)


def _stacked(graph, layers):
    """Nodes whose X is another's Y are one stack."""
    from dataclasses import replace

    nodes = [n for n in graph.nodes if _is_recurrent(n)]
    place, made = {}, []
    for node, layer in zip(nodes, layers, strict=True):
        below = _below(graph, node.input[0])
        name, level = place.get(below, (layer.name, -1))
        under = [v for v in made if (v.name, v.level) == (name, level)]
        if under and under[0].width != layer.input_size:
            name, level = layer.name, -1
        place[node.output[0]] = name, level + 1
        made.append(replace(layer, name=name, level=level + 1))
    names = [v.name for v in made]
    return sorted(made, key=lambda v: names.index(v.name))


def _below(graph, name):
    """The output of a recurrent node of which this is only a turned form."""
    for _ in range(DEPTH):
        node = graph.by_output.get(name)
        if node is None or _is_recurrent(node):
            return name
        if node.op_type not in PASSES:
            return None
        name = node.input[0]
    return None
