"""A figure as inline SVG, in the colours of a page that is light or dark."""

import io
import re
from hashlib import sha256
from html import escape, unescape
from itertools import groupby

import matplotlib.pyplot as plt
from matplotlib.figure import FigureBase

from .palette import GATES, GATES_DARK, PAGE, PAGE_DARK, under

ZOOM = 1.5  # CSS pixels per point on a wide page
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
    "axes.labelpad": 10.0,
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
.lcp{display:block;margin:auto;height:auto;max-width:100%;--zoom:1;--sub:0px;overflow:visible}
.lcp *{stroke-linejoin:round;stroke-linecap:butt}
.lcp{font-family:var(--ui,inherit);font-variant-numeric:lining-nums tabular-nums}
.lcp text,.lcp tspan{font-family:inherit}
.lcp .math{transform:scale(var(--zoom));transform-box:fill-box;transform-origin:center}
@media(max-width:600px){.lcp{--zoom:1.2}}
"""
SIZE = re.compile(r"font-size: ([\d.]+px)")
LOWER = 1.7  # how much lower than matplotlib's: a subscript may be nearly full size
LETTER = re.compile(r'<tspan x="([^"]+)" y="([^"]+)" style="([^"]+)">(.*?)</tspan>')


def themed_svg(fig, alt=""):
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
    >>> from matplotlib.figure import Figure
    >>> fig = Figure()
    >>> ax = fig.add_subplot()
    >>> line = ax.plot([1, 2, 3], color=GATES["f"])
    >>> "var(--p-f)" in themed_svg(fig)
    True
    """
    if not isinstance(fig, FigureBase):
        raise ValueError(
            f"fig is {type(fig).__name__}. Expected a matplotlib figure, drawn with "
            "the colours of lstm_course.palette. Pass ax.figure?"
        )
    with plt.rc_context(STYLE):
        raw = io.StringIO()
        fig.savefig(raw, format="svg", transparent=True, metadata={"Date": None})
    text = raw.getvalue()
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text).groups()
    body = re.sub(
        r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->",
        "",
        text[text.index(">", text.index("<svg")) + 1 :],
        flags=re.DOTALL,
    )
    return framed(_shorten(body), float(width), float(height), alt, ZOOM)


def framed(body, width, height, alt="", zoom=1.0):
    """What is drawn in the palette's light colours, as ``themed_svg`` frames it: str.

    Parameters
    ----------
    body : str
        Elements of SVG.
    width, height : float
        Of its view box; ``zoom`` times as many CSS pixels on a wide page.
    alt : str
    """
    body, used = _name_colours(body)
    label = f'aria-label="{escape(str(alt))}" ' if alt else ""
    return (
        f'<svg class="lcp" role="img" {label}xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:g} {height:g}" width="{zoom * width:.0f}" '
        f'style="--w:{width:g}">'
        f"{_style(used)}{body}"
    )


def _shorten(body):
    """Fewer digits, ids that are unique on the page, fonts that can grow on a phone."""
    body = re.sub(r"<[^>]+>", lambda m: re.sub(r"(\d+\.\d\d)\d+", r"\1", m[0]), body)
    body = re.sub(r"font-family: [^;\"]*;? ?", "", body)
    body = re.sub(
        r"font: ((?:\w+ )?)([\d.]+px) [^;\"]*", r"font-size: \2; font-style: \1", body
    )  # older matplotlib
    body = re.sub(r"\n\s*", "\n", body)
    body = re.sub(r"<text>\n(<tspan.*?)</text>", _flow, body, flags=re.DOTALL)
    body = re.sub(
        r"(<text style=\"[^\"]*)font-size: ([\d.]+px)",
        r"\1font-size:calc(\2*var(--zoom))",
        body,
    )
    key = sha256(body.encode()).hexdigest()[:8]
    used = set(re.findall(r"(?:href=\"|url\()#([^\")]+)", body))
    body = re.sub(
        r' id="([^"]+)"', lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", body
    )
    return re.sub(r"(href=\"|url\()#", rf"\1#{key}-", body)


def _flow(m):
    """Mathematics, which matplotlib places letter by letter, as one line of text."""
    letters = sorted(
        (float(x), float(y), style, letter)
        for xs, y, style, text in LETTER.findall(m[1])
        for x, letter in zip(xs.split(), unescape(text), strict=True)
    )
    out, level = '<text class="math" xml:space="preserve">', 0.0
    largest = max(size_of(style) for _, _, style, _ in letters)
    for (y, style), run in groupby(letters, key=lambda k: k[1:3]):
        word = escape("".join(k[3] for k in run))
        if size_of(style) < largest:
            style = SIZE.sub(r"font-size:max(\1,var(--sub))", style)
            y *= LOWER if y > 0 else 1
        out += f'<tspan dy="{y - level:.2f}" style="{style}">{word}</tspan>'
        level = y
    return out + "</text>"


def size_of(style):
    return float(SIZE.search(style)[1].removesuffix("px"))


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
        return "".join(
            f"--p-{c[0]}:var(--{c[1]},{c[k]});" for c in _colours() if c[0] in used
        )

    return (
        f"<style>.lcp{{{values(2)}}}"
        f"@media(prefers-color-scheme:dark){{.lcp{{{values(3)}}}}}"
        f"{under('light', '.lcp')}{{{values(2)}}}"
        f"{under('dark', '.lcp')}{{{values(3)}}}{RULES}</style>"
    )
