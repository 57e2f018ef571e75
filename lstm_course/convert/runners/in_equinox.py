"""Equinox' cells, step by step."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from .apart import Runner
from .fitting import one_by_one

CELLS = {"lstm": eqx.nn.LSTMCell, "gru": eqx.nn.GRUCell}


def runner(layer, tool):
    name = f"equinox {eqx.__version__}, jax {jax.__version__}"
    return Runner(name, ("float32", "float64"), run)


def run(layer, x, lengths):
    with jax.enable_x64(True):
        return one_by_one(layer, x, lengths, lambda w, part: _unroll(layer, w, part))


def _unroll(layer, w, x):
    one = CELLS[layer.kind](
        layer.input_size, layer.hidden_size, dtype=x.dtype, key=jax.random.key(0)
    )
    n = {"lstm": 4, "gru": 3}[layer.kind]
    zeros = {"bias": np.zeros(n * layer.hidden_size)}
    zeros |= {"bias_n": np.zeros(layer.hidden_size)} if layer.kind == "gru" else {}
    arrays = zeros | w.own[1]
    made = [jnp.asarray(np.asarray(a), x.dtype) for a in arrays.values()]
    one = eqx.tree_at(lambda c: [getattr(c, k) for k in arrays], one, made)
    zero = jnp.zeros((x.shape[1], layer.hidden_size), x.dtype)
    start = (zero, zero) if layer.kind == "lstm" else zero

    def step(state, now):
        state = jax.vmap(one)(now, state)
        return state, state[0] if layer.kind == "lstm" else state

    return jax.lax.scan(step, start, jnp.asarray(x))[1]
