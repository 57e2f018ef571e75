"""05.3 and 05.4: the GRU as torch computes it, and the other convention."""

import numpy as np

from ...ops import sigmoid, tanh
from ..definition import Exercise
from ..making import SIZES, edited, mistakes, weights


def gru_step(p, x, h_prev):
    """x (B, I), h_prev (B, H) -> h, gates r, u, n; reset after, u keeps the old."""
    zr, zu, zn = np.split(x @ p["W_x"] + p["b"], 3, axis=-1)
    mr, mu, mn = np.split(h_prev @ p["W_h"] + p["b_h"], 3, axis=-1)
    r = sigmoid(zr + mr)
    u = sigmoid(zu + mu)
    n = tanh(zn + r * mn)
    h = u * h_prev + (1 - u) * n
    return h, {"r": r, "u": u, "n": n}


def to_takes_new(p):
    """p of a GRU whose u keeps the old state -> p of one whose u takes the new."""
    H = p["W_h"].shape[0]
    new = {k: v.copy() for k, v in p.items()}
    for k in new:
        new[k][..., H : 2 * H] = -new[k][..., H : 2 * H]
    return new


def parameters(rng, I, H):
    p = weights(rng, I, H, 3, 0.7)
    return {**p, "b_h": rng.normal(size=3 * H)}


def cases(rng):
    return [
        (parameters(rng, I, H), rng.normal(size=(B, I)),
         rng.uniform(-0.9, 0.9, (B, H)))
        for _, B, I, H in SIZES
    ]  # fmt: skip


def weight_cases(rng):
    return [(parameters(rng, I, H),) for _, _, I, H in SIZES]


STEP = Exercise(
    "05.3",
    "gru_step",
    15,
    cases,
    gru_step,
    answer=("h", "gates"),
    axes={k: ("row", "unit") for k in ("h", "gates[r]", "gates[u]", "gates[n]")},
    hints=(
        "Keep the two products apart: x @ W_x + b and h_prev @ W_h + b_h, each split "
        "into three blocks in the order r, u, n.",
        "For the gates r and u the two parts are added inside a sigmoid. For the "
        "candidate r multiplies the part that came from h_prev, its bias included.",
        "The new state is a mixture: u of the old state and 1 - u of the candidate.",
    ),
    misconceptions=mistakes(
        gru_step,
        (
            "u * h_prev + (1 - u) * n",
            "(1 - u) * h_prev + u * n",
            "Your update gate takes the NEW state when it is open. That is the "
            "convention of some papers; here u keeps the OLD one.",
        ),
        (
            "tanh(zn + r * mn)",
            'tanh(zn + (r * h_prev) @ p["W_h"][:, -r.shape[1]:] '
            '+ p["b_h"][-r.shape[1]:])',
            "Your reset gate acts BEFORE the product with W_h. Here it acts after: it "
            "multiplies what the product gave.",
        ),
        (
            "tanh(zn + r * mn)",
            'tanh(zn + r * (mn - p["b_h"][-r.shape[1]:]) + p["b_h"][-r.shape[1]:])',
            "The bias b_h of the candidate stands outside the reset gate. r multiplies "
            "the whole part from h_prev, its bias included.",
        ),
        (
            "tanh(zn + r * mn)",
            "tanh(zn + mn)",
            "The reset gate is not used.",
        ),
        (
            "tanh(zn + r * mn)",
            "tanh(r * (zn + mn))",
            "The reset gate multiplies the input as well. It decides about the old "
            "state only.",
        ),
        (
            "tanh(zn + r * mn)",
            "sigmoid(zn + r * mn)",
            "The candidate went through sigmoid. It is a state, so it is a tanh.",
        ),
        (
            "zr, zu, zn = np.split",
            "zu, zr, zn = np.split",
            "The blocks of W_x are not in the order r, u, n. (Keras puts the update "
            "gate first.)",
        ),
        (
            "mr, mu, mn = np.split",
            "mu, mr, mn = np.split",
            "The blocks of W_h are not in the order r, u, n.",
        ),
        (
            ' + p["b_h"]',
            "",
            "The second bias, b_h, is missing.",
        ),
        (
            "u * h_prev + (1 - u) * n",
            "u * h_prev + n",
            "The candidate goes in at full strength: it gets the share 1 - u.",
        ),
    )
    + (
        (
            edited(
                gru_step, ("zr, zu, zn", "zu, zr, zn"), ("mr, mu, mn", "mu, mr, mn")
            ),
            "Your blocks of W_x and W_h are both in another order than r, u, n: the "
            "reset gate and the update gate are exchanged.",
        ),
        (
            edited(
                gru_step, ("zr, zu, zn", "zn, zr, zu"), ("mr, mu, mn", "mn, mr, mu")
            ),
            "Your candidate is made from a gate's block: the order is r, u, n.",
        ),
    ),
)

CONVERT = Exercise(
    "05.4",
    "to_takes_new",
    10,
    weight_cases,
    to_takes_new,
    answer="p",
    keeps=True,
    axes={"p[W_x]": ("input", "r u n"), "p[W_h]": ("unit", "r u n"),
          "p[b]": ("r u n",), "p[b_h]": ("r u n",)},
    hints=(
        "u of the one convention must be 1 - u of the other, for every input.",
        "1 - sigmoid(z) = sigmoid(-z). So the pre-activation of u has to change its "
        "sign, whatever x and h_prev are.",
        "The block u are the columns H to 2H of W_x, W_h, b and b_h: [..., H : 2 * H].",
    ),
    misconceptions=mistakes(
        to_takes_new,
        (
            "for k in new:",
            'for k in ("W_x", "W_h"):',
            "The biases of the update gate keep their sign in your version. The whole "
            "pre-activation has to change its sign.",
        ),
        (
            "for k in new:",
            'for k in ("W_x", "W_h", "b"):',
            "There is a second bias, b_h: its block u has to change its sign too.",
        ),
        (
            "H : 2 * H",
            "0 : H",
            "You changed block r. The order is r, u, n.",
        ),
        (
            "H : 2 * H",
            "2 * H : 3 * H",
            "You changed block n. The order is r, u, n.",
        ),
        (
            "= -new[k][..., H : 2 * H]",
            "= 1 - new[k][..., H : 2 * H]",
            "You subtracted the weights from 1. It is the gate that becomes 1 - u; "
            "its pre-activation changes its sign.",
        ),
        (
            "new[k][..., H : 2 * H] = -new[k][..., H : 2 * H]",
            "new[k] = -new[k]",
            "Every block has changed its sign. Only the update gate may.",
        ),
    ),
)  # fmt: skip
