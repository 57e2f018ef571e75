"""onnxruntime's RNN, LSTM and GRU on one of its execution providers."""

import tempfile
from pathlib import Path

import numpy as np


class OnnxSessions:
    """What is asked: onnxruntime, by files that ``export_onnx`` writes.

    Parameters
    ----------
    provider : str
        One of ``onnxruntime.get_available_providers()``.

    Raises
    ------
    ValueError
        For a provider that is not installed.
    """

    tool, can, dtype = "onnxruntime", {"lengths", "layouts"}, "float32"
    kinds = ("rnn", "lstm", "gru", "peephole", "coupled")

    def __init__(self, provider="CPUExecutionProvider"):
        import onnxruntime

        self.runtime, self.device = onnxruntime, provider
        there = onnxruntime.get_available_providers()
        if provider not in there:
            raise ValueError(
                f"This onnxruntime ({self.version}) has no provider {provider!r}. "
                f"Expected one of {', '.join(there)}. Install the package that brings "
                "it, as onnxruntime-gpu?"
            )

    @property
    def version(self):
        return self.runtime.__version__

    def __str__(self):
        return f"onnxruntime {self.version}, {self.device}"

    def build(self, kind, I, H, **options):
        return OnnxSession(self, kind, I, H, **options)


class OnnxSession:
    """One stack to be asked; arrays go in and come out as NumPy's, time first."""

    def __init__(
        self, of, kind, I, H, *, layers=1, directions=1, scale=0.6, seed=0,
        batch_first=False,
    ):  # fmt: skip
        import torch

        from ..convert import export_onnx
        from ..recurrent import Recurrent

        self.batch_first = batch_first
        layer = Recurrent(
            kind, I, H, num_layers=layers, bidirectional=directions == 2,
            batch_first=batch_first,
        )  # fmt: skip
        rng = np.random.default_rng((seed, layers, directions))
        with torch.no_grad():
            for p in layer.parameters():
                p.copy_(torch.as_tensor(scale * rng.normal(size=tuple(p.shape))))
        each = [(k, d) for k in range(layers) for d in range(directions)]
        self.params = {(k, d): layer.numpy(k, bool(d)) for k, d in each}
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "layer.onnx"
            export_onnx(layer, file)
            options = of.runtime.SessionOptions()
            options.log_severity_level = 3
            self.session = of.runtime.InferenceSession(
                file.read_bytes(), options, providers=[of.device]
            )

    def run(self, x, starts, lengths=None, training=False, seed=None):
        """-> y (T, B, D * H), ends; a runtime neither trains nor draws."""
        turned = np.swapaxes(x, 0, 1) if self.batch_first else x
        given = {"x": np.ascontiguousarray(turned, np.float32)}
        for name, start in zip(("h0", "c0"), starts, strict=False):
            given[name] = np.asarray(start, np.float32)
        if lengths is not None:
            given["lengths"] = np.asarray(lengths, np.int64)
        y, *ends = (np.asarray(a, float) for a in self.session.run(None, given))
        return (np.swapaxes(y, 0, 1) if self.batch_first else y), tuple(ends)
