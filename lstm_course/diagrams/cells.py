"""Sketches of the cells: where each block, gate and state of a cell lies.

The layout reads from left to right: what is read (x and the old h, merged into one
thick line), the learned layers in rows, their products, and the new state.  The cell
state runs in a lane across the top.  What a layer is (sigmoid, tanh, ...) is asked
from the cell itself, not written here a second time.
"""

from .. import palette
from .probe import activation, keeps_old
from .sketch import Sketch

LANE, LEFT, RIGHT = 54, 46, 474  # y of the lane; the card's edges
BUS, BOX = 82, 146  # x of what is read, x of the layers


def layer(s, cell, block, y, *, x=BOX, tags="", text=None, word=None):
    """A learned layer in its row, with its word under the line that leaves it."""
    s.add(block, "box", x, y, text or activation(cell, block), tags=tags)
    word = palette.NAMES.get(block, "") if word is None else word
    if word:
        s.add(
            f"{block}_word",
            "note",
            x + 38,
            y + 17,
            word.removesuffix(" gate"),
            part=block,
            tags=tags,
            anchor="start",
        )


def inputs(s, y, bottom, tags):
    """x from below and the old h from the left become one thick line at (BUS, y)."""
    s.add("x", "port", BUS, bottom, "x_t", tags=tags)
    s.add("h_prev", "port", 8, y, "h_{t-1}", part="h", tags=tags)
    s.add("xh", "join", BUS, y - 22, part="", tags=tags)
    s.wire("x_in", "x", "xh", part="x", tags=tags, arrow=False)
    s.wire("h_in", "h_prev", (BUS, y), "xh", part="h", tags=tags, arrow=False)


def bus(s, rows):
    """The thick line up along the layers, a dot at each fork; rows: (name, y, tags)."""
    rows = sorted(rows, key=lambda r: -r[1])
    last, every = "xh", " ".join(t for _, _, t in rows)
    for name, y, tags in rows[:-1]:
        s.add(f"fork_{name}", "dot", BUS, y, part="read", tags=f"{tags} {name}")
        s.wire(
            f"bus_{name}",
            last,
            f"fork_{name}",
            part="read",
            tags=every,
            arrow=False,
            thick=True,
        )
        s.wire(
            f"to_{name}",
            f"fork_{name}",
            name,
            part="read",
            tags=f"{tags} {name}",
            thick=True,
        )
        last, every = f"fork_{name}", every.replace(tags, "", 1)
    name, y, tags = rows[-1]
    s.wire(
        f"to_{name}",
        last,
        (BUS, y),
        name,
        part="read",
        tags=f"{tags} {name}",
        thick=True,
    )


def rnn(cell):
    """One layer that reads the input and its own last output."""
    s = Sketch(400, 176, "Simple recurrent network (RNN)", card=(46, 20, 354, 126))
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


ROWS = {"f": 126, "i": 190, "g": 254, "o": 318}
STEP = {"f": "forget", "i": "input", "g": "input", "o": "output"}
KEEP, ADD, SHOW, H_LANE = 272, 342, 414, 372


def lstm(cell):
    """Four layers, the lane of the cell state, and what is shown of it."""
    s = Sketch(520, 444, "Long short-term memory (LSTM)", card=(LEFT, 22, RIGHT, 398))
    s.lanes = [(LANE, "c", 8, 512)]
    inputs(s, H_LANE, 414, "forget input output")
    for b, y in ROWS.items():
        layer(s, cell, b, y, tags=STEP[b])
    bus(s, [(b, y, STEP[b]) for b, y in ROWS.items()])
    cell_lane(s)
    write(s)
    shown(s)
    return s


