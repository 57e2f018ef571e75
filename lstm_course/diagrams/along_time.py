"""A cell along time: the loop, the loop unrolled, and the way of the gradient."""

from .sketch import Sketch

HALF = (30, 26)  # of a copy of the cell
STRIDE, LEVEL = 112, 150  # between copies; y of the copies
DASH = 15  # how far a gradient runs beside its line


def unrolled(name, states, steps=4, gradient=False):
    """Left the cell with its loop, right the same cell copied along time."""
    s = Sketch(0, 268 if gradient else 244)
    x0 = 66
    if not gradient:
        _loop(s, name, x0)
        s.add("equals", "note", x0 + 92, LEVEL + 6, "=", part="")
        x0 += 186
    lines = _lines(states)
    for t in range(1, steps + 1):
        _copy(s, name, x0 + (t - 1) * STRIDE, str(t))
        for state, dy in lines.items():
            _message(s, state, dy, x0 + (t - 1) * STRIDE, t)
    s.width = x0 + steps * STRIDE - 20
    if gradient:
        _gradient(s, steps, x0)
    s.title = f"{name} unrolled over {steps} steps"
    if gradient:
        s.title = f"Backpropagation through {steps} steps of the {name}"
    return s


def _lines(states):
    """y offset of each state's line between two copies."""
    return {"h": 0} if len(states) == 1 else {"c": -10, "h": 10}


def _copy(s, name, x, t):
    """One copy: x from below, h above."""
    s.add(f"cell_{t}", "box", x, LEVEL, name, part="h", tags="cell", half=HALF)
    s.add(f"x_{t}", "port", x, LEVEL + 62, f"x_{t}", part="x")
    s.add(f"h_{t}", "port", x, LEVEL - 96, f"h_{t}", part="h", anchor="above")
    s.wire(f"x_in_{t}", f"x_{t}", f"cell_{t}", part="x")
    s.wire(f"h_up_{t}", f"cell_{t}", f"h_{t}", part="h")


def _message(s, state, dy, x, t):
    """What a copy passes to the next one."""
    y = LEVEL + dy
    if t == 1:
        s.wire(f"{state}_start", (x - 60, y), (x - HALF[0], y), part=state)
    s.wire(f"{state}_{t}_on", (x + HALF[0], y), (x + STRIDE - HALF[0], y), part=state)


def _loop(s, name, x):
    _copy(s, name, x, "t")
    s.remove("h_up_t")
    s.add("fork", "dot", x, LEVEL - 58, part="h")
    s.wire("h_up_t", "cell_t", "fork", part="h", arrow=False)
    s.wire("h_out_t", "fork", "h_t", part="h")
    s.wire("loop", "fork", (x - 52, LEVEL - 58), (x - 52, LEVEL), "cell_t", part="h")


def _gradient(s, steps, x0):
    """Dashed lines against the direction of time."""
    for t in range(1, steps + 1):
        x = x0 + (t - 1) * STRIDE
        s.wire(
            f"loss_{t}",
            (x + DASH, LEVEL - 90),
            (x + DASH, LEVEL - HALF[1]),
            part="grad",
            tags="gradient",
            dashed=True,
        )
        if t > 1:
            y = LEVEL + DASH
            s.wire(
                f"back_{t}",
                (x - HALF[0], y),
                (x - STRIDE + HALF[0], y),
                part="grad",
                tags="gradient",
                dashed=True,
            )
            s.add(
                f"dh_{t - 1}",
                "note",
                x - STRIDE / 2,
                y + 19,
                f"dh_{t - 1}",
                part="grad",
                tags="gradient",
            )
    s.add(
        "share",
        "note",
        s.width / 2 + 10,
        258,
        "every copy adds its share to the same dW",
        part="grad",
        tags="gradient",
    )
