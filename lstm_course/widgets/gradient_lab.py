"""Gain, forget bias and length under the hands: what is left of a gradient."""

import matplotlib.pyplot as plt
import numpy as np
from traitlets import Dict, Float, Int

from ..init import init
from ..jacobian import jacobian
from ..palette import GATES
from .live import LiveFigure

H, I, NETWORKS = 32, 16, 5  # units, inputs, random networks: as in chapter 2
PRESETS = {
    "bias 0": {"gain": 1.0, "bias": 0.0},
    "bias 1": {"gain": 1.0, "bias": 1.0},
    "open gates": {"gain": 1.0, "bias": 5.0},
    "large weights": {"gain": 4.0, "bias": 1.0},
}
LINES = {  # colour, style
    "LSTM, all paths": ("c", "-"),
    "LSTM, direct path": ("f", "--"),
    "tanh RNN": ("h", "-"),
}


class GradientLab(LiveFigure):
    """Norm of the Jacobian against lag, LSTM and tanh RNN, random networks.

    Parameters
    ----------
    gain : float
        Factor on the recurrent matrices, 0.5 to 4.
    bias : float
        The LSTM's forget bias, 0 to 8.
    length : int
        Steps of the sequence, 10 to 200.
    seed : int
        Which random networks.

    Examples
    --------
    >>> lab = GradientLab(gain=1.0, bias=5.0, length=20)
    >>> sorted(lab.presets)
    ['bias 0', 'bias 1', 'large weights', 'open gates']
    """

    kind, room = "gradients", (840, 670)
    gain = Float(1.0).tag(sync=True)
    bias = Float(1.0).tag(sync=True)
    length = Int(50).tag(sync=True)
    seed = Int(0).tag(sync=True)
    size = Int(H).tag(sync=True)
    inputs = Int(I).tag(sync=True)
    networks = Int(NETWORKS).tag(sync=True)
    presets = Dict(PRESETS).tag(sync=True)

    def measure(self, lags):
        """Medians over random networks, as lstm_course finds them: name -> (lags,)."""
        runs = [self._run(seed, lags) for seed in range(self.networks)]
        medians = np.median(runs, axis=0)
        return dict(zip(LINES, medians, strict=True))

    def _run(self, seed, lags):
        """One network of each kind: (3, lags)."""
        rng = np.random.default_rng(1000 * self.seed + seed)
        x, T = rng.normal(size=(self.length, 1, self.inputs)), self.length
        out = []
        for cell, bias in (("lstm", {"f": self.bias}), ("rnn", None)):
            p = init(cell, self.inputs, self.size, rng, gain=self.gain, bias=bias)
            J = [jacobian(cell, p, x, T - lag, T)[0] for lag in lags]
            own = np.array(J)[:, -self.size :, -self.size :]
            out.append(np.linalg.norm(own, 2, axis=(1, 2)))
            if cell == "lstm":
                f = [jacobian(cell, p, x, T - lag, T, direct=True) for lag in lags]
                out.append(np.max(f, axis=(1, 2)))
        return out

    def picture(self):
        lags = np.linspace(0, self.length, 11).astype(int)
        fig, ax = plt.subplots(figsize=(5.6, 2.8), layout="constrained")
        fig.get_layout_engine().set(rect=(0, 0, 0.92, 1))  # room for a phone's letters
        for name, y in self.measure(lags).items():
            colour, style = LINES[name]
            ax.semilogy(lags, y, style, color=GATES[colour])
            ax.text(lags[-1] * 1.02, y[-1], name, color=GATES[colour], va="center")
        ax.set(
            xlabel="lag (steps)",
            xlim=(0, self.length),
            ylim=(1e-16, 1e8),
            ylabel="norm of the Jacobian",
            yticks=10.0 ** np.arange(-16, 9, 4),
        )
        plt.close(fig)
        return fig
