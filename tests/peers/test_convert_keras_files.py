"""Keras' own files against what Keras computes; both ways."""

import json
import zipfile

import numpy as np
import pytest

from lstm_course import convert

keras = pytest.importorskip("keras", reason="pip install .[peers] brings keras")
h5py = pytest.importorskip("h5py", reason="keras brings it")
L = keras.layers

T, B, I = 6, 3, 4
WITHIN = 3e-6  # its products are float32; numbers of order 1, stacks of up to 3 layers
S = {"return_sequences": True}
MODELS = {
    "lstm": lambda: [L.LSTM(5, **S)],
    "lstm, last": lambda: [L.LSTM(5)],
    "gru": lambda: [L.GRU(5, **S)],
    "gru, before": lambda: [L.GRU(5, reset_after=False, **S)],
    "gru, before, no bias": lambda: [L.GRU(5, reset_after=False, use_bias=False, **S)],
    "rnn": lambda: [L.SimpleRNN(5, **S)],
    "rnn, relu": lambda: [L.SimpleRNN(5, activation="relu", **S)],
    "lstm, elu": lambda: [L.LSTM(5, activation="elu", **S)],
    "hard gates": lambda: [L.LSTM(5, recurrent_activation="hard_sigmoid", **S)],
    "hard gates, gru": lambda: [L.GRU(5, recurrent_activation="hard_sigmoid", **S)],
    "backwards": lambda: [L.LSTM(5, go_backwards=True, **S)],
    "both ways": lambda: [L.Bidirectional(L.GRU(5, **S))],
    "both ways, summed": lambda: [L.Bidirectional(L.LSTM(5, **S), merge_mode="sum")],
    "masked": lambda: [L.Masking(0.5), L.LSTM(5, **S), L.GRU(3, **S)],
    "stack": lambda: [L.LSTM(5, **S), L.Dropout(0.5), L.LSTM(3, name="top", **S)],
    "stacked cells": lambda: [L.RNN([L.LSTMCell(5), L.LSTMCell(3)], **S)],
    "many": lambda: [L.Bidirectional(L.LSTM(5, **S)), L.GRU(3, **S), L.SimpleRNN(2)],
}


def model_of(name, seed=0):
    model = keras.Sequential([keras.Input((None, I)), *MODELS[name]()])
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(size=w.shape) * 0.6 for w in model.get_weights()])
    return model


def x_of(seed=1):
    x = np.random.default_rng(seed).normal(size=(B, T, I)).astype(np.float32)
    x[0, 4:] = 0.5
    return x


def compare(layers, model):
    """Our run of the layers and Keras' of its model, at the steps that count."""
    x = x_of()
    theirs = model.predict(x, verbose=0)
    ours = convert.run(layers, x.transpose(1, 0, 2))[0].transpose(1, 0, 2)
    assert layers[-1].returns == ("last" if theirs.ndim == 2 else "sequence")
    ours = ours if theirs.ndim == 3 else ours[:, -1]
    n = 4 if any(v.masked for v in layers) else T
    np.testing.assert_allclose(ours[0][:n], theirs[0][:n], rtol=0, atol=WITHIN)
    np.testing.assert_allclose(ours[1:], theirs[1:], rtol=0, atol=WITHIN)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", MODELS)
def test_a_keras_file_is_read_as_keras_computes_it(name, suffix, tmp_path):
    model = model_of(name)
    model.save(tmp_path / f"a{suffix}")
    compare(convert.read(tmp_path / f"a{suffix}"), model)


def test_layers_of_a_functional_model_and_of_models_in_it(tmp_path):
    x = keras.Input((None, I), name="x")
    inner = keras.Sequential([L.LSTM(5, **S), L.Dense(3)], name="inner")
    y = L.GRU(4, name="second", **S)(L.GRU(5, name="first", **S)(inner(x)))
    model = keras.Model(x, [y, L.LSTM(2, name="beside")(x)])
    model.save(tmp_path / "a.keras")
    layers = {(v.name, v.level): v for v in convert.read(tmp_path / "a.keras")}
    assert len(layers) == 4 and ("first", 1) in layers
    for name, at in {"second": ("first", 1), "beside": ("beside", 0)}.items():
        kernel = model.get_layer(name).get_weights()[0]
        w = layers[at].weights[0].x
        order = "urn" if name == "second" else "ifgo"
        np.testing.assert_array_equal(np.hstack([w[k] for k in order]), kernel)


