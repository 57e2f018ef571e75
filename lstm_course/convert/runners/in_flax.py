"""Flax' cells under its RNN: nnx, and linen."""

import flax
import jax
import numpy as np

from ..layer import WAYS
from .apart import Runner
from .fitting import filled

CELLS = {"rnn": "SimpleCell", "gru": "GRUCell", "lstm": "LSTMCell"}


def runner(layer, tool):
    name = f"flax {flax.__version__} ({tool}), jax {jax.__version__}"
    run = {"nnx": _nnx, "linen": _linen}[tool]

    def both(layer, x, lengths):
        with jax.enable_x64(True):
            sides = zip(layer.weights, WAYS[layer.way], strict=True)
            outs = [run(layer, w, x, np.array(lengths), back) for w, back in sides]
        return np.concatenate(outs, axis=-1)

    return Runner(name, ("float32", "float64"), both)


def _nnx(layer, w, x, lengths, back):
    from flax import nnx

    word = CELLS[layer.kind]
    if "dense_i.kernel" in w.own[1] and layer.kind == "lstm":
        word = "OptimizedLSTMCell"
    said = {"activation_fn": _relu(layer, nnx)} if layer.kind == "rnn" else {}
    said |= {"dtype": x.dtype, "param_dtype": x.dtype, "rngs": nnx.Rngs(0)}
    cell = getattr(nnx, word)(layer.input_size, layer.hidden_size, **said)
    state = nnx.to_pure_dict(nnx.state(cell, nnx.Param))
    nnx.update(cell, filled(state, w.own[1], _as(x)))
    net = nnx.RNN(cell, time_major=True, reverse=back, keep_order=True)
    return np.asarray(net(jax.numpy.asarray(x), seq_lengths=lengths))


def _linen(layer, w, x, lengths, back):
    import flax.linen as nn

    said = {"activation_fn": _relu(layer, nn)} if layer.kind == "rnn" else {}
    said |= {"dtype": x.dtype, "param_dtype": x.dtype}
    cell = getattr(nn, CELLS[layer.kind])(layer.hidden_size, **said)
    net = nn.RNN(cell, time_major=True, reverse=back, keep_order=True)
    x_ = jax.numpy.asarray(x)
    tree = jax.eval_shape(net.init, jax.random.key(0), x_)["params"]
    (word,) = tree  # the cell's own name there
    tree = {word: filled(tree[word], w.own[1], _as(x))}
    return np.asarray(net.apply({"params": tree}, x_, seq_lengths=lengths))


def _relu(layer, flax_module):
    return {"relu": flax_module.relu, "tanh": flax_module.tanh}[layer.activation.name]


def _as(x):
    return lambda a: jax.numpy.asarray(a, x.dtype)
