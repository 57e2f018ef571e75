"""Frames on the pipe between the trusted process and the jail; no pickle anywhere.

A frame is two lengths (4 bytes each, big endian), a JSON object and raw array bytes.
The object holds short text fields and a ``value`` in which

    {"t": [...]}  tuple      {"d": {...}}  dict       {"f": k}  function number k
    {"a": [dtype, shape]}    array, its bytes next in the raw part
    {"x": "nan"}  nan, inf, -inf                      {"o": name}  something else

and None, booleans, numbers and strings are themselves.  ``unpack`` accepts exactly
this and raises ProtocolError, and nothing else, on everything else.
"""

import json
import math
import struct

import numpy as np

from ...exercises.values import DEPTH, DTYPES, NUMBER, Opaque, plain

HEAD = struct.Struct("!II")
JSON_LIMIT, RAW_LIMIT = 2 << 20, 16 << 20  # bytes
NDIM, DIM = 16, 1 << 31
FIELDS = {"kind", "id", "status", "text", "name", "out", "value"}
SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
CALL, ID = b'{"kind": "call", "id": "', 32  # how a call begins; characters of an id


class ProtocolError(ValueError):
    """Bytes that are no frame of this protocol."""


def pack(kind, value=None, functions=None, **fields):
    """A frame: bytes.

    Functions in the value are appended to the list ``functions`` and travel as numbers.
    """
    raw = []
    tree = _encode(value, raw, functions)
    text = json.dumps({"kind": kind, **fields, "value": tree}, allow_nan=False).encode()
    size = sum(len(r) for r in raw)
    if len(text) > JSON_LIMIT or size > RAW_LIMIT:
        raise ProtocolError(
            f"The value is too large: {len(text)} bytes of text, {size} of arrays. At "
            f"most {JSON_LIMIT} and {RAW_LIMIT} may travel. Make the case smaller?"
        )
    return b"".join((HEAD.pack(len(text), size), text, *raw))


def sizes(head):
    """(bytes of JSON, bytes of arrays) from the first 8 bytes of a frame."""
    text, raw = HEAD.unpack(head)
    if text > JSON_LIMIT or raw > RAW_LIMIT:
        raise ProtocolError(f"A frame of {text} + {raw} bytes is over the limit.")
    return text, raw


def call_id(text):
    """The id of a frame that is a call, from its first bytes; "" for all others."""
    return text[len(CALL) :][:ID].decode() if text.startswith(CALL) else ""


def end(id, status):
    """The frame that says how a call ended: as from ``pack``, without its cost."""
    said = id.encode(), status.encode()
    text = b'{"kind": "end", "id": "%b", "status": "%b"}' % said
    return HEAD.pack(len(text), 0) + text


def load(text, raw, function=None):
    """As ``unpack`` for frames of the trusted side, which need no second look.

    ``function(k)`` makes the object that stands for function k.
    """
    message = json.loads(text)
    message["value"] = _built(message["value"], raw, [0], function)
    return message


def _built(tree, raw, at, function):
    if type(tree) is not dict:
        return tree
    ((tag, body),) = tree.items()
    if tag == "t":
        return tuple([_built(v, raw, at, function) for v in body])
    if tag == "d":
        return {k: _built(v, raw, at, function) for k, v in body.items()}
    if tag == "a":
        dtype, shape = body
        flat = np.frombuffer(raw, dtype, math.prod(shape), at[0])
        at[0] += flat.nbytes
        return flat.reshape(shape).copy()
    return SPECIAL[body] if tag == "x" else function(body)


def unpack(text, raw):
    """The fields of a frame as a dict, ``value`` decoded; no function is in it."""
    try:
        message = json.loads(
            text.decode("utf-8"),
            parse_constant=_refuse,
            parse_int=_int,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError) as e:
        raise ProtocolError(f"The text of a frame is not strict JSON: {e}") from None
    if type(message) is not dict or not FIELDS.issuperset(message):
        raise ProtocolError("A frame has unknown fields.")
    for key in FIELDS - {"value"}:
        field = message.setdefault(key, "")
        if type(field) is not str or not _clean(field):
            raise ProtocolError(f"The field {key} is not text.")
    reader = _Reader(raw)
    message["value"] = reader.value(message.get("value"), DEPTH + 1)
    reader.end()
    return message


def _encode(value, raw, functions):
    if functions is not None and callable(value):
        functions.append(value)
        return {"f": len(functions) - 1}
    if functions is not None and type(value) in (tuple, list):
        return {"t": [_encode(v, raw, functions) for v in value]}
    if functions is not None and type(value) is dict:
        return {"d": {k: _encode(v, raw, functions) for k, v in value.items()}}
    return _encode_plain(plain(value), raw)


def _encode_plain(value, raw):
    if isinstance(value, Opaque):
        return {"o": value.name}
    if isinstance(value, np.ndarray):
        raw.append(value.tobytes())
        return {"a": [value.dtype.name, list(value.shape)]}
    if isinstance(value, tuple):
        return {"t": [_encode_plain(v, raw) for v in value]}
    if isinstance(value, dict):
        return {"d": {k: _encode_plain(v, raw) for k, v in value.items()}}
    if isinstance(value, float) and not math.isfinite(value):
        return {"x": str(value)}
    return value


def _refuse(name):
    raise ValueError(f"{name} is not JSON")


def _int(digits):
    value = int(digits) if len(digits) <= 20 else NUMBER
    if not -NUMBER <= value < NUMBER:
        raise ValueError("an integer is too long")
    return value


def _unique(pairs):
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key appears twice")
    return made


def _clean(text):
    """True for text without lone surrogates."""
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


class _Reader:
    """Decodes a value and consumes the raw bytes in order."""

    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def value(self, tree, depth):
        if tree is None or type(tree) in (bool, int, float):
            return tree
        if type(tree) is str and _clean(tree):
            return tree
        if type(tree) is not dict or len(tree) != 1 or depth == 0:
            raise ProtocolError("A value is not in the protocol's form.")
        ((tag, body),) = tree.items()
        if tag == "t" and type(body) is list:
            return tuple(self.value(v, depth - 1) for v in body)
        if tag == "d" and type(body) is dict and all(map(_clean, body)):
            return {k: self.value(v, depth - 1) for k, v in body.items()}
        if tag == "a":
            return self.array(body)
        if tag == "x" and type(body) is str and body in SPECIAL:
            return SPECIAL[body]
        if tag == "o" and type(body) is str and _clean(body):
            return Opaque(body[:60])
        raise ProtocolError("A value has an unknown tag or body.")

    def array(self, body):
        if type(body) is not list or len(body) != 2:
            raise ProtocolError("An array is described by a dtype and a shape.")
        dtype, shape = body
        if type(dtype) is not str or dtype not in DTYPES:
            raise ProtocolError("An array has a dtype that may not travel.")
        if type(shape) is not list or len(shape) > NDIM:
            raise ProtocolError("An array has no shape, or too many axes.")
        if not all(type(n) is int and 0 <= n < DIM for n in shape):
            raise ProtocolError("An array has an axis of impossible length.")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size > len(self.raw) - self.at:
            raise ProtocolError("An array is larger than the bytes that came.")
        piece = self.raw[self.at : self.at + size]
        self.at += size
        try:
            flat = np.frombuffer(piece, np.uint8 if dtype == "bool" else dtype)
            return (flat != 0 if dtype == "bool" else flat.copy()).reshape(shape)
        except ValueError:  # an empty array whose other axes overflow
            raise ProtocolError("An array has an impossible shape.") from None

    def end(self):
        if self.at != len(self.raw):
            raise ProtocolError("Bytes are left over after the last array.")
