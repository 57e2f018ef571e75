"""One layer of each tool, run by the tool on arrays as the table lays them out.

A function per tool: (kind, arrays, x, reset) -> h (T, B, H), from zero states; x is
(T, B, I).  Its imports are its own, as each tool may run in a process of its own.
"""

import numpy as np


def torch(kind, a, x, reset):
    import torch

    layer = getattr(torch.nn, kind.upper())(x.shape[2], a["weight_hh"].shape[1])
    layer.load_state_dict({f"{k}_l0": torch.from_numpy(v) for k, v in a.items()})
    with torch.no_grad():
        return layer(torch.from_numpy(x))[0].numpy()


def keras(kind, a, x, reset):
    import keras

    H = len(a["recurrent_kernel"])
    made = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM}
    made = made.get(kind, keras.layers.GRU)
    more = {"reset_after": reset == "after"} if kind == "gru" else {}
    layer = made(H, return_sequences=True, **more)
    layer.build((None, None, x.shape[2]))
    bias = [a[k] for k in a if k.startswith("bias")]
    bias = bias[0] if len(bias) == 1 else np.stack(bias)
    layer.set_weights([a["kernel"], a["recurrent_kernel"], bias])
    return np.asarray(keras.ops.convert_to_numpy(layer(batch(x)))).transpose(1, 0, 2)


def keras_1(kind, a, x, reset):
    """The file's arrays come block by block: W, U, b of each."""
    blocks = dict.fromkeys(name.split("_")[1] for name in a)
    old = [a[f"{k}_{block}"] for block in blocks for k in "WUb"]
    return legacy(kind, old, x, reset, "1")


def cudnn(kind, a, x, reset):
    bias = np.concatenate([v for k, v in a.items() if k.startswith("bias")])
    old = [a["kernel"], a["recurrent_kernel"], bias]
    return legacy(kind, old, x, reset, "2")


def legacy(kind, old, x, reset, version):
    """tf_keras' own reader of old files turns arrays into those of a layer of today."""
    import tf_keras
    from tf_keras.src.saving.legacy.hdf5_format import preprocess_weights_for_loading

    H = len(old[1])
    more = {"reset_after": reset == "after"} if kind == "gru" else {}
    layer = getattr(tf_keras.layers, kind.upper())(H, return_sequences=True, **more)
    layer.build((None, None, x.shape[2]))
    layer.set_weights(preprocess_weights_for_loading(layer, old, version))
    return np.asarray(layer(batch(x))).transpose(1, 0, 2)


def onnx(kind, a, x, reset):
    import onnx
    import onnxruntime

    H = a["R"].shape[1]
    b = np.concatenate([v for k, v in a.items() if k.startswith("B")])
    weights = {"W": a["W"][None], "R": a["R"][None], "B": b[None]}
    more = {"linear_before_reset": int(reset == "after")} if kind == "gru" else {}
    node = onnx.helper.make_node(
        kind.upper(), ["x", "W", "R", "B"], ["y"], hidden_size=H, **more
    )
    floats = onnx.TensorProto.FLOAT
    ports = [onnx.helper.make_tensor_value_info(n, floats, None) for n in "xy"]
    graph = onnx.helper.make_graph(
        [node], "g", [onnx.helper.make_tensor_value_info("x", floats, x.shape)],
        ports[1:], [onnx.numpy_helper.from_array(v, k) for k, v in weights.items()],
    )  # fmt: skip
    opset = [onnx.helper.make_opsetid("", 21)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=10)
    run = onnxruntime.InferenceSession(model.SerializeToString())
    return run.run(None, {"x": x})[0][:, 0]


def nnx(kind, a, x, reset):
    from flax import nnx

    made = {"lstm": nnx.OptimizedLSTMCell, "gru": nnx.GRUCell, "rnn": nnx.SimpleCell}
    H = a["dense_h.kernel"].shape[0]
    layer = nnx.RNN(made[kind](x.shape[2], H, rngs=nnx.Rngs(0)))
    nnx.update(layer.cell, nested(a))
    return np.asarray(layer(batch(x))).transpose(1, 0, 2)


def linen(kind, a, x, reset):
    import flax.linen as nn

    made = {"lstm": nn.OptimizedLSTMCell, "gru": nn.GRUCell, "rnn": nn.SimpleCell}
    H = next(v.shape[1] for k, v in a.items() if k.startswith("h"))
    params = {"params": {"cell": nested(a)}}
    return np.asarray(nn.RNN(made[kind](H)).apply(params, batch(x))).transpose(1, 0, 2)


