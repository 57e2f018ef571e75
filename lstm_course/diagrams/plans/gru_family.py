"""Sketches of the cells around one gated state: GRU, MUT1-3, minGRU.

The lane across the top carries h.  Below it, left to right: what is read, the layers
in rows, their products; the old h falls to where the reset meets it.  What each layer
reads, whether the reset comes before or after a product, and what the update gate
keeps follows from the cell.
"""

from ..signs.sketch import Sketch
from ..truth.probe import keeps_old
from .frame import BUS, LANE, LEFT, bus, layer, title

DROP, FORK_U, MINUS, MIX = 268, 318, 370, 426  # columns
SIDE, OWN = 60, 104  # where h falls at the left; where a layer's own reads join
ALL = "reset update candidate mix"
ROWS = {
    "after": {"u": 134, "m": 192, "r": 252, "n": 330},
    "before": {"u": 134, "r": 218, "n": 296},
    "apart": {"u": 134, "r": 218, "n": 284, "e": 346},
    "plain": {"u": 134, "n": 214},
}


def candidates(cell):
    """The sketch of a cell whose one state is mixed by an update gate."""
    if cell.states == ("h",) and {"u", "n"} <= set(cell.blocks) <= set("runme"):
        yield gru(cell)


def sources(cell, block):
    """The sources of a block: set of names."""
    return {t.source for t in cell.all_terms if block in t.blocks and t.source}


def gru(cell):
    """The whole sketch."""
    form = (
        "after" if "m" in cell.blocks else "apart" if "e" in cell.blocks else "before"
    )
    rows = ROWS[form if "r" in cell.blocks else "plain"]
    low = max(rows.values())
    s = Sketch(516, low + 78, title(cell), card=(LEFT, 22, 470, low + 32))
    s.lanes, s.rows = [(LANE, "h", 8, 508)], rows
    s.add("x", "port", BUS, low + 48, "x_t", tags=ALL)
    s.add("h_prev", "port", 8, LANE, "h_{t-1}", part="h", tags=ALL)
    falls = sources(cell, "r") | sources(cell, "u") > {"x"}
    last = _fork_h(s, "h_prev", SIDE) if falls else "h_prev"
    for b in "ur":
        if b in rows:
            layer(s, cell, b, rows[b], tags="update" if b == "u" else "reset")
    together = sources(cell, "u") == sources(cell, "r") == {"x", "h"}
    last = (_together if together else _each_its_own)(s, cell, rows, last)
    if "r" in rows:
        last = _fork_h(s, last, DROP)
        {"after": _after, "before": _before, "apart": _apart}[form](s, cell, rows)
    else:
        layer(s, cell, "n", rows["n"], tags="candidate")
        s.wire("to_n", "fork_x", "n", part="x", tags="candidate n")
        _to_mix(s, "n", rows)
    _mix(s, keeps_old(cell), rows, last)
    return s


def _fork_h(s, last, x):
    """A fork of the old h on the lane: its name."""
    name = f"fork_h_{x}"
    s.add(name, "dot", x, LANE, part="h", tags=ALL)
    s.wire(f"to_{name}", last, name, part="h", tags=ALL, arrow=False)
    return name


def _fork_x(s, rows):
    y = max(rows.values())
    s.add("fork_x", "dot", BUS, y, part="x", tags=ALL)
    s.wire("x_in", "x", "fork_x", part="x", tags=ALL, arrow=False)


def _together(s, cell, rows, last):
    """Both gates read x joined with h."""
    y, tags = rows["r"] + 24, "reset update"
    _fork_x(s, rows)
    s.add("xh", "join", BUS, y, part="", tags=tags)
    s.wire("x_up", "fork_x", "xh", part="x", tags=tags, arrow=False)
    h = {"part": "h", "tags": tags, "arrow": False}
    s.wire("h_down", last, (SIDE, y + 20), (BUS, y + 20), "xh", **h)
    bus(s, [("u", rows["u"], "update"), ("r", rows["r"], "reset")])
    return last


def _each_its_own(s, cell, rows, last):
    """Every gate joins what it reads; x runs up along them."""
    _fork_x(s, rows)
    below = "fork_x"
    if "r" in rows:
        y = rows["r"]
        s.add("fork_xr", "dot", BUS, y, part="x", tags="reset update")
        s.add("xh", "join", OWN, y, part="", tags="reset")
        s.wire("x_up", below, "fork_xr", part="x", tags="reset update", arrow=False)
        s.wire("x_to_r", "fork_xr", "xh", part="x", tags="reset", arrow=False)
        h = {"part": "h", "tags": "reset", "arrow": False}
        s.wire("h_to_r", last, (SIDE, y - 28), (OWN, y - 28), "xh", **h)
        s.wire("to_r", "xh", "r", part="read", tags="reset r", thick=True)
        below = "fork_xr"
    corner = (BUS, rows["u"])
    if sources(cell, "u") == {"x"}:
        s.wire("to_u", below, corner, "u", part="x", tags="update u")
        return last
    last = _fork_h(s, last, OWN)
    s.add("a", "circle", OWN, rows["u"] - 38, "tanh", part="h", tags="update")
    s.add("xa", "join", OWN, rows["u"], part="", tags="update")
    s.wire("x_to_u", below, corner, "xa", part="x", tags="update", arrow=False)
    s.wire("a_in", last, "a", part="h", tags="update")
    s.wire("a_line", "a", "xa", part="h", tags="update", arrow=False)
    s.wire("to_u", "xa", "u", part="read", tags="update u", thick=True)
    return last


