"""Gain, forget bias and length under the hands: what is left of a gradient."""

import matplotlib.pyplot as plt
import numpy as np
from traitlets import Dict, Float, Int, Unicode

from ..doors import as_cell
from ..init import init
from ..jacobian import jacobian
from ..palette import GATES
from . import any_cell
from .live import LiveFigure

H, I, NETWORKS = 32, 16, 5  # units, inputs, random networks: as in chapter 2
PRESETS = {
    "bias 0": {"gain": 1.0, "bias": 0.0},
    "bias 1": {"gain": 1.0, "bias": 1.0},
    "open gates": {"gain": 1.0, "bias": 5.0},
    "large weights": {"gain": 4.0, "bias": 1.0},
}
LINES = {  # colour, style
    "{}, all paths": ("c", "-"),
    "{}, direct path": ("f", "--"),
    "tanh RNN": ("h", "-"),
}


def keeps(cell):
    """The block whose bias makes a cell keep more, and its sign; None: no such block.

    >>> keeps(as_cell("lstm")), keeps(as_cell("gru")), keeps(as_cell("rnn"))
    (('f', 1), ('u', 1), None)
    """
    own = ("f", 1) if "f" in cell.layers[-1].blocks else None
    return any_cell.KEEPS.get(cell.name, own)


def start_bias(cell, bias):
    """That bias as ``init`` takes it, in every layer: dict or None.

    >>> start_bias(as_cell("mingru"), 3.0)
    {'u': -3.0}
    """
    block, sign = keeps(cell) or (None, 1)
    own = [b for b in cell.blocks if b.partition("_")[0] == block]
    return {b: sign * bias for b in own} or None


class GradientLab(LiveFigure):
    """Norm of the Jacobian against lag, a cell and the tanh RNN, random networks.

    Parameters
    ----------
    cell : str
        A name in ``CELLS``, or a call like "gru(reset='before')".
    gain : float
        Factor on the recurrent matrices, 0.5 to 4.
    bias : float
        Start value of the bias of the gate that keeps, 0 to 8: of the LSTM's forget
        gate, the GRU's update gate.
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

    kind, room = "gradients", (840, 710)
    cell = Unicode("lstm").tag(sync=True)
    gain = Float(1.0).tag(sync=True)
    bias = Float(1.0).tag(sync=True)
    length = Int(50).tag(sync=True)
    seed = Int(0).tag(sync=True)
    size = Int(H).tag(sync=True)
    inputs = Int(I).tag(sync=True)
    networks = Int(NETWORKS).tag(sync=True)
    presets = Dict(PRESETS).tag(sync=True)
    cells = Unicode().tag(sync=True)  # all that can be chosen, packed

    def __init__(self, cell="lstm", **traits):
        super().__init__(cell=cell, **traits)
        cells = any_cell.offered(cell)
        self.cells = any_cell.packed(cells, (self.size,), keeps=keeps)

    def measure(self, lags):
        """Medians over random networks, as lstm_course finds them: name -> (lags,)."""
        runs = [self._run(seed, lags) for seed in range(self.networks)]
        medians = np.median(runs, axis=0)
        short = any_cell.SHORT.get(self.cell, self.cell)
        return dict(zip((n.format(short) for n in LINES), medians, strict=True))

    def _run(self, seed, lags):
        """One network of each kind: (3, lags)."""
        rng = np.random.default_rng(1000 * self.seed + seed)
        x, T = rng.normal(size=(self.length, 1, self.inputs)), self.length
        out = []
        for name in (self.cell, "rnn"):
            cell = as_cell(name)
            bias = None if out else start_bias(cell, self.bias)
            p = init(cell, self.inputs, self.size, rng, gain=self.gain, bias=bias)
            J = [jacobian(cell, p, x, T - lag, T)[0] for lag in lags]
            own = np.array(J)[:, *along_path(cell, self.size)]
            out.append(np.linalg.norm(own, 2, axis=(1, 2)))
            if len(out) == 1:
                f = [jacobian(cell, p, x, T - lag, T, direct=True) for lag in lags]
                out.append(np.array(f).reshape(len(lags), -1).max(axis=1))
        return out

    def picture(self):
        lags = np.linspace(0, self.length, 11).astype(int)
        fig, ax = plt.subplots(figsize=(5.6, 2.8), layout="constrained")
        fig.get_layout_engine().set(rect=(0, 0, 0.92, 1))  # room for a phone's letters
        measured = self.measure(lags).items()
        for (name, y), (colour, style) in zip(measured, LINES.values(), strict=True):
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


def along_path(cell, H):
    """Where ``jacobian`` holds the path of a cell, its c or h: two slices."""
    sizes = [a[0].size for a in cell.initial(1, H)]
    at = cell.states.index(cell.cell_path)
    part = slice(sum(sizes[:at]), sum(sizes[: at + 1]))
    return part, part
