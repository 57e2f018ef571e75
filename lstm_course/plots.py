"""Figures of the book: one style, one palette, and the plots used more than once."""

import matplotlib.pyplot as plt

from .palette import GATES

STYLE = {
    "figure.figsize": (6.4, 3.2),
    "figure.dpi": 120,
    "figure.constrained_layout.use": True,
    "savefig.transparent": True,
    "svg.fonttype": "path",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
}


def use_style():
    """Set the book's matplotlib style for this session."""
    plt.rcParams.update(STYLE)
    plt.rcParams["axes.prop_cycle"] = plt.cycler(color=[*dict.fromkeys(GATES.values())])
