"""Claims about convert: weights survive every layout, and the counts are right."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from lstm_course import CELLS, convert, trace, unroll
from lstm_course.cells import (
    Cell,
    Phase,
    coupled,
    greff,
    gru,
    lstm,
    peephole,
)
from lstm_course.ops import d_sigmoid, hard_sigmoid, hard_sigmoid6, sigmoid, tanh
from lstm_course.recurrent import Recurrent

T, B, I, H = 7, 3, 4, 6
TWIN = dict(rtol=1e-10, atol=1e-12)  # the same float64 arithmetic, other sum orders
MODULES = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
STEPS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
KERAS_HAS = {
    "rnn": "rnn",
    "lstm": "lstm",
    "lstm, hard gates of slope 0.2": lstm.make(gate=hard_sigmoid),
    "lstm, hard gates of slope 1/6": lstm.make(gate=hard_sigmoid6),
    "gru": "gru",
    "gru, reset before": gru.make(reset="before"),
    "gru, takes new": gru.make(update="takes_new"),
    "gru, reset before, takes new": gru.make(reset="before", update="takes_new"),
}
ONNX_HAS = KERAS_HAS | {
    "peephole": "peephole",
    "peephole at f only": peephole.make(gates="f"),
    "peephole at i and o": peephole.make(gates="io"),
    "coupled, keeps i": coupled.make(keeps="i"),
    "coupled, keeps f": coupled.make(keeps="f"),
    "cifg": "cifg",
    "greff's vanilla": greff.cell,
    "np": "np",
}


def random_p(cell, I=I, H=H, seed=0):
    """Random asymmetric parameters of a cell."""
    rng = np.random.default_rng(seed)
    cell = CELLS.get(cell, cell) if isinstance(cell, str) else cell
    return {k: rng.normal(size=s) * 0.7 for k, s in cell.shapes(I, H).items()}


def assert_same(p, q):
    """Exactly the same parameters: a layout moves numbers, it computes nothing."""
    assert list(sorted(p)) == list(sorted(q))
    for k in p:
        np.testing.assert_array_equal(p[k], q[k], err_msg=k)


# ----------------------------------------------------------------------------- torch


@pytest.mark.parametrize("layers, two", [(1, False), (2, True)])
@pytest.mark.parametrize("name", MODULES)
def test_weights_from_torch_give_the_sequence_of_torch(name, layers, two):
    torch.manual_seed(2)
    theirs = MODULES[name](I, H, layers, bidirectional=two).double()
    ours = Recurrent(name, I, H, layers, two, dtype=torch.float64)
    for k in range(layers):
        for reverse in (False, True)[: 1 + two]:
            ours.load(convert.from_torch(theirs, k, reverse), k, reverse)
    x = torch.randn(T, B, I, dtype=torch.float64)
    torch.testing.assert_close(ours(x)[0], theirs(x)[0], **TWIN)


@pytest.mark.parametrize("name", STEPS)
def test_weights_from_a_torch_cell_give_its_step(name):
    torch.manual_seed(3)
    theirs = STEPS[name](I, H).double()
    x = torch.randn(B, I, dtype=torch.float64)
    state = tuple(torch.randn(B, H, dtype=torch.float64) for _ in CELLS[name].states)
    given = state if len(state) > 1 else state[0]
    new, _ = CELLS[name].step(
        convert.from_torch(theirs), x.numpy(), tuple(s.numpy() for s in state)
    )
    out = theirs(x, given)
    for a, b in zip(new, out if isinstance(out, tuple) else (out,), strict=True):
        np.testing.assert_allclose(a, b.detach().numpy(), **TWIN)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("name", MODULES)
def test_torch_gives_back_what_was_written(name, layer, reverse):
    module = MODULES[name](I, H, 2, bidirectional=True).double()
    others = {k: v.clone() for k, v in module.state_dict().items()}
    p = random_p(name, I if layer == 0 else 2 * H)
    convert.to_torch(p, module, layer, reverse)
    assert_same(p, convert.from_torch(module, layer, reverse))
    end = f"_l{layer}" + "_reverse" * reverse
    for k, v in module.state_dict().items():
        hits = k.split("h" + end)[-1] == ""
        assert hits != torch.equal(v, others[k]), f"{k} of another layer changed"


@pytest.mark.parametrize("name", MODULES)
def test_written_weights_make_torch_compute_our_sequence(name):
    p = random_p(name)
    module = convert.to_torch(p, MODULES[name](I, H).double())
    x = np.random.default_rng(1).normal(size=(T, B, I))
    h = module(torch.as_tensor(x))[0].detach().numpy()
    np.testing.assert_allclose(unroll(name, p, x)[0], h, **TWIN)


@pytest.mark.parametrize("name", MODULES)
def test_a_torch_module_without_bias_reads_as_bias_zero(name):
    module = MODULES[name](I, H, bias=False).double()
    p = convert.from_torch(module)
    x = np.random.default_rng(1).normal(size=(T, B, I))
    h = module(torch.as_tensor(x))[0].detach().numpy()
    np.testing.assert_allclose(unroll(name, p, x)[0], h, **TWIN)
    assert_same(p, convert.from_torch(convert.to_torch(p, module)))


# ----------------------------------------------------------------------------- Keras


@pytest.mark.parametrize("option", KERAS_HAS)
def test_keras_gives_back_what_was_written(option):
    cell = KERAS_HAS[option]
    p = random_p(cell)
    assert_same(p, convert.from_keras(convert.to_keras(p, cell), cell))


def test_the_shape_of_a_gru_bias_tells_its_form():
    for reset, keys in (("before", 3), ("after", 4)):
        p = random_p(gru.make(reset=reset))
        weights = convert.to_keras(p, "gru")
        assert weights[2].ndim == keys - 2
        assert_same(p, convert.from_keras(weights, "gru"))


def labelled(order):
    """Kernel, recurrent kernel and bias whose blocks hold the letter of their gate."""
    row = np.repeat([float(ord(b)) for b in order], H)
    return [np.tile(row, (I, 1)), np.tile(row, (H, 1)), row]


@pytest.mark.parametrize("name, theirs", [("lstm", "ifgo"), ("gru", "urn")])
def test_keras_blocks_lie_as_its_documentation_says(name, theirs):
    cell = gru.make(reset="before") if name == "gru" else lstm.cell
    p = convert.from_keras(labelled(theirs), cell)
    for v in p.values():
        assert "".join(chr(int(k)) for k in v[..., ::H].reshape(-1)).startswith(
            "".join(cell.blocks)
        )


@pytest.mark.parametrize("name, order", [("lstm", "igfo"), ("gru", "urn")])
def test_keras_1_keeps_one_array_per_block(name, order):
    cell = gru.make(reset="before") if name == "gru" else lstm.cell
    p = random_p(cell)
    blocks = {b: k for k, b in enumerate(cell.blocks)}
    weights = [
        p[k][..., blocks[b] * H : (blocks[b] + 1) * H]
        for b in order
        for k in ("W_x", "W_h", "b")
    ]
    assert_same(p, convert.from_keras(weights, name))


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_keras_without_bias_reads_as_bias_zero(name):
    p = random_p(name)
    q = convert.from_keras(convert.to_keras(p, name)[:2], name)
    np.testing.assert_array_equal(q["W_h"], p["W_h"])
    assert set(q) == set(p) and not any(q[k].any() for k in q if k.startswith("b"))


@pytest.mark.parametrize("name, order", [("lstm", "ifgo"), ("gru", "urn")])
def test_cudnn_layers_hold_what_cudnn_reads_block_by_block(name, order):
    """torch's matrices are cuDNN's, so they make the list that Keras 2 would save."""
    theirs = MODULES[name](I, H).double()
    q = {k: v.detach().numpy() for k, v in theirs.named_parameters()}
    at = {
        b: slice(k * H, k * H + H)
        for k, b in enumerate("ifgo" if name == "lstm" else "run")
    }
    poured = [
        np.hstack([q[k][at[b]].reshape(-1).reshape(n, H) for b in order])
        for k, n in (("weight_ih_l0", I), ("weight_hh_l0", H))
    ]
    bias = np.concatenate(
        [q[k][at[b]] for k in ("bias_ih_l0", "bias_hh_l0") for b in order]
    )
    assert_same(convert.from_torch(theirs), convert.from_keras([*poured, bias], name))


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("arrays", [2, 3])
def test_a_bidirectional_list_is_read_by_halves(arrays, reverse):
    halves = [convert.to_keras(random_p("lstm", seed=k))[:arrays] for k in (1, 2)]
    assert_same(
        convert.from_keras(halves[reverse]),
        convert.from_keras(halves[0] + halves[1], reverse=reverse),
    )


# ------------------------------------------------------------------------------ ONNX


@pytest.mark.parametrize("option", ONNX_HAS)
def test_onnx_gives_back_what_was_written(option):
    cell = ONNX_HAS[option]
    p = random_p(cell)
    assert_same(p, convert.from_onnx(convert.to_onnx(p, cell), cell))


@pytest.mark.parametrize("option", ONNX_HAS)
def test_onnx_gives_back_either_direction(option):
    cell = ONNX_HAS[option]
    p, q = random_p(cell, seed=1), random_p(cell, seed=2)
    one, two = convert.to_onnx(p, cell), convert.to_onnx(q, cell)
    both = {k: np.concatenate([one[k], two[k]]) for k in one}
    assert_same(p, convert.from_onnx(both, cell, direction=0))
    assert_same(q, convert.from_onnx(both, cell, direction=1))


@pytest.mark.parametrize("name, theirs", [("lstm", "iofg"), ("gru", "urn")])
def test_onnx_blocks_lie_as_its_specification_says(name, theirs):
    W, R, b = labelled(theirs)
    weights = {"W": W.T[None], "R": R.T[None], "B": np.r_[b, 0 * b][None]}
    p = convert.from_onnx(weights, name)
    for k in ("W_x", "W_h", "b"):
        found = "".join(chr(int(v)) for v in p[k][..., ::H].reshape(-1))
        assert found.startswith("".join(b for b in CELLS[name].blocks if b != "m"))


def test_onnx_adds_the_two_biases_where_only_their_sum_matters():
    rng = np.random.default_rng(0)
    w = {"W": rng.normal(size=(1, 4 * H, I)), "R": rng.normal(size=(1, 4 * H, H))}
    w["B"] = rng.normal(size=(1, 8 * H))
    i_gate = w["B"][0, :H] + w["B"][0, 4 * H : 5 * H]
    np.testing.assert_array_equal(convert.from_onnx(w)["b"][:H], i_gate)


def toy(candidate):
    """An LSTM under another name; with another candidate it only looks like one."""

    def forward(zi, zf, zg, zo, c_prev):
        i, f, g, o = sigmoid(zi), sigmoid(zf), candidate(zg), sigmoid(zo)
        c = f * c_prev + i * g
        return o * tanh(c), c, i, f, g, o

    def backward(dh, dc, c_prev, c, i, f, g, o):
        return dh * i, dh * f, dh * d_sigmoid(i), dh * o, dc * f  # not what is tested

    phase = Phase(forward, backward, gives="h c", keeps="i f g o")
    return Cell("toy", "i f g o = x W_x + h W_h + b", phase, states="h c")


def test_a_cell_is_exported_by_what_it_computes_not_by_its_name():
    p = random_p(toy(tanh))
    weights, lstm_weights = convert.to_onnx(p, toy(tanh)), convert.to_onnx(p, "lstm")
    for k, v in weights.items():
        np.testing.assert_array_equal(v, lstm_weights[k])
    with pytest.raises(ValueError, match="No operator of ONNX computes the cell 'toy'"):
        convert.to_onnx(p, toy(lambda z: z))


# ---------------------------------------------------------------------- complements


@pytest.mark.parametrize("reset", ["before", "after"])
def test_negating_the_update_gate_swaps_the_two_gru_conventions(reset):
    keeps, takes = gru.make(reset), gru.make(reset, "takes_new")
    p = random_p(keeps)
    q = convert.negate(p, keeps, "u")
    x = np.random.default_rng(1).normal(size=(T, B, I))
    np.testing.assert_allclose(unroll(keeps, p, x)[0], unroll(takes, q, x)[0], **TWIN)
    assert abs(unroll(keeps, p, x)[0] - unroll(takes, p, x)[0]).max() > 0.1
    assert_same(p, convert.negate(q, takes, "u"))


def test_negating_the_learned_gate_swaps_the_two_coupled_forms():
    i, f = coupled.make(keeps="i"), coupled.make(keeps="f")
    p = random_p(i)
    q = convert.negate(p, i, "i")
    x = np.random.default_rng(1).normal(size=(T, B, I))
    np.testing.assert_allclose(unroll(i, p, x)[0], unroll(f, q, x)[0], **TWIN)
    for k, v in convert.to_onnx(p, i).items():  # both are the same operator
        np.testing.assert_array_equal(v, convert.to_onnx(q, f)[k])


def test_a_negated_gate_takes_its_peephole_along():
    p = random_p("peephole")
    q = convert.negate(p, "peephole", "o")
    changed = {k for k in p if not np.array_equal(p[k], q[k])}
    assert changed == {"W_x", "W_h", "b", "w_co"}
    x = np.random.default_rng(1).normal(size=(T, B, I))
    o, not_o = (trace("peephole", r, x[:1])["o"] for r in (p, q))
    np.testing.assert_allclose(o, 1.0 - not_o, **TWIN)


def test_convert_works_without_torch_and_onnx():
    code = (
        "import sys; sys.modules.update(torch=None, onnx=None)\n"
        "from lstm_course import convert\n"
        "assert convert.count('lstm', 32, 100) == 53200\n"
        "convert.onnx_attributes('gru')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
