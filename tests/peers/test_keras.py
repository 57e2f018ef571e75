"""Keras 3 on the torch backend as an oracle: LSTM, both GRUs, SimpleRNN, masks.

Its torch backend (3.15) runs an LSTM and a GRU with reset after in torch's float64:
states of order 1 agree to 9e-16 and are compared at 1e-14.  SimpleRNN, the GRU with
reset before and everything with a mask go through a product that rounds float64 to
float32; there 6e-7 was seen, and 2e-6 is allowed.
"""

import numpy as np
import pytest
import torch

from lstm_course import convert, unroll
from lstm_course.cells import gru, lstm, rnn
from lstm_course.ops import hard_sigmoid, hard_sigmoid6
from lstm_course.recurrent import Recurrent

pytestmark = [
    pytest.mark.slow,  # importing Keras takes seconds
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

T, B, I, H = 7, 3, 4, 6
LENGTHS = [5, 7, 2]
FLOAT64, FLOAT32 = dict(rtol=0, atol=1e-14), dict(rtol=0, atol=2e-6)
IN_FLOAT32 = ("rnn", "gru, reset before")
CASES = {
    "rnn": (rnn.cell, "SimpleRNN", {}),
    "lstm": (lstm.cell, "LSTM", {}),
    "lstm, Keras 3's hard gates": (
        lstm.make(gate=hard_sigmoid6),
        "LSTM",
        dict(recurrent_activation="hard_sigmoid"),
    ),
    "gru, reset after": (gru.cell, "GRU", dict(reset_after=True)),
    "gru, reset before": (gru.make(reset="before"), "GRU", dict(reset_after=False)),
    "gru, Keras 3's hard gates": (
        gru.make("after", gate=hard_sigmoid6),
        "GRU",
        dict(recurrent_activation="hard_sigmoid"),
    ),
    "gru, takes new": (gru.make(update="takes_new"), "GRU", dict(reset_after=True)),
}


def tolerance(name):
    """How closely a case without a mask agrees."""
    return FLOAT32 if name in IN_FLOAT32 else FLOAT64


every_case = pytest.mark.parametrize("name", CASES)


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras", reason="pip install .[peers] brings keras")


def random_layer(keras, kind, options, seed=1):
    """A Keras layer with random asymmetric weights, and its output's makers."""
    layer = getattr(keras.layers, kind)(
        H, return_sequences=True, return_state=True, dtype="float64", **options
    )
    layer.build((B, T, I))
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.normal(size=w.shape) * 0.7 for w in layer.get_weights()])
    return layer


def random_input(states, seed=2):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(T, B, I)), tuple(rng.normal(size=(B, H)) for _ in states)


def run(layer, x, state=None, mask=None):
    """The layer on x (T, B, I), which Keras wants batch first: -> h, end states."""
    given = (
        {} if state is None else dict(initial_state=[torch.as_tensor(s) for s in state])
    )
    if mask is not None:
        given["mask"] = torch.as_tensor(mask.T)
    h, *end = layer(torch.as_tensor(x.transpose(1, 0, 2)), **given)
    return h.detach().numpy().transpose(1, 0, 2), [s.detach().numpy() for s in end]


@every_case
def test_weights_from_keras_give_the_sequence_of_keras(name, keras):
    cell, kind, options = CASES[name]
    layer = random_layer(keras, kind, options)
    x, state = random_input(cell.states)
    h_keras, end_keras = run(layer, x, state)
    h, end, _ = unroll(cell, convert.from_keras(layer, cell), x, state)
    np.testing.assert_allclose(h, h_keras, **tolerance(name))
    for a, b in zip(end, end_keras, strict=True):
        np.testing.assert_allclose(a, b, **tolerance(name))


@every_case
def test_weights_given_to_keras_make_it_compute_our_sequence(name, keras):
    cell, kind, options = CASES[name]
    rng = np.random.default_rng(3)
    p = {k: rng.normal(size=s) * 0.7 for k, s in cell.shapes(I, H).items()}
    layer = random_layer(keras, kind, options)
    layer.set_weights(convert.to_keras(p, cell))
    x, state = random_input(cell.states)
    np.testing.assert_allclose(
        unroll(cell, p, x, state)[0], run(layer, x, state)[0], **tolerance(name)
    )


