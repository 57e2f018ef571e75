"""Every trap of the table, sprung again: a function per trap -> what was seen.

A number is a size (how far two outputs are apart); a word is said as it is.
"""

import numpy as np
from layers import batch

T, B, I, H = 6, 3, 4, 5
rng = np.random.default_rng(0)


def draw(*shape):
    return rng.normal(size=shape).astype(np.float32)


X = draw(T, B, I)


def apart(a, b):
    return float(abs(np.asarray(a, float) - np.asarray(b, float)).max())


# ---- torch ----
def exported(first):
    """An LSTM whose first two axes are said to be free: the module, and its file."""
    import io

    import torch

    layer = torch.nn.LSTM(I, H, batch_first=first).eval()
    free = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    given = torch.from_numpy(batch(X) if first else X)
    program = torch.onnx.export(
        layer, (given,), dynamo=True, dynamic_shapes=(free,), verbose=False
    )
    file = io.BytesIO()
    program.save(file)
    return layer, file.getvalue()


def torch_export_time_first(first=False):
    """Run at the length of the export, at a shorter and at a longer one."""
    import onnxruntime
    import torch

    layer, file = exported(first)
    session, said = onnxruntime.InferenceSession(file), []
    for t in (T, 4, 2 * T):
        x = batch(draw(t, B, I)) if first else draw(t, B, I)
        with torch.no_grad():
            wanted = layer(torch.from_numpy(x))[0].numpy()
        try:
            got = session.run(None, {session.get_inputs()[0].name: x})[0]
            same = got.shape == wanted.shape and apart(got, wanted) < 1e-5
            said.append("right" if same else "wrong")
        except Exception:  # of the runtime, whatever it is
            said.append("fails")
    return ", ".join(said)


def torch_export_batch_first():
    return torch_export_time_first(first=True)


def torch_export_twice():
    """A new module of the same kind, exported in the same process."""
    exported(True)
    try:
        exported(True)
    except Exception:
        return "refused"
    return "exported"


# ---- Keras ----
def keras_hard_sigmoid():
    import keras
    import tf_keras

    def run(of, x):
        layer = of.layers.LSTM(H, recurrent_activation="hard_sigmoid")
        layer.build((None, None, I))
        layer.set_weights(weights)
        return np.asarray(layer(x))

    weights = [draw(I, 4 * H), draw(H, 4 * H), draw(4 * H)]
    return apart(run(keras, batch(X)), run(tf_keras, batch(X)))


def keras_predict_float64():
    import keras

    given = keras.Input((None, I), dtype="float64")
    out = keras.layers.LSTM(H, dtype="float64")(given)
    model = keras.Model(given, out)
    x = batch(X).astype(np.float64) + 1e-9
    exact = keras.ops.convert_to_numpy(model(x))
    return "float32" if apart(exact, model.predict(x, verbose=0)) else "float64"


def keras_masked_row():
    """A row that is masked from end to end, with a start state of ones."""
    import keras

    layer = keras.layers.LSTM(H)
    ones = np.ones((B, H), np.float32)
    mask = np.ones((B, T), bool)
    mask[0] = False
    y = layer(batch(X), initial_state=[ones, ones], mask=mask)
    return float(abs(keras.ops.convert_to_numpy(y)[0]).max())


# ---- JAX ----
def _haiku(net, *inputs):
    import haiku as hk
    import jax

    f = hk.without_apply_rng(hk.transform(net))
    params = f.init(jax.random.key(0), *inputs)
    return f, params


def haiku_forget():
    """All weights 0: what is left of a cell state of 1 after one step."""
    import haiku as hk
    import jax

    def net(x, h, c):
        return hk.LSTM(H)(x, hk.LSTMState(h, c))[1].cell

    state = np.zeros((B, H), np.float32), np.ones((B, H), np.float32)
    f, params = _haiku(net, X[0], *state)
    zeros = jax.tree.map(np.zeros_like, params)
    return float(np.asarray(f.apply(zeros, X[0], *state)).mean())


def haiku_takes_new():
    """The update gate wide open (its bias at 20): what is left of an old state of 1."""
    import haiku as hk
    import jax

    def net(x, h):
        return hk.GRU(H)(x, h)[1]

    f, params = _haiku(net, X[0], np.ones((B, H), np.float32))
    zeros = jax.tree.map(np.zeros_like, params)
    zeros["gru"]["b"] = np.array([20.0] * H + [0.0] * 2 * H, np.float32)
    return float(np.asarray(f.apply(zeros, X[0], np.ones((B, H), np.float32))).mean())


def haiku_relu():
    """The largest h of a VanillaRNN: tanh would stay below 1."""
    import haiku as hk

    def net(x):
        core = hk.VanillaRNN(H)
        return hk.dynamic_unroll(core, x, core.initial_state(B))[0]

    x = np.float32(10.0) * X
    f, params = _haiku(net, x)
    y = np.asarray(f.apply(params, x))
    return "relu" if y.max() > 1.5 and y.min() >= 0 else "tanh"


def nnx_inner():
    """Which biases an nnx GRU has: 3H numbers, none inside the reset product."""
    from flax import nnx

    cell = nnx.GRUCell(I, H, rngs=nnx.Rngs(0))
    sizes = [v.size for p, v in nnx.to_flat_state(nnx.state(cell)) if p[-1] == "bias"]
    return "none inside" if sizes == [3 * H] else f"{sizes}"


