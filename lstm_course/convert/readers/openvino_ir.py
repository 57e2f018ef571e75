"""OpenVINO's IR: a graph in XML, its constants in a .bin beside it.

The XML may declare no entities and no document type; every constant must lie in the
.bin with the size of its shape.  Read are RNNSequence, GRUSequence and LSTMSequence.

Source: "Operation Sets" of OpenVINO's documentation (2026.4), and files that it wrote.
"""

from dataclasses import replace

import numpy as np

from ..activations import activation_of
from ..layer import Layer, Weights
from ..onnx_words import FIELDS
from ..parts import columns
from ..tools import ORDERS
from .bounds import refuse
from .openvino_graph import Graph

KINDS = {"RNNSequence": "rnn", "GRUSequence": "gru", "LSTMSequence": "lstm"}
WAYS = {"forward": "forward", "reverse": "reverse", "bidirectional": "both"}
MERGES = {"ReduceSum": "sum", "ReduceMean": "ave", "ReduceProd": "mul"}
PASSES = {"Transpose", "Reshape", "Squeeze", "Unsqueeze", "Convert", *MERGES}
KNOWN = {"hidden_size", "activations", "activations_alpha", "activations_beta", "clip",
         "direction", "linear_before_reset"}  # fmt: skip
WAY_OUT = "Read the model it was converted from, ONNX or torch's?"


def load(path):
    """Path of the .xml -> list of Layer."""
    graph = Graph(path)
    found = [_layer(graph, op) for op in graph.ops.values() if op.type in KINDS]
    if not found and graph.cells:
        raise ValueError(
            f"{path} holds {sorted(graph.cells)[0]} in the body of a loop. Expected "
            f"RNNSequence, GRUSequence or LSTMSequence. {WAY_OUT}"
        )
    return _stacked(graph, found)


def _layer(graph, op):
    kind, said = KINDS[op.type], op.said
    if odd := sorted(set(said) - KNOWN):
        raise ValueError(
            f"{op.name} says {odd[0]}={said[odd[0]]!r}, which is no attribute of "
            f"{op.type} that is known here. Expected some of {', '.join(sorted(KNOWN))}"
            f". {WAY_OUT}"
        )
    n = 2 if kind == "lstm" else 1
    starts, lengths = op.inputs[1 : 1 + n], op.inputs[1 + n]
    arrays = dict(zip("WRB", op.inputs[2 + n : 5 + n], strict=False))
    arrays = {k: _floats(graph, op, k, v) for k, v in arrays.items()}
    after = said.get("linear_before_reset", "false").lower() in ("true", "1")
    way = WAYS.get(said.get("direction", "forward"), "forward")
    weights = _weights(op, kind, arrays, after, 2 if way == "both" else 1)
    merge = MERGES.get(_reader_of(graph, op), "concat") if way == "both" else "concat"
    fields = {"reset": "after" if after else "before"} if kind == "gru" else {}
    own = ("openvino", op.type, said, arrays)
    return Layer(
        op.name,
        kind,
        tuple(w._replace(own=own) for w in weights),
        way=way,
        merge=merge,
        clip=float(said.get("clip", 0)) or None,
        lengths=_lengths(graph, lengths),
        start=_start(graph, starts, op),
        stateful=any(v is not None and v.type == "ReadValue" for v in starts),
        source="OpenVINO IR",
        **fields,
        **_activations(op, kind),
    )


def _floats(graph, op, k, at):
    a = graph.value(at)
    if a is None or not np.issubdtype(a.dtype, np.floating):
        raise ValueError(
            f"{k} of {op.name} is computed when the model runs, or of few bits. "
            f"Expected constant floats. {WAY_OUT}"
        )
    return a.astype(np.float32) if a.dtype == np.float16 else a


