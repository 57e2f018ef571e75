"""Figures of the book: one style, one palette, light and dark from one picture.

    from lstm_course import plots
    plots.use_style()
    fig, ax = plt.subplots()
    ax.plot(steps, loss, color=GATES["h"])
    plt.show()

Draw with the palette's light colours (``palette.GATES``, ``palette.PAGE``), whole or
with an alpha.  In a notebook every figure then becomes inline SVG whose colours are the
page's CSS variables and whose words are text in the page's own font, so that it follows
the theme of the book, of JupyterLab and of Colab.  Caption and alternative text belong
to the cell below and to the metadata (``mystnb.image.alt``).
"""

from numbers import Integral

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure

from .doors import as_array
from .palette import GATES, PAGE
from .themed import STYLE, themed_svg

# The line of a whole cell, never told apart by colour alone.
CELLS = {"rnn": GATES["h"], "lstm": GATES["c"], "gru": GATES["i"]}
MARKERS = {"rnn": "o", "lstm": "s", "gru": "^"}


def use_style():
    """Set the book's figure style; in a notebook, also show figures as themed SVG."""
    plt.rcParams.update(STYLE)
    colours = [GATES[k] for k in "hcfiog"]
    plt.rcParams["axes.prop_cycle"] = plt.cycler(color=colours)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    if (shell := get_ipython()) is not None:
        set_matplotlib_formats()  # none of its own: the one below is enough
        formatters = shell.display_formatter.formatters
        formatters["text/html"].for_type(Figure, themed_svg)


def tiles(ax, values, name="h", *, low=-1.0, high=1.0, labels=()):
    """A table of tiles in one gate's colour: the larger the value, the fuller the tile.

    Parameters
    ----------
    ax : matplotlib axes
    values : ndarray (rows, columns)
        Between ``low`` (empty) and ``high`` (full).
    name : str
        Whose colour: a key of ``palette.GATES``.
    low, high : float
    labels : sequence of str, optional
        One under each column, as the letters of a word.
    """
    values = _check_values("values", values, "(rows, columns)", 2)
    if not (low < high or high < low):
        raise ValueError(
            f"low is {low} and high {high}. A tile is empty at low and full at high. "
            "Expected two different numbers. Write low=0.0, high=1.0?"
        )
    if name not in GATES:
        raise ValueError(
            f"There is no colour named {name!r}. Tiles have the colour of a gate or "
            f"state. Expected one of {', '.join(GATES)}. Write name='h'?"
        )
    if len(labels) not in (0, values.shape[1]):
        raise ValueError(
            f"labels are {len(labels)}, but there are {values.shape[1]} columns. "
            "Expected one under each. Leave them out?"
        )
    full = np.clip((values - low) / (high - low), 0.0, 1.0)
    rows, columns = full.shape
    spots = [
        plt.Rectangle((c - 0.46, r - 0.42), 0.92, 0.84)
        for r, c in np.ndindex(rows, columns)
    ]
    ax.add_collection(
        PatchCollection(
            spots,
            facecolors=[(GATES[name], a) for a in full.ravel()],
            edgecolors=PAGE["line"],
            linewidths=0.5,
        )
    )
    ax.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6))
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if len(labels):
        ax.set_xticks(range(columns), labels)


def band(ax, x, runs, color, label, *, marker="o", alpha=1.0):
    """The mean of repeated runs as a line in its 95 % interval.

    Parameters
    ----------
    ax : matplotlib axes
    x : sequence of n numbers
    runs : ndarray (seeds, n)
    color, label, marker : str
    alpha : float
        Of the line, to tell several lines of one colour apart.
    """
    mean, half = interval(_check_runs(x, runs))
    ax.plot(x, mean, color=color, marker=marker, alpha=alpha, label=label)
    ax.fill_between(
        x, mean - half, mean + half, color=color, alpha=0.18 * alpha, linewidth=0
    )


def _check_values(name, a, axes, n):
    """Finite numbers in so many axes, as float64."""
    a = as_array(name, a)
    if a.ndim != n or a.dtype.kind not in "biuf" or not np.isfinite(a).all():
        raise ValueError(
            f"{name} has shape {a.shape} and dtype {a.dtype}, or holds NaN. Expected "
            f"finite numbers {axes}. Write {name}[None] for a single row?"
        )
    return a.astype(float)


def _check_runs(x, runs):
    """Values (seeds, n) over n places x."""
    runs = as_array("runs", runs)
    if runs.shape[1:] != np.shape(x) or runs.ndim != 2:
        raise ValueError(
            f"runs has shape {runs.shape}, but x {np.shape(x)}. Every row is a run, "
            f"with a value for each place x. Expected (seeds, {np.size(x)}). Pass "
            "runs.T?"
        )
    return runs


def each(ax, x, runs, color, label, *, marker="o"):
    """Every repeated run as a thin line, their mean as a thick one.

    Parameters
    ----------
    ax : matplotlib axes
    x : sequence of n numbers
    runs : ndarray (seeds, n)
    color, label, marker : str
    """
    runs = _check_runs(x, runs)
    ax.plot(x, np.transpose(runs), color=color, alpha=0.4, linewidth=1)
    ax.plot(x, np.mean(runs, axis=0), color=color, marker=marker, label=label)


def interval(values, axis=0):
    """Mean and half width of its 95 % interval (Student's t) over repeated runs.

    Parameters
    ----------
    values : ndarray (..., seeds, ...)
        At least two runs along ``axis``.
    axis : int

    Returns
    -------
    mean, half : ndarray (...)

    Examples
    --------
    >>> mean, half = interval(np.array([1.0, 2.0, 3.0]))
    >>> float(mean), round(float(half), 3)
    (2.0, 2.484)
    """
    from scipy.stats import t

    values = as_array("values", values)
    there = isinstance(axis, Integral) and -values.ndim <= axis < values.ndim
    if not there or values.dtype.kind not in "biuf":
        raise ValueError(
            f"axis is {axis!r}, and values has shape {values.shape} and dtype "
            f"{values.dtype}. Expected numbers, with the runs along one of the axes. "
            "Write axis=0, and values[:, None] for single numbers?"
        )
    n = values.shape[axis]
    if n < 2:
        raise ValueError(
            f"interval got {n} run along axis {axis}. An interval needs repeated runs. "
            "Expected at least 2. Train with a second seed?"
        )
    error = values.std(axis=axis, ddof=1) / np.sqrt(n)
    return values.mean(axis=axis), t.ppf(0.975, n - 1) * error