@pytest.mark.parametrize(
    "kind, cell", [("SimpleRNN", "rnn"), ("LSTM", "lstm"), ("GRU", "gru")]
)
def test_a_keras_layer_without_bias_agrees(kind, cell, keras):
    layer = random_layer(keras, kind, dict(use_bias=False))
    x, _ = random_input("h")
    h, *_ = unroll(cell, convert.from_keras(layer, cell), x)
    np.testing.assert_allclose(h, run(layer, x)[0], **tolerance(cell))


@pytest.mark.parametrize("reset_after", [False, True])
def test_the_bias_of_a_keras_gru_tells_its_form(reset_after, keras):
    layer = random_layer(keras, "GRU", dict(reset_after=reset_after))
    x, _ = random_input("h")
    cell = gru.make(reset="after" if reset_after else "before")
    h, *_ = unroll(cell, convert.from_keras(layer, "gru"), x)
    close = FLOAT64 if reset_after else FLOAT32
    np.testing.assert_allclose(h, run(layer, x)[0], **close)


def test_the_two_hard_sigmoids_are_not_the_same(keras):
    cell, kind, options = CASES["lstm, Keras 3's hard gates"]
    layer = random_layer(keras, kind, options)
    x, state = random_input(cell.states)
    p = convert.from_keras(layer.get_weights())
    old, *_ = unroll(lstm.make(gate=hard_sigmoid), p, x, state)  # Keras 1 and 2
    assert abs(old - run(layer, x, state)[0]).max() > 0.01


@every_case
def test_masked_steps_after_the_end_leave_the_state_as_our_lengths_do(name, keras):
    cell, kind, options = CASES[name]
    layer = random_layer(keras, kind, options)
    x, _ = random_input(cell.states)
    mask = np.arange(T)[:, None] < np.array(LENGTHS)
    h_keras, end_keras = run(layer, x, mask=mask)
    ours = Recurrent(cell, I, H, dtype=torch.float64)
    ours.load(convert.from_keras(layer, cell))
    with torch.no_grad():
        h, end = ours(torch.as_tensor(x), lengths=LENGTHS)
    np.testing.assert_allclose(h.numpy()[mask], h_keras[mask], **FLOAT32)
    for a, b in zip(end, end_keras, strict=True):
        np.testing.assert_allclose(a[0].numpy(), b, **FLOAT32)


@every_case
def test_masked_steps_before_the_start_are_as_if_they_were_not_there(name, keras):
    cell, kind, options = CASES[name]
    layer = random_layer(keras, kind, options)
    x, _ = random_input(cell.states)
    start = T - np.array(LENGTHS)  # pre-padding, Keras' default for texts
    h_keras, _ = run(layer, x, mask=np.arange(T)[:, None] >= start)
    p = convert.from_keras(layer, cell)
    for b, first in enumerate(start):
        h, *_ = unroll(cell, p, x[first:, b : b + 1])
        np.testing.assert_allclose(h[:, 0], h_keras[first:, b], **FLOAT32)


def test_unmasked_padding_in_front_changes_what_the_layer_says(keras):
    layer = random_layer(keras, "LSTM", {})
    x, _ = random_input("hc")
    padded = np.concatenate([np.zeros((3, B, I)), x])
    h, *_ = unroll("lstm", convert.from_keras(layer), padded)
    np.testing.assert_allclose(h, run(layer, padded)[0], **FLOAT64)
    assert abs(h[3:] - run(layer, x)[0]).max() > 0.01


def test_a_bidirectional_keras_layer_is_two_halves_of_its_list(keras):
    layer = keras.layers.Bidirectional(
        keras.layers.LSTM(H, return_sequences=True, dtype="float64"), dtype="float64"
    )
    layer.build((B, T, I))
    rng = np.random.default_rng(4)
    weights = [rng.normal(size=w.shape) * 0.7 for w in layer.get_weights()]
    layer.set_weights(weights)
    ours = Recurrent("lstm", I, H, bidirectional=True, dtype=torch.float64)
    for reverse in (False, True):
        half = weights[3:] if reverse else weights[:3]
        ours.load(convert.from_keras(half), reverse=reverse)
    x, _ = random_input("hc")
    h_keras = layer(torch.as_tensor(x.transpose(1, 0, 2))).detach().numpy()
    with torch.no_grad():
        h = ours(torch.as_tensor(x))[0].numpy()
    np.testing.assert_allclose(h, h_keras.transpose(1, 0, 2), **FLOAT64)
