"""A figure that the results of several experiments share."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from ..palette import GATES, PAGE


def dots(
    ax: Axes, runs: Sequence[np.ndarray], names: Sequence[str], color: str, guess: float
) -> None:
    """One row of dots per setting, a dot per seed and a bar at their mean, in percent.

    Parameters
    ----------
    ax : matplotlib axes
    runs : sequence of ndarray (seeds,)
        Shares between 0 and 1.
    names : sequence of str
        What each row is called.
    color : str
    guess : float
        The share that guessing gets right, a dashed line.
    """
    for k, shares in enumerate(runs):
        spots = k + np.linspace(-0.2, 0.2, len(shares))
        ax.plot(100 * shares, spots, "o", color=color, alpha=0.6)
        ax.plot([100 * shares.mean()] * 2, [k - 0.3, k + 0.3], color=PAGE["ink"])
    ax.axvline(100 * guess, color=GATES["x"], linestyle="--", linewidth=1)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(0, 105), ylim=(len(names) - 0.5, -0.5))
