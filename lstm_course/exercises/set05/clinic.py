"""05.6: which GRU is it? Four forms that papers and libraries call by one name.

``step(p, x, h_prev) -> h`` is a black box with W_x (I, 3H), W_h (H, 3H), b (3H,).
"""

import numpy as np

from ...ops import sigmoid, tanh
from ..definition import Exercise
from ..making import Suspect

UPDATES, RESETS = ("keeps_old", "takes_new"), ("before", "after")


def make(update, reset):
    """One of the four as a black box that knows its kind."""

    def step(p, x, h_prev):
        zr, zu, zn = np.split(x @ p["W_x"] + p["b"], 3, axis=-1)
        W_r, W_u, W_n = np.split(p["W_h"], 3, axis=-1)
        r, u = sigmoid(zr + h_prev @ W_r), sigmoid(zu + h_prev @ W_u)
        old = (r * h_prev) @ W_n if reset == "before" else r * (h_prev @ W_n)
        n = tanh(zn + old)
        u = u if update == "keeps_old" else 1 - u
        return u * h_prev + (1 - u) * n

    return Suspect(step, (update, reset))


def which_gru(step):
    """The kind of a black box: update "keeps_old" or "takes_new", reset ..."""
    return step.bug


def cases(rng):
    kinds = [(u, r) for u in UPDATES for r in RESETS]
    order = [*rng.permutation(4), *rng.permutation(4)]
    return [(make(*kinds[k]),) for k in order]


EXERCISE = Exercise(
    "05.6",
    "which_gru",
    15,
    cases,
    which_gru,
    answer=("update", "reset"),
    hints=(
        "You choose all weights, so you can force any gate: a bias of +50 opens it, "
        "-50 shuts it. With u forced open, what comes out, h_prev or something else?",
        "For the reset gate take r half open, and let its size differ between units. "
        "Before: the product with W_hn sees r * h_prev. After: r multiplies what the "
        "product gave.",
        "Two units, u forced so that h = n, b_r = (+50, -50), and a W_hn that leads "
        "from unit 0 to unit 1 alone. Before: unit 1 hears the open unit 0. After: "
        "unit 1 is shut and hears nothing.",
    ),
    misconceptions=(
        (
            lambda step: (step.bug[0], "before"),
            "Your test takes every reset for 'before'. With one unit, or the same r "
            "for all units, both forms are equal: let r differ between units, and let "
            "W_hn lead from one unit to another.",
        ),
        (
            lambda step: (step.bug[0], "after"),
            "Your test takes every reset for 'after'. With one unit, or the same r "
            "for all units, both forms are equal: let r differ between units, and let "
            "W_hn lead from one unit to another.",
        ),
        (
            lambda step: ("keeps_old", step.bug[1]),
            "Your test takes every update for 'keeps_old'. Force u open and make sure "
            "that h_prev and the candidate differ.",
        ),
        (
            lambda step: ("takes_new", step.bug[1]),
            "Your test takes every update for 'takes_new'. Force u open and make sure "
            "that h_prev and the candidate differ.",
        ),
    ),
)
