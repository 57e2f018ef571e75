"""The picture of a cell that no family draws: layers drawn, arithmetic as text.

Left the layers with what they read, in groups of equal sources; right one panel with
the equations between them, read from the cell's own functions.  It needs nothing
but the cell.
"""

import ast

from ...equations.plain import Plain
from ...equations.room import arithmetic
from ..signs.sketch import Sketch
from ..signs.words import width
from ..truth.probe import KNOWN
from .frame import title

LANE, PITCH, LEFT = 44, 48, 46
JOIN, BOX, LINE, SIZE, ROW = 118, 182, 27, 15, 56
WIDE = 215  # of a line of the panel; more is broken at a sum, for a phone


def generic(cell):
    """A sketch made from products, blocks, states and equations."""
    acts, lines = _equations(cell)
    rows = [row for line in lines for row in _rows(line)]
    places = Places(cell, [text for _, text in rows])
    s = Sketch(places.right + 48, places.low + 42, title(cell))
    s.card = (LEFT, 14, places.right, places.low)
    _panel(s, rows, places)
    _states(s, cell, places)
    for k, (sources, blocks) in enumerate(places.groups):
        _group(s, k, sources, blocks, acts, places)
    for k, source in enumerate(places.sources):
        _trunk(s, source, k, cell, places)
    s.desc = _words(cell, lines)
    return s


class Places:
    """Where the rows, the panel and the states of a generic picture lie."""

    def __init__(self, cell, lines):
        self.groups = _groups(cell)
        self.sources = list(dict.fromkeys(a for names, _ in self.groups for a in names))
        args = [a for ph in cell.arithmetic for a in ph.args]
        old = [n for n in cell.states if f"{n}_prev" in args]
        self.through = [n for n in old if n not in self.sources or cell.phases]
        apart = [n for n in cell.states if n in self.sources and n not in self.through]
        self.levels = {n: LANE + PITCH * k for k, n in enumerate(self.through + apart)}
        unread = [n for n in cell.states if n not in self.levels]
        ends = enumerate([*self.levels, *unread])
        self.ends = {n: LANE + PITCH * k for k, n in ends}
        self.join = JOIN + 14 * max(len(self.sources) - 2, 0)
        self.box = self.join + BOX - JOIN
        self.panel = self.box + 98
        self.width = 2 * round(max(width(line, SIZE) for line in lines) / 2) + 36
        self.right = self.panel + self.width + 24
        y, self.rows = LANE + PITCH * len(self.levels) + 34, {}
        for _, blocks in self.groups:
            self.rows |= {b: y + ROW * k for k, b in enumerate(blocks)}
            y += ROW * len(blocks) + 14
        low = LANE + PITCH * len(cell.states)
        self.bottom = max(y - 46, LANE + LINE * len(lines) + 10, low)
        self.given = [a for a in self.sources if a != "x" and a not in cell.states]
        self.low = self.bottom + 42 + 24 * len(self.given)


def _equations(cell):
    """Activation of each block, and the lines of the panel."""
    hand, acts, lines = Plain(cell), {}, []
    for line in arithmetic(cell):
        name = "".join(line.names)
        if name in {*cell.blocks} - {*cell.states} and _activation(hand, line):
            acts[name] = _activation(hand, line)
        else:
            lines.append(hand.line(line))
    return acts, lines


def _activation(hand, line):
    """The function of a layer's sum that a line is, if it is no more than that."""
    z = hand(ast.Name(f"z{line.names[0]}"))
    signs = {z: "linear"} | {f"{act}({z})": act for act in KNOWN}
    return signs.get(hand(line.value))


def _groups(cell):
    """Blocks that read the same: list of (sources, blocks)."""
    groups = {}
    for b in cell.blocks:
        terms = [t for t in cell.all_terms if b in t.blocks]
        sources = dict.fromkeys(t.source for t in terms if t.source)
        groups.setdefault(tuple(sources) or ("x",), []).append(b)
    return list(groups.items())


def _rows(line):
    """A line of the panel as (its owner, text); a long one goes on in a second row."""
    owner, deep, cut = line.split("_")[0], 0, None
    for k, letter in enumerate(line):
        deep += (letter in "({") - (letter in ")}")
        if not deep and line[k : k + 3] in (" + ", " − ", " - "):
            cut = k
    if width(line, SIZE) <= WIDE or cut is None:
        return [(owner, line)]
    return [(owner, line[:cut]), (owner, line[cut + 1 :])]


