"""The forget gate's bias in a new layer of each tool: a function per tool -> (H,)."""

import numpy as np

I, H = 4, 50


def torch():
    import torch

    layer = torch.nn.LSTM(I, H)
    both = layer.bias_ih_l0 + layer.bias_hh_l0
    return both.detach().numpy()[H : 2 * H] / 2


def keras():
    import keras

    layer = keras.layers.LSTM(H)
    layer.build((None, None, I))
    return layer.get_weights()[2][H : 2 * H]


def nnx():
    from flax import nnx

    cell = nnx.OptimizedLSTMCell(I, H, rngs=nnx.Rngs(0))
    return np.asarray(cell.dense_h.bias[...])[H : 2 * H]


def linen():
    import flax.linen as nn
    import jax

    cell, x = nn.OptimizedLSTMCell(H), np.zeros((1, I), np.float32)
    carry = cell.initialize_carry(jax.random.key(0), x.shape)
    return np.asarray(cell.init(jax.random.key(0), carry, x)["params"]["hf"]["bias"])


def equinox():
    import equinox as eqx
    import jax

    return np.asarray(eqx.nn.LSTMCell(I, H, key=jax.random.key(0)).bias)[H : 2 * H]


def haiku():
    import haiku as hk
    import jax

    def net(x):
        core = hk.LSTM(H)
        return core(x, core.initial_state(1))[0]

    params = hk.transform(net).init(jax.random.key(0), np.zeros((1, I), np.float32))
    return np.asarray(params["lstm/linear"]["b"])[2 * H : 3 * H]


def paddle():
    import paddle

    layer = paddle.nn.LSTM(I, H)
    both = [p for n, p in layer.named_parameters() if "bias" in n]
    return sum(p.numpy() for p in both)[H : 2 * H] / 2


def mlx():
    import mlx.nn as nn

    return np.asarray(nn.LSTM(I, H).bias)[H : 2 * H]


def said(b):
    """As ``about`` says it: "0", "1" or "uniform", within 1 / sqrt(H)."""
    if np.ptp(b) == 0:
        return f"{b[0]:g}"
    return "uniform" if abs(b).max() <= H**-0.5 else "something else"
