"""Containers of named arrays, written piece by piece: no array is copied as a whole."""

import json
import pickle
import struct
import zipfile

import numpy as np

KINDS = {"float32": "F32", "float64": "F64"}


def save_safetensors(path, arrays):
    """Name -> ``Joined``, into a .safetensors file."""
    table, at = {"__metadata__": {"format": "pt"}}, 0
    for name, a in arrays.items():
        table[name] = {
            "dtype": KINDS[a.dtype.name],
            "shape": list(a.shape),
            "data_offsets": [at, at + a.nbytes],
        }
        at += a.nbytes
    header = json.dumps(table).encode()
    header += b" " * (-len(header) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(header)) + header)
        _write(f, arrays)


def save_npz(path, arrays):
    """Name -> ``Joined``, into an .npz file."""
    with zipfile.ZipFile(path, "w") as z:
        for name, a in arrays.items():
            with z.open(f"{name}.npy", "w", force_zip64=True) as f:
                _header(f, a)
                _write(f, {name: a})


def save_eqx(path, arrays):
    """The arrays alone, one after the other, as Equinox serialises leaves."""
    with open(path, "wb") as f:
        for a in arrays.values():
            _header(f, a)
            _write(f, {"": a})


def save_pdparams(path, arrays):
    """A pickle of a dict of NumPy arrays, as paddle.load takes it.

    A pickle of protocol 3 is two bytes of head, what makes the object, and a point;
    what makes several objects can stand in a row.  Bytes go in piece by piece.
    """
    with open(path, "wb") as f:
        f.write(pickle.PROTO + b"\x03" + pickle.EMPTY_DICT + pickle.MARK)
        for name, a in arrays.items():
            f.write(pickle.dumps(name, 3)[2:-1])
            before, after = pickle.dumps(_Empty(a), 3)[2:-1].split(_Empty.DATA)
            f.write(before + pickle.BINBYTES8 + struct.pack("<Q", a.nbytes))
            _write(f, {name: a})
            f.write(after)
        f.write(pickle.SETITEMS + pickle.STOP)


class _Empty:
    """Pickled as the array that NumPy makes of it, but for its bytes."""

    WORD = b"in place of them"
    DATA = pickle.SHORT_BINBYTES + bytes([len(WORD)]) + WORD

    def __init__(self, a):
        self.a = a

    def __reduce__(self):
        make, args, state = np.empty(0, self.a.dtype).__reduce__()
        return make, args, (state[0], tuple(self.a.shape), *state[2:4], self.WORD)


def save_torch(path, arrays):
    """A state dict, by torch.save."""
    import torch

    whole = {k: torch.from_numpy(np.asarray(a)) for k, a in arrays.items()}
    torch.save(whole, path)


def save_msgpack(path, arrays):
    """A tree of arrays, as flax.serialization.from_bytes takes it."""
    tree = {}
    for name, a in arrays.items():
        *path_, last = name.split(".")
        at = tree
        for key in path_:
            at = at.setdefault(key, {})
        at[last] = a
    with open(path, "wb") as f:
        _pack(f, tree)


def _write(f, arrays):
    for a in arrays.values():
        for piece in a.pieces():
            f.write(piece.data)


def _header(f, a):
    np.lib.format.write_array_header_1_0(
        f,
        {
            "descr": np.lib.format.dtype_to_descr(a.dtype),
            "fortran_order": False,
            "shape": a.shape,
        },
    )


def _pack(f, tree):
    if isinstance(tree, dict):
        f.write(struct.pack(">BI", 0xDF, len(tree)))
        for key, value in tree.items():
            f.write(_text(key))
            _pack(f, value)
        return
    shape = b"".join(struct.pack(">BI", 0xCE, n) for n in tree.shape)
    head = bytes([0x93, 0x90 + len(tree.shape)]) + shape + _text(tree.dtype.name)
    head += struct.pack(">BI", 0xC6, tree.nbytes)
    f.write(struct.pack(">BIb", 0xC9, len(head) + tree.nbytes, 1) + head)
    _write(f, {"": tree})


def _text(word):
    data = word.encode()
    return struct.pack(">BI", 0xDB, len(data)) + data
