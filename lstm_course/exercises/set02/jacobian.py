"""02.1 and 02.2: the Jacobian of a step, and gradient norms back through time."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def step_jacobian(W_h, h):
    """W_h (H, H), h (H,) after the step -> J (H, H), J[k, j] = dh[k] / dh_prev[j]."""
    return (1 - h**2)[:, None] * W_h.T


def gradient_norms(W_h, h, dh_last):
    """h (T, H), dh_last (H,) at the last step -> norms (T,) of dL / dh[t]."""
    d, norms = dh_last, []
    for t in reversed(range(len(h))):
        norms.append(np.sqrt((d**2).sum()))
        d = (d * (1 - h[t] ** 2)) @ W_h.T
    return np.array(norms[::-1])


def jacobian_cases(rng):
    return [(rng.normal(size=(H, H)), rng.uniform(-0.95, 0.95, H)) for H in (4, 3)]


def norm_cases(rng):
    return [
        (0.7 * rng.normal(size=(H, H)), rng.uniform(-0.95, 0.95, (T, H)),
         rng.normal(size=H))
        for T, H in ((6, 4), (5, 3))
    ]  # fmt: skip


JACOBIAN = Exercise(
    "02.1",
    "step_jacobian",
    15,
    jacobian_cases,
    step_jacobian,
    answer="J",
    axes={"J": ("unit", "old unit")},
    hints=(
        "Write one entry first: h[k] = tanh(z[k]), and z[k] contains "
        "h_prev[j] * W_h[j, k] for every j.",
        "The derivative of tanh at z[k] is 1 - h[k]**2. It belongs to the NEW unit k, "
        "which is the row.",
        "W_h has old units in rows, the Jacobian new ones: transpose W_h, then "
        "multiply row k by entry k. Broadcasting does it with (1 - h**2)[:, None].",
    ),
    misconceptions=mistakes(
        step_jacobian,
        (
            "(1 - h**2)[:, None] * W_h.T",
            "W_h.T",
            "The derivative of tanh is missing. 'The same matrix at every step' is "
            "half of the truth: each step multiplies by W_h AND by 1 - h**2.",
        ),
        (
            "[:, None]",
            "",
            "The derivative of tanh multiplies the columns. It belongs to the new "
            "unit, which is the row.",
        ),
        (
            "(1 - h**2)[:, None] * W_h.T",
            "(1 - h**2) * W_h",
            "Your Jacobian is transposed: J[k, j] is the derivative of the new unit k "
            "by the old unit j.",
        ),
        (
            "W_h.T",
            "W_h",
            "W_h is not transposed. In rows, W_h[j, k] leads from old unit j to new "
            "unit k; the Jacobian has the new unit first.",
        ),
        (
            "1 - h**2",
            "1 - np.tanh(h)**2",
            "tanh is applied twice: h already is its output.",
        ),
        (
            "(1 - h**2)[:, None] * W_h.T",
            "(h * (1 - h))[:, None] * W_h.T",
            "That is the derivative of sigmoid. This layer is a tanh.",
        ),
    ),
)

NORMS = Exercise(
    "02.2",
    "gradient_norms",
    20,
    norm_cases,
    gradient_norms,
    answer="norms",
    axes={"norms": ("step",)},
    hints=(
        "At the last step the gradient is dh_last itself, so the last of your T norms "
        "is the length of dh_last.",
        "One step back: first through tanh at that step, d * (1 - h[t]**2), then "
        "through the product, @ W_h.T.",
        "Keep the norm BEFORE you go back through step t, then reverse the list: "
        "norms[t] belongs to h[t].",
    ),
    misconceptions=mistakes(
        gradient_norms,
        (
            "(d * (1 - h[t] ** 2)) @ W_h.T",
            "d @ W_h.T",
            "The derivative of tanh is missing: each step multiplies by W_h and by "
            "1 - h[t]**2.",
        ),
        (
            "@ W_h.T",
            "@ W_h",
            "The transpose of W_h is missing. Forward it was h_prev @ W_h, so back it "
            "is dz @ W_h.T.",
        ),
        (
            "(d * (1 - h[t] ** 2)) @ W_h.T",
            "(d @ W_h.T) * (1 - h[t] ** 2)",
            "The order is exchanged: going back, tanh comes first and the product "
            "second.",
        ),
        (
            "1 - h[t] ** 2",
            "1 - h[t - 1] ** 2",
            "Off by one in time: from h[t] back to h[t - 1] you pass the tanh that "
            "made h[t].",
        ),
        (
            "norms[::-1]",
            "norms",
            "The norms run backward in time: norms[t] belongs to h[t].",
        ),
        (
            "np.sqrt((d**2).sum())",
            "(d**2).sum()",
            "That is the square of the length: the root is missing.",
        ),
        (
            "np.sqrt((d**2).sum())",
            "np.abs(d).sum()",
            "That is the sum of absolute values. Asked is the Euclidean length.",
        ),
        (
            "        norms.append(np.sqrt((d**2).sum()))\n"
            "        d = (d * (1 - h[t] ** 2)) @ W_h.T\n",
            "        d = (d * (1 - h[t] ** 2)) @ W_h.T\n"
            "        norms.append(np.sqrt((d**2).sum()))\n",
            "Off by one: you keep the norm after going back through step t. That is "
            "the gradient by h[t - 1].",
        ),
    ),
)
