"""One cell along time, four ways: which steps read, and which are asked."""

from ..signs.sketch import Sketch

STEP, ROW, COLUMN = 58, 176, 262  # between copies, rows of panels, columns of panels
HALF, REACH = 18, 54  # half a copy; from its middle to what it reads and answers
WAYS = {  # x: an input comes in, h: an answer is asked; "-" neither
    "many in, one out": ("xxx", "--h"),
    "one in, many out": ("x--", "hhh"),
    "in and out at each step": ("xxx", "hhh"),
    "first in, then out": ("xx--", "--hh"),
}


def in_and_out():
    """Four panels of copies of one recurrent layer."""
    s = Sketch(2 * COLUMN, 2 * ROW, "Four ways to read and write a sequence")
    s.desc = (
        "Four rows of boxes, the copies of one recurrent layer, each with an arrow to "
        "the next: "
        + "; ".join(f"{way}, {_says(*what)}" for way, what in WAYS.items())
        + "."
    )
    for k, (way, (reads, asked)) in enumerate(WAYS.items()):
        x, y = 44 + COLUMN * (k % 2), 74 + ROW * (k // 2)
        for t, what in enumerate(zip(reads, asked, strict=True), 1):
            _copy(s, f"{t}{'abcd'[k]}", x + STEP * (t - 1), y, t, "".join(what))
            if t > 1:
                ends = x + STEP * (t - 2) + HALF, x + STEP * (t - 1) - HALF
                s.wire(f"on_{t}{'abcd'[k]}", (ends[0], y), (ends[1], y), part="h")
        middle = x + STEP * (len(reads) - 1) / 2
        s.add(f"word_{'abcd'[k]}", "caption", middle, y + REACH + 34, way, part="")
    return s


def _copy(s, name, x, y, t, what):
    """One copy, with its input where one comes in and its answer where one is asked."""
    box = f"cell_{name}"
    s.add(box, "box", x, y, "", part="h", tags="cell", half=(HALF, HALF))
    if "x" in what:
        s.add(f"x_{name}", "port", x, y + REACH - 14, f"x_{t}", part="x")
        s.wire(f"x_in_{name}", f"x_{name}", box, part="x")
    if "h" in what:
        s.add(f"h_{name}", "port", x, y - REACH + 8, f"h_{t}", part="h", anchor="above")
        s.wire(f"h_up_{name}", box, f"h_{name}", part="h")


def _says(reads, asked):
    """The steps of a panel in words."""
    ins, outs = (
        " and ".join(str(t) for t, c in enumerate(row, 1) if c != "-")
        for row in (reads, asked)
    )
    return f"inputs at steps {ins}, answers at steps {outs}"
