"""Makes the files beside it with the tools themselves, and what they compute.

Run it where the tools are: python make.py FOLDER [NAMES].  Recorded with jax 0.10.2,
flax 0.12.8, equinox 0.13.8, dm-haiku 0.0.17, mlx 0.32.4, paddlepaddle 3.3.1, openvino
2026.4.1, tf_keras 2.21.0 (which is Keras 2).  Weights are random and no two axes are
equal.
"""

import json
import os
import sys

import equinox as eqx
import flax.linen as nn
import h5py
import haiku as hk
import jax
import jax.numpy as jnp
import mlx.core
import mlx.nn
import numpy as np
import paddle
import tf_keras
from flax import nnx, serialization, traverse_util
from mlx.utils import tree_flatten
from safetensors.numpy import save_file

T, B, I, H = 6, 3, 4, 5
rng = np.random.default_rng(0)
x = rng.normal(size=(T, B, I)).astype(np.float32)  # time first
x_b = x.transpose(1, 0, 2)
expected = {"x": x}


def draw(shape):
    return (rng.normal(size=shape) * 0.6).astype(np.float32)


def redrawn(tree):
    return jax.tree.map(lambda a: jnp.asarray(draw(a.shape)), tree)


def record(name, y, batch_first=True):
    y = np.asarray(y)
    expected[name] = y.transpose(1, 0, 2) if batch_first else y
    return name


def flax_nnx():
    cells = {"lstm": nnx.LSTMCell, "fused": nnx.OptimizedLSTMCell}
    cells |= {"gru": nnx.GRUCell, "rnn": nnx.SimpleCell}
    for name, cell in cells.items():
        rngs = nnx.Rngs(0)
        one = nnx.RNN(cell(I, H, rngs=rngs))
        sides = [nnx.RNN(cell(H, H, rngs=rngs)) for _ in range(2)]
        net = nnx.Dict(one=one, two=nnx.Bidirectional(*sides))
        nnx.update(net, redrawn(nnx.state(net, nnx.Param)))
        tree = nnx.to_pure_dict(nnx.state(net, nnx.Param))
        flat = {
            ".".join(map(str, k)): np.asarray(v)
            for k, v in traverse_util.flatten_dict(tree).items()
        }
        y = net["two"](net["one"](jnp.asarray(x_b)))
        save_file(flat, record(f"nnx_{name}.safetensors", y))


def flax_linen():
    cells = {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "rnn": nn.SimpleCell}
    for name, cell in cells.items():
        net = nn.Sequential([nn.RNN(cell(H)), nn.RNN(cell(H))])
        p = redrawn(net.init(jax.random.key(0), x_b))
        file = record(f"linen_{name}.msgpack", net.apply(p, x_b))
        open(file, "wb").write(serialization.to_bytes(p))


def equinox():
    for name, cell in {"lstm": eqx.nn.LSTMCell, "gru": eqx.nn.GRUCell}.items():
        cells = [cell(n, H, key=jax.random.key(0)) for n in (I, H)]
        cells, y = redrawn(cells), x
        for one in cells:
            state, outs = jnp.zeros((B, H)), []
            state = (state, state) if name == "lstm" else state
            for now in y:
                state = jax.vmap(one)(now, state)
                outs.append(state[0] if name == "lstm" else state)
            y = jnp.stack(outs)
        file = record(f"equinox_{name}.eqx", y, False)
        eqx.tree_serialise_leaves(file, cells)


def haiku():
    cells = {"lstm": hk.LSTM, "gru": hk.GRU, "rnn": hk.VanillaRNN}
    for name, cell in cells.items():

        def net(x, cell=cell):
            for _ in range(2):
                core = cell(H)
                x, _ = hk.dynamic_unroll(core, x, core.initial_state(B))
            return x

        net = hk.without_apply_rng(hk.transform(net))
        p = redrawn(net.init(jax.random.key(0), x))
        flat = {f"{m}/{k}": np.asarray(v) for m, d in p.items() for k, v in d.items()}
        np.savez(record(f"haiku_{name}.npz", net.apply(p, x), False), **flat)


def apple():
    kinds = {"lstm": mlx.nn.LSTM, "gru": mlx.nn.GRU, "rnn": mlx.nn.RNN}
    for name, kind in kinds.items():
        net = mlx.nn.Sequential(kind(I, H), kind(H, H))
        pairs = tree_flatten(net.parameters())
        net.load_weights([(k, mlx.core.array(draw(v.shape))) for k, v in pairs])
        y = mlx.core.array(x_b)
        for layer in net.layers:
            y = layer(y)
            y = y[0] if isinstance(y, tuple) else y
        net.save_weights(record(f"mlx_{name}.safetensors", y))


