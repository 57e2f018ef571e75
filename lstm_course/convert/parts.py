"""Between a layer's blocks and the arrays of a ``Form``, without copies on the way.

Arrays are mapped where a file lets them lie in a row, and written piece by piece.  Of
an LSTM of 100 MB, three layers of 1,024 units in float32, reading one file and writing
the other takes, in the processor's time for reading and writing as many bytes, and in
memory of its own beside mapped files, in sizes of the file (NumPy 2.4.6, Python 3.11):

    into and out of    time        memory        the rest is
    .safetensors       0.7  0.9    0.0  0.0
    .onnx              0.4  0.5    0.0  0.0      (onnx' own 1.23.2: 6.4 and 4.2)
    OpenVINO's .xml    0.8  0.8    0.0  0.0
    .npz, .eqx         0.8  0.8    0.0  0.0      the CRC of a ZIP
    .msgpack           0.9  0.8    0.0  0.1      turning rows to columns
    .pt                0.9  0.3    1.0  0.0      torch.save, which holds all of it
    .pdparams          1.0  1.0    0.0  1.0      pickle reads its bytes as one
    .keras             2.0  1.8    1.1  0.1      h5py writes; CRC; turning
"""

import numpy as np

from .layer import Weights

TILE = 32  # the fastest of 16, 32, 64, 128 for a block of 4 MB
PIECE = 1 << 22  # bytes of a large array that are put together at a time


class Joined:
    """An array still in its blocks, put together when it is written.

    Parameters
    ----------
    blocks : list of ndarray
        In order; all of one shape but along the axis.
    axis : int
        0 to stand above each other, -1 beside each other.
    dtype : dtype, optional
    """

    def __init__(self, blocks, axis=0, dtype=None):
        self.blocks, self.axis = list(blocks), axis
        self.dtype = np.dtype(dtype or np.result_type(*(b.dtype for b in blocks)))
        shape = list(self.blocks[0].shape)
        shape[axis] = sum(b.shape[axis] for b in self.blocks)
        self.shape, self.size = tuple(shape), int(np.prod(shape))
        self.nbytes = self.size * self.dtype.itemsize

    def __array__(self, dtype=None, copy=None):
        whole = np.concatenate(self.blocks, self.axis)
        return np.ascontiguousarray(whole, dtype or self.dtype)

    def pieces(self):
        """Whole rows, from the first to the last, about ``PIECE`` bytes at a time."""
        if len(self.shape) == 1 or self.axis == -1:
            width = max(1, self.nbytes // max(1, self.shape[0]))
            step = max(1, PIECE // width)
            for at in range(0, self.shape[0] if len(self.shape) > 1 else 1, step):
                rows = self.blocks
                if len(self.shape) > 1:
                    rows = [b[at : at + step] for b in self.blocks]
                yield beside(rows, self.dtype)
            return
        for block in self.blocks:
            if isinstance(block, Joined):
                yield from block.pieces()
                continue
            step = max(1, PIECE // max(1, block.nbytes // max(1, len(block))))
            for at in range(0, len(block), step):
                yield tidy(block[at : at + step], self.dtype)


class Stacked(Joined):
    """Block rows of D directions, one direction behind the other: (D, nH, I)."""

    def __init__(self, D, blocks):
        super().__init__(blocks)
        rows, width = self.shape
        self.shape = D, rows // D, width

    def pieces(self):
        for block in self.blocks:
            yield from Joined([block]).pieces()


def beside(blocks, dtype):
    """Blocks (n, H) -> (n, all of H)."""
    if blocks[0].ndim != 2:
        return np.ascontiguousarray(np.concatenate(blocks, -1), dtype)
    made = np.empty((len(blocks[0]), sum(b.shape[1] for b in blocks)), dtype)
    at = 0
    for b in blocks:
        _copy(b, made[:, at : at + b.shape[1]])
        at += b.shape[1]
    return made


def tidy(a, dtype):
    """Rows in order."""
    if a.ndim != 2 or a.strides[1] == a.itemsize:
        return np.ascontiguousarray(a, dtype)
    made = np.empty(a.shape, dtype)
    _copy(a, made)
    return made


def _copy(a, to):
    """What lies in columns is turned tile by tile, in half the time."""
    if a.strides[1] == a.itemsize or a.size < TILE**2:
        to[...] = a
        return
    for i in range(0, len(a), TILE):
        for j in range(0, a.shape[1], TILE):
            to[i : i + TILE, j : j + TILE] = a[i : i + TILE, j : j + TILE]


def columns(a, blocks):
    """a (..., nH) -> block -> view (..., H)."""
    return dict(zip(blocks, np.split(a, len(blocks), axis=-1), strict=True))


def sum_of(*biases):
    """Of the biases that are there, block by block; a new array only for a sum."""
    there = [b for b in biases if b]
    total = dict(there[0])
    for b in there[1:]:
        total = {k: total[k] + b[k] for k in total}
    return total


def weights_of(form, arrays):
    """Arrays of a form, by the names of its parts -> ``Weights``.

    Raises
    ------
    KeyError
        Never for an array that is not needed: it counts as zeros.
    """
    got = {}
    for part in form.parts:
        if part.name in arrays:
            got.setdefault(part.what, {}).update(_taken(part, arrays[part.name]))
    if "xh" in got:
        H = next(iter(got["xh"].values())).shape[1]
        got["x"] = {k: v[:-H] for k, v in got["xh"].items()}
        got["h"] = {k: v[-H:] for k, v in got["xh"].items()}
    for name in ("x", "h"):
        got[name] = got.get(name) or got[f"{name}T"]
    first = next(iter(got["x"].values()))
    zeros = {k: np.zeros(first.shape[1], first.dtype) for k in got["x"]}
    b = sum_of(got.get("b"), got.get("b2")) if {"b", "b2"} & {*got} else {}
    inner = got.get("inner", {}).get("n")
    b2 = got.get("b2")
    if b2 and "r" in b2:  # a GRU's second bias of n stays inside the product
        inner, b["n"] = b2["n"], got.get("b", zeros)["n"]
    out = got.get("outT", {}).get("", None)
    return Weights(got["x"], got["h"], zeros | b, inner, {}, out)


def _taken(part, a):
    if part.what == "outT":
        return {"": a.T}
    if part.what in ("xT", "hT"):
        return {
            k: v.T
            for k, v in zip(part.blocks, np.split(a, len(part.blocks)), strict=True)
        }
    return columns(a, part.blocks)


def arrays_of(form, w, dtype=None):
    """``Weights`` -> name -> ``Joined``; a second bias is zeros or the inner one."""
    H = w.x[form.parts[0].blocks[0]].shape[1]
    made = {}
    for part in form.parts:
        if part.what == "outT" and w.out is None:
            continue
        blocks, axis = _given(part, w, H)
        made[part.name] = Joined(blocks, axis, dtype)
    return made


def _given(part, w, H):
    none = np.zeros(H, next(iter(w.x.values())).dtype)
    inner = none if w.inner is None else w.inner
    match part.what:
        case "x" | "h":
            return [getattr(w, part.what)[k] for k in part.blocks], -1
        case "xT" | "hT":
            return [getattr(w, part.what[0])[k].T for k in part.blocks], 0
        case "xh":
            return [Joined([v[k] for k in part.blocks], -1) for v in (w.x, w.h)], 0
        case "b":
            return [w.b[k] for k in part.blocks], 0
        case "b2":
            return [inner if k == "n" else none for k in part.blocks], 0
        case "inner":
            return [inner], 0
        case "outT":
            return [w.out.T], 0