def _weights(op, kind, arrays, after, D):
    """W, R and B -> ``Weights`` of each direction."""
    blocks = getattr(ORDERS["openvino"], kind)
    n, H = len(blocks), arrays["R"].shape[-1]
    rows = (n + (after and kind == "gru")) * H
    wanted = {
        "W": (D, n * H, arrays["W"].shape[-1]),
        "R": (D, n * H, H),
        "B": (D, rows),
    }
    for k, shape in wanted.items():
        if arrays[k].shape != shape or int(op.said.get("hidden_size", H)) != H:
            raise ValueError(
                f"{k} of {op.name} has shape {arrays[k].shape}, and it says "
                f"hidden_size={op.said.get('hidden_size')}. Expected {shape} for {D} "
                f"direction(s). Is the file whole?"
            )
    made = []
    for d in range(D):
        b = columns(arrays["B"][d], blocks + "m" * (rows > n * H))
        inner = b.pop("m", None)
        x, h = (columns(arrays[k][d].T, blocks) for k in "WR")
        made.append(Weights(x, h, b, inner))
    return made


def _activations(op, kind):
    """Fields of the activations; their alphas and betas in order."""
    names = [v.strip() for v in op.said.get("activations", "").split(",") if v.strip()]
    if not names:
        return {}
    numbers = {}
    for k in ("alpha", "beta"):
        said = op.said.get(f"activations_{k}", "")
        numbers[k] = [float(v) for v in said.split(",") if v.strip()]
    if len(names) != len(FIELDS[kind]):
        refuse(op.name, "OpenVINO IR", f"it has the activations {', '.join(names)}")
    made = {}
    for k, (field, name) in enumerate(zip(FIELDS[kind], names, strict=True)):
        a, b = (v[k] if k < len(v) else None for v in numbers.values())
        name = {"hardsigmoid": "hard_sigmoid"}.get(name.lower(), name.lower())
        made[field] = activation_of(name, a, b, where=op.name)
    return made


def _lengths(graph, op):
    """Constant lengths, "fed", or None where they are all T."""
    value = graph.value(op)
    if value is not None:
        return tuple(int(n) for n in value)
    return "fed" if graph.is_fed(op) else None


def _start(graph, starts, op):
    """None for zeros, "fed", or arrays (D, 1, H)."""
    if any(graph.is_fed(v) for v in starts):
        return "fed"
    found = [_repeated(graph, v) for v in starts]
    if all(v is not None and not np.any(v) for v in found):
        return None
    if any(v is None or v.ndim != 3 for v in found):
        raise ValueError(
            f"The start state of {op.name} is made from constants in a way that is not "
            f"known here. Expected zeros, a constant, or an input. {WAY_OUT}"
        )
    return tuple(v.transpose(1, 0, 2)[:, :1] for v in found)


def _repeated(graph, op):
    """A constant before it is repeated along the batch."""
    while op is not None and op.type in ("Broadcast", "Tile", "Convert", "Reshape",
                                         "Unsqueeze", "Transpose"):  # fmt: skip
        whole = graph.value(op)
        if whole is not None:
            return whole
        op = op.inputs[0]
    return graph.value(op)


def _reader_of(graph, op):
    """The type of what reads a layer's output, if it is one that merges."""
    types = (v.type for v in graph.ops.values() if v.inputs and v.inputs[0] is op)
    return next((t for t in types if t in MERGES), None)


def _stacked(graph, layers):
    """Layers of which one reads nothing but another's output are one stack."""
    ops = [op for op in graph.ops.values() if op.type in KINDS]
    place, made = {}, {}
    for op, layer in zip(ops, layers, strict=True):
        below = op.inputs[0]
        for _ in range(100):
            if below is None or below.type in KINDS or below.type not in PASSES:
                break
            below = below.inputs[0]
        name, level = place.get(below.id if below else None, (layer.name, -1))
        under = made.get((name, level))
        if under is not None and under.width != layer.input_size:
            name, level = layer.name, -1
        place[op.id] = name, level + 1
        made[name, level + 1] = replace(layer, name=name, level=level + 1)
    names = [name for name, _ in made]
    return sorted(made.values(), key=lambda v: names.index(v.name))
