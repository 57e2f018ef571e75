"""What a Keras layer says beside its weights is obeyed, or refused by name."""

import numpy as np
import pytest
from door_table import refused

from lstm_course import convert, unroll
from lstm_course.cells import gru, lstm
from lstm_course.ops import hard_sigmoid, hard_sigmoid6

pytestmark = [
    pytest.mark.slow,  # importing Keras takes seconds
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

T, B, I, H = 7, 3, 4, 6
FLOAT32 = dict(rtol=0, atol=3e-6)  # the layers' own precision, after seven steps
HARD = dict(recurrent_activation="hard_sigmoid")
BEFORE = gru.make(reset="before")

# kind, options, the cell to read it as
OBEYED = {
    "LSTM": ("LSTM", {}, lstm.cell),
    "hard gates": ("LSTM", HARD, lstm.make(gate=hard_sigmoid6)),
    "hard gates of a GRU": ("GRU", HARD, gru.make(gate=hard_sigmoid6)),
    "no bias": ("GRU", dict(use_bias=False), gru.cell),
    "reset before": ("GRU", dict(reset_after=False), BEFORE),
    "reset before, no bias": ("GRU", dict(reset_after=False, use_bias=False), BEFORE),
    "dropout": ("LSTM", dict(dropout=0.5, recurrent_dropout=0.3), lstm.cell),
    "the last output only": ("LSTM", dict(return_sequences=False), lstm.cell),
    "unrolled": ("SimpleRNN", dict(unroll=True), "rnn"),
}
REFUSED = {
    "relu": ("LSTM", dict(activation="relu"), "lstm", "activation='relu'"),
    "relu in a SimpleRNN": ("SimpleRNN", dict(activation="relu"), "rnn", "'relu'"),
    "relu in a GRU": ("GRU", dict(activation="relu"), "gru", "activation='relu'"),
    "no activation": ("LSTM", dict(activation=None), "lstm", "'linear'"),
    "another tanh": (
        "LSTM",
        dict(activation=lambda z: 1.7159 * np.tanh(z)),
        "lstm",
        "'<lambda>'",
    ),
    "hard gates": ("LSTM", HARD, "lstm", r"lstm.make\(gate=ops.hard_sigmoid6\)"),
    "hard gates of Keras 2": (
        "LSTM",
        HARD,
        lstm.make(gate=hard_sigmoid),
        "ops.hard_sigmoid6",
    ),
    "hard gates of a GRU": (
        "GRU",
        HARD,
        "gru",
        r"gru.make\('after', gate=ops.hard_sigmoid6\)",
    ),
    "soft gates into a hard cell": (
        "LSTM",
        {},
        lstm.make(gate=hard_sigmoid6),
        r"gate=ops.sigmoid\)",
    ),
    "gates of tanh": ("LSTM", dict(recurrent_activation="tanh"), "lstm", "='tanh'"),
    "reset before": (
        "GRU",
        dict(reset_after=False, use_bias=False),
        gru.cell,
        r"gru.make\(reset='before'\)",
    ),
    "reset after": ("GRU", dict(use_bias=False), BEFORE, r"make\(reset='after'\)"),
    "backwards": ("LSTM", dict(go_backwards=True), "lstm", "runs backwards"),
    "stateful": ("LSTM", dict(stateful=True), "lstm", "is stateful"),
    "another kind": ("GRU", {}, "lstm", "Pass cell='gru'"),
    "no recurrent layer": ("Dense", {}, "rnn", "Dense holds no single recurrent cell"),
    "a filter in time": ("ConvLSTM1D", dict(kernel_size=1), "lstm", "ConvLSTM1D holds"),
}


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras", reason="pip install .[peers] brings keras")


def built(layer, seed=1):
    """The layer with random asymmetric weights."""
    layer.build((B, T, I))
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.normal(size=w.shape) * 0.7 for w in layer.get_weights()])
    return layer


def make(keras, kind, options):
    recurrent = kind in ("LSTM", "GRU", "SimpleRNN")
    options = ({"return_sequences": True} if recurrent else {}) | options
    return getattr(keras.layers, kind)(H, **options)


