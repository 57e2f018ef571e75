"""Sketches of the cells with their own plan: RNN, clockwork RNN, minLSTM."""

from ..signs.sketch import Sketch
from ..truth.probe import activation
from .frame import BOX, BUS, LANE, LEFT, bus, layer, title


def candidates(cell):
    """The sketch of a cell with one block that is its state."""
    if cell.states == ("h",) and cell.blocks == ("h",):
        yield rnn(cell)
    if set(cell.states) == {"h", "t"} and cell.blocks == ("h",):
        yield clockwork(cell)
    if cell.states == ("h",) and cell.blocks == ("i", "f", "g"):
        yield minlstm(cell)


def rnn(cell):
    """One layer that reads the input and its own last output."""
    s = Sketch(400, 176, title(cell), card=(46, 20, 354, 126))
    s.lanes = [(73, "h", 8, 392)]
    s.add("x", "port", 110, 144, "x_t")
    s.add("h_prev", "port", 8, 73, "h_{t-1}", part="h")
    s.add("xh", "join", 134, 73, part="")
    s.wire("h_in", "h_prev", "xh", part="h", arrow=False)
    s.wire("x_in", "x", (110, 73), "xh", part="x", arrow=False)
    s.add("h", "box", 210, 73, activation(cell, "h"))
    s.wire("to_h", "xh", "h", part="read", thick=True)
    s.add("h_out", "port", 392, 73, "h_t", part="h")
    s.wire("h_new", "h", "h_out", part="h")
    return s


N_ROW, CLOCK, TICK = 134, 214, 290  # rows: the layer, the clock, the count of steps
FORK, MIX = 306, 414


def clockwork(cell):
    """One layer whose output is taken only by the units whose clock ticks."""
    s = Sketch(504, 376, title(cell), card=(LEFT, 22, 458, 330))
    s.lanes = [(LANE, "h", 8, 496)]
    s.add("x", "port", BUS, 346, "x_t")
    s.add("h_prev", "port", 8, LANE, "h_{t-1}", part="h")
    s.add("fork_h", "dot", 60, LANE, part="h")
    s.add("xh", "join", BUS, N_ROW + 22, part="")
    s.add("h", "box", BOX, N_ROW, activation(cell, "h") or "tanh")
    s.wire("x_in", "x", "xh", part="x", arrow=False)
    s.wire("h_in", "h_prev", "fork_h", part="h", arrow=False)
    corners = (60, N_ROW + 44), (BUS, N_ROW + 44)
    s.wire("h_down", "fork_h", *corners, "xh", part="h", arrow=False)
    s.wire("to_h", "xh", (BUS, N_ROW), "h", part="read", thick=True)
    words = {"text": "slow to fast only", "part": "h", "anchor": "start"}
    s.add("masked", "note", 184, N_ROW + 17, **words)
    _clock(s)
    _ticking(s)
    return s


def _clock(s):
    """Steps are counted; each unit compares the count with its period."""
    s.add("t_prev", "port", 8, TICK, "t − 1", part="t")
    s.add("fork_t", "dot", BOX, TICK, part="t")
    s.add("on", "circle", BOX, CLOCK, "clock", part="t")
    s.add("count", "circle", 240, TICK, "+1", part="t")
    s.add("t_out", "port", 496, TICK, "t", part="t")
    words = {"text": "in every T-th step", "part": "t", "anchor": "start"}
    s.add("ticks", "note", BOX + 40, CLOCK + 17, **words)
    s.wire("t_in", "t_prev", "fork_t", part="t", arrow=False)
    s.wire("t_up", "fork_t", "on", part="t")
    s.wire("t_on", "fork_t", "count", part="t")
    s.wire("t_new", "count", "t_out", part="t")


def _ticking(s):
    """on times the new, 1 - on times the old."""
    s.add("keep", "circle", FORK, LANE, "×", part="h")
    s.add("minus", "circle", FORK, 97, "1−", part="t")
    s.add("new", "circle", MIX, N_ROW, "×", part="h")
    s.add("plus", "circle", MIX, LANE, "+", part="h")
    s.add("h_out", "port", 496, LANE, "h_t", part="h")
    s.add("fork_on", "dot", FORK, CLOCK, part="t")
    s.wire("on_line", "on", "fork_on", part="t", label="on_t", arrow=False)
    s.wire("on_minus", "fork_on", "minus", part="t")
    s.wire("off", "minus", "keep", part="t")
    s.wire("on_plain", "fork_on", (MIX, CLOCK), "new", part="t")
    s.wire("n_line", "h", "new", part="h", label="n_t")
    s.wire("h_kept", "fork_h", "keep", part="h")
    s.wire("kept", "keep", "plus", part="h")
    s.wire("added", "new", "plus", part="h")
    s.wire("h_new", "plus", "h_out", part="h")


SHARE, KEEP, WRITE = 264, 366, 466  # columns of the minLSTM


def minlstm(cell):
    """Two gates that share out one unit between the old state and the candidate."""
    s = Sketch(554, 366, title(cell), card=(LEFT, 22, 508, 320))
    s.lanes = [(LANE, "h", 8, 546)]
    rows = {"f": 134, "i": 206, "g": 278}
    s.add("x", "port", BUS, 336, "x_t")
    for b, y in rows.items():
        layer(s, cell, b, y, text=None if b == "g" else "log σ")
    bus(s, [(b, y, "") for b, y in rows.items()], "x", part="x")
    s.add("less", "circle", SHARE, 170, "−", part="f")
    s.add("share", "circle", SHARE + 52, 170, "σ", part="f")
    s.wire("lf_line", "f", (SHARE, 134), "less", part="f", label="lf_t", key="lf")
    s.wire("li_line", "i", (SHARE, 206), "less", part="i", label="li_t", key="li")
    s.wire("difference", "less", "share", part="f")
    _shared(s)
    s.wire("g_line", "g", (WRITE, 278), "new", part="g", label="g_t")
    return s


def _shared(s):
    """f keeps, 1 - f writes."""
    s.add("h_prev", "port", 8, LANE, "h_{t-1}", part="h")
    s.add("h_out", "port", 546, LANE, "h_t", part="h")
    s.add("keep", "circle", KEEP, LANE, "×", part="h")
    s.add("plus", "circle", WRITE, LANE, "+", part="h")
    s.add("fork_f", "dot", KEEP, 170, part="f")
    s.add("minus", "circle", KEEP + 50, 170, "1−", part="i")
    s.add("new", "circle", WRITE, 170, "×", part="g")
    f = {"part": "f", "label": "f_t", "at": (333, 190), "arrow": False}
    s.wire("f_line", "share", "fork_f", **f)
    s.wire("f_on", "fork_f", "keep", part="f")
    s.wire("f_minus", "fork_f", "minus", part="f")
    s.wire("i_line", "minus", "new", part="i", label="i_t", at=(394, 206))
    s.wire("h_in", "h_prev", "keep", part="h")
    s.wire("kept", "keep", "plus", part="h")
    s.wire("added", "new", "plus", part="g")
    s.wire("h_new", "plus", "h_out", part="h")
