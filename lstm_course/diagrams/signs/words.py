"""Words and mathematics of a diagram: where they stand, how wide they are, as SVG.

``c_{t-1}`` becomes an italic c with a lowered t-1.  Drawing and testing use the same
places: ``node_texts`` and ``wire_texts`` say what is written where.
"""

import re
from html import escape
from typing import NamedTuple

MATH, WORD, SIGN = 16, 12, 17  # font sizes: mathematics, words, signs in circles
PIECE = re.compile(
    r"(?P<base>[A-Za-z]+|[^A-Za-z_\s]+)"
    r"(?:_(?:\{(?P<long>[^}]*)\}|(?P<short>\w)))?(?P<gap>\s*)"
)
ITALIC = re.compile(r"d?[B-Zb-z]")  # c, W, gradients such as dc; words stay upright
SUB, DROP = 0.72, 0.26  # a subscript's size and how far it hangs, in font sizes
NARROW, BROAD = "tijlfr.,:;()[]-1/ ", "mwMWCGHOQ+−=×⊙<>"


class Text(NamedTuple):
    """A line of text: its baseline, size, anchor (start or middle) and kind."""

    x: float
    y: float
    text: str
    size: float
    anchor: str = "middle"
    kind: str = ""
    key: str = ""  # whose value this is, for a script that changes it

    @property
    def box(self):
        """An estimate of the space it takes: (x0, y0, x1, y1)."""
        w = width(self.text, self.size)
        x = self.x - (w / 2 if self.anchor == "middle" else 0.0)
        low = DROP if "_" in self.text else 0.05
        return x, self.y - 0.72 * self.size, x + w, self.y + low * self.size

    def svg(self):
        """As an SVG element."""
        kind = f' class="{self.kind}"' if self.kind else ""
        end = "" if self.anchor == "start" else f' text-anchor="{self.anchor}"'
        place = f'x="{self.x:g}" y="{self.y:g}" font-size="{self.size:g}"{end}'
        inside = tspans(self.text, self.size)
        if self.key:
            number = self.text.removeprefix("= ")
            key = f'data-value="{escape(self.key)}"'
            inside = "= " * (number != self.text)
            inside += f"<tspan {key}>{escape(number)}</tspan>"
        return f"<text{kind} {place}>{inside}</text>"


def tspans(text, size):
    """Text with subscripts as <tspan> elements: str."""
    out, drop, low = [], round(DROP * size, 1), False
    for m in PIECE.finditer(text):
        sub = m["long"] or m["short"]
        symbol = ITALIC.fullmatch(m["base"]) or (sub and len(m["base"]) == 1)
        italic = ' class="m"' if symbol and m["base"].isascii() else ""
        back = f' dy="{-drop}"' if low else ""
        out.append(f"<tspan{italic}{back}>{escape(m['base'])}")
        out.append("</tspan>" if sub else f"{m['gap'] and ' '}</tspan>")
        low = bool(sub)
        if sub:
            out.append(f'<tspan class="m" dy="{drop}" font-size="{SUB * size:.1f}">')
            out.append(f"{escape(sub.replace('-', '−'))}{m['gap'] and ' '}</tspan>")
    return "".join(out)


def plain(text):
    """The same text for a title or a screen reader."""
    return re.sub(r"_\{([^}]*)\}", r"_\1", text)


def width(text, size):
    """An estimate of how wide the text is drawn, on the safe side."""
    total = 0.0
    for m in PIECE.finditer(text):
        sub = m["long"] or m["short"] or ""
        total += _letters(m["base"]) + SUB * _letters(sub) + 0.28 * bool(m["gap"])
    return total * size


def _letters(word):
    return sum(0.34 if c in NARROW else 0.72 if c in BROAD else 0.54 for c in word)


# ------------------------------------------------------------------ what stands where


def texts(sketch, values):
    """Every text of a sketch: list of (name, box)."""
    found = []
    for name, node in sketch.nodes.items():
        found += [(name, t.box) for t in node_texts(name, node, values)]
    for name, wire in sketch.wires.items():
        points = sketch.points(wire)
        found += [(name, t.box) for t in wire_texts(name, wire, points, values)]
    return found


def value_keys(sketch):
    """Names under which a value can be written into a sketch: set."""
    wires = sketch.wires.items()
    return (
        {n.removesuffix("_out") for n, d in sketch.nodes.items() if d.kind == "port"}
        | {w.key or w.part for _, w in wires if w.label}
        | {w.key or n for n, w in wires if w.value_at}
    )


def node_texts(name, node, values):
    """What a node says: list of Text."""
    if node.kind in ("dot", "join", "panel") or node.anchor == "hidden":
        return []
    if node.kind == "port":
        return _port(node, name.removesuffix("_out"), values)
    size = _size(node)
    if node.kind in ("note", "math", "caption"):
        kind = "" if node.kind == "math" else "word"
        return [Text(node.x, node.y, node.text, size, node.anchor, kind)]
    return [Text(node.x, node.y + 0.33 * size, node.text, size)]


def _size(node):
    if node.kind in ("note", "weight"):
        return WORD
    if node.kind == "circle":
        return SIGN if len(node.text) < 3 else WORD + 1
    if node.kind == "box" and len(node.text) > 4 and len(node.half) == 0:
        return WORD + 1
    return MATH - {"math": 1, "caption": 2}.get(node.kind, 0)


def _port(node, key, values):
    """The name of what comes in or goes out, beside the end of its line."""
    x, y, value = node.x, node.y, values.get(key)
    if node.part == "x" or node.anchor == "below":
        return _named(Text(x, y + 19, node.text, MATH), key, value)
    if node.anchor == "above":
        return _named(Text(x, y - 8, node.text, MATH), key, value)
    x = max(x, 20) if x < 40 else x - 8
    name = Text(x, y - 10, node.text, MATH)
    if value is None:
        return [name]
    return [name, Text(x, y + 19, str(value), WORD + 1, "middle", "value", key)]


def _named(name, key, value):
    """A name, and its value behind it if there is one."""
    if value is None:
        return [name]
    after = name.x + width(name.text, MATH) / 2 + 4
    return [name, Text(after, name.y, f"= {value}", WORD + 1, "start", "value", key)]


def wire_texts(name, wire, points, values):
    """A wire's name where it begins, with its value if there is one: list of Text."""
    if not wire.label:
        key = wire.key or name
        if key not in values or not wire.value_at:
            return []
        value = str(values[key])
        return [Text(*wire.value_at, value, WORD + 1, "middle", "value", key)]
    (x0, y0), (x1, y1) = points[:2]
    x, y = (x0 + 10, y0 - 7) if y0 == y1 else (x0 + 8, (y0 + y1) / 2 + 5)
    x, y = wire.at or (x, y)
    key = wire.key or wire.part
    value = f"= {values[key]}" if key in values else ""
    gap = width(wire.label, MATH) + 3
    if wire.anchor == "end":
        x -= gap + width(value, WORD + 1)
    label = Text(x, y, wire.label, MATH, "start")
    if not value:
        return [label]
    return [label, Text(x + gap, y, value, WORD + 1, "start", "value", key)]
