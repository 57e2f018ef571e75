"""04.2: one step of an LSTM backward."""

import numpy as np

from ...ops import d_sigmoid, d_tanh, sigmoid, tanh  # noqa: F401, used by mistakes
from ..definition import Exercise
from ..making import SIZES, edited, mistakes, state, weights
from .step import lstm_step


def lstm_step_backward(p, dh, dc, cache):
    """dh, dc (B, H), cache of the step -> dx, dh_prev, dc_prev, grads."""
    x, h_prev, c_prev = cache["x"], cache["h_prev"], cache["c_prev"]
    i, f, g, o = cache["i"], cache["f"], cache["g"], cache["o"]
    c = cache["c"]
    tanh_c = tanh(c)
    total = dc + dh * o * (1 - tanh_c**2)
    dzi = total * g * i * (1 - i)
    dzf = total * c_prev * f * (1 - f)
    dzg = total * i * (1 - g**2)
    dzo = dh * tanh_c * o * (1 - o)
    dz = np.concatenate([dzi, dzf, dzg, dzo], axis=-1)
    grads = {"W_x": x.T @ dz, "W_h": h_prev.T @ dz, "b": dz.sum(0)}
    dc_prev = total * f
    return dz @ p["W_x"].T, dz @ p["W_h"].T, dc_prev, grads


def cases(rng):
    made = []
    for _, B, I, H in SIZES:
        p, x = weights(rng, I, H), rng.normal(size=(B, I))
        h_prev, c_prev = state(rng, B, H)
        _, c, gates = lstm_step(p, x, h_prev, c_prev)
        cache = {"x": x, "h_prev": h_prev, "c_prev": c_prev, "c": c, **gates}
        made.append((p, *rng.normal(size=(2, B, H)), cache))
    return made


def each_gate(form):
    """The derivative of all three gates replaced by a form of the gate's name."""
    edits = [(f"* {k} * (1 - {k})", form.format(k=k)) for k in "ifo"]
    return edited(lstm_step_backward, *edits)


AT_C = "dc + dh * o * (1 - tanh_c**2)"

MISCONCEPTIONS = mistakes(
    lstm_step_backward,
    (
        AT_C,
        "dc",
        "The path from h to c is missing: h = o * tanh(c), so dh reaches c as well. "
        "Add it to dc before you use dc.",
    ),
    (
        AT_C,
        "dh * o * (1 - tanh_c**2)",
        "The incoming dc is lost. Two paths lead into c, through h and from the next "
        "step; their gradients add up.",
    ),
    (
        "dc_prev = total * f",
        "dc_prev = dc * f",
        "dc_prev misses what came through h. Use the dc to which the path through h "
        "has been added.",
    ),
    (
        AT_C,
        "dc + dh * o",
        "On the way from h to c the derivative of tanh is missing.",
    ),
    (
        AT_C,
        "dc + dh * o * (1 - c**2)",
        "You wrote 1 - c**2, but c is what goes INTO tanh. The derivative is written "
        "with what comes out.",
    ),
    (
        AT_C,
        "dc + dh * (1 - tanh_c**2)",
        "On the way from h to c the output gate is missing: h = o * tanh(c).",
    ),
    (
        AT_C,
        "dc - dh * o * (1 - tanh_c**2)",
        "The two gradients that reach c are added, not subtracted.",
    ),
    (
        "(1 - g**2)",
        "g * (1 - g)",
        "The candidate is a tanh; you used the derivative of a sigmoid for it.",
    ),
    (
        " * (1 - g**2)",
        "",
        "The derivative of tanh is missing in the gradient of the candidate.",
    ),
    (
        "(1 - g**2)",
        "(1 - tanh(g)**2)",
        "tanh is applied twice: g in the cache is already an output of tanh.",
    ),
    (
        "total * c_prev *",
        "total * c *",
        "Off by one in time: the forget gate multiplied c_prev, but its gradient uses "
        "the new c.",
    ),
    (
        "dh * tanh_c *",
        "dh * c *",
        "The output gate multiplied tanh(c), but its gradient uses c itself.",
    ),
    (
        "dh * tanh_c *",
        "total * tanh_c *",
        "The output gate's gradient uses dc. The gate acts after the cell state, so "
        "only dh reaches it.",
    ),
    (
        "h_prev.T @ dz",
        "(o * tanh_c).T @ dz",
        "Off by one in time: W_h was multiplied by h_prev, but its gradient uses the "
        "new h.",
    ),
    (
        "dc_prev = total * f",
        "dc_prev = total",
        "dc_prev lacks the forget gate, which stood between c_prev and c.",
    ),
    (
        "total * g * i",
        "total * i",
        "The gradient of the input gate lacks its partner in the product, the "
        "candidate.",
    ),
    (
        "dzg = total * i *",
        "dzg = total *",
        "The gradient of the candidate lacks its partner in the product, the input "
        "gate.",
    ),
    (
        "[dzi, dzf, dzg, dzo]",
        "[dzi, dzf, dzo, dzg]",
        "dz is put together in another order than z: the blocks are i, f, g, o.",
    ),
    (
        "[dzi, dzf, dzg, dzo]",
        "[dzf, dzi, dzg, dzo]",
        "The blocks of i and f are exchanged in dz: the blocks are i, f, g, o.",
    ),
    (
        "dz.sum(0)",
        "dz.mean(0)",
        "The gradient of b is an average over the batch. Every row uses the same b, "
        "so the rows' gradients add up.",
    ),
    (
        "dz.sum(0)",
        "dz",
        "The gradient of b still has one row for each sequence. All of them used the "
        "same b: add them up.",
    ),
) + (
    (
        each_gate(""),
        "The derivative of sigmoid is missing: you have the gradients of the gates, "
        "not of their pre-activations.",
    ),
    (
        each_gate("* d_sigmoid(sigmoid({k}))"),
        "sigmoid is applied twice: i, f and o in the cache are already outputs of "
        "sigmoid.",
    ),
    (
        each_gate("* ({k} * (1 - {k}))**2"),
        "The derivative of sigmoid is multiplied in twice.",
    ),
    (
        edited(
            lstm_step_backward,
            ("x.T @ dz,", "x.T @ dz / len(x),"),
            ("h_prev.T @ dz", "h_prev.T @ dz / len(x)"),
            ("dz.sum(0)", "dz.mean(0)"),
        ),
        "Your weight gradients are averages over the batch. Here they are sums: a mean "
        "belongs to the loss, not to the cell.",
    ),
)

HINTS = (
    "Start with everything that reaches c: the incoming dc, and dh through "
    "h = o * tanh(c). After this line you need that sum, and dh for the output gate.",
    "Each gate's gradient is that sum times the gate's partner in its product: i has "
    "g, f has c_prev, g has i. Then times the derivative at the gate's own value.",
    "With dz = np.concatenate([dzi, dzf, dzg, dzo], axis=-1), shape (B, 4H), the rest "
    "is that of any layer: dz @ W.T for what went in, (what went in).T @ dz for W.",
)

EXERCISE = Exercise(
    "04.2",
    "lstm_step_backward",
    25,
    cases,
    lstm_step_backward,
    answer=("dx", "dh_prev", "dc_prev", "grads"),
    axes={
        "dx": ("row", "input"),
        "dh_prev": ("row", "unit"),
        "dc_prev": ("row", "unit"),
        "grads[W_x]": ("input", "i f g o"),
        "grads[W_h]": ("unit", "i f g o"),
        "grads[b]": ("i f g o",),
    },
    hints=HINTS,
    misconceptions=MISCONCEPTIONS,
)
