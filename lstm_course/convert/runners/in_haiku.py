"""Haiku's cores under its dynamic_unroll."""

import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np

from .apart import Runner
from .fitting import one_by_one

CORES = {"lstm": hk.LSTM, "gru": hk.GRU, "rnn": hk.VanillaRNN}


def runner(layer, tool):
    name = f"haiku {hk.__version__}, jax {jax.__version__}"
    return Runner(name, ("float32", "float64"), run)


def run(layer, x, lengths):
    with jax.enable_x64(True):
        return one_by_one(layer, x, lengths, lambda w, part: _unroll(layer, w, part))


def _unroll(layer, w, x):
    def net(x):
        core = CORES[layer.kind](layer.hidden_size, name="core")
        zero = jnp.zeros((x.shape[1], layer.hidden_size), x.dtype)
        start = hk.LSTMState(zero, zero) if layer.kind == "lstm" else zero
        return hk.dynamic_unroll(core, x, start)[0]

    net = hk.without_apply_rng(hk.transform(net))
    x = jnp.asarray(x)
    tree, left = jax.eval_shape(net.init, jax.random.key(0), x), dict(w.own[1])
    params = {}
    for module, leaves in tree.items():
        below = module.removeprefix("core").lstrip("/~").replace("/", ".")
        for k, leaf in leaves.items():
            name = f"{below}.{k}".lstrip(".")
            a = np.asarray(left.pop(name, np.zeros(leaf.shape)))
            params.setdefault(module, {})[k] = jnp.asarray(a, x.dtype)
    if left:
        raise KeyError(f"Haiku's core has no {', '.join(left)}")
    return net.apply(params, x)