def run(layer, x):
    """The layer's output on x (T, B, I), time first where it has time."""
    h = layer(x.transpose(1, 0, 2).astype(np.float32)).detach().numpy()
    return h.transpose(1, 0, 2) if h.ndim == 3 else h


def random_x():
    return np.random.default_rng(2).normal(size=(T, B, I))


@pytest.mark.parametrize("name", OBEYED)
def test_what_the_layer_says_is_obeyed(name, keras):
    kind, options, cell = OBEYED[name]
    layer, x = built(make(keras, kind, options)), random_x()
    wanted = run(layer, x)
    h, *_ = unroll(cell, convert.from_keras(layer, cell), x)
    np.testing.assert_allclose(h if wanted.ndim == 3 else h[-1], wanted, **FLOAT32)


def test_a_gru_says_its_reset_form_without_a_bias(keras):
    layer = built(make(keras, "GRU", dict(reset_after=False, use_bias=False)))
    assert "b_h" not in convert.from_keras(layer, "gru")


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_layer_says_is_refused(name, keras):
    kind, options, cell, says = REFUSED[name]
    layer = make(keras, kind, options)
    if kind != "ConvLSTM1D":
        layer.build((B, T, I))
    refused(says)(lambda: convert.from_keras(layer, cell))


def test_a_layer_that_runs_backwards_is_read_when_that_is_said(keras):
    layer, x = built(make(keras, "LSTM", dict(go_backwards=True))), random_x()
    h, *_ = unroll("lstm", convert.from_keras(layer, reverse=True), x[::-1])
    np.testing.assert_allclose(h, run(layer, x), **FLOAT32)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_bidirectional_layer_gives_the_half_that_is_asked_for(reverse, keras):
    layer = built(keras.layers.Bidirectional(make(keras, "LSTM", {})))
    x, at = random_x(), -1 if reverse else 1
    h, *_ = unroll("lstm", convert.from_keras(layer, reverse=reverse), x[::at])
    half = run(layer, x)[..., H:] if reverse else run(layer, x)[..., :H]
    np.testing.assert_allclose(h[::at], half, **FLOAT32)
    with pytest.raises(ValueError, match="two directions"):
        convert.from_keras(layer)


def test_a_bidirectional_layer_that_adds_is_refused(keras):
    lstm_layer = make(keras, "LSTM", {})
    layer = built(keras.layers.Bidirectional(lstm_layer, merge_mode="sum"))
    with pytest.raises(ValueError, match="merge_mode='sum'"):
        convert.from_keras(layer, reverse=True)


def test_an_rnn_of_a_cell_is_its_cell(keras):
    cell = keras.layers.GRUCell(H, reset_after=False)
    layer, x = built(keras.layers.RNN(cell, return_sequences=True)), random_x()
    h, *_ = unroll(BEFORE, convert.from_keras(layer, "gru"), x)
    np.testing.assert_allclose(h, run(layer, x), **FLOAT32)
    stack = keras.layers.RNN([keras.layers.LSTMCell(H), keras.layers.LSTMCell(H)])
    with pytest.raises(ValueError, match=r"layer.cell.cells\[k\]"):
        convert.from_keras(built(stack))


def test_a_layer_without_weights_says_how_to_get_them(keras):
    with pytest.raises(ValueError, match="has no weights yet"):
        convert.from_keras(make(keras, "LSTM", {}))


class CuDNNLSTM:
    """As Keras 2 has it: no activations, the state's sizes under the name of a cell."""

    go_backwards, stateful, cell = False, False, (H, H)

    def get_weights(self):
        rng = np.random.default_rng(3)
        return [rng.normal(size=s) for s in ((I, 4 * H), (H, 4 * H), (8 * H,))]


def test_a_cudnn_layer_is_read_as_its_list():
    layer = CuDNNLSTM()
    p, q = convert.from_keras(layer), convert.from_keras(layer.get_weights())
    for k in p:
        np.testing.assert_array_equal(p[k], q[k])
    with pytest.raises(ValueError, match="Pass cell='lstm'"):
        convert.from_keras(layer, "gru")
