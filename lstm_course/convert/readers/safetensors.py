"""safetensors: a length, a JSON table of arrays, their bytes; mapped, not read.

Source: the format's own description, huggingface/safetensors, README (version 0.8).
"""

import json
import math

import numpy as np

from .bounds import refuse

KINDS = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "BF16": np.uint16,
    "I64": np.int64,
    "I32": np.int32,
    "I16": np.int16,
    "I8": np.int8,
    "U64": np.uint64,
    "U32": np.uint32,
    "U16": np.uint16,
    "U8": np.uint8,
    "BOOL": np.bool_,
}
HEADER = 100_000_000  # bytes; the limit of the format's own readers


def load(path):
    """Path -> name -> ndarray, views of the mapped file.

    Raises
    ------
    ValueError
        For a file whose table and bytes do not fit each other.
    """
    data = np.memmap(path, np.uint8, "r")
    start = 8 + int.from_bytes(data[:8].tobytes(), "little")
    if start > min(len(data), HEADER):
        refuse(
            path, "safetensors", f"its table ends at byte {start:,} of {len(data):,}"
        )
    try:
        table = json.loads(bytes(data[8:start]).decode("utf-8", "replace"))
        table.pop("__metadata__", None)
        return {k: _array(path, data[start:], k, said) for k, said in table.items()}
    except (json.JSONDecodeError, AttributeError, KeyError, TypeError, RecursionError):
        refuse(path, "safetensors", "its table is no table of arrays")


def _array(path, data, name, said):
    kind, shape = said["dtype"], tuple(said["shape"])
    begin, end = said["data_offsets"]
    if kind not in KINDS:
        return np.zeros(0, np.bool_)  # of 4 or 8 bits: no weights that are read here
    size = np.dtype(KINDS[kind]).itemsize * math.prod(shape)
    fits = 0 <= begin <= end <= len(data) and end - begin == size
    if not fits or min(shape, default=0) < 0:
        refuse(path, "safetensors", f"{name} {shape} does not fit {end - begin} bytes")
    a = data[begin:end].view(KINDS[kind]).reshape(shape)
    return from_bfloat16(a) if kind == "BF16" else a


def from_bfloat16(a):
    """The 16 upper bits of float32, as uint16 -> float32."""
    return (a.astype(np.uint32) << 16).view(np.float32)
