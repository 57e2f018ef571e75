"""One LSTM unit under the hands: its twelve numbers, its input, its gates over time."""

import matplotlib.pyplot as plt
import numpy as np
from traitlets import Dict, Float, List, Unicode

from ..jacobian import jacobian
from ..palette import GATES, NAMES, PAGE
from ..unroll import trace
from .live import LiveFigure

T = 24
NOISE = np.random.default_rng(4).uniform(-0.2, 0.2, T).round(2)


def _input(**pulses):
    """Noise with pulses in it, _input(s1=1.0): +1 at the first step; list of T."""
    x = NOISE.copy()
    for step, value in pulses.items():
        x[int(step[1:]) - 1] = value
    return x.tolist()


def _unit(words, x, W_x=(20, 0, 3, 0), W_h=(0, 0, 0, 0), b=(-10, 10, 0, 10)):
    """A preset; blocks i f g o, by default the unit built by hand in chapter 3."""
    rows = {"W_x": W_x, "W_h": W_h, "b": b}
    rows = {k: [float(v) for v in row] for k, row in rows.items()}
    return rows | {"words": words, "x": x}


PRESETS = {
    "remember": _unit(
        "A large input opens the input gate and is written; the small ones find it "
        "shut, and what was written lies on the belt.", _input(s1=1.0)),
    "first only": _unit(
        "The same unit with one weight more: once it shows something, its own h "
        "keeps the input gate shut, and the later pulses are not written.",
        _input(s1=1.0, s9=1.0, s17=1.0), W_h=(-30, 0, 0, 0)),
    "latch": _unit(
        "+1 sets it and −1 clears it: a negative input shuts the forget gate for one "
        "step.", _input(s3=1.0, s10=-1.0, s15=1.0, s21=-1.0), W_x=(20, 20, 3, 0)),
    "count": _unit(
        "The unit of “remember” with more pulses: c climbs by one with each, while "
        "h soon looks the same.", _input(s2=1.0, s6=1.0, s11=1.0, s15=1.0, s20=1.0)),
    "forget": _unit(
        "The forget gate keeps four fifths at every step, and what was written fades.",
        _input(s1=1.0, s13=1.0), b=(-10, 1.4, 0, 10)),
}  # fmt: skip


def _row(size=4):
    return List(Float(), minlen=size, maxlen=size)


def _strip(ax, y, label, colour, name):
    """One quantity over time, y (24,), from zero up where it cannot be below."""
    edges = np.arange(T + 1) + 0.5
    ax.stairs(y, edges, fill=True, color=colour, alpha=0.16)
    ax.stairs(y, edges, color=colour, linewidth=1.2, baseline=None)
    top = max(1, np.ceil(abs(y).max() - 1e-9))
    low = 0 if name in "ifo" and y.min() >= 0 else -top
    ax.set(ylim=(low, 1.05 * top), yticks=(0, top))
    ax.axhline(0, color=PAGE["line"], linewidth=0.8, zorder=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    ax.set_ylabel(label, rotation=0, ha="right", va="center", labelpad=20, color=colour)
    ax.grid(False)


class UnitExplorer(LiveFigure):
    """One unit of an LSTM over 24 steps.

    Parameters
    ----------
    preset : str
        A key of ``PRESETS``; it sets what is not given.
    W_x, W_h, b : list of 4 numbers, optional
        Weights of the input, of the unit's own old h, and biases; blocks i f g o.
    x : list of 24 numbers, optional
        The input sequence, between -1 and 1.

    Examples
    --------
    >>> unit = UnitExplorer("forget")
    >>> round(float(unit.trace()["f"][0]), 2)
    0.8
    """

    kind, room = "unit", (1100, 1040)
    preset = Unicode().tag(sync=True)
    presets = Dict(PRESETS).tag(sync=True)
    W_x, W_h, b = (_row().tag(sync=True) for _ in range(3))
    x = _row(T).tag(sync=True)

    def __init__(self, preset="remember", **values):
        if preset not in PRESETS:
            raise ValueError(
                f"UnitExplorer has no preset {preset!r}. A preset is a unit and its "
                f"input. Expected one of {', '.join(PRESETS)}. Try 'remember'?"
            )
        start = {k: v for k, v in PRESETS[preset].items() if k != "words"}
        name = "" if values.keys() & start.keys() else preset
        super().__init__(**start | {"preset": name} | values)

    def parameters(self):
        """What the package calls p: W_x (1, 4), W_h (1, 4), b (4,)."""
        return {"W_x": np.array([self.W_x]), "W_h": np.array([self.W_h]),
                "b": np.array(self.b)}  # fmt: skip

    def trace(self):
        """Every quantity over time, as lstm_course computes it: name -> (24,)."""
        x = np.reshape(self.x, (T, 1, 1))
        values = trace("lstm", self.parameters(), x)
        return {k: v.ravel() for k, v in values.items()}

    def gradient(self):
        """Of the last c by the c of each step, as the package's jacobian has it: (24,).

        Examples
        --------
        >>> UnitExplorer("forget").gradient()[-3:].round(2).tolist()
        [0.64, 0.8, 1.0]
        """
        p, x = self.parameters(), np.reshape(self.x, (T, 1, 1))
        J = [jacobian("lstm", p, x, t + 1, T) for t in range(T)]
        return np.array(J)[:, 0, 1, 1]  # states h, c

    def picture(self):
        values = {"x": np.array(self.x)} | self.trace()
        fig, axes = plt.subplots(8, 1, figsize=(5.6, 4.8), sharex=True)
        fig.subplots_adjust(left=0.32, right=0.98)  # room for a phone's letters
        for ax, name in zip(axes, "xifgoch", strict=False):
            _strip(ax, values[name], f"{NAMES[name]} ${name}$", GATES[name], name)
        _strip(axes[-1], self.gradient(), "gradient by $c_t$", GATES["c"], "")
        axes[-1].set(xlabel="step", xticks=(1, 6, 12, 18, 24))
        plt.close(fig)
        return fig
