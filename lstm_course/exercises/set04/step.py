"""04.1: one step of an LSTM forward."""

import numpy as np

from ...ops import sigmoid, tanh
from ..definition import Exercise
from ..making import SIZES, mistakes, state, weights


def lstm_step(p, x, h_prev, c_prev):
    """x (B, I), h_prev and c_prev (B, H) -> h, c, the four gates."""
    z = x @ p["W_x"] + h_prev @ p["W_h"] + p["b"]
    zi, zf, zg, zo = np.split(z, 4, axis=-1)
    i, f, g, o = sigmoid(zi), sigmoid(zf), tanh(zg), sigmoid(zo)
    c = f * c_prev + i * g
    h = o * tanh(c)
    return h, c, {"i": i, "f": f, "g": g, "o": o}


def cases(rng):
    return [
        (weights(rng, I, H), rng.normal(size=(B, I)), *state(rng, B, H))
        for _, B, I, H in SIZES
    ]


UPDATE, SHOW = "f * c_prev + i * g", "o * tanh(c)"

MISCONCEPTIONS = mistakes(
    lstm_step,
    (
        UPDATE,
        "f * g + i * c_prev",
        "Your forget gate multiplies g, not c_prev: look at the update of c. The "
        "forget gate decides about the OLD cell state, the input gate about the "
        "candidate.",
    ),
    (
        UPDATE,
        "f * g + i * g",
        "Both gates multiply g, and c_prev is not used: nothing is remembered. The "
        "forget gate multiplies the OLD cell state.",
    ),
    (
        UPDATE,
        "(1 - f) * c_prev + i * g",
        "You keep 1 - f of the old cell state. Despite its name the forget gate is "
        "the share that is KEPT.",
    ),
    (
        UPDATE,
        "f * c_prev + (1 - f) * g",
        "You write with 1 - f instead of the input gate. That is the coupled variant; "
        "here i is a gate of its own.",
    ),
    (
        UPDATE,
        "f * c_prev + g",
        "The candidate goes into c at full strength: the input gate is missing.",
    ),
    (
        UPDATE,
        "f * c_prev + i",
        "The input gate itself is added to c. What it lets through, the candidate g, "
        "is missing.",
    ),
    (
        UPDATE,
        "c_prev + i * g",
        "Nothing is ever forgotten: c_prev goes on whole, as in the LSTM of 1997. The "
        "forget gate is missing.",
    ),
    (
        UPDATE,
        "f * c_prev - i * g",
        "You subtract what is written. The update of c is a sum; the sign comes from "
        "the candidate, which lies between -1 and 1.",
    ),
    (
        SHOW,
        "o * c",
        "h shows the cell state as it is. It passes through tanh first.",
    ),
    (
        SHOW,
        "o * tanh(c_prev)",
        "h is made from the cell state of the step before. The output gate shows the "
        "NEW c.",
    ),
    (
        SHOW,
        "tanh(o * c)",
        "The tanh is around the product. It belongs around c alone, before the output "
        "gate.",
    ),
    (
        SHOW,
        "o * sigmoid(c)",
        "h passes c through sigmoid. It is tanh that squashes a state; sigmoid is for "
        "gates.",
    ),
    (
        "tanh(zg)",
        "sigmoid(zg)",
        "Your candidate g went through sigmoid, so it could only ever add. It is the "
        "one block with tanh.",
    ),
    (
        "zi, zf, zg, zo = np",
        "zi, zf, zo, zg = np",
        "The blocks of g and o are exchanged: the columns lie in the order i, f, g, o.",
    ),
    (
        "zi, zf, zg, zo = np",
        "zf, zi, zg, zo = np",
        "The blocks of i and f are exchanged: the columns lie in the order i, f, g, o.",
    ),
    (' + p["b"]', "", "The bias b is missing from the pre-activations."),
    (
        ' + h_prev @ p["W_h"]',
        "",
        "The old hidden state is not read: the term h_prev @ W_h is missing.",
    ),
    (
        'h_prev @ p["W_h"]',
        'c_prev @ p["W_h"]',
        "The gates read the old cell state. In the plain LSTM they see x and h_prev; "
        "only peepholes look at c.",
    ),
)

HINTS = (
    "All four pre-activations come from one line: z = x @ W_x + h_prev @ W_h + b, "
    "shape (B, 4H).",
    "np.split(z, 4, axis=-1) gives zi, zf, zg, zo in this order. Three of them are "
    "gates, so they lie between 0 and 1; the candidate lies between -1 and 1.",
    "The new cell state is a sum of two products: a gate times what was there, and a "
    "gate times what may be added. Then one gate decides what of it is shown.",
)

EXERCISE = Exercise(
    "04.1",
    "lstm_step",
    15,
    cases,
    lstm_step,
    answer=("h", "c", "gates"),
    axes={k: ("row", "unit") for k in ("h", "c", *(f"gates[{q}]" for q in "ifgo"))},
    hints=HINTS,
    misconceptions=MISCONCEPTIONS,
)
