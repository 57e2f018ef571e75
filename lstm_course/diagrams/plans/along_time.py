"""A cell along time: the loop, the loop unrolled, and the way of the gradient."""

from ..signs.sketch import Sketch
from ..signs.words import MATH, width

STRIDE, LEVEL, TALL = 92, 132, 26  # between copies; y of the copies; half their height
UP, DOWN = 84, 56  # from the middle of a copy to its output and its input
DASH = 14  # how far a gradient runs beside its line
PAIR = 60  # what a pair of numbers needs between two copies


def unrolled(name, states, steps=4, gradient=False, cut=None, numbers=False):
    """Left the cell with its loop, right the same cell copied along time.

    With ``gradient`` its way back over the copies; ``cut=k`` stops it after k of them.
    With ``numbers`` there is room for those of two units.
    """
    half = max(25, round(width(name, MATH) / 2) + 8)
    stride = STRIDE + 2 * (half - 25) + PAIR * numbers
    s = Sketch(0, LEVEL + (106 if gradient else 84))
    x = 24 + half + 24 * numbers
    if not gradient:
        x = 40 + half
        _loop(s, name, x, half, states)
        s.add("is", "math", x + half + 36, LEVEL + 5, "=", part="")
        x += stride + 58
    for t in range(1, steps + 1):
        _copy(s, name, x + (t - 1) * stride, half, str(t))
        for state, dy in _lines(states).items():
            _message(s, state, dy, x + (t - 1) * stride, half, stride, t)
    if gradient:
        _gradient(s, states, steps, x, half, stride, cut or steps)
    s.width = x + steps * stride - half + 6
    _words(s, name, steps, gradient, cut)
    return s


def _words(s, name, steps, gradient, cut):
    s.title = f"The {name} and its loop unrolled over {steps} steps"
    s.desc = (
        f"{steps} copies of one {name} with the same weights stand side by side "
        "along time; each reads its own input and the state of the copy before."
    )
    if gradient:
        s.title = f"Backpropagation through {steps} steps of the {name}"
        s.desc += (
            " Dashed arrows run against time: into each copy from its output, and "
            "from each copy, as a message, into the copy before it."
        )
    if gradient and cut:
        s.title += f", cut into pieces of {cut}"
        s.desc += " No dashed arrow runs from one piece into the piece before it."


def _lines(states):
    """y offset of each state's line between two copies."""
    if len(states) == 1:
        return {"h": 0}
    top = -10 * (len(states) - 1)
    order = [*states[1:], "h"]
    return (
        {n: top + 20 * k for k, n in enumerate(order)}
        if len(states) < 4
        else {n: -18 + 36 * k / (len(states) - 1) for k, n in enumerate(order)}
    )


def _copy(s, name, x, half, t):
    """One copy: x from below, h above."""
    s.add(f"cell_{t}", "box", x, LEVEL, name, part="h", tags="cell", half=(half, TALL))
    s.add(f"x_{t}", "port", x, LEVEL + DOWN, f"x_{t}", part="x")
    s.add(f"h_{t}", "port", x, LEVEL - UP, f"h_{t}", part="h", anchor="above")
    s.wire(f"x_in_{t}", f"x_{t}", f"cell_{t}", part="x")
    s.wire(f"h_up_{t}", f"cell_{t}", f"h_{t}", part="h")


def _message(s, state, dy, x, half, stride, t):
    """What a copy passes to the next one."""
    y, part = LEVEL + dy, state if state in "hc" else "read"
    if t == 1:
        s.wire(f"{state}_start", (x - half - 22, y), (x - half, y), part=part)
    s.wire(f"{state}_on_{t}", (x + half, y), (x + stride - half, y), part=part)


def _loop(s, name, x, half, states):
    """The cell whose output is its own input at the next step."""
    _copy(s, name, x, half, "t")
    s.remove("h_up_t")
    top, left = LEVEL - TALL - 28, x - half - 24
    s.add("fork", "dot", x, top, part="h")
    s.wire("h_up_t", "cell_t", "fork", part="h", arrow=False)
    s.wire("h_out_t", "fork", "h_t", part="h")
    y = LEVEL + _lines(states)["h"]
    s.wire("loop", "fork", (left, top), (left, y), (x - half, y), part="h")
    for state in states[1:2]:  # further states run inside the first loop; one is drawn
        y, up, out = LEVEL + _lines(states)[state], top + 13, left + 9
        corners = (x - 12, up), (out, up), (out, y)
        s.wire("loop_c", (x - 12, LEVEL - TALL), *corners, (x - half, y), part=state)


def _back(states):
    """y of a state's dashed line, and of its word: the cell state above, h below."""
    if len(states) == 1:
        return {"h": (LEVEL + DASH, LEVEL + DASH + 25)}
    return {"h": (LEVEL + 21, LEVEL + 41), states[1]: (LEVEL - 21, LEVEL - 30)}


def _gradient(s, states, steps, x0, half, stride, cut):
    """Dashed lines against the direction of time.

    What a copy sends back is a part of the gradient by the state before it, not all of
    it: the output of that step adds another. So it is called a message, not dh.
    """
    back = {"part": "grad", "tags": "gradient"}
    for t in range(1, steps + 1):
        x, top = x0 + (t - 1) * stride, LEVEL - UP + 8
        ends, on = ((x + DASH, top), (x + DASH, LEVEL - TALL)), (t - 1) % cut != 0
        at = x + DASH + PAIR / 2 + 10, LEVEL - UP / 2 - 4
        s.wire(f"dh_out_{t}", *ends, **back, dashed=True, value_at=at)
        for state, (y, label) in _back(states).items() if t > 1 else ():
            ends, word = ((x - half, y), (x - stride + half, y)), "cut"
            if on:
                key = f"message_{t}" if state == "h" else f"message_{state}_{t}"
                at = x - stride / 2, label + 17
                s.wire(
                    f"back_{state}_{t}",
                    *ends,
                    **back,
                    dashed=True,
                    key=key,
                    value_at=at,
                )
                word = "message"
            s.add(f"{word}_{state}_{t}", "caption", x - stride / 2, label, word, **back)
    middle = x0 + (steps - 1) * stride / 2
    words = "every copy adds its share to the same dW"
    s.add("share", "caption", middle, LEVEL + 98, words, **back)


def feedforward_and_recurrent(steps=3):
    """Left a layer that sees one input at a time, right one that reads its past."""
    s = Sketch(0, LEVEL + 106, "A feedforward and a recurrent layer")
    s.desc = (
        f"Left, {steps} copies of a layer without lines between them: each "
        "output depends on its own input only. Right, the same with a line from "
        "each copy to the next: every output depends on all inputs so far."
    )
    x, half = 38.0, 25.0
    words = {"a": "each input on its own", "b": "each step reads the past"}
    for side, word in words.items():
        for t in range(1, steps + 1):
            name = f"{t}{side}"
            _copy(s, "tanh", x + (t - 1) * 82, half, name)
            for sign in "xh":
                s.change(f"{sign}_{name}", text=f"{sign}_{t}")
            if side == "b" and t < steps:
                s.wire(f"on_{t}", f"cell_{name}", f"cell_{t + 1}{side}", part="h")
        middle = x + (steps - 1) * 41
        s.add(f"word_{side}", "caption", middle, LEVEL + 98, word, part="")
        x += steps * 82 + 44
    s.width = x - 82 + 32
    return s
