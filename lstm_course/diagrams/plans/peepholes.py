"""What an LSTM's sketch gains: gates that see the cell state, a gate in depth."""

from .frame import BOX, BUS, LANE, layer

SIDE, RISE = 62, 37  # where the old c falls; how far above its layer it turns
STEP = {"f": "forget", "i": "input", "o": "output", "d": "depth"}
SEES = "forget input depth"


def peepholes(s, plan, cell):
    """The old c to f, i and d around the left, the new c to o from the lane."""
    rows = {b: plan.rows.get(b, s.nodes[b].y) for b in "fid" if b in s.nodes}
    gates = [b for b in rows if f"w_c{b}" in cell.vectors]
    if gates:
        _fork_old(s)
    last = "fork_c_prev"
    for b in gates:
        y, corner = rows[b] - RISE, [(SIDE, rows[b] - RISE)]
        if b != gates[-1]:
            s.add(f"fork_c{b}", "dot", SIDE, y, part="c", tags=SEES)
            fork, corner = f"fork_c{b}", []
            s.wire(f"c_to_fork_{b}", last, fork, part="c", tags=SEES, arrow=False)
            last = fork
        _weight(s, f"w_c{b}", b, 118, y)
        s.wire(f"peep_{b}", last, *corner, f"w_c{b}", part="c", tags=STEP[b])
        s.wire(f"seen_{b}", f"w_c{b}", (BOX, y), b, part="c", tags=STEP[b])
    if "w_co" in cell.vectors and "o" in cell.blocks:
        _peep_o(s, plan)


def _fork_old(s):
    """The old c forks before it meets anything."""
    first = s.wires["c_in"].path[-1]
    tags = "forget input update depth"
    s.add("fork_c_prev", "dot", SIDE, LANE, part="c", tags=tags)
    s.change("c_in", path=("c_prev", "fork_c_prev"), arrow=False)
    s.wire("c_past", "fork_c_prev", first, part="c", tags="forget update")


def _peep_o(s, plan):
    """The output gate sees the new cell state."""
    x, y, tags = plan.show - 30, plan.rows["o"] - RISE, "update output"
    last = s.wires["c_new"].path[0]
    s.add("fork_peep", "dot", x, LANE, part="c", tags=tags)
    s.change("c_new", path=(last, "fork_peep"))
    s.wire("c_past_peep", "fork_peep", "fork_c", part="c", tags=tags, arrow=False)
    _weight(s, "w_co", "o", 214, y)
    s.wire("peep_o", "fork_peep", (x, y), "w_co", part="c", tags="output")
    s.wire("seen_o", "w_co", (BOX, y), "o", part="c", tags="output")


def _weight(s, name, block, x, y):
    first, rest = name.split("_")
    s.add(name, "weight", x, y, f"{first}_{{{rest}}}", part=block, tags=STEP[block])


def depth(s, cell, plan, bottom):
    """The depth gate lets the cell state of the layer below into the lane."""
    x, y, tags = plan.add + 46, plan.h_lane + 66, "depth"
    layer(s, cell, "d", y, tags=tags, word="depth")
    s.remove("x_in")
    s.add("fork_xd", "dot", BUS, y, part="x", tags=tags)
    _from_below(s, cell, x, y, bottom)
    s.wire("x_on", "fork_xd", "xh", part="x", tags="forget input output", arrow=False)
    s.wire("to_d", "fork_xd", "d", part="x", tags="depth d")
    s.add("gate_deep", "circle", x, y, "×", part="d", tags=tags)
    s.add("plus_deep", "circle", x, LANE, "+", part="c", tags="update depth")
    s.wire("d_line", "d", "gate_deep", part="d", tags=tags, label="d_t")
    s.wire("deep", "gate_deep", "plus_deep", part="d", tags="update depth")
    s.wire("c_upper", "plus", "plus_deep", part="c", tags="update depth")


def _from_below(s, cell, x, y, bottom):
    """What comes from below: a cell state, or the projected input."""
    if "l" in cell.blocks:
        low = y + 52
        layer(s, cell, "l", low, tags="depth", text="linear", word="projected")
        s.add("fork_xl", "dot", BUS, low, part="x", tags="depth")
        s.wire("x_in", "x", "fork_xl", part="x", arrow=False)
        s.wire("x_up", "fork_xl", "fork_xd", part="x", arrow=False)
        s.wire("to_l", "fork_xl", "l", part="x", tags="depth l")
        line = {"part": "l", "tags": "depth", "label": "l_t"}
        s.wire("l_line", "l", (x, low), "gate_deep", **line)
        return
    s.wire("x_in", "x", "fork_xd", part="x", arrow=False)
    c, low = {"part": "c", "tags": "depth"}, y + 44
    s.add("zl", "port", x, bottom + 16, "c_t below", **c, anchor="below")
    if "w_ld" not in cell.vectors:
        s.wire("below", "zl", "gate_deep", **c)
        return
    s.add("fork_zl", "dot", x, low, **c)
    _weight(s, "w_ld", "d", 214, low)
    s.wire("below", "zl", "fork_zl", **c, arrow=False)
    s.wire("below_on", "fork_zl", "gate_deep", **c)
    s.wire("below_seen", "fork_zl", "w_ld", **c)
    s.wire("seen_below", "w_ld", (BOX, low), "d", **c)
