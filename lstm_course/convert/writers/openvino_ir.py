"""A stack as OpenVINO IR, .xml and .bin: one sequence operation per layer.

Written with NumPy alone, in the form of OpenVINO 2026.4, which loads it.  T and B are
free, all sequences have T steps and start from zeros: it loses lengths where a
dimension is free, and has neither peepholes nor coupled gates.
"""

from xml.etree import ElementTree as ET

import numpy as np

from ..activations import TANH
from ..parts import Joined, Stacked
from ..tools import ORDERS
from .named import PLAIN, RELU, check_numbers
from .rules import WRITTEN, folded, neutral_only, only, refuse, told

WAYS = {"forward": "forward", "reverse": "reverse", "both": "bidirectional"}
ACTIVATIONS = {"lstm": "sigmoid, tanh, tanh", "gru": "sigmoid, tanh"}
PRECISIONS = {"float32": "FP32", "float64": "FP64", "int64": "I64"}
ELEMENTS = {"float32": "f32", "float64": "f64", "int64": "i64"}
ONNX = "Convert to ONNX and run it in onnxruntime, which can?"
RULES = PLAIN | {
    "reset": WRITTEN,
    "clip": WRITTEN,
    "activation": only(TANH, RELU, out=ONNX),
    "lengths": neutral_only("lengths", "It loses lengths unless all sizes are fixed. "
                            "Run each sequence alone, or convert to ONNX?"),
    "start": neutral_only("start", ONNX),
    "layout": told("the model reads (B, T, I), batch first"),
    "returns": told("the model gives all outputs, and the end states beside them"),
}  # fmt: skip


class Port:
    """An output of an operation: where it is, its kind of numbers and its shape."""

    def __init__(self, id_, port, kind, shape):
        self.id, self.port, self.kind, self.shape = id_, port, kind, shape


class Net:
    """The tree of the .xml and the arrays of the .bin, as they grow."""

    def __init__(self):
        self.root = ET.Element("net", name="stack", version="11")
        self.layers = ET.SubElement(self.root, "layers")
        self.edges = ET.SubElement(self.root, "edges")
        self.arrays, self.size = [], 0

    def op(self, type_, version, inputs=(), outputs=(), name=None, names=(), **data):
        """One operation; ``outputs`` are (kind, shape): -> list of ``Port``."""
        id_ = str(len(self.layers))
        layer = ET.SubElement(self.layers, "layer", id=id_, name=name or f"op_{id_}",
                              type=type_, version=version)  # fmt: skip
        if data:
            ET.SubElement(layer, "data", {k: str(v) for k, v in data.items()})
        if inputs:
            ports = ET.SubElement(layer, "input")
        for k, p in enumerate(inputs):
            _port(ports, k, p.kind, p.shape)
            ET.SubElement(self.edges, "edge", {"from-layer": p.id, "from-port": p.port,
                          "to-layer": id_, "to-port": str(k)})  # fmt: skip
        ports, made = ET.SubElement(layer, "output") if outputs else None, []
        for k, (kind, shape) in enumerate(outputs):
            made.append(Port(id_, str(len(inputs) + k), kind, shape))
            _port(ports, len(inputs) + k, kind, shape, dict(enumerate(names)).get(k))
        return made

    def constant(self, a):
        """An array, or one still in its blocks: -> ``Port``."""
        a = a if isinstance(a, Joined) else np.asarray(a)
        kind, shape = a.dtype.name, tuple(a.shape)
        said = {"element_type": ELEMENTS[kind], "shape": ", ".join(map(str, shape)),
                "offset": self.size, "size": a.nbytes}  # fmt: skip
        self.arrays.append(a)
        self.size += a.nbytes
        return self.op("Const", "opset1", outputs=[(kind, shape)], **said)[0]


def _port(ports, k, kind, shape, name=None):
    said = {"id": str(k), "precision": PRECISIONS[kind]} | (
        {"names": name} if name else {}
    )
    port = ET.SubElement(ports, "port", said)
    for n in shape:
        ET.SubElement(port, "dim").text = str(n)


