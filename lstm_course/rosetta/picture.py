"""The arrays of a layer as pictures: blocks in the colours of their gates."""

from html import escape

from ..palette import GATES, PAGE
from ..themed import framed
from .layout import laid_out
from .words import about_form, title_of

UNIT, ROW = 26, 19  # pixels of a cell
NAME, LETTER = 11.5, 13.0  # of letters, in pixels
EM = 0.56  # width of a letter in its height


def matrices(form):
    """The arrays of a form as one picture: SVG text.

    Examples
    --------
    >>> from lstm_course.rosetta import where
    >>> "recurrent_kernel" in matrices(where.form_of("keras", "lstm"))
    True
    """
    d = laid_out(form)
    said = {b: letter for b, (letter, _, _) in d.letters.items()}
    parts = [_box(said[block], block, box) for block, box in _boxes(d)]
    parts += [_name(name, x, y, _room(d, name, x, y)) for name, x, y in d.names]
    above = ROW * min(y for _, _, y in d.names) - 2 * NAME - 8  # of names in two lines
    body = f'<g transform="translate(0,{-above:g})">{"".join(parts)}</g></svg>'
    alt = f"{title_of(form)}: {about_form(form)}"
    return framed(body, UNIT * d.width + 8, ROW * d.height + 4 - above, alt)


def gallery(forms):
    """Pictures of several forms, each under its tool's name: HTML."""
    cards = "".join(
        f'<div class="lcm"><div class="lcm-of">{escape(title_of(form))}</div>'
        f"{matrices(form)}</div>"
        for form in forms
    )
    return f'<style>{STYLE}</style><div class="lcm-all">{cards}</div>'


STYLE = (
    ".lcm-all{display:grid;gap:1.2rem 1rem;align-items:start;text-align:left;"
    "grid-template-columns:repeat(auto-fill,minmax(min(15rem,100%),1fr))}"
    ".lcm-of{font:650 .95rem var(--ui,sans-serif)}.lcm svg{margin:0}"
)


def _boxes(d):
    """(block, (x, y, right, bottom)) of the part of each block in each array."""
    found = {}
    for p, x, y in d.spots:
        key = p.array, p.what, p.block
        x0, y0, x1, y1 = found.get(key, (x, y, x, y))
        found[key] = min(x, x0), min(y, y0), max(x + 1, x1), max(y + 1, y1)
    return [(key[2], box) for key, box in found.items()]


def _box(letter, block, box):
    x, y, right, bottom = (v * u for v, u in zip(box, (UNIT, ROW) * 2, strict=True))
    right, bottom = max(right, x + UNIT), max(bottom, y + ROW)
    colour = GATES[block]
    middle, low = (x + right) / 2, (y + bottom) / 2 + LETTER / 3
    return (
        f'<rect x="{x + 1:g}" y="{y + 1:g}" width="{right - x - 2:g}" '
        f'height="{bottom - y - 2:g}" rx="3" fill="{colour}" fill-opacity=".2" '
        f'stroke="{colour}"/><text x="{middle:g}" y="{low:g}" text-anchor="middle" '
        f'font-size="{LETTER:g}" font-style="italic" fill="{colour}">{letter}</text>'
    )


def _room(d, name, x, y):
    """Cells from a name to the next one on its line."""
    right = [x2 for n, x2, y2 in d.names if y2 == y and x2 > x]
    return (min(right) if right else d.width + 1) - x


def broken(name, room, em):
    """A name in one line, or in two where it would not fit: list of str."""
    if len(name) * em <= room:
        return [name]
    at = max(name.find(c, 1) for c in "_.[")
    return [name[:at], name[at:]] if at > 0 else [name]


def _name(name, x, y, room):
    lines = broken(name, UNIT * room - 4, EM * NAME)
    last = len(lines) - 1
    return "".join(
        f'<text x="{UNIT * x + 1:g}" y="{ROW * y - 6 - (NAME + 1) * (last - k):g}" '
        f'font-size="{NAME:g}" fill="{PAGE["muted"]}">{escape(line)}</text>'
        for k, line in enumerate(lines)
    )