def _panel(s, rows, places):
    top, low = LANE - 16, places.bottom + 16
    middle = (top + low) / 2
    half = places.width / 2, (low - top) / 2
    s.add("panel", "panel", places.panel + half[0], middle, part="", half=half)
    x, y = places.panel + 18, middle - LINE * (len(rows) - 1) / 2 + 5
    for k, (part, text) in enumerate(rows):
        words = {"text": text, "part": part, "anchor": "start"}
        indent = 14 * (k > 0 and not text.startswith(part))
        s.add(f"line_{k}", "math", x + indent, y + k * LINE, **words)


def _states(s, cell, places):
    """Old states come from the left, new ones leave to the right."""
    for name, y in places.levels.items():
        hue = {"part": _hue(name, cell), "tags": name}
        s.add(f"{name}_prev", "port", 8, y, f"{name}_{{t-1}}", **hue)
        if name in places.through and name not in places.sources:
            s.wire(f"{name}_in", f"{name}_prev", (places.panel, y), **hue)
    edge = places.panel + places.width
    for name, y in places.ends.items():
        hue = {"part": _hue(name, cell), "tags": name}
        s.add(f"{name}_out", "port", places.right + 40, y, f"{name}_t", **hue)
        s.wire(f"{name}_new", (edge, y), f"{name}_out", **hue)


def _hue(name, cell):
    """The part whose colour a state has; names mean other things in other cells."""
    if name.lower() in ("h", "c") or name in cell.blocks:
        return name.lower()
    return "read"


def _group(s, k, sources, blocks, acts, places):
    """Layers in rows behind one line of what they read."""
    rows = [places.rows[b] for b in blocks]
    x, line = places.join + 14, {"part": "read", "thick": len(sources) > 1}
    last = f"join_{k}"
    s.add(last, "join", places.join, rows[0], part="")
    for n, (b, y) in enumerate(zip(blocks, rows, strict=True)):
        key, label = (b, f"{b}_t") if b in acts else (f"z{b}", f"z_{b}")
        s.add(b, "box", places.box, y, acts.get(b, "linear"))
        s.wire(f"{b}_out", b, (places.panel, y), part=b, key=key, label=label)
        if n < len(blocks) - 1:
            s.add(f"fork_{b}", "dot", x, y, part="read")
            s.wire(f"bus_{b}", last, f"fork_{b}", arrow=False, **line)
            last = f"fork_{b}"
        corner = [(x, y)] if n == len(blocks) - 1 and n else []
        s.wire(f"to_{b}", last, *corner, b, **line)


def _trunk(s, source, k, cell, places):
    """An upright line from a source to every group that reads it."""
    x = 66 + 16 * k
    start = _start(s, source, k, x, cell, places)
    stops = [g for g, (names, _) in enumerate(places.groups) if source in names]
    if source not in cell.states:  # it comes from below
        stops.reverse()
    for g in stops:
        join = s.nodes[f"join_{g}"]
        y = join.y - 13 * places.groups[g][0].index(source)
        corners = [] if y == join.y else [(places.join, y)]
        if g == stops[-1]:
            corners = [(x, y), *corners]
        else:
            dot = f"stop_{source}_{g}"
            s.add(dot, "dot", x, y, part=source)
            s.wire(f"trunk_{source}_{g}", *start, dot, part=source, arrow=False)
            start = [dot]
        path = *start, *corners, f"join_{g}"
        s.wire(f"{source}_to_{g}", *path, part=source, arrow=False)


def _start(s, source, k, x, cell, places):
    """Where a source's line begins: names and corners."""
    if source == "x":
        s.add("x", "port", x, places.low + 16, "x_t")
        return ["x"]
    if source in places.given:  # it leaves the panel below and comes back
        n = places.given.index(source)
        y, out = places.bottom + 42 + 24 * n, places.panel + 30 + 24 * n
        words = {"text": f"{source}_t", "part": source}
        s.add(f"{source}_name", "math", places.panel - 24, y - 6, **words)
        return [(out, places.bottom + 16), (out, y), (x, y)]
    y = places.levels[source]
    if source not in places.through:
        return [f"{source}_prev", (x, y)]
    fork = f"fork_{source}"
    s.add(fork, "dot", x, y, part=source)
    s.wire(f"{source}_in", f"{source}_prev", fork, part=source, arrow=False)
    s.wire(f"{source}_on", fork, (places.panel, y), part=source)
    return [fork]


def _words(cell, lines):
    reads = "; ".join(line.strip() for line in cell.reads.splitlines())
    return f"The layers compute {reads}. Between them: {'; '.join(lines)}."
