"""Sketches of the cells around a cell state: the LSTM and its changed parts.

The cell state runs in a lane across the top.  Below it, from left to right: what is
read (x and the old h in one thick line), the layers in rows, their products, and what
is shown of the state.  Which gates there are, what they read, which of them peep at
the state and what stands in for a missing gate follows from the cell.
"""

from itertools import product
from typing import NamedTuple

from ..signs.sketch import Sketch
from .frame import BUS, LANE, LEFT, bus, inputs, layer, title
from .peepholes import depth, peepholes

STEP = {"f": "forget", "i": "input", "g": "input", "o": "output"}
EDGE = 46  # from the last column to the card's edge
COUPLED = 254  # column of a 1− between two gates
SQUASH = ("tanh", "", "2σ−1")


class Plan(NamedTuple):
    """Where things lie, and what stands in for gates that are not there."""

    rows: dict  # y of each layer
    keep: float  # columns: forget, write, show
    add: float
    show: float
    h_lane: float
    forget: str  # "f" a gate, "1−" coupled to the input gate, "" always 1
    write: str  # "i" a gate, "1−" coupled to the forget gate, "" always 1
    squash: str  # between the cell state and the output gate; "" for none


def candidates(cell):
    """Sketches this cell may have; the caller takes the one that computes the same."""
    carried = set(cell.states[2:])
    known = {"g"} <= set(cell.blocks) <= set("ifgodl") and carried <= set("ifo")
    if (
        cell.states[:2] != ("h", "c")
        or not known
        or bool(carried) != bool(gates_read(cell)[1])
    ):
        return
    forget = ["f"] if "f" in cell.blocks else ["", "1−"]
    write = ["i"] if "i" in cell.blocks else ["", "1−"]
    for forget_by, write_by, squash in product(forget, write, SQUASH):
        if not forget_by == write_by == "1−":
            yield lstm(cell, _plan(cell, forget_by, write_by, squash))


def gates_read(cell):
    """The gates of the step before that are read, and the blocks that read them."""
    states = [n for n in cell.states[2:]]
    blocks = [
        b
        for b in cell.blocks
        for t in cell.all_terms
        if b in t.blocks and t.source in states
    ]
    return states, set(blocks)


def _plan(cell, forget, write, squash):
    states, readers = gates_read(cell)
    top, pitch = (140, 74) if cell.vectors else (126, 64)
    rows = {"f": top, "i": top + pitch}
    if states and readers < set(cell.blocks):  # g reads less, so it lies below
        rows["o"] = rows["i"] + pitch
        rows["g"] = rows["o"] + 50 + 26 * len(states)
    else:
        rows["g"] = rows["i"] + 64
        rows["o"] = rows["g"] + pitch
    low = max(rows.values())
    h_lane = low + 54 + 26 * len(states) * (readers >= set(cell.blocks))
    show = 424 if "d" in cell.blocks else 378
    return Plan(rows, 264, 322, show, h_lane, forget, write, squash)


def lstm(cell, plan):
    """The whole sketch: what is read, the lane, what is written, what is shown."""
    right, bottom = plan.show + EDGE, plan.h_lane + 26
    if "d" in cell.blocks:
        bottom += 150
    s = Sketch(right + 46, bottom + 46, title(cell), card=(LEFT, 22, right, bottom))
    s.lanes, s.rows = [(LANE, "c", 8, right + 38)], plan.rows
    inputs(s, plan.h_lane, bottom + 16, "forget input output depth")
    _read(s, cell, plan)
    _forget(s, plan)
    _write(s, plan)
    if "d" in cell.blocks:
        depth(s, cell, plan, bottom)
    _show(s, plan, cell)
    peepholes(s, plan, cell)
    _gates_out(s, cell, plan)
    return s


def _read(s, cell, plan):
    """The layers, and the line of what they read."""
    rows = [(b, plan.rows[b], STEP[b]) for b in cell.blocks if b in STEP]
    for block, y, tags in rows:
        layer(s, cell, block, y, tags=tags)
    states, readers = gates_read(cell)
    if not states:
        bus(s, rows)
        return
    early = [r for r in rows if r[0] not in readers]
    late = [r for r in rows if r[0] in readers]
    last = bus(s, early, more=True) if early else "xh"
    y = max(y for _, y, _ in late) + 24
    every = "forget input output"
    s.add("gates", "join", BUS, y, part="", tags=every)
    s.wire("bus_gates", last, "gates", part="read", tags=every, arrow=False, thick=True)
    for k, n in enumerate(states):
        y_n = y + 24 + 26 * k
        s.add(f"{n}_prev", "port", 8, y_n, f"{n}_{{t-1}}", part=n, tags=every)
        back = {"part": n, "tags": every, "arrow": False}
        s.wire(f"{n}_back", f"{n}_prev", (BUS, y_n), "gates", **back)
    bus(s, late, "gates")