def linen_bidirectional():
    """Where a compact module keeps the two cells of a Bidirectional."""
    import flax.linen as nn
    import jax

    class Both(nn.Module):
        @nn.compact
        def __call__(self, x):
            one, other = (nn.RNN(nn.OptimizedLSTMCell(H)) for _ in range(2))
            return nn.Bidirectional(one, other)(x)

    tree = Both().init(jax.random.key(0), batch(X))["params"]
    return ", ".join(sorted(tree))


# ---- others ----
def mlx_outputs():
    import mlx.core as mx
    import mlx.nn as nn

    y = nn.LSTM(I, H)(mx.array(batch(X)))
    every = len(y) == 2 and y[0].shape == y[1].shape == (B, T, H)
    return "h and c of every step" if every else f"{[tuple(v.shape) for v in y]}"


def paddle_twice():
    import paddle

    layer = paddle.nn.LSTM(I, H)
    return f"{len(layer.state_dict())} names, {len(layer.parameters())} arrays"


def paddle_behind():
    """Outputs behind a sequence's end."""
    import paddle

    layer = paddle.nn.LSTM(I, H)
    lengths = paddle.to_tensor([T, 2, 1])
    y = layer(paddle.to_tensor(batch(X)), sequence_length=lengths)[0].numpy()
    return float(abs(y[1, 2:]).max())


def openvino_bfloat16():
    """Default precision beside float32, asked for; 0 on a CPU without bfloat16."""
    import openvino as ov
    from openvino import opset5 as op

    given = op.parameter([B, T, I], np.float32, name="x")
    zeros = op.constant(np.zeros((B, 1, H), np.float32))
    w = [op.constant(draw(1, 4 * H, n)) for n in (I, H)] + [op.constant(draw(1, 4 * H))]
    lengths = op.constant(np.full(B, T, np.int32))
    node = op.lstm_sequence(given, zeros, zeros, lengths, *w, H, "forward")
    model = ov.Model([node.output(0)], [given])
    outs = []
    for hint in ({}, {"INFERENCE_PRECISION_HINT": "f32"}):
        run = ov.compile_model(model, "CPU", hint)
        outs.append(next(iter(run([batch(X)]).values())))
    return apart(*outs)


def tensorflow_clip():
    """The largest c of a BlockLSTM that should count to T, by default."""
    import tensorflow as tf

    none, state = np.zeros(H, np.float32), np.zeros((B, H), np.float32)
    b = np.repeat(np.float32([30, 30, 30, 30]), H)  # i, g, f, o: all open
    out = tf.raw_ops.BlockLSTM(
        seq_len_max=T, x=X, cs_prev=state, h_prev=state, wci=none, wcf=none, wco=none,
        w=np.zeros((I + H, 4 * H), np.float32), b=b,
    )  # fmt: skip
    return float(out.cs.numpy().max())


# ---- ONNX: a node with one option, in a runtime and as it is defined ----
def node_of(option):
    """An LSTM node with one option: model, inputs."""
    import onnx

    given = {"x": X, "W": draw(1, 4 * H, I), "R": draw(1, 4 * H, H)}
    given["B"] = draw(1, 8 * H)
    names, more = ["x", "W", "R", "B"], {}
    if option == "lengths":
        given["L"] = np.array([T, 2, 1], np.int32)
        names.append("L")
    if option == "start":
        given |= {"h0": draw(1, B, H), "c0": draw(1, B, H)}
        names += ["", "h0", "c0"]
    if option == "peepholes":
        given["P"] = draw(1, 3 * H)
        names += ["", "", "", "P"]
    more |= {"input_forget": 1} if option == "coupled" else {}
    more |= {"clip": 0.4} if option == "clip" else {}
    if option == "activations":
        more["activations"] = ["Sigmoid", "Relu", "Relu"]
    if option == "reverse":
        more["direction"] = "reverse"
    node = onnx.helper.make_node("LSTM", names, ["y"], hidden_size=H, **more)
    floats = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        [node], "g", [onnx.helper.make_tensor_value_info("x", floats, ["T", "B", I])],
        [onnx.helper.make_tensor_value_info("y", floats, None)],
        [onnx.numpy_helper.from_array(v, k) for k, v in given.items() if k != "x"],
    )  # fmt: skip
    opset = [onnx.helper.make_opsetid("", 21)]
    return onnx.helper.make_model(graph, opset_imports=opset, ir_version=10)


def onnxruntime_empty():
    """A sequence of length 0 with a start state of ones: its end state."""
    import onnx
    import onnxruntime

    model = node_of("start")
    node = model.graph.node[0]
    node.input[4] = "L"
    node.output[:] = ["y", "y_h"]
    lengths = np.array([T, 2, 0], np.int32)
    model.graph.initializer.append(onnx.numpy_helper.from_array(lengths, "L"))
    floats = onnx.TensorProto.FLOAT
    port = onnx.helper.make_tensor_value_info("y_h", floats, None)
    model.graph.output.append(port)
    run = onnxruntime.InferenceSession(model.SerializeToString())
    return float(abs(run.run(None, {"x": X})[1][0, 2]).max())