def paddle_():
    kinds = {"lstm": paddle.nn.LSTM, "gru": paddle.nn.GRU, "rnn": paddle.nn.SimpleRNN}
    for name, kind in kinds.items():
        net = kind(I, H, num_layers=2, direction="bidirect")
        state = {k: v for k, v in net.state_dict().items() if k[0] in "wb"}
        net.set_state_dict({k: draw(v.shape) for k, v in state.items()})
        file = record(f"paddle_{name}.pdparams", net(paddle.to_tensor(x_b))[0])
        paddle.save(net.state_dict(), file)


def keras_2():
    layers, said = tf_keras.layers, {"return_sequences": True}
    hard = {"recurrent_activation": "hard_sigmoid"}
    nets = {
        "lstm": [layers.LSTM(5, **hard, **said), layers.LSTM(3, **said)],
        "gru": [layers.GRU(5, reset_after=False, **hard, **said)],
        "both": [layers.Bidirectional(layers.GRU(5, **said))],
    }
    for name, parts in nets.items():
        net = tf_keras.Sequential([tf_keras.Input((None, I)), *parts])
        net.set_weights([draw(w.shape) for w in net.get_weights()])
        for suffix in ("h5", "keras"):
            net.save(record(f"keras2_{name}.{suffix}", net.predict(x_b, verbose=0)))


def keras_1():
    """In the form of Keras 1.2, one array per gate; what Keras 2 makes of it."""
    layers, hard = tf_keras.layers, {"recurrent_activation": "hard_sigmoid"}
    kinds = {
        "lstm": ("icfo", layers.LSTM(5, return_sequences=True, **hard)),
        "gru": ("zrh", layers.GRU(5, return_sequences=True, reset_after=False, **hard)),
        "rnn": ("", layers.SimpleRNN(5, return_sequences=True)),
    }
    for name, (gates, layer) in kinds.items():
        cls = {"rnn": "SimpleRNN"}.get(name, name.upper())
        file = f"keras1_{name}.h5"
        config = {
            "name": f"{name}_1", "trainable": True,
            "batch_input_shape": [None, None, I], "input_dtype": "float32",
            "input_dim": I, "input_length": None,
            "output_dim": 5, "init": "glorot_uniform", "inner_init": "orthogonal",
            "activation": "tanh", "return_sequences": True, "go_backwards": False,
            "stateful": False, "unroll": False, "consume_less": "cpu",
            "W_regularizer": None, "U_regularizer": None, "b_regularizer": None,
            "dropout_W": 0.0, "dropout_U": 0.0,
        }  # fmt: skip
        if gates:
            config["inner_activation"] = "hard_sigmoid"
        model = {"class_name": "Sequential",
                 "config": [{"class_name": cls, "config": config}]}  # fmt: skip
        ends = [f"_{g}" for g in gates] or [""]
        sizes = {"W": (I, 5), "U": (5, 5), "b": (5,)}
        arrays = {f"{name}_1_{k}{e}": draw(v) for e in ends for k, v in sizes.items()}
        with h5py.File(file, "w") as h5:
            h5.attrs["keras_version"] = b"1.2.2"
            h5.attrs["model_config"] = json.dumps(model).encode()
            group = h5.create_group("model_weights")
            group.attrs["layer_names"] = [f"{name}_1".encode()]
            group.attrs["keras_version"] = b"1"  # what Keras 2 takes for Keras 1
            group = group.create_group(f"{name}_1")
            group.attrs["weight_names"] = [k.encode() for k in arrays]
            for k, a in arrays.items():
                group[k] = a
        net = tf_keras.Sequential([tf_keras.Input((None, I)), layer])
        net.load_weights(file)
        with h5py.File(file, "r+") as h5:
            h5["model_weights"].attrs["keras_version"] = b"1.2.2"
        record(file, net.predict(x_b, verbose=0))


def cudnn():
    """CuDNN layers as Keras 2 saves them; what it makes of them on a CPU."""
    from tf_keras.src.layers.rnn.cudnn_gru import CuDNNGRU
    from tf_keras.src.layers.rnn.cudnn_lstm import CuDNNLSTM

    layers, said = tf_keras.layers, {"return_sequences": True}
    kinds = {"lstm": (CuDNNLSTM, layers.LSTM), "gru": (CuDNNGRU, layers.GRU)}
    for name, (card, plain) in kinds.items():
        net = tf_keras.Sequential([tf_keras.Input((None, I)), card(5, **said)])
        net.set_weights([draw(w.shape) for w in net.get_weights()])
        net.save(f"cudnn_{name}.h5")
        net = tf_keras.Sequential([tf_keras.Input((None, I)), plain(5, **said)])
        net.load_weights(f"cudnn_{name}.h5")
        record(f"cudnn_{name}.h5", net.predict(x_b, verbose=0))


