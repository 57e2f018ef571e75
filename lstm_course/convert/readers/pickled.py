"""A pickle of NumPy arrays, as Paddle saves them, read by a machine for these alone.

A pickle is a program.  This one may call three names, and what stands behind them is
ours: no name of the file is ever imported.  Anything else is refused.
"""

import pickle
import re

import numpy as np

from .bounds import check_size

WAY_OUT = (
    "Load it where you trust it and save its arrays: "
    "safetensors.numpy.save_file({k: v.numpy() for k, v in state.items()}, path)?"
)


class _Kind:
    """Stands for numpy.dtype: floats, whole numbers and truth values only."""

    def __init__(self, text, *_):
        if not isinstance(text, str) or not re.fullmatch(r"[fiub][1248]", text):
            raise pickle.UnpicklingError(f"arrays of {text!r}")
        self.text = text

    def __setstate__(self, state):
        self.order = "=" if state[1] == "|" else state[1]

    def kind(self):
        return np.dtype(getattr(self, "order", "=") + self.text)


class _Array:
    """Stands for numpy.ndarray until its bytes are there."""

    made = None

    def __setstate__(self, state):
        _, shape, dtype, fortran, data = state
        kind = dtype.kind()
        check_size("The file", "a pickle", "an array", shape, kind.itemsize, len(data))
        a = np.frombuffer(data, kind)
        self.made = a.reshape(shape[::-1]).T if fortran else a.reshape(shape)


def _reconstruct(*_):
    return _Array()


def _frombuffer(data, dtype, shape, order):
    a = _Array()
    a.__setstate__((1, shape, dtype, order == "F", data))
    return a


STANDS_FOR = {
    "_reconstruct": _reconstruct,
    "_frombuffer": _frombuffer,
    "ndarray": _Array,
    "dtype": _Kind,
}


class _Machine(pickle._Unpickler):  # in Python: it trusts no declared size
    def find_class(self, module, name):
        if module.split(".")[0] == "numpy" and name in STANDS_FOR:
            return STANDS_FOR[name]
        raise pickle.UnpicklingError(f"it wants {module}.{name}")

    def persistent_load(self, _):
        raise pickle.UnpicklingError("it refers to another file")


def load(path):
    """Path -> nested dict of ndarray.

    Raises
    ------
    ValueError
        For a pickle that wants anything but arrays and plain containers.
    """
    try:
        with open(path, "rb") as f:
            return _plain(_Machine(f).load())
    except ValueError:
        raise
    except Exception as error:  # of a broken program, whatever it does
        raise ValueError(
            f"{path} is a pickle, which is a program, and this one is not only arrays: "
            f"{error or type(error).__name__}. Expected a dict of NumPy arrays, as "
            f"paddle.save(layer.state_dict(), path) writes. {WAY_OUT}"
        ) from None


def _plain(tree, depth=0):
    if depth > 50:
        raise pickle.UnpicklingError("it is nested too deeply")
    if isinstance(tree, dict):
        return {str(k): _plain(v, depth + 1) for k, v in tree.items()}
    if isinstance(tree, list | tuple):
        return [_plain(v, depth + 1) for v in tree]
    return tree.made if isinstance(tree, _Array) else None
