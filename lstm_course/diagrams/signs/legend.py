"""The diagram language, each sign with its meaning, drawn with the same signs."""

from ... import palette
from .sketch import Sketch

LEFT, MIDDLE, STEP, TOP = 40, 266, 52, 38
ARM, WORDS = 30, 42  # half a sign's length; from its middle to its words


def legend():
    """The signs in two columns, then the colours."""
    s = Sketch(420, TOP + 4 * STEP + 66, "How to read the diagrams")
    signs = (
        (_box, "learned layer"),
        (_line, "a whole vector"),
        (_circle, "pointwise operation"),
        (_fork, "copied"),
        (_weight, "weight per unit"),
        (_merge, "concatenated"),
        (_lane, "state over time"),
        (_bridge, "no contact"),
    )
    for k, (draw, words) in enumerate(signs):
        x, y = (LEFT, MIDDLE)[k % 2], TOP + k // 2 * STEP
        draw(s, x, y)
        s.add(f"word_{k}", "caption", x + WORDS, y + 5, words, anchor="start", part="")
    _colours(s, TOP + 4 * STEP + 10)
    s.desc = "; ".join(f"{_name(draw)}: {words}" for draw, words in signs)
    s.desc += ". Gates and states keep their colours through the whole course."
    return s


def _name(draw):
    return draw.__name__.strip("_")


def _box(s, x, y):
    s.add("box", "box", x, y, "σ", part="h")


def _circle(s, x, y):
    s.add("circle", "circle", x, y, "×", part="h")


def _weight(s, x, y):
    s.add("weight", "weight", x, y, "w_{cf}", part="h")


def _lane(s, x, y):
    s.lanes.append((y, "c", x - ARM - 28, x + ARM + 28))
    s.wire("carried", (x - ARM, y), (x + ARM, y), part="c")


def _line(s, x, y):
    s.wire("line", (x - ARM, y), (x + ARM, y), part="read")


def _fork(s, x, y):
    s.add("fork", "dot", x - 8, y, part="read")
    s.wire("fork_in", (x - ARM, y), "fork", part="read", arrow=False)
    s.wire("fork_on", "fork", (x + ARM, y), part="read")
    s.wire("fork_off", "fork", (x - 8, y - 18), (x + ARM, y - 18), part="read")


def _merge(s, x, y):
    s.add("merge", "join", x, y, part="read")
    s.wire("merge_a", (x - ARM, y), "merge", part="read", arrow=False)
    corners = (x - ARM, y - 18), (x - 12, y - 18), (x - 12, y)
    s.wire("merge_b", *corners, "merge", part="read", arrow=False)
    s.wire("merged", "merge", (x + ARM, y), part="read", thick=True)


def _bridge(s, x, y):
    s.wire("level", (x - ARM, y), (x + ARM, y), part="read")
    s.wire("upright", (x, y + 20), (x, y - 20), part="read")


def _colours(s, y):
    """One small layer per colour, with its name; two gates may share a colour."""
    for n, k in enumerate("figoch"):
        x, row, words = LEFT - 10 + n % 3 * 132, y + n // 3 * 36, palette.NAMES[k]
        s.add(f"colour_{k}", "weight", x, row, k, part=k)
        s.add(f"name_{k}", "caption", x + 29, row + 5, words, part="", anchor="start")
