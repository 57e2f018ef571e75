"""The lines that ``convert.write`` tells, run by the tools themselves."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from test_convert_layers import layer, x_of

from lstm_course import convert
from lstm_course.convert.activations import activation_of
from lstm_course.convert.writers import TOOLS

LAYERS = {
    "lstm": dict(kind="lstm"),
    "lstm both ways": dict(kind="lstm", way="both"),
    "coupled": dict(kind="lstm", coupled=True),
    "gru": dict(kind="gru"),
    "gru without an inner bias": dict(kind="gru", inner=False),
    "gru, before": dict(kind="gru", reset="before", update="takes_new", inner=False),
    "rnn": dict(kind="rnn"),
    "rnn of relu": dict(kind="rnn", activation=activation_of("relu")),
}
IMPORTS = {
    "nnx": ("jax", "flax", "flax.traverse_util", "safetensors.numpy"),
    "linen": ("jax", "flax", "flax.traverse_util", "safetensors.numpy"),
    "equinox": ("jax", "equinox", "safetensors.numpy"),
    "haiku": ("jax", "haiku", "safetensors.numpy"),
    "mlx": ("mlx.core", "mlx.nn"),
    "paddle": ("paddle", "safetensors.paddle"),
}
CASES = [(t, s, n) for t in IMPORTS for s in TOOLS[t] for n in LAYERS]


@pytest.mark.parametrize("tool, suffix, name", CASES)
def test_a_tool_loads_its_file_by_the_line_and_computes_the_same(
    tool, suffix, name, tmp_path, monkeypatch
):
    space = {"numpy": np}
    for module in IMPORTS[tool]:
        package = module.split(".")[0]
        pytest.importorskip(module, reason=f"no extra brings {package} yet")
        space[package] = __import__(module)
    monkeypatch.chdir(tmp_path)
    one = layer(**LAYERS[name])
    one = replace(one, weights=tuple(map(small, one.weights)))
    done = None
    with suppress(ValueError):
        done = convert.write([one], f"a{suffix}", tool)
    if done is None:
        pytest.skip("the tool has no such layer; tests/test_convert_files.py asks why")
    x = x_of().astype(np.float32)
    ours = convert.run([one], x)[0]
    theirs = RUN[tool](done.line, space, x, one)
    ours = ours[..., : theirs.shape[-1]]  # of both ways, the line loads the first
    scale = max(1, abs(ours).max())
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=2e-6 * scale)


def small(w):
    def cast(part):
        return {k: a.astype(np.float32) for k, a in part.items()}

    inner = None if w.inner is None else w.inner.astype(np.float32)
    return w._replace(x=cast(w.x), h=cast(w.h), b=cast(w.b), inner=inner)


def turned(y):
    return np.asarray(y).transpose(1, 0, 2)


def flax_nnx(line, space, x, one):
    from flax import nnx

    exec(line, space | {"nnx": nnx}, space)
    return turned(space["layer"](turned(x)))


def flax_linen(line, space, x, one):
    import flax.linen as nn

    exec(line, space | {"nn": nn, "x": turned(x)}, space)
    return turned(space["y"])


def equinox(line, space, x, one):
    import equinox as eqx
    import jax

    space |= {"eqx": eqx, "key": jax.random.key(0)}
    exec(line, space, space)
    cell = space["cells"][0] if "cells" in space else space["cell"]
    state, outs = np.zeros((x.shape[1], one.hidden_size), np.float32), []
    state = (state, state) if one.kind == "lstm" else state
    for now in x:
        state = jax.vmap(cell)(now, state)
        outs.append(np.asarray(state[0] if one.kind == "lstm" else state))
    return np.stack(outs)


def haiku(line, space, x, one):
    import haiku as hk

    exec(line, space, space)
    kind = {"lstm": hk.LSTM, "gru": hk.GRU, "rnn": hk.VanillaRNN}[one.kind]

    def net(x):
        core = kind(one.hidden_size)
        return hk.dynamic_unroll(core, x, core.initial_state(x.shape[1]))[0]

    return np.asarray(hk.without_apply_rng(hk.transform(net)).apply(space["params"], x))


def mlx_(line, space, x, one):
    import mlx.core

    exec(line, space, space)
    y = space["layer"](mlx.core.array(turned(x)))
    return turned(y[0] if isinstance(y, tuple) else y)


def paddle_(line, space, x, one):
    import paddle

    exec(line, space, space)
    return turned(space["layer"](paddle.to_tensor(turned(x)))[0].numpy())


RUN = {
    "nnx": flax_nnx,
    "linen": flax_linen,
    "equinox": equinox,
    "haiku": haiku,
    "mlx": mlx_,
    "paddle": paddle_,
}