def cell_lane(s):
    """c_prev, times f, plus what is written, is c."""
    s.add("c_prev", "port", 8, LANE, "c_{t-1}", part="c", tags="forget update")
    s.add("keep", "circle", KEEP, LANE, "×", part="c", tags="forget update")
    s.add("plus", "circle", ADD, LANE, "+", part="c", tags="update")
    s.add("fork_c", "dot", SHOW, LANE, part="c", tags="update output")
    s.add("c_out", "port", 512, LANE, "c_t", part="c", tags="update output")
    s.wire("c_in", "c_prev", "keep", part="c", tags="forget update")
    s.wire(
        "f_out",
        "f",
        (KEEP, ROWS["f"]),
        "keep",
        part="f",
        tags="forget update",
        label="f_t",
    )
    s.wire("kept", "keep", "plus", part="c", tags="update")
    s.wire("c_new", "plus", "fork_c", part="c", tags="update output", arrow=False)
    s.wire("c_on", "fork_c", "c_out", part="c", tags="update output")


def write(s):
    """i times g goes up into the lane."""
    s.add("gate_in", "circle", ADD, ROWS["i"], "×", part="g", tags="update")
    s.wire("i_out", "i", "gate_in", part="i", tags="input update", label="i_t")
    s.wire(
        "g_out",
        "g",
        (ADD, ROWS["g"]),
        "gate_in",
        part="g",
        tags="input update",
        label="g_t",
    )
    s.wire("written", "gate_in", "plus", part="g", tags="update")


def shown(s):
    """o times tanh(c) is h."""
    s.add("squash", "circle", SHOW, ROWS["g"], "tanh", part="c", tags="output")
    s.add("gate_out", "circle", SHOW, ROWS["o"], "×", part="h", tags="output")
    s.add("h_out", "port", 512, H_LANE, "h_t", part="h", tags="output")
    s.wire("c_down", "fork_c", "squash", part="c", tags="output")
    s.wire("squashed", "squash", "gate_out", part="c", tags="output")
    s.wire("o_out", "o", "gate_out", part="o", tags="output", label="o_t")
    s.wire("h_new", "gate_out", (SHOW, H_LANE), "h_out", part="h", tags="output")


DROP, FORK_U, MINUS, MIX = 264, 324, 378, 434  # columns of the GRU
ROW_U, ROW_M, ROW_R, ROW_N = 134, 192, 252, 330


def gru(cell):
    """Two gates around one state; the reset acts before or after the product."""
    s = Sketch(532, 408, "Gated recurrent unit (GRU)", card=(LEFT, 22, 486, 362))
    s.lanes = [(LANE, "h", 8, 524)]
    gru_reads(s)
    layer(s, cell, "u", ROW_U, tags="update")
    layer(s, cell, "r", ROW_R, tags="reset")
    bus(s, [("u", ROW_U, "update"), ("r", ROW_R, "reset")])
    (gru_after if "m" in cell.blocks else gru_before)(s, cell)
    gru_mix(s, keeps_old(cell))
    return s


def gru_reads(s):
    """The old h falls from the lane and joins x."""
    s.add("x", "port", BUS, 378, "x_t", tags="reset update candidate")
    s.add("fork_x", "dot", BUS, ROW_N, part="x", tags="reset update candidate")
    s.add("xh", "join", BUS, ROW_R + 24, part="", tags="reset update")
    s.add(
        "h_prev",
        "port",
        8,
        LANE,
        "h_{t-1}",
        part="h",
        tags="reset update candidate mix",
    )
    s.add("fork_h", "dot", 60, LANE, part="h", tags="reset update candidate mix")
    s.add("fork_q", "dot", DROP, LANE, part="h", tags="candidate mix")
    s.wire("x_in", "x", "fork_x", part="x", tags="reset update candidate", arrow=False)
    s.wire("x_up", "fork_x", "xh", part="x", tags="reset update", arrow=False)
    s.wire(
        "h_in",
        "h_prev",
        "fork_h",
        part="h",
        tags="reset update candidate mix",
        arrow=False,
    )
    s.wire(
        "h_down",
        "fork_h",
        (60, ROW_N - 32),
        (BUS, ROW_N - 32),
        "xh",
        part="h",
        tags="reset update",
        arrow=False,
    )
    s.wire("h_on", "fork_h", "fork_q", part="h", tags="candidate mix", arrow=False)


