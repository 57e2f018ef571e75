"""A stack as an ONNX model: one node per layer, T and B free.

Inputs are x, and if wanted lengths and the start states h0_0, c0_0, h0_1, ... of each
layer; outputs are h and the end states.  What is not fed takes its default, as in
``export_onnx``.  onnxruntime 1.31 computes these nodes in float32 alone.
"""

import numpy as np

from .. import onnx_bytes
from ..onnx_graph import IR, OPSET, Graph, lengths_port
from ..onnx_words import attributes_of
from ..parts import Joined, Stacked
from ..tools import ORDERS
from .named import PLAIN
from .rules import WRITTEN, folded, refuse, told

WAYS = {"forward": "forward", "reverse": "reverse", "both": "bidirectional"}
MERGES = {"sum": "ReduceSum", "ave": "ReduceMean", "mul": "ReduceProd"}
RULES = PLAIN | {
    "reset": WRITTEN,
    "coupled": WRITTEN,
    "gate": WRITTEN,
    "activation": WRITTEN,
    "shown": WRITTEN,
    "clip": WRITTEN,
    "merge": WRITTEN,
    "start": WRITTEN,
    "layout": WRITTEN,
    "returns": told("the model gives all outputs, and the end states beside them"),
    "lengths": told("feed them as the input lengths"),
}


def save(layers, path):
    """One stack of layers -> an .onnx file."""
    import onnx

    g, first, large = Graph(onnx), layers[0], {}
    kind = onnx.helper.np_dtype_to_tensor_dtype(first.dtype)
    ports = [], []
    batch_first = first.layout == "batch_first"
    axes = ["B", "T"] if batch_first else ["T", "B"]

    def port(where, name, shape):
        info = onnx.helper.make_tensor_value_info(name, kind, shape)
        ports[where].append(info)
        return name

    x = port(0, "x", [*axes, first.input_size])
    if batch_first:
        x = g.node("Transpose", ["x"], ["x_time_first"], perm=[1, 0, 2])
    lengths = lengths_port(g, x)
    for k, layer in enumerate(layers):
        x = _node(g, port, k, folded(layer, coupled=None), x, lengths, large)
    turn = {"perm": [1, 0, 2]} if batch_first else {}
    g.node("Transpose" if turn else "Identity", [x], ["h"], **turn)
    ports[1].insert(0, onnx.helper.make_tensor_value_info(
        "h", kind, [*axes, layers[-1].width]))  # fmt: skip
    inputs = [ports[0][0], *g.inputs, *ports[0][1:]]
    graph = onnx.helper.make_graph(g.nodes, "stack", inputs, ports[1], g.constants)
    opset = [onnx.helper.make_opsetid("", OPSET)]
    model = onnx.helper.make_model(
        graph, opset_imports=opset, ir_version=IR, producer_name="lstm_course"
    )
    onnx.checker.check_model(_with_ports(onnx, model, large))
    onnx_bytes.save(onnx, model, large, path)


def _with_ports(onnx, model, large):
    """The model with its large arrays as inputs: all that a check needs of them."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    for name, a in large.items():
        kind = onnx.helper.np_dtype_to_tensor_dtype(a.dtype)
        made.graph.input.append(onnx.helper.make_tensor_value_info(name, kind, a.shape))
    return made


def _node(g, port, k, layer, x, lengths, large):
    """One layer: -> its output (T, B, width)."""
    if layer.output_size != layer.hidden_size:
        refuse(
            f"onnx cannot hold a projection of h, and {layer.label} has one of width "
            f"{layer.output_size}. Expected a layer without. Convert to torch?"
        )
    D, H = len(layer.weights), layer.hidden_size
    weights = {n: f"{n}_{k}" for n in _arrays(layer)}
    large |= {f"{n}_{k}": a for n, a in _arrays(layer).items()}
    starts = [_start(g, port, k, s, layer) for s in range(len(layer.states))]
    ends = [f"{s}_n_{k}" for s in layer.states]
    for name in ends:
        port(1, name, [D, "B", H])
    inputs = [x, weights["W"], weights["R"], weights["B"], lengths, *starts]
    inputs += [weights["P"]] if "P" in weights else []
    said = {"direction": WAYS[layer.way], "hidden_size": H} | attributes_of(layer, D)
    said |= {"clip": layer.clip} if layer.clip is not None else {}
    said |= {"input_forget": 1} if layer.coupled else {}
    if layer.kind == "gru" and layer.reset == "after":
        said["linear_before_reset"] = 1
    said["name"] = (layer.name or "layer") + f"_{layer.level}" * bool(layer.level)
    y = g.node(layer.kind.upper(), inputs, [f"Y_{k}", *ends], **said)
    if D == 2 and layer.merge != "concat":
        axis = {"axes": [1]}
        if layer.merge == "sum":
            inputs, axis = [y, g.constant(f"axis_{k}", np.array([1]))], {}
        else:
            inputs = [y]
        return g.node(MERGES[layer.merge], inputs, [f"h_{k}"], keepdims=0, **axis)
    y = g.node("Transpose", [y], [f"Y_batch_{k}"], perm=[0, 2, 1, 3])
    shape = g.constant(f"shape_{k}", np.array([0, 0, D * H], np.int64))
    return g.node("Reshape", [y, shape], [f"h_{k}"])


def _start(g, port, k, s, layer):
    """A start state (D, B, H): what is fed, else the layer's own, else zeros."""
    D, H, dtype = len(layer.weights), layer.hidden_size, layer.dtype
    name = f"{layer.states[s]}0_{k}"
    value = np.zeros((D, 1, H), dtype)
    if isinstance(layer.start, tuple):
        value = np.asarray(layer.start[s], dtype)
    port(0, name, [D, f"B_{name}", H])
    g.constant(name, value)
    g.constant(f"{name}_D", np.array([D], np.int64))
    g.constant(f"{name}_H", np.array([H], np.int64))
    g.node("Concat", [f"{name}_D", "B", f"{name}_H"], [f"{name}_sizes"], axis=0)
    return g.node("Expand", [name, f"{name}_sizes"], [f"{name}_start"])


def _arrays(layer):
    """W, R, B and P, still in blocks; a gate that is not learned is zeros."""
    order = ORDERS["onnx"]
    blocks, D = getattr(order, layer.kind), len(layer.weights)
    each = [_direction(layer, w, blocks, order.peepholes) for w in layer.weights]
    blocks = {k: [a for e in each for a in e[k]] for k in each[0]}
    rows = {k: Stacked(D, blocks[k]) for k in "WR"}
    return rows | {k: Joined(blocks[k]) for k in blocks if k not in rows}


def _direction(layer, w, blocks, peepholes):
    none = np.zeros((1, layer.hidden_size), layer.dtype)
    flat = np.zeros((1, 1), layer.dtype)

    def rows(part):
        some = next(iter(part.values()))
        zero = np.broadcast_to(flat, some.shape)
        return [part.get(k, zero).T for k in blocks]

    def beside(parts, blocks):
        return [np.concatenate([parts.get(k, none[0]) for k in blocks])[None]]

    inner = {} if w.inner is None or layer.reset == "before" else {"n": w.inner}
    both = np.concatenate([beside(w.b, blocks)[0], beside(inner, blocks)[0]], -1)
    made = {"W": rows(w.x), "R": rows(w.h), "B": [both]}
    if w.peepholes:
        made["P"] = beside(w.peepholes, peepholes)
    return made
