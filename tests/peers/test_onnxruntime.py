"""onnxruntime as an oracle: its operators, and whole files written by export_onnx.

It computes these operators in float32 only, so numbers of order 1 that went through
seven steps are compared at 3e-6 (2.4e-6 was seen); a wrong gate order or a lost
peephole costs 1e-2.
Version 1.31 has no GRU or LSTM in float64 and no RNN either.
"""

import numpy as np
import pytest
import torch

from lstm_course import convert, unroll
from lstm_course.cells import cifg, coupled, greff, gru, lstm, lstm1997, peephole, rnn
from lstm_course.ops import hard_sigmoid, hard_sigmoid6
from lstm_course.recurrent import Recurrent

onnx = pytest.importorskip("onnx", reason="pip install .[peers] brings onnx")
ort = pytest.importorskip("onnxruntime", reason="pip install .[peers] brings it")

T, B, I, H = 7, 3, 4, 6
LENGTHS = [5, 7, 2]
FLOAT32 = dict(rtol=0, atol=3e-6)
CELLS = {
    "rnn": rnn.cell,
    "lstm": lstm.cell,
    "lstm, hard gates of slope 0.2": lstm.make(gate=hard_sigmoid),
    "lstm, hard gates of slope 1/6": lstm.make(gate=hard_sigmoid6),
    "peephole": peephole.cell,
    "peephole at i only": peephole.make(gates="i"),
    "peephole at f only": peephole.make(gates="f"),
    "peephole at o only": peephole.make(gates="o"),
    "coupled, keeps i": coupled.make(keeps="i"),
    "coupled, keeps f": coupled.make(keeps="f"),
    "cifg": cifg.cell,
    "greff's vanilla": greff.cell,
    "gru": gru.cell,
    "gru, reset before": gru.make(reset="before"),
    "gru, hard gates of slope 0.2": gru.make(gate=hard_sigmoid),
    "gru, before, hard gates of slope 1/6": gru.make("before", gate=hard_sigmoid6),
    "gru, takes new": gru.make(update="takes_new"),
    "gru, reset before, takes new": gru.make(reset="before", update="takes_new"),
}
every_cell = pytest.mark.parametrize("name", CELLS)