def gru_before(s, cell):
    """The candidate reads x joined with r times the old h."""
    s.add("q", "circle", DROP, ROW_R, "×", part="r", tags="candidate")
    s.add("xq", "join", DROP, ROW_N, part="", tags="candidate")
    s.wire("q_in", "fork_q", "q", part="h", tags="candidate")
    s.wire("r_out", "r", "q", part="r", tags="reset candidate", label="r_t")
    s.wire("q_out", "q", "xq", part="r", tags="candidate", arrow=False)
    s.wire("x_on", "fork_x", "xq", part="x", tags="candidate", arrow=False)
    layer(s, cell, "n", ROW_N, x=FORK_U, tags="candidate")
    s.wire("to_n", "xq", "n", part="read", tags="candidate n", thick=True)
    s.wire(
        "n_out", "n", (MIX, ROW_N), "new", part="n", tags="candidate mix", label="n_t"
    )


def gru_after(s, cell):
    """The candidate adds r times a product of the old h, then squashes."""
    layer(s, cell, "m", ROW_M, x=DROP, tags="candidate", word="")
    layer(s, cell, "n", ROW_N, tags="candidate", text="linear")
    s.add("q", "circle", DROP, ROW_R, "×", part="r", tags="candidate")
    s.add("sum", "circle", DROP, ROW_N, "+", part="n", tags="candidate")
    s.add("squash", "circle", FORK_U + 4, ROW_N, "tanh", part="n", tags="candidate")
    s.wire("m_in", "fork_q", "m", part="h", tags="candidate")
    s.wire("m_out", "m", "q", part="m", tags="candidate", label="m_t")
    s.wire("r_out", "r", "q", part="r", tags="reset candidate", label="r_t")
    s.wire("q_out", "q", "sum", part="r", tags="candidate")
    s.wire("to_n", "fork_x", "n", part="x", tags="candidate n")
    s.wire("z_out", "n", "sum", part="n", tags="candidate", label="z_n")
    s.wire("summed", "sum", "squash", part="n", tags="candidate")
    s.wire(
        "n_out",
        "squash",
        (MIX, ROW_N),
        "new",
        part="n",
        tags="candidate mix",
        label="n_t",
    )


def gru_mix(s, old):
    """u times one of them, 1 - u times the other."""
    s.add("keep", "circle", FORK_U, LANE, "×", part="h", tags="mix")
    s.add("new", "circle", MIX, ROW_U, "×", part="n", tags="mix")
    s.add("plus", "circle", MIX, LANE, "+", part="h", tags="mix")
    s.add("h_out", "port", 524, LANE, "h_t", part="h", tags="mix")
    s.add("fork_u", "dot", FORK_U, ROW_U, part="u", tags="update mix")
    s.wire(
        "u_out", "u", "fork_u", part="u", tags="update mix", label="u_t", arrow=False
    )
    x, y = (MINUS, ROW_U) if old else (FORK_U, (LANE + ROW_U) / 2 + 4)
    s.add("minus", "circle", x, y, "1−", part="u", tags="mix")
    s.wire("u_minus", "fork_u", "minus", part="u", tags="mix")
    s.wire("minus_out", "minus", "new" if old else "keep", part="u", tags="mix")
    s.wire("u_plain", "fork_u", "keep" if old else "new", part="u", tags="mix")
    s.wire("h_kept", "fork_q", "keep", part="h", tags="mix")
    s.wire("kept", "keep", "plus", part="h", tags="mix")
    s.wire("added", "new", "plus", part="n", tags="mix")
    s.wire("h_new", "plus", "h_out", part="h", tags="mix")


SKETCHES = {"rnn": rnn, "lstm": lstm, "gru": gru}