def test_a_state_that_is_fed_and_a_mask_by_words_are_said(tmp_path):
    words = keras.Input((None,), name="words", dtype="int32")
    h, c = keras.Input((5,), name="h"), keras.Input((5,), name="c")
    y = L.LSTM(5)(L.Embedding(9, 4, mask_zero=True)(words), initial_state=[h, c])
    keras.Model([words, h, c], y).save(tmp_path / "a.keras")
    (layer,) = convert.read(tmp_path / "a.keras")
    assert layer.start == "fed" and layer.lengths == "fed"


@pytest.mark.parametrize("version, slope", [("2.15.0", 0.2), ("3.4.1", 1 / 6)])
def test_the_slope_of_a_hard_sigmoid_is_that_of_the_file_s_version(
    version, slope, tmp_path
):
    file = tmp_path / "a.h5"
    model_of("hard gates").save(file)
    with h5py.File(file, "r+") as f:
        f.attrs["keras_version"] = version
    (layer,) = convert.read(file)
    np.testing.assert_allclose(layer.gate.alpha, slope)


def test_numbers_outside_the_file_are_refused_and_weights_alone_told(tmp_path):
    file, secret = tmp_path / "a.h5", tmp_path / "secret.bin"
    secret.write_bytes(bytes(400))
    model_of("lstm").save(file)
    with h5py.File(file, "r+") as f:
        name = next(k for k in _datasets(f) if k.endswith("/kernel"))
        del f[name]
        f.create_dataset(name, (4, 20), "f4", external=[(str(secret), 0, 320)])
    with pytest.raises(ValueError, match="lie in another file"):
        convert.read(file)
    model_of("lstm").save_weights(tmp_path / "b.weights.h5")
    (alone,) = convert.read(tmp_path / "b.weights.h5")
    assert "weights without their model" in alone.notes[-1]


def _datasets(f):
    found = []
    f.visititems(lambda n, o: found.append(n) if hasattr(o, "shape") else None)
    return found


def test_a_cell_of_somebody_s_own_is_refused(tmp_path):
    file = tmp_path / "a.keras"
    model_of("lstm").save(file)
    config = json.loads(zipfile.ZipFile(file).read("config.json"))
    entry = config["config"]["layers"][1]
    entry["registered_name"] = "my>LSTM"
    other = tmp_path / "b.keras"
    with zipfile.ZipFile(file) as a, zipfile.ZipFile(other, "w") as b:
        for name in a.namelist():
            said = json.dumps(config) if name == "config.json" else a.read(name)
            b.writestr(name, said)
    with pytest.raises(ValueError, match="my>LSTM"):
        convert.read(other)


@pytest.mark.parametrize("name", MODELS)
def test_keras_computes_what_a_written_model_says(name, tmp_path):
    model = model_of(name)
    model.save(tmp_path / "a.keras")
    layers = convert.read(tmp_path / "a.keras")
    done = convert.write(layers, tmp_path / "b.keras")
    assert done.line.endswith("net = keras.saving.load_model('b.keras')")
    again = keras.saving.load_model(done.path)
    y, z = (m.predict(x_of(), verbose=0) for m in (model, again))
    np.testing.assert_allclose(z, y, rtol=0, atol=1e-6)
    compare(convert.read(done.path), again)


def test_a_torch_gru_runs_in_keras(tmp_path):
    torch = pytest.importorskip("torch")
    module = torch.nn.GRU(I, 5, 2, bidirectional=True, batch_first=True)
    torch.save(module.state_dict(), tmp_path / "a.pt")
    convert.write(convert.read(tmp_path / "a.pt"), tmp_path / "b.keras")
    model = keras.saving.load_model(tmp_path / "b.keras")
    y = module(torch.from_numpy(x_of()))[0].detach().numpy()
    np.testing.assert_allclose(model.predict(x_of(), verbose=0), y, atol=WITHIN)
