"""OpenVINO's IR as a graph: operations by id, constants mapped, no entities."""

import os
from xml.etree.ElementTree import TreeBuilder
from xml.parsers import expat

import numpy as np

from .bounds import check_size, refuse

TYPES = {"f32": np.float32, "f64": np.float64, "f16": np.float16}
TYPES |= {"i64": np.int64, "i32": np.int32}
CELLS = {"RNNCell", "GRUCell", "LSTMCell"}
MOST_XML = 256 << 20  # bytes


class Op:
    """A layer of the XML: its type, attributes, and what feeds its ports."""

    def __init__(self, element):
        self.id, self.type = element.get("id"), element.get("type")
        self.name = element.get("name") or self.id
        data = element.find("data")
        self.said = {} if data is None else dict(data.attrib)
        ports = [p.get("id") for p in element.findall("input/port")]
        self.ports, self.inputs = ports, [None] * len(ports)


class Graph:
    """Operations by their ids, edges as references, constants mapped."""

    def __init__(self, path):
        self.path, self.known = path, {}
        root = _xml(path)
        self.ops = {e.get("id"): Op(e) for e in root.findall("layers/layer")}
        types = {e.get("type") for e in root.iter("layer")}
        self.cells = types & CELLS
        for edge in root.findall("edges/edge"):
            try:
                to = self.ops[edge.get("to-layer")]
                place = to.ports.index(edge.get("to-port"))
                to.inputs[place] = self.ops[edge.get("from-layer")]
            except (KeyError, ValueError):
                refuse(path, "OpenVINO IR", "an edge leads nowhere")
        bin_ = path.with_suffix(".bin")
        if not bin_.is_file():
            refuse(path, "OpenVINO IR", f"its numbers, {bin_.name}, are not beside it")
        empty = not os.path.getsize(bin_)
        self.data = np.zeros(0, np.uint8) if empty else np.memmap(bin_, np.uint8, "r")

    def value(self, op, depth=0):
        """An array, or None if it is computed from what is fed."""
        if op is None or depth > 100:
            return None
        if op.id not in self.known:
            self.known[op.id] = self._value(op, depth)
        return self.known[op.id]

    def _value(self, op, depth):
        if op.type == "Const":
            return self._const(op)
        if op.type not in STEPS:
            return None
        values = [self.value(v, depth + 1) for v in op.inputs]
        return None if any(v is None for v in values) else STEPS[op.type](op, *values)

    def _const(self, op):
        kind = TYPES.get(op.said.get("element_type"))
        if kind is None:
            return None  # of few bits, or a truth value: no weight that is read here
        shape = tuple(int(n) for n in op.said.get("shape", "").split(",") if n.strip())
        at, size = int(op.said.get("offset", 0)), int(op.said.get("size", 0))
        there = size if 0 <= at <= at + size <= len(self.data) else -1
        check_size(self.path, "OpenVINO IR", op.name, shape, np.dtype(kind).itemsize,
                   there)  # fmt: skip
        return self.data[at : at + size].view(kind).reshape(shape)

    def is_fed(self, op, depth=0):
        """Does a value depend on what is fed, beyond its shape?"""
        if op is None or op.type in ("Const", "ShapeOf") or depth > 100:
            return False
        if op.type in ("Parameter", "ReadValue"):
            return True
        return any(self.is_fed(v, depth + 1) for v in op.inputs)


def _xml(path):
    """The tree of an XML file that declares nothing of its own."""
    if os.path.getsize(path) > MOST_XML:
        refuse(path, "OpenVINO IR", f"its XML has more than {MOST_XML:,} bytes")
    builder, parser = TreeBuilder(), expat.ParserCreate()

    def declared(*_):
        refuse(path, "OpenVINO IR", "it declares a document type, where entities hide")

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    try:
        with open(path, "rb") as f:
            parser.ParseFile(f)
        root = builder.close()
    except (expat.ExpatError, AssertionError) as error:
        refuse(path, "OpenVINO IR", str(error) or "it is no XML")
    if root.tag != "net":
        refuse(path, "OpenVINO IR", f"its root is {root.tag!r} and not 'net'")
    return root


def _convert(op, a):
    kind = TYPES.get(op.said.get("destination_type"))
    return None if kind is None else a.astype(kind)


def _reshape(op, a, shape):
    shape = [a.shape[k] if n == 0 else int(n) for k, n in enumerate(shape)]
    return a.reshape(shape)


STEPS = {
    "Convert": _convert,
    "Reshape": _reshape,
    "Transpose": lambda op, a, order: a.transpose(order),
    "Squeeze": lambda op, a, axes=None: np.squeeze(
        a, None if axes is None else tuple(np.atleast_1d(axes))
    ),
    "Unsqueeze": lambda op, a, axes: np.expand_dims(a, tuple(np.atleast_1d(axes))),
    "Concat": lambda op, *a: np.concatenate(a, int(op.said["axis"])),
}