def session(model):
    """A quiet session on one thread."""
    options = ort.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def random_case(cell, seed, directions=1):
    """Random asymmetric parameters per direction, input and state, as float32 holds."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return (rng.normal(size=shape) * 0.7).astype(np.float32).astype(float)

    p = [{k: draw(*s) for k, s in cell.shapes(I, H).items()} for _ in range(directions)]
    return p, draw(T, B, I) / 0.7, [draw(directions, B, H) for _ in cell.states]


def port(name, dtype=np.float32, shape=None):
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    return onnx.helper.make_tensor_value_info(name, kind, shape)


def run_operator(cell, weights, x, states, lengths=None, **attributes):
    """The bare operator on explicit inputs: -> Y (T, D, B, H) and end states."""
    kind = attributes.pop("op_type")
    feeds = {"X": x, **{k: weights[k] for k in "WRB"}, "sequence_lens": lengths}
    feeds |= dict(zip(("initial_h", "initial_c"), states, strict=False))
    feeds |= {"P": weights["P"]} if "P" in weights else {}
    feeds = {
        k: v.astype(np.int32 if k == "sequence_lens" else np.float32)
        for k, v in feeds.items()
        if v is not None
    }
    names = ["X", "W", "R", "B", "sequence_lens", "initial_h"]
    names += ["initial_c", "P"] if kind == "LSTM" else []
    outputs = ["Y", "Y_h", "Y_c"][: 1 + len(states)]
    inputs = [n if n in feeds else "" for n in names]
    node = onnx.helper.make_node(kind, inputs, outputs, hidden_size=H, **attributes)
    ports = [port(k, v.dtype, v.shape) for k, v in feeds.items()]
    graph = onnx.helper.make_graph([node], "one", ports, [port(k) for k in outputs])
    model = onnx.helper.make_model(
        graph, ir_version=8, opset_imports=[onnx.helper.make_opsetid("", 17)]
    )
    return session(model.SerializeToString()).run(None, feeds)


@every_cell
def test_the_operator_computes_our_sequence(name):
    cell = CELLS[name]
    (p,), x, state = random_case(cell, 1)
    y, *ends = run_operator(
        cell, convert.to_onnx(p, cell), x, state, **convert.onnx_attributes(cell)
    )
    h, end, _ = unroll(cell, p, x, tuple(s[0] for s in state))
    np.testing.assert_allclose(y[:, 0], h, **FLOAT32)
    for a, b in zip(ends, end, strict=True):
        np.testing.assert_allclose(a[0], b, **FLOAT32)


@every_cell
def test_the_operator_run_both_ways_on_ragged_input_is_ours(name):
    cell = CELLS[name]
    p, x, state = random_case(cell, 2, directions=2)
    each = [convert.to_onnx(q, cell) for q in p]
    both = {k: np.concatenate([w[k] for w in each]) for k in each[0]}
    y, *ends = run_operator(
        cell,
        both,
        x,
        state,
        np.array(LENGTHS),
        **convert.onnx_attributes(cell, directions=2),
    )
    for b, n in enumerate(LENGTHS):
        for d in range(2):
            x_b = x[:n, b : b + 1][:: -1 if d else 1]
            h, end, _ = unroll(cell, p[d], x_b, tuple(s[d, b : b + 1] for s in state))
            np.testing.assert_allclose(y[:n, d, b], h[:: -1 if d else 1, 0], **FLOAT32)
            assert not y[n:, d, b].any()
            for s, e in zip(ends, end, strict=True):
                np.testing.assert_allclose(s[d, b], e[0], **FLOAT32)


@every_cell
def test_weights_read_from_the_operator_compute_its_sequence(name):
    cell = CELLS[name]
    (p,), x, state = random_case(cell, 3)
    weights = convert.to_onnx(p, cell)
    rng = np.random.default_rng(4)  # both halves of the bias filled, as other tools do
    weights["B"] = rng.normal(size=weights["B"].shape).astype(np.float32).astype(float)
    y, *_ = run_operator(cell, weights, x, state, **convert.onnx_attributes(cell))
    p = convert.from_onnx(weights, cell)
    h, *_ = unroll(cell, p, x, tuple(s[0] for s in state))
    np.testing.assert_allclose(y[:, 0], h, **FLOAT32)


def test_input_forget_keeps_the_input_gate_and_ignores_the_forget_gate():
    cell = coupled.make(keeps="i")
    (p,), x, state = random_case(cell, 5)
    weights = convert.to_onnx(p, cell)
    weights["W"][:, 2 * H : 3 * H] = 1e3  # block f of i, o, f, c
    y, *_ = run_operator(cell, weights, x, state, **convert.onnx_attributes(cell))
    h, *_ = unroll(cell, p, x, tuple(s[0] for s in state))
    np.testing.assert_allclose(y[:, 0], h, **FLOAT32)


def random_layer(cell, layers, two, batch_first=False, seed=6):
    layer = Recurrent(
        cell,
        I,
        H,
        layers,
        two,
        dropout=0.5 if layers > 1 else 0.0,
        batch_first=batch_first,
        seed=0,
    )
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for v in layer.parameters():
            v.copy_(torch.randn(v.shape, generator=generator) * 0.7)
    return layer.eval()


def assert_file_equals_layer(file, layer, x, state, lengths):
    """The file gives what the layer gives; inputs that are None are not fed."""
    feeds = {"x": x.numpy()}
    if state is not None:
        names = [f"{s}0" for s in layer.cell.states]
        feeds |= dict(zip(names, [s.numpy() for s in state], strict=True))
    if lengths is not None:
        feeds["lengths"] = np.array(lengths)
    with torch.no_grad():
        h, end = layer(x, state, lengths)
    ours = [h, *end]
    for a, b in zip(file.run(None, feeds), ours, strict=True):
        np.testing.assert_allclose(a, b.numpy(), **FLOAT32)


@pytest.mark.parametrize("layers, two", [(1, False), (1, True), (3, True)])
@every_cell
def test_an_exported_file_is_the_layer(name, layers, two, tmp_path):
    layer = random_layer(CELLS[name], layers, two)
    convert.export_onnx(layer, tmp_path / "layer.onnx")
    file = session(str(tmp_path / "layer.onnx"))
    rng = torch.Generator().manual_seed(7)
    for T_, lengths in ((7, None), (7, [5, 7, 2]), (9, [9, 1, 4, 9, 3])):
        B_ = 3 if lengths is None else len(lengths)
        x = torch.randn(T_, B_, I, generator=rng)
        n = layers * (1 + two)
        state = tuple(torch.randn(n, B_, H, generator=rng) for _ in layer.cell.states)
        for given in (None, state):
            assert_file_equals_layer(file, layer, x, given, lengths)


def test_an_exported_file_keeps_batch_first(tmp_path):
    layer = random_layer(lstm.cell, 2, True, batch_first=True)
    convert.export_onnx(layer, tmp_path / "layer.onnx")
    x = torch.randn(B, T, I, generator=torch.Generator().manual_seed(8))
    assert_file_equals_layer(
        session(str(tmp_path / "layer.onnx")), layer, x, None, LENGTHS
    )


def test_a_torch_lstm_reaches_onnxruntime_through_our_layer(tmp_path):
    torch.manual_seed(9)
    theirs = torch.nn.LSTM(I, H)
    layer = Recurrent("lstm", I, H).load(convert.from_torch(theirs))
    convert.export_onnx(layer, tmp_path / "layer.onnx")
    x = torch.randn(T, B, I)
    h = session(str(tmp_path / "layer.onnx")).run(["h"], {"x": x.numpy()})[0]
    np.testing.assert_allclose(h, theirs(x)[0].detach().numpy(), **FLOAT32)


@pytest.mark.parametrize("cell", [lstm1997.cell, greff.nfg, greff.fgr])
def test_a_cell_without_an_operator_is_refused_and_no_file_is_written(cell, tmp_path):
    with pytest.raises(ValueError, match="No operator of ONNX"):
        convert.export_onnx(Recurrent(cell, I, H), tmp_path / "layer.onnx")
    assert not list(tmp_path.iterdir())


WRONG_LENGTHS = {
    "too few": [5, 7],
    "too many": [5, 7, 2, 3],
    "one for all": [7],
    "zero": [5, 0, 2],
    "beyond T": [5, 8, 2],
    "negative": [5, -1, 2],
    "too many and zero": [5, 7, 0, 2],
}


@pytest.mark.parametrize("name", WRONG_LENGTHS)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_an_exported_file_given_wrong_lengths_refuses(cell, name, tmp_path):
    layer = random_layer(CELLS[cell], 1, False)
    convert.export_onnx(layer, tmp_path / "layer.onnx")
    options = ort.SessionOptions()
    options.log_severity_level = 4
    file = ort.InferenceSession(str(tmp_path / "layer.onnx"), options)
    x = np.random.default_rng(10).normal(size=(T, B, I)).astype(np.float32)
    with pytest.raises(Exception, match="cannot be reshaped to the requested shape"):
        file.run(None, {"x": x, "lengths": np.array(WRONG_LENGTHS[name])})
    assert len(file.run(None, {"x": x})) == 1 + len(layer.cell.states)


@every_cell
def test_a_node_of_an_exported_file_is_read_back(name, tmp_path):
    cell = CELLS[name]
    layer = random_layer(cell, 2, True)
    convert.export_onnx(layer, tmp_path / "layer.onnx")
    weights, said = convert.onnx_node(tmp_path / "layer.onnx", "Y_1")
    for d in range(2):
        p = convert.from_onnx(weights, cell, direction=d, attributes=said)
        ours = layer.numpy(1, reverse=bool(d))
        for k, v in ours.items():
            np.testing.assert_allclose(p[k], v, rtol=1e-6, err_msg=k)
    with pytest.raises(ValueError, match=r"those it has are \['Y_0', 'Y_1'\]"):
        convert.onnx_node(tmp_path / "layer.onnx")


def test_a_node_that_runs_backwards_is_read_when_that_is_said():
    (p,), x, state = random_case(lstm.cell, 11)
    weights = convert.to_onnx(p)
    y, *_ = run_operator(
        lstm.cell, weights, x, state, op_type="LSTM", direction="reverse"
    )
    said = {"direction": "reverse"}
    q = convert.from_onnx(weights, direction=1, attributes=said)
    h, *_ = unroll("lstm", q, x[::-1], tuple(s[0] for s in state))
    np.testing.assert_allclose(y[:, 0], h[::-1], **FLOAT32)
    with pytest.raises(ValueError, match="'reverse'"):
        convert.from_onnx(weights, attributes=said)


@pytest.mark.parametrize(
    "names", [["HardSigmoid", "Tanh", "Tanh"], ["hardsigmoid", "tanh", "TANH"]]
)
def test_hard_gates_without_slopes_have_those_of_the_specification(names):
    cell = lstm.make(gate=hard_sigmoid)
    (p,), x, state = random_case(cell, 12)
    weights = convert.to_onnx(p, cell)
    y, *_ = run_operator(cell, weights, x, state, op_type="LSTM", activations=names)
    q = convert.from_onnx(weights, cell, attributes={"activations": names})
    h, *_ = unroll(cell, q, x, tuple(s[0] for s in state))
    np.testing.assert_allclose(y[:, 0], h, **FLOAT32)
    with pytest.raises(ValueError, match="hardsigmoid"):
        convert.from_onnx(weights, "lstm", attributes={"activations": names})
