"""Large arrays of ONNX files, neither parsed nor serialised: mapped, and written piece
by piece.

An ONNX file is a protobuf message: fields of a number and a kind, where kind 2 is a
length and so many bytes.  A model holds its graph, a graph its initializers, an
initializer its raw bytes; all else is left to onnx.  onnx alone needs five times the
size of a model to write it, and six times the time of its bytes (onnx 1.23.2).

Source: "Encoding" in protobuf's documentation; onnx.proto of ONNX 1.23.
"""

import mmap

import numpy as np

GRAPH, INITIALIZER = 7, 5  # numbers of fields: of a model, of a graph
NAME, RAW, BYTES = 8, 9, 2  # of a tensor; the kind that has a length
LARGE = 1 << 16  # bytes
SIZES = {0: None, 1: 8, 2: None, 5: 4}


def save(onnx, model, large, path):
    """Write a model and its large initializers, name -> array or ``Joined``."""
    head = onnx.ModelProto()
    head.CopyFrom(model)
    graph = head.graph.SerializeToString()
    head.ClearField("graph")
    heads = {name: _tensor_head(onnx, name, a) for name, a in large.items()}
    each = {name: _size(len(h) + large[name].nbytes) for name, h in heads.items()}
    total = len(graph) + sum(
        1 + len(each[n]) + len(heads[n]) + a.nbytes for n, a in large.items()
    )
    with open(path, "wb") as f:
        f.write(head.SerializeToString() + _key(GRAPH) + _size(total) + graph)
        for name, a in large.items():
            f.write(_key(INITIALIZER) + each[name] + heads[name])
            for piece in a.pieces():
                f.write(piece.data)


def _tensor_head(onnx, name, a):
    """A tensor up to its raw bytes."""
    kind = onnx.helper.np_dtype_to_tensor_dtype(a.dtype)
    head = onnx.TensorProto(dims=a.shape, data_type=kind, name=name)
    return head.SerializeToString() + _key(RAW) + _size(a.nbytes)


def _key(number):
    return bytes([number << 3 | BYTES])


def _size(n):
    """A whole number, 7 bits in a byte, the lowest first."""
    made = bytearray()
    while n > 127:
        made.append(n & 127 | 128)
        n >>= 7
    return bytes([*made, n])


def load(onnx, path):
    """A file -> its model without large arrays, and those by name, mapped.

    Raises
    ------
    ValueError
        For a file that is no such message.
    """
    with open(path, "rb") as f:
        data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
    small, large = bytearray(), {}
    for number, begin, at, end in _fields(data, 0, len(data)):
        if number != GRAPH:
            small += data[begin:end]
            continue
        graph = bytearray()
        for inner, start, first, last in _fields(data, at, end):
            whole = data[start:last] if last - start < LARGE else None
            if inner == INITIALIZER and whole is None:
                whole = _without_raw(onnx, data, first, last, large)
            graph += data[start:last] if whole is None else whole
        small += _key(GRAPH) + _size(len(graph)) + graph
    return onnx.ModelProto.FromString(bytes(small)), large


def _without_raw(onnx, data, at, end, large):
    """An initializer without its raw bytes, which are noted; None to leave it whole."""
    kept, raw = bytearray(), None
    for number, begin, first, last in _fields(data, at, end):
        if number == RAW:
            raw = first, last
        elif last - begin > LARGE:
            return None  # numbers of another form, which onnx reads
        else:
            kept += data[begin:last]
    tensor = onnx.TensorProto.FromString(bytes(kept))
    if raw is None or tensor.data_type not in (1, 10, 11):  # floats of 32, 16, 64 bits
        return None
    kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
    count = int(np.prod(tensor.dims, dtype=object))
    if count * kind.itemsize != raw[1] - raw[0] or min(tensor.dims, default=0) < 0:
        raise ValueError(f"{tensor.name} {list(tensor.dims)} does not fit its bytes")
    a = np.frombuffer(data, kind, count, raw[0])
    large[tensor.name] = a.reshape(tuple(tensor.dims))
    return _key(INITIALIZER) + _size(len(kept)) + kept


def _fields(data, at, end):
    """Fields of a message: (number, where it begins, its value's begin and end)."""
    while at < end:
        begin = at
        key, at = _number(data, at)
        kind = key & 7
        if kind not in SIZES:
            raise ValueError(f"a field of kind {kind}")
        if kind == 0:
            _, last = _number(data, at)
        elif kind == BYTES:
            n, at = _number(data, at)
            last = at + n
        else:
            last = at + SIZES[kind]
        if last > end:
            raise ValueError("a field that ends behind its message")
        yield key >> 3, begin, at, last
        at = last


def _number(data, at):
    n = shift = 0
    while shift < 70 and at < len(data):
        byte = data[at]
        at += 1
        n |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return n, at
    raise ValueError("a number without an end")