def save(layers, path):
    """One stack of layers -> .xml, and .bin beside it."""
    layers = [_checked(layer) for layer in layers]
    net, first = Net(), layers[0]
    kind, shape = first.dtype.name, (-1, -1, first.input_size)
    said = {"shape": f"?,?,{first.input_size}", "element_type": ELEMENTS[kind]}
    (y,) = net.op("Parameter", "opset1", (), [(kind, shape)], "x", ["x"], **said)
    results = []
    for k, layer in enumerate(layers):
        y, ends = _sequence(net, layer, y, k, k == len(layers) - 1)
        results += ends
    for port in [y, *results]:
        net.op("Result", "opset1", [port])
    ET.indent(net.root)
    ET.ElementTree(net.root).write(path, "utf-8", xml_declaration=True)
    with open(path.with_suffix(".bin"), "wb") as f:
        for a in net.arrays:
            for piece in a.pieces() if isinstance(a, Joined) else [a]:
                f.write(np.ascontiguousarray(piece).data)


def _checked(layer):
    check_numbers(layer, "openvino", None)
    if layer.kind != "rnn" and layer.activation != TANH:
        refuse(
            f"openvino has tanh alone in a {layer.kind}, and {layer.label} says "
            f"activation={layer.activation}. Expected activation=tanh. {ONNX}"
        )
    return folded(layer, coupled=False)


def _sequence(net, layer, x, k, top):
    """One layer reading x (B, T, I): -> output (B, T, D H), its end states."""
    D, H, kind = len(layer.weights), layer.hidden_size, layer.dtype.name
    starts, lengths = _starts(net, layer, x)
    weights = [net.constant(a) for a in _arrays(layer)]
    said = {"direction": WAYS[layer.way], "hidden_size": H}
    said |= {"activations": ACTIVATIONS.get(layer.kind, layer.activation.name)}
    said |= {"activations_alpha": "", "activations_beta": "", "clip": layer.clip or 0}
    if layer.kind == "gru":
        after = layer.reset == "after"
        said["linear_before_reset"] = str(after).lower()
    name = (layer.name or "layer") + f"_{layer.level}" * bool(layer.level)
    outputs = [(kind, (-1, D, -1, H)), *[(kind, (-1, D, H))] * len(layer.states)]
    names = ["", *(f"{s}_n_{k}" for s in layer.states)]
    inputs = [x, *starts, lengths, *weights]
    y, *ends = net.op(f"{layer.kind.upper()}Sequence", "opset5", inputs, outputs,
                      name, names, **said)  # fmt: skip
    turn = net.constant(np.array([0, 2, 1, 3]))
    (y,) = net.op("Transpose", "opset1", [y, turn], [(kind, (-1, -1, D, H))])
    shape = net.constant(np.array([0, 0, D * H]))
    (y,) = net.op("Reshape", "opset1", [y, shape], [(kind, (-1, -1, D * H))],
                  names=["h"] * top, special_zero="true")  # fmt: skip
    return y, ends


def _starts(net, layer, x):
    """Zeros (B, D, H) for each state, and T for each sequence (B,)."""
    D, H, kind = len(layer.weights), layer.hidden_size, layer.dtype.name
    one, three = [("int64", (1,))], [("int64", (3,))]
    (sizes,) = net.op("ShapeOf", "opset3", [x], three, output_type="i64")
    axis = net.constant(np.array(0))
    B, T = (
        net.op("Gather", "opset8", [sizes, net.constant(np.array([k])), axis], one,
               batch_dims=0)[0]
        for k in (0, 1)
    )  # fmt: skip
    rest = net.constant(np.array([D, H]))
    (shape,) = net.op("Concat", "opset1", [B, rest], three, axis=0)
    zero = net.constant(np.zeros((), layer.dtype))
    said = {"mode": "numpy"}
    zeros = net.op("Broadcast", "opset3", [zero, shape], [(kind, (-1, D, H))], **said)
    (lengths,) = net.op("Broadcast", "opset3", [T, B], [("int64", (-1,))], **said)
    return zeros * len(layer.states), lengths


def _arrays(layer):
    """W (D, nH, I), R (D, nH, H) and B (D, nH) or, of a GRU's reset after, (D, 4H)."""
    blocks, D = getattr(ORDERS["openvino"], layer.kind), len(layer.weights)
    none, bias = np.zeros(layer.hidden_size, layer.dtype), []
    for w in layer.weights:
        bias += [w.b[k] for k in blocks]
        if layer.kind == "gru" and layer.reset == "after":
            bias.append(none if w.inner is None else w.inner)
    yield Stacked(D, [w.x[k].T for w in layer.weights for k in blocks])
    yield Stacked(D, [w.h[k].T for w in layer.weights for k in blocks])
    yield np.concatenate(bias).reshape(D, -1)
