"""mlx.nn's RNN, LSTM and GRU on the CPU, which has both kinds of floats."""

from importlib.metadata import version

import mlx.core as mx
import mlx.nn
import numpy as np
from mlx.utils import tree_flatten

from .apart import Runner
from .fitting import one_by_one

SIGMOID = "its sigmoid of float64 is right to 2e-8 only (mlx 0.32.4)"
KINDS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def runner(layer, tool):
    floats = ("float32", "float64") if layer.kind == "rnn" else ("float32",)
    return Runner(f"mlx {version('mlx')}", floats, run, SIGMOID)


def run(layer, x, lengths):
    with mx.stream(mx.cpu):
        return one_by_one(layer, x, lengths, lambda w, part: _unroll(layer, w, part))


def _unroll(layer, w, x):
    said = {}
    if layer.kind == "rnn":
        said["nonlinearity"] = {"tanh": mx.tanh, "relu": mlx.nn.relu}[
            layer.activation.name
        ]
    module = getattr(mlx.nn, KINDS[layer.kind])(
        layer.input_size, layer.hidden_size, **said
    )
    kind = getattr(mx, x.dtype.name)
    zeros = {k: np.zeros(v.shape) for k, v in tree_flatten(module.parameters())}
    arrays = zeros | {k: np.asarray(a) for k, a in w.own[1].items()}
    module.load_weights(
        [(k, mx.array(a.astype(x.dtype), kind)) for k, a in arrays.items()]
    )
    y = module(mx.array(np.array(x.transpose(1, 0, 2), order="C"), kind))
    y = y[0] if isinstance(y, tuple) else y
    return np.array(y).transpose(1, 0, 2)
