"""What may go into a student's function and what may come back.

Arrays of a few dtypes, numbers, strings, None, and tuples, lists and dicts of them.
``plain`` brings any answer into this form without trusting it: whatever is not of
exactly these types becomes an ``Opaque`` that only knows a name.
"""

from dataclasses import dataclass

import numpy as np

DTYPES = {
    "float16", "float32", "float64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool",
}  # fmt: skip
DEPTH, ITEMS = 8, 2000  # how deep and how wide an answer may be
NUMBER = 2**63
TENSORS = ("torch", "torch.nn.parameter")


@dataclass(frozen=True)
class Opaque:
    """Something that is no value of an exercise; ``name`` says what it was."""

    name: str


def plain(value, depth=DEPTH):
    """The same value out of exact built-in types and C-contiguous arrays.

    A defaultdict is a dict, a named tuple a tuple, a matrix an array.
    """
    if value is None or type(value) in (bool, float):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if type(value) is int:
        return value if -NUMBER <= value < NUMBER else Opaque("a huge int")
    if isinstance(value, np.generic):
        value = np.asarray(value)
    if type(value).__module__ in TENSORS and hasattr(value, "detach"):
        value = np.asarray(value.detach().cpu())
    if isinstance(value, np.ndarray) and not hasattr(value, "mask"):
        return _array(np.asarray(value))
    if depth and isinstance(value, tuple | list) and len(value) <= ITEMS:
        return tuple(plain(v, depth - 1) for v in value)
    if depth and isinstance(value, dict) and len(value) <= ITEMS:
        if all(isinstance(k, str) for k in value):
            return {str.__str__(k): plain(v, depth - 1) for k, v in value.items()}
    return Opaque(type(value).__name__[:60])


def _array(a):
    """An array in native byte order; 0-d becomes a Python number."""
    if a.dtype.name not in DTYPES:
        return Opaque(f"array of {a.dtype.name[:30]}")
    if a.ndim == 0:
        return plain(a.item())
    return np.array(a, dtype=a.dtype.newbyteorder("="), order="C")


def fresh(value):
    """A copy that shares no memory with value; functions are passed as they are."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple | list):
        return type(value)(fresh(v) for v in value)
    if isinstance(value, dict):
        return {k: fresh(v) for k, v in value.items()}
    return value


def same(a, b):
    """True for plain values that are equal to the last bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a == b


def boxes(value):
    """True where a function is among the values."""
    if isinstance(value, tuple | list):
        return any(map(boxes, value))
    if isinstance(value, dict):
        return any(map(boxes, value.values()))
    return callable(value)


def to_tensors(value):
    """The same nested value with float64 torch tensors for its arrays."""
    import torch

    if isinstance(value, np.ndarray):
        return torch.tensor(value)
    if isinstance(value, tuple | list):
        return type(value)(to_tensors(v) for v in value)
    if isinstance(value, dict):
        return {k: to_tensors(v) for k, v in value.items()}
    return value
