"""ONNX files against what onnxruntime computes with them; both ways."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from test_convert_layers import H, layer

from lstm_course import convert
from lstm_course.convert.activations import FUNCTIONS, activation_of
from lstm_course.convert.onnx_words import THEIRS

onnx = pytest.importorskip("onnx", reason="pip install .[peers] brings onnx")
ort = pytest.importorskip("onnxruntime", reason="pip install .[peers] brings it")

T, B, I = 7, 3, 4
LENGTHS = [5, 7, 2]
WITHIN = 5e-6  # float32 through seven steps of numbers of order 1, and two layers
LAYERS = {
    "lstm": dict(kind="lstm"),
    "peephole": dict(kind="lstm", peepholes="ifo"),
    "coupled": dict(kind="lstm", coupled=True, peepholes="io"),
    "clip": dict(kind="lstm", clip=0.7),
    "clip of a gru": dict(kind="gru", clip=0.7),
    "hard gates": dict(kind="gru", gate=activation_of("hard_sigmoid", 0.3, 0.4)),
    "other functions": dict(
        kind="lstm",
        gate=activation_of("hard_sigmoid", 0.25, 0.5),
        activation=activation_of("elu", 0.7),
        shown=activation_of("scaled_tanh", 0.8, 1.1),
    ),
    "gru": dict(kind="gru"),
    "gru, before": dict(kind="gru", reset="before", inner=False),
    "gru, takes new": dict(kind="gru", update="takes_new"),
    "rnn": dict(kind="rnn"),
    "relu": dict(kind="rnn", activation=activation_of("relu")),
    "start": dict(
        kind="lstm", start=(np.full((1, 1, H), 0.4), np.full((1, 1, H), -0.7))
    ),
}
WAYS = ["forward", "reverse", "both"]


def session(model):
    options = ort.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def stack(name, way, levels=2):
    """Float32 layers that feed each other."""
    made, inputs = [], I
    for level in range(levels):
        said = dict(LAYERS[name])
        start = said.pop("start", None)
        one = layer(**said, way=way, inputs=inputs, seed=level)
        weights = tuple(small(w) for w in one.weights)
        if start:
            start = tuple(np.repeat(s, len(weights), 0).astype("f4") for s in start)
        made.append(replace(one, level=level, weights=weights, start=start))
        inputs = made[-1].width
    return made


def small(w):
    def cast(part):
        return {k: a.astype(np.float32) for k, a in part.items()}

    inner = None if w.inner is None else w.inner.astype(np.float32)
    return w._replace(
        x=cast(w.x), h=cast(w.h), b=cast(w.b), inner=inner, peepholes=cast(w.peepholes)
    )


def x_of():
    return np.random.default_rng(3).normal(size=(T, B, I)).astype(np.float32)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", LAYERS)
def test_onnxruntime_computes_what_a_written_file_says(name, way, tmp_path):
    layers, file = stack(name, way), tmp_path / "a.onnx"
    convert.write(layers, file)
    run = session(str(file))
    for lengths in (None, LENGTHS):
        feeds = {"x": x_of()} | ({"lengths": np.array(lengths)} if lengths else {})
        h, *ends = run.run(None, feeds)
        y, ours = convert.run(layers, x_of(), lengths)
        np.testing.assert_allclose(h, y, rtol=0, atol=WITHIN)
        for a, b in zip(ends, [s for end in ours for s in end], strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=WITHIN)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", LAYERS)
def test_a_written_file_is_read_as_onnxruntime_computes_it(name, way, tmp_path):
    file = tmp_path / "a.onnx"
    convert.write(stack(name, way), file)
    h, *_ = session(str(file)).run(None, {"x": x_of()})
    back = convert.read(file)
    assert [v.way for v in back] == [way] * 2
    np.testing.assert_allclose(convert.run(back, x_of())[0], h, rtol=0, atol=WITHIN)


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if n != "linear"])
def test_every_activation_is_that_of_onnxruntime(name, tmp_path):
    one = layer("lstm", gate=activation_of("hard_sigmoid", 0.3), inner=False)
    one = replace(one, weights=tuple(map(small, one.weights)),
                  activation=activation_of(name))  # fmt: skip
    convert.write([one], tmp_path / "a.onnx")
    h, *_ = session(str(tmp_path / "a.onnx")).run(None, {"x": x_of()})
    node = [n for n in onnx.load(tmp_path / "a.onnx").graph.node if n.op_type == "LSTM"]
    assert THEIRS[name].encode() in str(node[0]).encode()
    ours = convert.run(convert.read(tmp_path / "a.onnx"), x_of())[0]
    np.testing.assert_allclose(ours, h, rtol=0, atol=WITHIN * max(1, abs(h).max()))


@pytest.mark.parametrize("dynamo", [False, True])
@pytest.mark.parametrize("kind, two", [("LSTM", True), ("GRU", True), ("LSTM", False)])
def test_a_file_that_torch_exports_is_read(kind, two, dynamo, tmp_path):
    if dynamo:
        pytest.importorskip("onnxscript", reason="torch's new exporter needs it")
    file = tmp_path / "a.onnx"
    module = getattr(torch.nn, kind)(I, H, 2, bidirectional=two, batch_first=True)
    x = torch.from_numpy(x_of().transpose(1, 0, 2).copy())
    torch.onnx.export(module, (x,), file, dynamo=dynamo)
    layers = convert.read(file)
    assert [v.level for v in layers] == [0, 1]
    y = module(x)[0].detach().numpy().transpose(1, 0, 2)
    np.testing.assert_allclose(convert.run(layers, x_of())[0], y, rtol=0, atol=WITHIN)


# ------------------------------------------------------------- weights behind operators


def model_of(weights, nodes, **said):
    """A model of one LSTM whose weights are what some nodes give."""
    helper, array = onnx.helper, onnx.numpy_helper.from_array
    port = helper.make_tensor_value_info
    x = port("X", onnx.TensorProto.FLOAT, [T, B, I])
    y = port("Y", onnx.TensorProto.FLOAT, None)
    lstm = helper.make_node("LSTM", ["X", "W", "R", "B"], ["Y"], hidden_size=H, **said)
    given = [array(np.ascontiguousarray(v), k) for k, v in weights.items()]
    graph = helper.make_graph([*nodes, lstm], "g", [x], [y], given)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


def weights_of():
    rng = np.random.default_rng(4)
    shapes = {"W": (1, 4 * H, I), "R": (1, 4 * H, H), "B": (1, 8 * H)}
    return {k: rng.normal(size=s).astype(np.float32) for k, s in shapes.items()}


def folded(name):
    """Weights and the nodes that make W, R and B of them."""
    w, node = weights_of(), onnx.helper.make_node
    long = np.array([0], np.int64)
    if name == "transposed and unsqueezed":
        given = {"w": w["W"][0].T, "R": w["R"], "B": w["B"], "axes": long}
        return given, [node("Transpose", ["w"], ["t"], perm=[1, 0]),
                       node("Unsqueeze", ["t", "axes"], ["W"])]  # fmt: skip
    if name == "joined":
        given = {"w1": w["W"][:, :H], "w2": w["W"][:, H:], "R": w["R"], "B": w["B"]}
        return given, [node("Concat", ["w1", "w2"], ["W"], axis=1)]
    if name == "sliced, reshaped and cast":
        wide = np.concatenate([w["R"], w["R"]], 2).astype(np.float64)
        given = {"r": wide, "from": long, "to": np.array([H], np.int64),
                 "axis": np.array([2], np.int64), "W": w["W"], "b": w["B"].reshape(-1),
                 "shape": np.array([1, -1], np.int64)}  # fmt: skip
        return given, [node("Slice", ["r", "from", "to", "axis"], ["s"]),
                       node("Cast", ["s"], ["R"], to=onnx.TensorProto.FLOAT),
                       node("Reshape", ["b", "shape"], ["B"])]  # fmt: skip
    if name == "constants":
        made = [node("Constant", [], [f"{k}_"], value=onnx.numpy_helper.from_array(v))
                for k, v in w.items()]  # fmt: skip
        return {}, [*made, *(node("Identity", [f"{k}_"], [k]) for k in w)]
    given = {"q": (w["W"] * 20).astype(np.int8), "scale": np.float32(0.05),
             "zero": np.int8(0), "R": w["R"], "B": w["B"]}  # fmt: skip
    return given, [node("DequantizeLinear", ["q", "scale", "zero"], ["W"])]


FOLDED = ["transposed and unsqueezed", "joined", "sliced, reshaped and cast",
          "constants", "dequantised"]  # fmt: skip


@pytest.mark.parametrize("name", FOLDED)
def test_weights_behind_operators_are_found(name, tmp_path):
    model = model_of(*folded(name))
    onnx.save(model, tmp_path / "a.onnx")
    y = session(model.SerializeToString()).run(None, {"X": x_of()})[0]
    ours = convert.run(convert.read(tmp_path / "a.onnx"), x_of())[0]
    np.testing.assert_allclose(ours, y[:, 0], rtol=0, atol=WITHIN)


def test_weights_that_are_computed_and_attributes_unknown_are_refused(tmp_path):
    w, file = weights_of(), tmp_path / "a.onnx"
    relu = onnx.helper.make_node("Relu", ["w"], ["W"])
    onnx.save(model_of({"w": w["W"], "R": w["R"], "B": w["B"]}, [relu]), file)
    with pytest.raises(ValueError, match="computes when it runs"):
        convert.read(file)
    onnx.save(model_of(w, [], output_turned=1), file)
    with pytest.raises(ValueError, match="no attribute of LSTM"):
        convert.read(file)
    onnx.save(model_of(w, [], activations=["Sigmoid", "Swish", "Tanh"]), file)
    with pytest.raises(ValueError, match="'Swish', which is not known"):
        convert.read(file)
    big = {"shape": np.array([1 << 40], np.int64), "R": w["R"], "B": w["B"]}
    many = onnx.helper.make_node("ConstantOfShape", ["shape"], ["W"])
    onnx.save(model_of(big, [many]), file)
    with pytest.raises(ValueError, match="ConstantOfShape makes"):
        convert.read(file)


def test_constant_lengths_are_obeyed(tmp_path):
    model = model_of(weights_of(), [])
    lengths = onnx.numpy_helper.from_array(np.array(LENGTHS, np.int32), "n")
    model.graph.initializer.append(lengths)
    model.graph.node[0].input.append("n")
    onnx.save(model, tmp_path / "a.onnx")
    y = session(model.SerializeToString()).run(None, {"X": x_of()})[0]
    (one,) = convert.read(tmp_path / "a.onnx")
    assert one.lengths == tuple(LENGTHS)
    ours = convert.run([one], x_of())[0]
    np.testing.assert_allclose(ours, y[:, 0], rtol=0, atol=WITHIN)