def keras_weights():
    """Weights without their model, of Keras 3 and of Keras 2."""
    import keras

    for version, k in {"3": keras, "2": tf_keras}.items():
        layers, said = k.layers, {"return_sequences": True}
        parts = [layers.LSTM(5, **said), layers.LSTM(6, **said)]
        parts = [k.Input((None, I)), *parts]
        net = k.Sequential(parts)
        net.set_weights([draw(w.shape) for w in net.get_weights()])
        file = f"keras{version}_alone{'.weights' * (version == '3')}.h5"
        net.save_weights(record(file, net.predict(x_b, verbose=0)))
        net = k.Sequential([parts[0], layers.Bidirectional(layers.GRU(5, **said))])
        net.set_weights([draw(w.shape) for w in net.get_weights()])
        file = file.replace("alone", "alone_gru")
        net.save_weights(record(file, net.predict(x_b, verbose=0)))


def openvino_():
    """Operations of OpenVINO's own, from arrays in its order of blocks."""
    import openvino
    from openvino import opset8 as op

    zeros, n = np.zeros((B, 2, 5), np.float32), {"lstm": 4, "gru": 3, "rnn": 1}
    for name, blocks in n.items():
        x_in, y = op.parameter([B, T, I], np.float32, name="x"), None
        for inputs in (I, 10):
            y = x_in if y is None else y
            sizes = (2, blocks * 5, inputs), (2, blocks * 5, 5), (2, blocks * 5)
            if name == "gru":  # reset after: the inner bias is a block of its own
                sizes = *sizes[:2], (2, 20)
            said = {"linear_before_reset": True} if name == "gru" else {}
            states = [op.constant(zeros)] * (2 if name == "lstm" else 1)
            made = getattr(op, f"{name}_sequence")(
                y, *states, op.constant(np.full(B, T)),
                *(op.constant(draw(s)) for s in sizes),
                hidden_size=5, direction="bidirectional", **said,
            )  # fmt: skip
            y = op.transpose(made.output(0), op.constant([0, 2, 1, 3]))
            y = op.reshape(y, op.constant([0, 0, 10]), special_zero=True)
        model = openvino.Model([op.result(y)], [x_in], "net")
        exact = {"INFERENCE_PRECISION_HINT": "f32"}
        got = openvino.compile_model(model, "CPU", exact)([x_b.copy()])[0]
        file = record(f"openvino_{name}.xml", got)
        openvino.serialize(model, file, f"openvino_{name}.bin")


def tensorflow_1():
    """Cells of TensorFlow 1 under its dynamic_rnn, and BlockLSTM."""
    import tensorflow
    from tf_keras.src.layers.rnn import legacy_cells as cells

    tf = tensorflow.compat.v1
    plain = {
        "basic": lambda n: cells.BasicLSTMCell(n),
        "peephole": lambda n: cells.LSTMCell(n, use_peepholes=True, num_proj=3),
        "gru": lambda n: cells.GRUCell(n),
        "rnn": lambda n: cells.BasicRNNCell(n),
    }
    for name, make in plain.items():
        with tf.Graph().as_default(), tf.Session() as session:
            ahead = tf.constant(x)
            stack = cells.MultiRNNCell([make(5), make(5)])
            y, _ = tf.nn.dynamic_rnn(stack, ahead, dtype="float32", time_major=True)
            sides = make(5), make(5)
            both, _ = tf.nn.bidirectional_dynamic_rnn(
                *sides, y, dtype="float32", time_major=True, scope="top"
            )
            for v in tf.global_variables():
                v.load(draw(v.shape.as_list()), session)
            file = f"tensorflow_{name}"
            record(f"{file}.index", session.run(tf.concat(both, -1)), False)
            tf.train.Saver().save(session, file, write_meta_graph=False,
                                  write_state=False)  # fmt: skip


MAKERS = [flax_nnx, flax_linen, equinox, haiku, apple, paddle_, keras_2]
MAKERS += [keras_1, cudnn, openvino_, tensorflow_1, keras_weights]

if __name__ == "__main__":
    os.chdir(sys.argv[1])
    if names := sys.argv[2:]:  # only these, beside what is there
        expected = dict(np.load("expected.npz"))
        x, MAKERS = expected["x"], [m for m in MAKERS if m.__name__ in names]
        x_b = x.transpose(1, 0, 2)
    for make in MAKERS:
        make()
    np.savez("expected.npz", **expected)
