"""03.2 and 03.3: the cell state alone, forward and backward; the gates are given."""

import numpy as np

from ..definition import Exercise
from ..making import edited, mistakes


def carousel(c0, f, i, g):
    """c0 (B, H), gates and candidates (T, B, H) -> c (T, B, H)."""
    c, out = c0, []
    for t in range(len(f)):
        c = f[t] * c + i[t] * g[t]
        out.append(c)
    return np.stack(out)


def carousel_backward(dc, c0, c, f, i, g):
    """dc (T, B, H), direct contributions -> dc0 (B, H), df, di, dg (T, B, H)."""
    carry = np.zeros_like(c0)
    df, di, dg = np.zeros_like(f), np.zeros_like(i), np.zeros_like(g)
    for t in reversed(range(len(f))):
        total = dc[t] + carry
        df[t] = total * (c[t - 1] if t > 0 else c0)
        di[t] = total * g[t]
        dg[t] = total * i[t]
        carry = total * f[t]
    return carry, df, di, dg


def draw(rng, T, B, H):
    f, i = rng.uniform(0.1, 0.9, (2, T, B, H))
    return rng.normal(size=(B, H)), f, i, rng.uniform(-0.9, 0.9, (T, B, H))


def cases(rng):
    return [draw(rng, *sizes) for sizes in ((6, 3, 4), (4, 5, 2))]


def back_cases(rng):
    made = []
    for c0, f, i, g in cases(rng):
        made.append((rng.normal(size=f.shape), c0, carousel(c0, f, i, g), f, i, g))
    return made


UPDATE = "f[t] * c + i[t] * g[t]"

FORWARD = Exercise(
    "03.2",
    "carousel",
    15,
    cases,
    carousel,
    answer="c",
    axes={"c": ("step", "row", "unit")},
    hints=(
        "One line is the whole cell state: what is kept plus what is written.",
        "The state that one step makes is the old state of the next. Before the first "
        "step it is c0.",
        "Collect every c in a list; np.stack gives (T, B, H).",
    ),
    misconceptions=mistakes(
        carousel,
        (UPDATE, "f[t] * g[t] + i[t] * c", "Your forget gate multiplies g, not the old "
         "c: look at the update. It decides about what is already there."),
        (UPDATE, "(1 - f[t]) * c + i[t] * g[t]", "You keep 1 - f. Despite its name the "
         "forget gate is the share that is KEPT."),
        (UPDATE, "f[t] * c + (1 - f[t]) * g[t]", "You write with 1 - f instead of i: "
         "that is the coupled variant."),
        (UPDATE, "c + i[t] * g[t]", "Nothing is forgotten: the forget gate is missing, "
         "as in 1997."),
        (UPDATE, "f[t] * c + g[t]", "The input gate is missing."),
        (UPDATE, "f[t] * c0 + i[t] * g[t]", "Every step starts again from c0. The "
         "state has to be handed on."),
        (UPDATE, "np.tanh(f[t] * c + i[t] * g[t])", "The state is squeezed by tanh at "
         "every step. Nothing stands in the way on the conveyor belt: that is the "
         "point."),
        ("c, out = c0, []", "c, out = 0 * c0, []", "You start from zeros. The state "
         "before the first step is c0."),
        ("        c = f[t] * c + i[t] * g[t]\n        out.append(c)\n",
         "        out.append(c)\n        c = f[t] * c + i[t] * g[t]\n",
         "Off by one in time: you kept the state BEFORE each step."),
    ),
)  # fmt: skip

GATES_ONLY = (
    ("total * g[t]", "total * g[t] * i[t] * (1 - i[t])"),
    ("else c0)", "else c0) * f[t] * (1 - f[t])"),
)
THEN_TANH = ("total * i[t]", "total * i[t] * (1 - g[t] ** 2)")

BACKWARD = Exercise(
    "03.3",
    "carousel_backward",
    25,
    back_cases,
    carousel_backward,
    answer=("dc0", "df", "di", "dg"),
    axes={k: ("step", "row", "unit") for k in ("df", "di", "dg")}
    | {"dc0": ("row", "unit")},
    hints=(
        "c[t] goes to two places: into the loss, which gives dc[t], and into step "
        "t + 1. The sum of both gradients is what you work with at step t.",
        "Each factor of a product gets the sum times its partner: f[t] has the old c, "
        "i[t] has g[t], g[t] has i[t].",
        "What goes on to step t - 1 is the sum times f[t]. The old c of step 0 is c0; "
        "c[-1] is the LAST row, and nothing complains.",
    ),
    misconceptions=mistakes(
        carousel_backward,
        (
            "dc[t] + carry",
            "dc[t]",
            "Nothing is carried back along the cell state: c[t] feeds step t + 1 as "
            "well as the loss.",
        ),
        (
            "dc[t] + carry",
            "(carry if t + 1 < len(f) else dc[t])",
            "Only the loss at the last step counts in your version. Every dc[t] adds "
            "to what comes back.",
        ),
        (
            "carry = total * f[t]",
            "carry = total",
            "Going back one step the gradient passes the forget gate: multiply by "
            "f[t]. Otherwise nothing would ever vanish.",
        ),
        (
            "carry = total * f[t]",
            "carry = dc[t] * f[t]",
            "Only one step is carried: what came from further on is lost. Carry the "
            "sum.",
        ),
        (
            "carry = total * f[t]",
            "carry = total * f[t - 1]",
            "Off by one in time: from c[t] back to the old c you pass the gate of "
            "step t.",
        ),
        (
            "(c[t - 1] if t > 0 else c0)",
            "c[t]",
            "Off by one in time: the forget gate of step t multiplied the state of "
            "step t - 1.",
        ),
        (
            "(c[t - 1] if t > 0 else c0)",
            "c[t - 1]",
            "At t = 0 you read c[-1], the LAST state. Before the first step it is c0.",
        ),
        (
            "(c[t - 1] if t > 0 else c0)",
            "(c[t - 1] if t > 0 else 0 * c0)",
            "The state before the first step is not zero here: it is c0.",
        ),
        (
            "di[t] = total * g[t]\n        dg[t] = total * i[t]",
            "di[t] = total * i[t]\n        dg[t] = total * g[t]",
            "The partners are exchanged: in i * g the gradient of i holds g, and that "
            "of g holds i.",
        ),
        (
            "total * g[t]",
            "total * g[t] * i[t] * (1 - i[t])",
            "di: asked is the gradient by the gate itself. There is no sigmoid here "
            "yet, so no i * (1 - i).",
        ),
        (
            "c[t - 1] if t > 0 else c0)",
            "c[t - 1] if t > 0 else c0) * f[t] * (1 - f[t])",
            "df: asked is the gradient by the gate itself. There is no sigmoid here "
            "yet, so no f * (1 - f).",
        ),
        (
            "total * i[t]",
            "total * i[t] * (1 - g[t] ** 2)",
            "dg: asked is the gradient by the candidate itself. There is no tanh here "
            "yet, so no 1 - g**2.",
        ),
    )
    + (
        (
            edited(carousel_backward, *GATES_ONLY),
            "Asked are the gradients by the gates themselves, not by what goes into a "
            "sigmoid: there is none here yet, so no f * (1 - f) and no i * (1 - i).",
        ),
        (
            edited(carousel_backward, *GATES_ONLY, THEN_TANH),
            "Asked are the gradients by the gates and the candidate themselves. There "
            "is no sigmoid and no tanh here yet: leave their derivatives out.",
        ),
    ),
)