def _gates_out(s, cell, plan):
    """A gate that is read at the next step leaves through a fork."""
    for n in cell.states[2:]:
        x, y, hue = 240, plan.rows[n], {"part": n, "tags": STEP[n]}
        old = s.wires[f"{n}_line"]
        s.add(f"next_{n}", "dot", x, y, **hue)
        s.add(f"{n}_out", "port", x, y + 22, f"{n}_t", **hue, anchor="hidden")
        s.add(f"{n}_later", "note", x + 7, y + 20, "next step", **hue, anchor="start")
        s.change(f"{n}_line", path=(n, f"next_{n}"), arrow=False)
        s.wire(f"{n}_on", f"next_{n}", *old.path[1:], part=n, tags=" ".join(old.tags))
        s.wire(f"{n}_next", f"next_{n}", f"{n}_out", **hue)


def _forget(s, plan):
    """The old cell state, times f if there is one."""
    tags = "forget update"
    s.add("c_prev", "port", 8, LANE, "c_{t-1}", part="c", tags=tags)
    s.add("plus", "circle", plan.add, LANE, "+", part="c", tags="update")
    if not plan.forget:
        s.wire("c_in", "c_prev", "plus", part="c", tags=tags)
        return
    s.add("keep", "circle", plan.keep, LANE, "×", part="c", tags=tags)
    s.wire("c_in", "c_prev", "keep", part="c", tags=tags)
    above = ((plan.keep + plan.add) / 2, LANE - 18)
    s.wire("kept", "keep", "plus", part="c", tags="update", value_at=above)
    x, y = COUPLED, plan.rows["f"]
    if plan.forget == "f":
        s.wire("f_line", "f", (plan.keep, y), "keep", part="f", tags=tags, label="f_t")
        return
    s.add("fork_i", "dot", x, plan.rows["i"], part="i", tags="input update")
    s.add("minus", "circle", x, (y + plan.rows["i"]) / 2, "1−", part="f", tags=tags)
    s.wire("i_minus", "fork_i", "minus", part="i", tags=tags)
    f = {"part": "f", "tags": tags, "label": "f_t", "at": (244, y + 8), "anchor": "end"}
    s.wire("f_line", "minus", (x, y), (plan.keep, y), "keep", **f)


def _write(s, plan):
    """The candidate, times i if there is one, goes up into the lane."""
    y, tags = plan.rows["i"], "input update"
    corner = (plan.add, plan.rows["g"])
    if not plan.write:
        s.wire("g_line", "g", corner, "plus", part="g", tags=tags, label="g_t")
        return
    s.add("gate_in", "circle", plan.add, y, "×", part="g", tags="update")
    s.wire("g_line", "g", corner, "gate_in", part="g", tags=tags, label="g_t")
    beside = (plan.add - 27, y - 32)
    s.wire("written", "gate_in", "plus", part="g", tags="update", value_at=beside)
    if plan.write == "1−":
        _couple_to_f(s, plan, y)
        return
    s.wire("i_line", "i", "gate_in", part="i", tags=tags, label="i_t")
    if plan.forget == "1−":
        s.change("i_line", path=("i", "fork_i"), arrow=False)
        s.wire("i_on", "fork_i", "gate_in", part="i", tags=tags)


def _couple_to_f(s, plan, y):
    """1 - f writes; f's own line forks."""
    x, y_f, tags = COUPLED, plan.rows["f"], "forget update"
    i = {"part": "i", "tags": "input update"}
    s.add("fork_f", "dot", x, y_f, part="f", tags=tags)
    s.add("minus", "circle", x, (y + y_f) / 2, "1−", **i)
    s.change("f_line", path=("f", "fork_f"), arrow=False)
    s.wire("f_on", "fork_f", (plan.keep, y_f), "keep", part="f", tags=tags)
    s.wire("f_minus", "fork_f", "minus", part="f", tags="input update")
    i |= {"label": "i_t", "at": (248, y - 6), "anchor": "end"}
    s.wire("i_line", "minus", (x, y), "gate_in", **i)


def _show(s, plan, cell):
    """The new cell state leaves; what is shown of it is h."""
    x, out, tags = plan.show, plan.show + EDGE + 38, "update output"
    last = "plus_deep" if "plus_deep" in s.nodes else "plus"
    s.add("fork_c", "dot", x, LANE, part="c", tags=tags)
    s.add("c_out", "port", out, LANE, "c_t", part="c", tags=tags)
    s.add("h_out", "port", out, plan.h_lane, "h_t", part="h", tags="output")
    s.wire("c_new", last, "fork_c", part="c", tags=tags, arrow=False)
    s.wire("c_on", "fork_c", "c_out", part="c", tags=tags)
    last, corner = "fork_c", (x, plan.h_lane)
    c = {"part": "c", "tags": "output", "lit": False}
    if plan.squash:
        y = min(plan.rows["g"], plan.rows["o"] - 64)
        s.add("squash", "circle", x, y, plan.squash, **c)
        s.wire("c_down", last, "squash", **c)
        last = "squash"
    if "o" in cell.blocks:
        s.add("gate_out", "circle", x, plan.rows["o"], "×", part="h", tags="output")
        beside = (x + 28, plan.rows["o"] - 26)
        s.wire("squashed", last, "gate_out", **c, value_at=beside)
        s.wire("o_line", "o", "gate_out", part="o", tags="output", label="o_t")
        last = "gate_out"
    s.wire("h_new", last, corner, "h_out", part="h", tags="output")
