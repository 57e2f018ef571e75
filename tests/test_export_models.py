"""Whole models as ONNX: onnxruntime gives what torch gives, for other T and B."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lstm_course import convert
from lstm_course.models import Classifier, LanguageModel, Reader
from lstm_course.recurrent import Recurrent

ort = pytest.importorskip("onnxruntime", reason="pip install .[peers] brings it")
SIZES = [(1, 1), (7, 3), (31, 2)]  # T, B
TOLERANCE = dict(rtol=3e-6, atol=3e-6)  # float32


@pytest.fixture
def run(tmp_path):
    def exported(model, **given):
        file = tmp_path / "model.onnx"
        convert.export_onnx(model.eval(), file)
        options = ort.SessionOptions()
        options.log_severity_level = 3
        session = ort.InferenceSession(file.read_bytes(), options)
        names = [o.name for o in session.get_outputs()]
        return dict(zip(names, session.run(None, given), strict=True))

    return exported


def codes(T, B, seed=0):
    return np.random.default_rng(seed).integers(1, 11, size=(T, B))


def widened(model):
    """Start values that let every part count."""
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.3 * torch.randn(p.shape, generator=torch.manual_seed(p.numel())))
    return model


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "peephole", "coupled"])
@pytest.mark.parametrize("T, B", SIZES)
def test_a_language_model_gives_the_same_scores_and_state(run, cell, T, B):
    model = widened(LanguageModel(cell, 4, 6, 11, num_layers=2, seed=0))
    x, rng = codes(T, B), np.random.default_rng(1)
    names = [f"{s}0" for s in model.layers[0].cell.states]
    start = {n: rng.normal(size=(2, B, 6)).astype(np.float32) * 0.5 for n in names}
    found = run(model, x=x, **start)
    with torch.no_grad():
        scores, state = model(
            torch.as_tensor(x), tuple(map(torch.as_tensor, start.values()))
        )
    np.testing.assert_allclose(found["scores"], scores, **TOLERANCE)
    for name, s in zip(names, state, strict=True):
        np.testing.assert_allclose(found[f"{name[0]}_n"], s, **TOLERANCE)


def test_a_language_model_without_a_start_begins_at_zero(run):
    model = widened(LanguageModel("lstm", 4, 6, 11, seed=0))
    found = run(model, x=codes(5, 2))["scores"]
    with torch.no_grad():
        np.testing.assert_allclose(
            found, model(torch.as_tensor(codes(5, 2)))[0], **TOLERANCE
        )


@pytest.mark.parametrize("read", ["last", "mean"])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("K, two", [(1, False), (3, True)])
@pytest.mark.parametrize("T, B", SIZES)
def test_a_classifier_skips_padding_wherever_it_stands(run, read, masked, K, two, T, B):
    model = Classifier(
        "lstm",
        4,
        6,
        K,
        2,
        words=11,
        read=read,
        masked=masked,
        bidirectional=two,
        seed=0,
    )
    x = codes(T, B)
    x[np.random.default_rng(2).random(x.shape) < 0.4] = 0  # anywhere, a whole text too
    x[:, 0] = 0
    found = run(widened(model), x=x)["scores"]
    with torch.no_grad():
        np.testing.assert_allclose(found, model(torch.as_tensor(x)), **TOLERANCE)


@pytest.mark.parametrize("T, B", SIZES)
def test_a_reader_answers_at_every_step(run, T, B):
    model = widened(Reader("gru", 3, 6, 2, seed=0))
    x = np.random.default_rng(0).normal(size=(T, B, 3)).astype(np.float32)
    found = run(model, x=x)["scores"]
    with torch.no_grad():
        rows = model(torch.as_tensor(x), torch.ones(T, B, dtype=bool))
    np.testing.assert_allclose(found.reshape(-1, 2), rows, **TOLERANCE)


def test_a_model_without_an_operator_is_refused(tmp_path):
    model = LanguageModel("mingru", 4, 6, 11)
    with pytest.raises(ValueError, match="mingru"):
        convert.export_onnx(model, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_other_modules_are_refused(tmp_path):
    with pytest.raises(ValueError, match="Expected a Recurrent, LanguageModel"):
        convert.export_onnx(torch.nn.Linear(3, 4), tmp_path / "model.onnx")


def test_a_stack_of_a_recurrent_keeps_its_own_start_states(run):
    layer = widened(Recurrent("lstm", 3, 5, num_layers=2, bidirectional=True, seed=0))
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 2, 3)).astype(np.float32)
    starts = [rng.normal(size=(4, 2, 5)).astype(np.float32) for _ in range(2)]
    found = run(layer, x=x, h0=starts[0], c0=starts[1])
    with torch.no_grad():
        h, (h_n, c_n) = layer(torch.as_tensor(x), tuple(map(torch.as_tensor, starts)))
    for name, right in (("h", h), ("h_n", h_n), ("c_n", c_n)):
        np.testing.assert_allclose(found[name], right, **TOLERANCE)


@pytest.mark.parametrize("T, B", SIZES)
def test_a_file_that_takes_x_alone_gives_the_same(tmp_path, T, B):
    model = widened(LanguageModel("gru", 4, 6, 11, num_layers=2, seed=0)).eval()
    both = widened(Recurrent("lstm", 4, 6, bidirectional=True, seed=0)).eval()
    x = np.random.default_rng(0).normal(size=(T, B, 4)).astype("f4")
    for one, given, name in ((model, codes(T, B), "scores"), (both, x, "h")):
        convert.export_onnx(one, tmp_path / "a.onnx", only_x=True)
        session = ort.InferenceSession(tmp_path / "a.onnx")
        assert [i.name for i in session.get_inputs()] == ["x"]
        with torch.no_grad():
            wanted = one(torch.as_tensor(given))[0]
        np.testing.assert_allclose(
            session.run([name], {"x": given})[0], wanted, **TOLERANCE
        )


def test_what_is_recorded_of_8_bits_is_so(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent / "peers/again")
    import whole

    recorded = json.loads((Path(convert.__file__).parent / "runtimes.json").read_text())
    whole.trained_model(tmp_path)
    found = whole.int8(tmp_path)
    for name in ("bytes", "perplexity"):
        np.testing.assert_allclose(found[name], recorded["int8"][name], rtol=1e-3)
