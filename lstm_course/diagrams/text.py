"""Mathematics in SVG text: ``c_{t-1}`` becomes an italic c with a lowered t-1."""

import re
from html import escape

PIECE = re.compile(
    r"(?P<base>[^_\s]+)(?:_(?:\{(?P<long>[^}]*)\}|(?P<short>\w)))?(?P<gap>\s*)"
)
SUB = 0.72  # size of a subscript
DROP = 0.26  # how far it hangs, both in parts of the font size


def tspans(text, size):
    """Text with subscripts as <tspan> elements; words stay upright: str."""
    out, drop = [], round(DROP * size, 1)
    for m in PIECE.finditer(text):
        base, sub = m["base"], m["long"] or m["short"]
        italic = len(base) == 1 and base.isalpha() and base.isascii()
        style = ' class="m"' if italic else ""
        out.append(f"<tspan{style}>{escape(base)}</tspan>")
        if sub:
            out.append(
                f'<tspan class="m" dy="{drop}" font-size="{SUB * size:.1f}">'
                f"{escape(sub.replace('-', '−'))}</tspan>"
            )
        if sub or m["gap"]:  # come back up, with the gap or with nothing
            back = f' dy="{-drop}"' if sub else ""
            out.append(f"<tspan{back}>{m['gap'] and ' ' or chr(0x200B)}</tspan>")
    return "".join(out)


def plain(text):
    """The same text for a title or a screen reader."""
    return re.sub(r"_\{([^}]*)\}", r"_\1", text)


def width(text, size):
    """An estimate of how wide the text is drawn, on the safe side."""
    total = 0.0
    for m in PIECE.finditer(text):
        sub = m["long"] or m["short"] or ""
        total += _letters(m["base"]) + SUB * _letters(sub) + 0.3 * bool(m["gap"])
    return total * size


def _letters(word):
    return sum(
        0.62 if c in "mw+−=×" else 0.32 if c in "tijlf.,-1" else 0.52 for c in word
    )
