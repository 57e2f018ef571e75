"""The picture of a cell that no family draws: layers drawn, arithmetic as text.

Left the layers with what they read, in groups of equal sources; right one panel with
the equations between them, traced from the cell's own functions.  It needs nothing
but the cell.
"""

import re
import sys

from .probe import KNOWN
from .reads import title
from .sketch import Sketch
from .text import width
from .trace import equations

LANE, PITCH, LEFT = 44, 48, 46
JOIN, BOX, LINE, SIZE, ROW = 118, 182, 27, 15, 56


def generic(cell):
    """A sketch made from products, blocks, states and traced equations."""
    acts, lines = _equations(cell)
    places = Places(cell, lines)
    s = Sketch(places.right + 48, places.bottom + 84, title(cell))
    s.card = (LEFT, 14, places.right, places.bottom + 42)
    _panel(s, lines, places)
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
        args = [a for ph in cell.phases for a in ph.args]
        old = [n for n in cell.states if f"{n}_prev" in args or not cell.phases]
        self.through = [n for n in old if n not in self.sources or cell.phases]
        apart = [n for n in cell.states if n in self.sources and n not in self.through]
        self.levels = {n: LANE + PITCH * k for k, n in enumerate(self.through + apart)}
        self.join = JOIN + 14 * max(len(self.sources) - 2, 0)
        self.box = self.join + BOX - JOIN
        self.panel = self.box + 98
        self.width = max(width(line, SIZE) for line in lines) + 36
        self.right = self.panel + self.width + 24
        y, self.rows = LANE + PITCH * len(self.levels) + 34, {}
        for _, blocks in self.groups:
            self.rows |= {b: y + ROW * k for k, b in enumerate(blocks)}
            y += ROW * len(blocks) + 14
        low = LANE + PITCH * len(cell.states)
        self.bottom = max(y - 46, LANE + LINE * len(lines) + 10, low)


def _equations(cell):
    """Activation of each block, and the lines of the panel."""
    if not cell.phases:
        return {"o": "σ"}, _from_doc(cell)
    acts, lines = {}, []
    for name, text in equations(cell):
        alone = re.fullmatch(r"(\w*?)\(?z_\{(\w+)\}\)?", text)
        act = alone and (alone[1] or "linear")
        if alone and alone[2] == name not in cell.states and act in KNOWN:
            acts[name] = act
        else:
            lines.append(f"{name}_t = {text}")
    return acts, lines


def _from_doc(cell):
    """The equations of a room that computes by its own methods, from its text."""
    doc = sys.modules[type(cell).__module__].__doc__
    lines = re.findall(r"^    (\w+ = .*?)(?:   .*)?$", doc, re.M)
    found = [part for line in lines for part in line.split(",  ")]
    found = [re.sub(r"\b(\w)_prev", r"\1_{t-1}", line) for line in found]
    found = [re.sub(r"\bz([a-z])\b", r"z_{\1}", line) for line in found]
    found = [re.sub(r"^(\w) =", r"\1_t =", line) for line in found]
    for old, new in ((" * ", " ⊙ "), ("^T", "ᵀ"), ("sigmoid", "σ"), (" - ", " − ")):
        found = [line.replace(old, new) for line in found]
    return found


def _groups(cell):
    """Blocks that read the same: list of (sources, blocks)."""
    groups = {}
    for b in cell.blocks:
        terms = [t for t in getattr(cell, "all_terms", ()) if b in t.blocks]
        sources = dict.fromkeys(t.source for t in terms if t.source)
        groups.setdefault(tuple(sources) or ("x",), []).append(b)
    return list(groups.items())


def _panel(s, lines, places):
    top, low = LANE - 16, places.bottom + 16
    middle = (top + low) / 2
    s.add(
        "panel",
        "panel",
        places.panel + places.width / 2,
        middle,
        part="",
        half=(places.width / 2, (low - top) / 2),
    )
    y = middle - LINE * (len(lines) - 1) / 2 + 5
    for k, line in enumerate(lines):
        s.add(
            f"line_{k}",
            "math",
            places.panel + 18,
            y + k * LINE,
            line,
            part=line.split("_")[0],
            anchor="start",
        )


