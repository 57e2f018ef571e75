"""The description of a diagram: nodes, wires between them, and where they lie.

A diagram is written as data (what is connected to what, and where), never as a
picture, so that a variant is another cell's sketch with parts changed, a test can
run the picture as a program, and nothing is drawn twice.

Node kinds: ``box`` a learned layer, ``weight`` a learned elementwise weight,
``circle`` a pointwise operation, ``dot`` a fork, ``join`` a concatenation, ``port``
an end of a line, ``note`` and ``caption`` words, ``math`` an equation,
``panel`` a frame around some, ``ghost`` a layer that is gone.  Coordinates are in
the picture's own units.
"""

from dataclasses import dataclass, field, replace

HALF = {  # half width and half height of a node
    "box": (28.0, 19.0),
    "weight": (21.0, 12.0),
    "circle": (14.0, 14.0),
    "dot": (0.0, 0.0),
    "join": (0.0, 0.0),
    "port": (0.0, 0.0),
    "note": (0.0, 0.0),
    "math": (0.0, 0.0),
    "caption": (0.0, 0.0),
    "ghost": (28.0, 19.0),
    "panel": (0.0, 0.0),
}
WIDE = (23.0, 14.0)  # a circle that holds a word


@dataclass(frozen=True)
class Node:
    """One thing in the picture; ``part`` gives its colour, ``tags`` what lights it."""

    kind: str
    x: float
    y: float
    text: str = ""
    part: str = ""
    tags: frozenset = frozenset()
    half: tuple = ()
    anchor: str = "middle"

    @property
    def size(self):
        """Half width and half height."""
        if self.half:
            return self.half
        wide = self.kind == "circle" and len(self.text) > 2
        return WIDE if wide else HALF[self.kind]


@dataclass(frozen=True)
class Wire:
    """A line through ``path``: names of nodes and (x, y) corners between them."""

    path: tuple
    part: str = ""
    tags: frozenset = frozenset()
    label: str = ""
    key: str = ""  # whose value is written at the label, if not the part's
    at: tuple = ()  # where the label stands, if not where the line begins
    anchor: str = "start"  # "end": label and value end there
    value_at: tuple = ()  # where a value stands on a line without a label
    arrow: bool = True
    thick: bool = False
    dashed: bool = False


@dataclass
class Sketch:
    """Nodes and wires by name, the lanes of the carried states, and the card."""

    width: float
    height: float
    title: str = ""
    desc: str = ""
    card: tuple = ()
    new: set | None = None  # names that another cell lacks, where compared
    rows: dict = field(default_factory=dict)  # y of the layers, absent ones included
    lanes: list = field(default_factory=list)
    nodes: dict = field(default_factory=dict)
    wires: dict = field(default_factory=dict)

    def add(self, name, kind, x, y, text="", part="", tags="", lit=True, **more):
        """Put a node at (x, y).  Its part lights it too, unless it is not ``lit``."""
        part = part or name
        tags = frozenset(tags.split()) | {name, part if lit else name}
        self.nodes[name] = Node(kind, x, y, text, part, tags, **more)

    def wire(self, name, *path, part="", tags="", lit=True, **more):
        """Lead a line through named nodes and corners."""
        part = part or name
        tags = frozenset(tags.split()) | {name, part if lit else name}
        self.wires[name] = Wire(path, part, tags, **more)

    def remove(self, *names):
        """Take away nodes, wires, and every wire that touches one of the nodes."""
        for name in names:
            self.nodes.pop(name, None)
            self.wires.pop(name, None)
        gone = [k for k, w in self.wires.items() if set(map(str, w.path)) & set(names)]
        for name in gone:
            del self.wires[name]

    def change(self, name, **what):
        """Change fields of a node or a wire."""
        group = self.nodes if name in self.nodes else self.wires
        group[name] = replace(group[name], **what)

    def points(self, wire):
        """The corners of a wire, its ends cut off at the shapes: list of (x, y)."""
        raw = [self._place(p) for p in wire.path]
        for (x0, y0), (x1, y1) in zip(raw, raw[1:], strict=False):
            if x0 != x1 and y0 != y1:
                raise ValueError(
                    f"a wire runs askew from {(x0, y0)} to {(x1, y1)}. Its path is "
                    f"{wire.path}; lines run level or upright. Add a corner between?"
                )
        return [
            self._cut(wire.path[0], raw[0], raw[1]),
            *raw[1:-1],
            self._cut(wire.path[-1], raw[-1], raw[-2]),
        ]

    def _place(self, p):
        return (self.nodes[p].x, self.nodes[p].y) if isinstance(p, str) else p

    def _cut(self, p, here, there):
        """The point where the line from ``here`` to ``there`` leaves the shape."""
        if not isinstance(p, str):
            return here
        w, h = self.nodes[p].size
        x, y = here
        if there[0] != x:
            return (x + w if there[0] > x else x - w), y
        return x, (y + h if there[1] > y else y - h)


def segments(points):
    """Pairs of neighbouring points."""
    return list(zip(points, points[1:], strict=False))


def crossing(a, b):
    """Where a level and an upright segment cross in their insides, or None."""
    if (a[0][1] == a[1][1]) == (b[0][1] == b[1][1]):
        return None
    level, upright = (a, b) if a[0][1] == a[1][1] else (b, a)
    x, y = upright[0][0], level[0][1]
    left, right = sorted((level[0][0], level[1][0]))
    top, bottom = sorted((upright[0][1], upright[1][1]))
    return (x, y) if left < x < right and top < y < bottom else None