def _reset(s, rows, source):
    """r times what falls from the lane."""
    s.add("q", "circle", DROP, rows["r"], "×", part="r", tags="candidate")
    s.wire("r_line", "r", "q", part="r", tags="reset candidate", label="r_t")
    s.wire("q_in", source, "q", part="h" if source != "m" else "m", tags="candidate")


def _before(s, cell, rows):
    """The candidate reads x joined with r times the old h."""
    y = rows["n"]
    _reset(s, rows, f"fork_h_{DROP}")
    s.add("xq", "join", DROP, y, part="", tags="candidate")
    s.wire("q_line", "q", "xq", part="r", tags="candidate", arrow=False)
    s.wire("x_on", "fork_x", "xq", part="x", tags="candidate", arrow=False)
    layer(s, cell, "n", y, x=FORK_U, tags="candidate")
    s.wire("to_n", "xq", "n", part="read", tags="candidate n", thick=True)
    _to_mix(s, "n", rows)


def _after(s, cell, rows):
    """The candidate adds r times a product of the old h, then squashes."""
    layer(s, cell, "m", rows["m"], x=DROP, tags="candidate", word="")
    _reset(s, rows, "m")
    s.wire("m_in", f"fork_h_{DROP}", "m", part="h", tags="candidate")
    s.change("q_in", label="m_t")
    layer(s, cell, "n", rows["n"], tags="candidate", text="linear")
    s.wire("to_n", "fork_x", "n", part="x", tags="candidate n")
    s.wire("z_line", "n", "sum", part="n", tags="candidate", label="z_n", key="zn")
    _sum(s, "q", rows["n"])
    _to_mix(s, "squash", rows)


def _apart(s, cell, rows):
    """The candidate's layer reads r times the old h; x comes through its own."""
    _reset(s, rows, f"fork_h_{DROP}")
    layer(s, cell, "n", rows["n"], x=DROP, tags="candidate", text="linear", word="")
    s.wire("to_n", "q", "n", part="r", tags="candidate n")
    layer(s, cell, "e", rows["e"], tags="candidate")
    s.wire("to_e", "fork_x", "e", part="x", tags="candidate e")
    s.wire("e_line", "e", "sum", part="e", tags="candidate", label="e_t")
    _sum(s, "n", rows["e"])
    s.change("sum_in", label="z_n", key="zn")
    _to_mix(s, "squash", rows)


def _sum(s, above, y):
    """What comes from above is added, and tanh taken."""
    s.add("sum", "circle", DROP, y, "+", part="n", tags="candidate")
    s.add("squash", "circle", FORK_U + 4, y, "tanh", part="n", tags="candidate")
    s.wire("sum_in", above, "sum", part=s.nodes[above].part, tags="candidate")
    s.wire("summed", "sum", "squash", part="n", tags="candidate")


def _to_mix(s, last, rows):
    y = s.nodes[last].y
    s.wire("n_line", last, (MIX, y), "new", part="n", tags="candidate mix", label="n_t")


def _mix(s, old, rows, last):
    """u times one of them, 1 - u times the other."""
    row = rows["u"]
    s.add("keep", "circle", FORK_U, LANE, "×", part="h", tags="mix")
    s.add("new", "circle", MIX, row, "×", part="n", tags="mix")
    s.add("plus", "circle", MIX, LANE, "+", part="h", tags="mix")
    s.add("h_out", "port", 508, LANE, "h_t", part="h", tags="mix")
    s.add("fork_u", "dot", FORK_U, row, part="u", tags="update mix")
    u = {"part": "u", "tags": "update mix", "label": "u_t", "arrow": False}
    s.wire("u_line", "u", "fork_u", **u)
    x, y = (MINUS, row) if old else (FORK_U, (LANE + row) / 2 + 4)
    s.add("minus", "circle", x, y, "1−", part="u", tags="mix")
    s.wire("u_minus", "fork_u", "minus", part="u", tags="mix")
    s.wire("minus_line", "minus", "new" if old else "keep", part="u", tags="mix")
    s.wire("u_plain", "fork_u", "keep" if old else "new", part="u", tags="mix")
    s.wire("h_kept", last, "keep", part="h", tags="mix")
    above = ((FORK_U + MIX) / 2, LANE - 8)
    s.wire("kept", "keep", "plus", part="h", tags="mix", value_at=above)
    s.wire("added", "new", "plus", part="n", tags="mix", value_at=(MIX + 28, row - 36))
    s.wire("h_new", "plus", "h_out", part="h", tags="mix")
