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
to the cell's metadata (``mystnb.figure.caption``, ``mystnb.image.alt``).
"""

import io
import re
from collections.abc import Sequence
from hashlib import sha256
from html import escape, unescape
from itertools import groupby

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure

from .palette import GATES, GATES_DARK, PAGE, PAGE_DARK, under

ZOOM = 1.5  # CSS pixels per point on a wide page
# The line of a whole cell, never told apart by colour alone.
CELLS = {"rnn": GATES["h"], "lstm": GATES["c"], "gru": GATES["i"]}
MARKERS = {"rnn": "o", "lstm": "s", "gru": "^"}

STYLE = {
    "figure.figsize": (5.6, 2.8),
    "figure.dpi": 120,
    "figure.constrained_layout.use": True,
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "lstm_course",
    "mathtext.fontset": "dejavuserif",
    "font.size": 9,
    "text.color": PAGE["ink"],
    "axes.edgecolor": PAGE["muted"],
    "axes.labelcolor": PAGE["ink"],
    "axes.labelpad": 6.0,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": PAGE["line"],
    "grid.linewidth": 0.7,
    "xtick.color": PAGE["muted"],
    "ytick.color": PAGE["muted"],
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
}

RULES = """
.lcp{display:block;margin:auto;height:auto;max-width:100%;--zoom:1;overflow:visible}
.lcp *{stroke-linejoin:round;stroke-linecap:butt}
.lcp{font-family:var(--ui,inherit);font-variant-numeric:lining-nums tabular-nums}
.lcp text,.lcp tspan{font-family:inherit}
.lcp .math{transform:scale(var(--zoom));transform-box:fill-box;transform-origin:center}
@media(max-width:600px){.lcp{--zoom:1.2}}
"""
LETTER = re.compile(r'<tspan x="([^"]+)" y="([^"]+)" style="([^"]+)">(.*?)</tspan>')


def use_style() -> None:
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


def themed_svg(fig: Figure, alt: str = "") -> str:
    """A figure as inline SVG for a web page that is light or dark.

    Parameters
    ----------
    fig : matplotlib figure
        Drawn with the colours of ``lstm_course.palette``.
    alt : str
        What a screen reader says; in the book it comes from the cell's metadata.

    Returns
    -------
    str
        ``<svg class="lcp" ...>``, the same text for the same figure each time.

    Examples
    --------
    >>> fig = Figure()
    >>> ax = fig.add_subplot()
    >>> line = ax.plot([1, 2, 3], color=GATES["f"])
    >>> "var(--p-f)" in themed_svg(fig)
    True
    """
    with plt.rc_context(STYLE):
        raw = io.StringIO()
        fig.savefig(raw, format="svg", transparent=True, metadata={"Date": None})
    text = raw.getvalue()
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text).groups()
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "",
                  text[text.index(">", text.index("<svg")) + 1 :], flags=re.DOTALL)
    body, used = _name_colours(_shorten(body))
    label = f'aria-label="{escape(alt)}" ' if alt else ""
    return (
        f'<svg class="lcp" role="img" {label}xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {width} {height}" '
        f'width="{ZOOM * float(width):.0f}">{_style(used)}{body}'
    )


def _shorten(body):
    """Fewer digits, ids that are unique on the page, fonts that can grow on a phone."""
    body = re.sub(r"<[^>]+>", lambda m: re.sub(r"(\d+\.\d\d)\d+", r"\1", m[0]), body)
    body = re.sub(r"font-family: [^;\"]*;? ?", "", body)
    body = re.sub(r"font: ((?:\w+ )?)([\d.]+px) [^;\"]*",
                  r"font-size: \2; font-style: \1", body)  # older matplotlib
    body = re.sub(r"\n\s*", "\n", body)
    body = re.sub(r"<text>\n(<tspan.*?)</text>", _flow, body, flags=re.DOTALL)
    body = re.sub(r"(<text style=\"[^\"]*)font-size: ([\d.]+px)",
                  r"\1font-size:calc(\2*var(--zoom))", body)
    key = sha256(body.encode()).hexdigest()[:8]
    used = set(re.findall(r"(?:href=\"|url\()#([^\")]+)", body))
    body = re.sub(r' id="([^"]+)"',
                  lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", body)
    return re.sub(r"(href=\"|url\()#", rf"\1#{key}-", body)


def _flow(m):
    """Mathematics, which matplotlib places letter by letter, as one line of text."""
    letters = sorted((float(x), float(y), style, letter)
                     for xs, y, style, text in LETTER.findall(m[1])
                     for x, letter in zip(xs.split(), unescape(text), strict=True))
    out, level = '<text class="math" xml:space="preserve">', 0.0
    for (y, style), run in groupby(letters, key=lambda k: k[1:3]):
        word = escape("".join(k[3] for k in run))
        out += f'<tspan dy="{y - level:.2f}" style="{style}">{word}</tspan>'
        level = y
    return out + "</text>"


def _colours():
    """(variable, CSS name, light, dark) of every colour of the palette, once each."""
    for prefix, light, dark in (("gate-", GATES, GATES_DARK), ("", PAGE, PAGE_DARK)):
        for name, value in light.items():
            yield name, prefix + name, value, dark[name]


def _name_colours(body):
    """Replace the palette's colours by CSS variables: -> text, names in use."""
    used, by_value = set(), {}
    for name, _, light, _ in _colours():
        by_value.setdefault(light.lower(), name)

    def name(m):
        found = by_value.get(m[0].lower())
        used.update({found} - {None})
        return f"var(--p-{found})" if found else m[0]

    return re.sub(r"#[0-9a-fA-F]{6}\b", name, body), used