def equinox(kind, a, x, reset):
    import equinox as eqx
    import jax

    made = {"lstm": eqx.nn.LSTMCell, "gru": eqx.nn.GRUCell}[kind]
    cell = made(x.shape[2], a["weight_hh"].shape[1], key=jax.random.key(0))
    names = list(a)
    cell = eqx.tree_at(lambda c: [getattr(c, n) for n in names], cell, [*a.values()])
    h = np.zeros((x.shape[1], a["weight_hh"].shape[1]), np.float32)
    state, outs = (h, h) if kind == "lstm" else h, []
    for now in x:
        state = jax.vmap(cell)(now, state)
        outs.append(state[0] if kind == "lstm" else state)
    return np.stack(outs)


def haiku(kind, a, x, reset):
    import haiku as hk

    made = {"lstm": hk.LSTM, "gru": hk.GRU, "rnn": hk.VanillaRNN}[kind]
    H = a["linear.b"].size // 4 if kind == "lstm" else (a.get("w_h", x[0]).shape[0])
    H = a["linear.b"].size if kind == "rnn" else H

    def net(x):
        core = made(H, name="cell")
        return hk.dynamic_unroll(core, x, core.initial_state(x.shape[1]))[0]

    params = {}
    for name, v in a.items():
        *path, last = name.split(".")
        params.setdefault("/".join(["cell", *path]), {})[last] = v
    return np.asarray(hk.without_apply_rng(hk.transform(net)).apply(params, x))


def mlx(kind, a, x, reset):
    import mlx.core as mx
    import mlx.nn as nn

    made = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[kind]
    layer = made(x.shape[2], next(v.shape[1] for k, v in a.items() if k[:2] == "Wh"))
    layer.load_weights([(k, mx.array(v)) for k, v in a.items()])
    y = layer(mx.array(batch(x)))
    return np.asarray(y[0] if isinstance(y, tuple) else y).transpose(1, 0, 2)


def paddle(kind, a, x, reset):
    import paddle

    made = {"lstm": paddle.nn.LSTM, "gru": paddle.nn.GRU, "rnn": paddle.nn.SimpleRNN}
    layer = made[kind](x.shape[2], a["weight_hh"].shape[1])
    layer.set_state_dict({f"{k}_l0": v for k, v in a.items()})
    return layer(paddle.to_tensor(batch(x)))[0].numpy().transpose(1, 0, 2)


def openvino(kind, a, x, reset):
    import openvino as ov
    from openvino import opset5 as op

    (T, B, I), H = x.shape, a["R"].shape[1]
    given = op.parameter([B, T, I], np.float32, name="x")
    zeros = np.zeros((B, 1, H), np.float32)
    states = [op.constant(zeros)] * (2 if kind == "lstm" else 1)
    b = np.concatenate([v for k, v in a.items() if k.startswith("B")])
    w = [op.constant(v[None]) for v in (a["W"], a["R"], b)]
    lengths = op.constant(np.full(B, T, np.int32))
    made = getattr(op, f"{kind}_sequence")
    more = {"linear_before_reset": reset == "after"} if kind == "gru" else {}
    node = made(given, *states, lengths, *w, H, "forward", **more)
    model = ov.Model([node.output(0)], [given])
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    run = ov.compile_model(model, "CPU", exact)
    return next(iter(run([batch(x)]).values()))[:, 0].transpose(1, 0, 2)


def tensorflow(kind, a, x, reset):
    import tensorflow as tf

    (T, B, _), H = x.shape, next(v.size for k, v in a.items() if k in ("b", "b_ru"))
    if kind == "lstm":
        none, state = np.zeros(H // 4, np.float32), np.zeros((B, H // 4), np.float32)
        out = tf.raw_ops.BlockLSTM(
            seq_len_max=T, x=x, cs_prev=state, h_prev=state, w=a["w"], b=a["b"],
            wci=none, wcf=none, wco=none, cell_clip=-1,
        )  # fmt: skip
        return out.h.numpy()
    h, outs = np.zeros((B, H // 2), np.float32), []
    for now in x:
        h = tf.raw_ops.GRUBlockCell(x=now, h_prev=h, **a).h.numpy()
        outs.append(h)
    return np.stack(outs)


def batch(x):
    return np.ascontiguousarray(x.transpose(1, 0, 2))


def nested(a):
    made = {}
    for name, v in a.items():
        *path, last = name.split(".")
        at = made
        for step in path:
            at = at.setdefault(step, {})
        at[last] = v
    return made
