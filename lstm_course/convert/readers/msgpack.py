"""Flax's .msgpack: a tree of arrays, read without a library and within the file's size.

Source: msgpack/spec on GitHub; flax/serialization.py (0.12) for what its extension 1
holds, a packed (shape, dtype name, bytes).
"""

import struct

import numpy as np

from .bounds import check_size, refuse

DEPTH = 60
FLOATS = {0xCA: ">f", 0xCB: ">d"}
WHOLE = {0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q"}
WHOLE |= {0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
SIZED = {0xC4: ("bin", 1), 0xC5: ("bin", 2), 0xC6: ("bin", 4)}
SIZED |= {0xD9: ("text", 1), 0xDA: ("text", 2), 0xDB: ("text", 4)}
SIZED |= {0xDC: ("list", 2), 0xDD: ("list", 4), 0xDE: ("map", 2), 0xDF: ("map", 4)}
SIZED |= {0xC7: ("ext", 1), 0xC8: ("ext", 2), 0xC9: ("ext", 4)}
KINDS = {"float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64"}
KINDS |= {"uint8", "uint16", "uint32", "uint64", "bool"}


def load(path):
    """Path -> nested dict of ndarray.

    Raises
    ------
    ValueError
        For a file that is cut short, nests too deeply, or promises more than it holds.
    """
    data = np.memmap(path, np.uint8, "r")
    reader = _Reader(path, memoryview(data))
    tree = reader.value()
    if reader.at != len(data):
        refuse(path, "msgpack", f"its tree ends at byte {reader.at} of {len(data)}")
    return tree


class _Reader:
    """A place in some bytes that moves on."""

    def __init__(self, path, data):
        self.path, self.data, self.at, self.depth = path, data, 0, 0

    def take(self, n):
        if n > len(self.data) - self.at:
            refuse(self.path, "msgpack", f"{n} more bytes are promised than there are")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def value(self):
        head = self.take(1)[0]
        if head < 0x80 or head >= 0xE0:
            return head if head < 0x80 else head - 256
        if head in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[head]
        if head in FLOATS or head in WHOLE:
            return self.number((FLOATS | WHOLE)[head])
        return self.many(*self._size_of(head))

    def _size_of(self, head):
        if head < 0x90:
            return "map", head & 15
        if head < 0xA0:
            return "list", head & 15
        if head < 0xC0:
            return "text", head & 31
        if 0xD4 <= head <= 0xD8:
            return "ext", 1 << (head - 0xD4)
        if head not in SIZED:
            refuse(self.path, "msgpack", f"byte {self.at} is {head:#x}")
        kind, width = SIZED[head]
        return kind, self.number({1: ">B", 2: ">H", 4: ">I"}[width])

    def many(self, kind, n):
        if kind == "text":
            return bytes(self.take(n)).decode("utf-8", "replace")
        if kind == "bin":
            return self.take(n)
        if kind == "ext":
            return self.extension(self.number(">b"), n)
        self.depth += 1
        if self.depth > DEPTH or n > len(self.data) - self.at:
            refuse(self.path, "msgpack", "it nests deeper or wider than it is long")
        if kind == "map":
            made = {str(self.value()): self.value() for _ in range(n)}
        else:
            made = [self.value() for _ in range(n)]
        self.depth -= 1
        return made

    def extension(self, number, n):
        end = self.at + n
        if number != 1:
            self.take(n)
            return None
        shape, name, data = self.value()
        if self.at != end or name not in KINDS:
            refuse(self.path, "msgpack", f"an array of {name!r}")
        kind = np.dtype(np.uint16 if name == "bfloat16" else name)
        check_size(self.path, "msgpack", "an array", shape, kind.itemsize, len(data))
        a = np.frombuffer(data, kind).reshape(shape)
        return (a.astype(np.uint32) << 16).view(np.float32) if name == "bfloat16" else a