def _style(used):
    """The style sheet of one figure, with the colours it uses."""
    def values(k):
        return "".join(f"--p-{c[0]}:var(--{c[1]},{c[k]});" for c in _colours()
                       if c[0] in used)

    return (f"<style>.lcp{{{values(2)}}}"
            f"@media(prefers-color-scheme:dark){{.lcp{{{values(3)}}}}}"
            f"{under('light', '.lcp')}{{{values(2)}}}"
            f"{under('dark', '.lcp')}{{{values(3)}}}{RULES}</style>")


def tiles(ax: Axes, values: np.ndarray, name: str = "h", *, low: float = -1.0,
          high: float = 1.0, labels: Sequence[str] = ()) -> None:
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
    full = np.clip((np.asarray(values, float) - low) / (high - low), 0.0, 1.0)
    rows, columns = full.shape
    spots = [plt.Rectangle((c - 0.46, r - 0.42), 0.92, 0.84)
             for r, c in np.ndindex(rows, columns)]
    ax.add_collection(PatchCollection(
        spots, facecolors=[(GATES[name], a) for a in full.ravel()],
        edgecolors=PAGE["line"], linewidths=0.5))
    ax.set(xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6))
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    if len(labels):
        ax.set_xticks(range(columns), labels)


def band(ax: Axes, x: Sequence[float], runs: np.ndarray, color: str, label: str, *,
         marker: str = "o", alpha: float = 1.0) -> None:
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
    mean, half = interval(runs)
    ax.plot(x, mean, color=color, marker=marker, alpha=alpha, label=label)
    ax.fill_between(x, mean - half, mean + half, color=color, alpha=0.18 * alpha,
                    linewidth=0)


def each(ax: Axes, x: Sequence[float], runs: np.ndarray, color: str, label: str, *,
         marker: str = "o") -> None:
    """Every repeated run as a thin line, their mean as a thick one.

    Parameters
    ----------
    ax : matplotlib axes
    x : sequence of n numbers
    runs : ndarray (seeds, n)
    color, label, marker : str
    """
    ax.plot(x, np.transpose(runs), color=color, alpha=0.4, linewidth=1)
    ax.plot(x, np.mean(runs, axis=0), color=color, marker=marker, label=label)


def interval(values: np.ndarray, axis: int = 0) -> tuple[np.ndarray, np.ndarray]:
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

    values = np.asarray(values, float)
    n = values.shape[axis]
    if n < 2:
        raise ValueError(
            f"interval got {n} run along axis {axis}. An interval needs repeated runs. "
            "Expected at least 2. Train with a second seed?"
        )
    error = values.std(axis=axis, ddof=1) / np.sqrt(n)
    return values.mean(axis=axis), t.ppf(0.975, n - 1) * error