def _states(s, cell, places):
    """Old states come from the left, new ones leave to the right."""
    for name, y in places.levels.items():
        s.add(f"{name}_prev", "port", 8, y, f"{name}_{{t-1}}", part=name)
        if name in places.through and name not in places.sources:
            s.wire(f"{name}_in", f"{name}_prev", (places.panel, y), part=name)
    for k, name in enumerate(cell.states):
        y = places.levels.get(name, LANE + PITCH * k)
        s.add(f"{name}_out", "port", places.right + 40, y, f"{name}_t", part=name)
        s.wire(
            f"{name}_new", (places.panel + places.width, y), f"{name}_out", part=name
        )


def _group(s, k, sources, blocks, acts, places):
    """Layers in rows behind one line of what they read."""
    rows = [places.rows[b] for b in blocks]
    start = f"join_{k}"
    s.add(start, "join", places.join, rows[0], part="")
    last = start
    if len(blocks) > 1:
        last = f"bus_{k}"
        s.add(last, "dot", places.join + 14, rows[0], part="read")
        s.wire(f"read_{k}", start, last, part="read", arrow=False, thick=True)
    for n, (b, y) in enumerate(zip(blocks, rows, strict=True)):
        s.add(b, "box", places.box, y, acts.get(b, "linear"))
        s.wire(
            f"{b}_out",
            b,
            (places.panel, y),
            part=b,
            label=f"{b}_t" if b in acts else f"z_{b}",
        )
        x = places.join + 14
        if 0 < n < len(blocks) - 1:
            s.add(f"fork_{b}", "dot", x, y, part="read")
            s.wire(
                f"bus_to_{b}", last, f"fork_{b}", part="read", arrow=False, thick=True
            )
            last = f"fork_{b}"
        corner = [(x, y)] if n == len(blocks) - 1 and n else []
        s.wire(f"to_{b}", last, *corner, b, part="read", thick=True)


def _trunk(s, source, k, cell, places):
    """An upright line from a source to every group that reads it."""
    x, start = 66 + 16 * k, [source]
    if source == "x":
        s.add("x", "port", x, places.bottom + 58, "x_t")
    elif source in cell.states:
        y = places.levels[source]
        start = [f"{source}_prev", (x, y)]
        if source in places.through:
            s.add(f"fork_{source}", "dot", x, y, part=source)
            s.wire(
                f"{source}_in",
                f"{source}_prev",
                f"fork_{source}",
                part=source,
                arrow=False,
            )
            s.wire(f"{source}_on", f"fork_{source}", (places.panel, y), part=source)
            start = [f"fork_{source}"]
    else:  # what the arithmetic gives comes back from the panel
        y = places.bottom + 20 + 11 * (k % 2)
        out = places.panel + 40 + 16 * k
        start = [(out, places.bottom + 16), (out, y), (x, y)]
    stops = [
        (g, sources.index(source), len(sources))
        for g, (sources, _) in enumerate(places.groups)
        if source in sources
    ]
    if source not in cell.states:
        stops.reverse()
    for n, (g, place, many) in enumerate(stops):
        y = s.nodes[f"join_{g}"].y + 13 * (place - many + 1)
        ends = [(x, y), (places.join, y)][n < len(stops) - 1 :]
        if n < len(stops) - 1:
            s.add(f"stop_{source}_{g}", "dot", x, y, part=source)
            s.wire(
                f"trunk_{source}_{g}",
                *start,
                f"stop_{source}_{g}",
                part=source,
                arrow=False,
            )
            start = [f"stop_{source}_{g}"]
        ends = (
            [*ends, f"join_{g}"]
            if ends[-1][1] != s.nodes[f"join_{g}"].y
            else [*ends[:-1], f"join_{g}"]
        )
        s.wire(f"{source}_to_{g}", *start, *ends, part=source, arrow=False)


def _words(cell, lines):
    reads = "; ".join(line.strip() for line in cell.reads.splitlines())
    return f"The layers compute {reads}. Between them: {'; '.join(lines)}."
