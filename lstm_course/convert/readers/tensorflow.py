"""TensorFlow's checkpoints, .index and .data, by TensorFlow's own reader.

The cells of TensorFlow 1: one matrix for [x, h], gates i, candidate, f, o; a forget
bias that is added when the cell is called and is not in the file, 1 by default; 0 in
cells that came from cuDNN.  A GRU's reset gate acts before the product.  BlockLSTM, of
LSTMBlockCell, has the same arrays and default.

Source: TensorFlow 1.15, python/ops/rnn_cell_impl.py and contrib/rnn/lstm_ops.py.
"""

import re
from dataclasses import replace

import numpy as np

from ..layer import Layer, Weights
from ..parts import columns
from ..tools import ORDERS
from .bounds import check_here, refuse
from .places import stacked

ORDER = ORDERS["tensorflow"]
SIDES = {"fw": "forward", "bw": "reverse"}
CELL = re.compile(r"(?:^|/)(?:multi_rnn_cell/)?cell_(\d+)(?=/|$)")
WHERE = re.compile(r"(?:^|/)(?:bidirectional_rnn/)?(fw|bw)(?=/|$)")
WORD = re.compile(r"(.*?)/?([^/]*(?:lstm|gru|rnn)_cell[^/]*)$")
NOTE = (
    "a checkpoint says neither the forget bias nor a bound on c: {} and none are taken;"
    " say forget_bias= or cell_clip= if it is otherwise (BlockLSTM's own default is 3)"
)
SLOTS = ("Adam", "Adam_1", "RMSProp", "Momentum", "ExponentialMovingAverage", "Adagrad")
PEEPHOLES = {f"w_{k}_diag": k for k in "ifo"}
PROJECTION = "projection/kernel"
ENDS = ("kernel", "bias", *PEEPHOLES, PROJECTION, "gates/kernel", "gates/bias",
        "candidate/kernel", "candidate/bias")  # fmt: skip


def load(path):
    """Path of the .index file -> list of Layer."""
    check_here("tensorflow", path.name)
    import tensorflow

    try:
        file = tensorflow.train.load_checkpoint(str(path.with_suffix("")))
        shapes = file.get_variable_to_shape_map()
        cells = {}
        for name in sorted(shapes):
            if (found := _split(name)) and name.rsplit("/", 1)[-1] not in SLOTS:
                cells.setdefault(found[0], {})[found[1]] = file.get_tensor(name)
    except Exception as error:  # of its own kinds
        refuse(path, "a checkpoint of TensorFlow", str(error).splitlines()[0][:200])
    return stacked(_paired([_layer(*pair) for pair in cells.items()]))


def _split(name):
    """.../basic_lstm_cell/kernel -> the cell's path, "kernel"; None for others."""
    for end in sorted(ENDS, key=len, reverse=True):
        if name.endswith(f"/{end}") and WORD.fullmatch(name[: -len(end) - 1]):
            return name[: -len(end) - 1], end
    return None


def _layer(place, arrays):
    """One cell's arrays -> name, level, direction, ``Layer``."""
    stem, word = WORD.fullmatch(place).groups()
    level = CELL.search(stem)
    side = WHERE.search(stem)
    name = WHERE.sub("", CELL.sub("", stem)).strip("/")
    make = _gru if "gates/kernel" in arrays else _cell
    layer = make(place, word, arrays)
    way = SIDES[side[1]] if side else "forward"
    return name, int(level[1]) if level else 0, way, layer


def _halves(kernel, H):
    """[x, h] one above the other."""
    return kernel[:-H], kernel[-H:]


def _cell(place, word, arrays):
    """An LSTM or a plain RNN."""
    kernel, lstm = arrays.get("kernel"), "lstm" in word
    if kernel is None or kernel.ndim != 2 or kernel.shape[1] % (4 if lstm else 1):
        refuse(place, "a cell of TensorFlow 1", "its kernel is missing or odd")
    blocks = ORDER.lstm if lstm else ORDER.rnn
    out = arrays.get(PROJECTION)
    H = kernel.shape[1] // len(blocks)
    x, h = _halves(kernel, H if out is None else out.shape[1])
    bias = arrays.get("bias", np.zeros(kernel.shape[1], kernel.dtype))
    peep = {k: arrays[n] for n, k in PEEPHOLES.items() if n in arrays}
    w = Weights(*(columns(a, blocks) for a in (x, h, bias)), None, peep, out)
    said = {"layout": "unsaid", "source": "TensorFlow 1, a checkpoint"}
    if lstm:
        said["forget_bias"] = 0.0 if "cudnn" in word else 1.0
        said["notes"] = (NOTE.format(said["forget_bias"]),)
    return Layer(place, "lstm" if lstm else "rnn", (w,), **said)


def _gru(place, word, arrays):
    """Gates r and u in one matrix, the candidate in another."""
    if set(arrays) != {"gates/kernel", "gates/bias", "candidate/kernel",
                       "candidate/bias"} or "cudnn" in word:  # fmt: skip
        refuse(place, "a GRU of TensorFlow 1", f"it has {', '.join(sorted(arrays))}")
    H = arrays["candidate/kernel"].shape[1]
    parts = {}
    for at, blocks in (("gates", ORDER.gru[:2]), ("candidate", ORDER.gru[2:])):
        x, h = _halves(arrays[f"{at}/kernel"], H)
        for k, a in zip("xhb", (x, h, arrays[f"{at}/bias"]), strict=True):
            parts.setdefault(k, {}).update(columns(a, blocks))
    return Layer(place, "gru", (Weights(**parts),), reset="before",
                 source="TensorFlow 1, a checkpoint")  # fmt: skip


def _paired(found):
    """Forward and backward of a place become one layer."""
    made = {}
    for name, level, way, layer in sorted(found, key=lambda v: v[:3]):
        layer = replace(layer, name=name, level=level, way=way)
        if (below := made.get((name, level))) is not None:
            layer = replace(below, way="both", weights=below.weights + layer.weights)
        made[name, level] = layer
    return list(made.values())
