"""Files of NumPy arrays: .npz by name, Equinox' .eqx one after the other."""

import os
import zipfile

import numpy as np

from ..tools import FORMS
from .bounds import View, check_size, check_zip, mapped, refuse


def load(path):
    """An .npz -> name -> ndarray; arrays of Python objects are refused."""
    check_zip(path, ".npz")
    with zipfile.ZipFile(path) as z:
        made = {}
        for entry in z.infolist():
            name = entry.filename.removesuffix(".npy")
            if entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & 1:
                data = mapped(path, entry)
                made[name] = _array(path, View(data), len(data), data=data)
                continue
            with z.open(entry) as f:
                made[name] = _array(path, f, entry.file_size)
        return made


def load_eqx(path):
    """An .eqx of cells -> "cells.0.weight_ih" -> ndarray: leaves have no names there.

    Weights of a cell follow each other, so their shapes say which they are.
    """
    size, leaves = os.path.getsize(path), []
    data = np.memmap(path, np.uint8, "r") if size else np.zeros(0, np.uint8)
    f = View(data)
    while f.tell() < size:
        leaves.append(_array(path, f, size - f.tell(), whole=False, data=data))
    cells, at = [], 0
    while at < len(leaves):
        names = _cell_at(leaves[at : at + 4])
        if names:
            cells.append(dict(zip(names, leaves[at:], strict=False)))
        at += max(1, len(names))
    return {
        f"cells.{place}.{name}": a
        for place, cell in zip(_places(cells), cells, strict=True)
        for name, a in cell.items()
    }


def _places(cells):
    """Are they a stack, or in pairs the two directions of one?"""
    sizes = [(c["weight_ih"].shape[1], c["weight_hh"].shape[1]) for c in cells]
    single = all(b[0] == a[1] for a, b in zip(sizes, sizes[1:], strict=False))
    pairs, odd = sizes[::2], sizes[1::2]
    both = pairs == odd and all(
        b[0] == 2 * a[1] for a, b in zip(pairs, pairs[1:], strict=False)
    )
    if single or not both:
        return [str(k) for k in range(len(cells))]
    sides = ("forward", "backward")
    return [f"{k}.{side}" for k in range(len(pairs)) for side in sides]


def _cell_at(leaves):
    """Names of the arrays of a cell that begins here, or none."""
    shapes = [a.shape for a in leaves]
    for form in FORMS:
        if form.tool != "equinox" or len(shapes) < 2 or {*map(len, shapes[:2])} != {2}:
            continue
        H = shapes[1][1]
        if not shapes[0][0] == shapes[1][0] == len(form.parts[0].blocks) * H:
            continue
        names = ["weight_ih", "weight_hh"]
        wanted = [(len(p.blocks) * H,) for p in form.parts[2:]]
        if shapes[2 : 2 + len(wanted)] == wanted:
            names += [p.name for p in form.parts[2:]]
        return names
    return []


def _array(path, f, there, whole=True, data=None):
    """One array in .npy form, its size compared with the bytes that are there."""
    at = f.tell()
    try:
        version = np.lib.format.read_magic(f)
        read = {(1, 0): np.lib.format.read_array_header_1_0}
        read[2, 0] = np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read[version](f)
    except (ValueError, KeyError, EOFError) as error:
        refuse(path, "NumPy arrays", str(error))
    if dtype.hasobject:
        refuse(path, "NumPy arrays", "it holds Python objects, which would be run")
    left = there - (f.tell() - at)
    size = int(np.prod(shape, dtype=object)) * dtype.itemsize
    check_size(path, "NumPy arrays", "an array", shape, dtype.itemsize,
               left if whole else min(size, left))  # fmt: skip
    if data is None:
        a = np.frombuffer(f.read(size), dtype)
    else:  # its bytes, mapped
        a = data[f.tell() : f.tell() + size].view(dtype)
        f.seek(size, 1)
    return a.reshape(shape[::-1]).T if fortran else a.reshape(shape)
