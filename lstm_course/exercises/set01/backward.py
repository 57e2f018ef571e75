"""01.3 and 01.4: a recurrent network backward, one step and through time."""

import numpy as np

from ..definition import Exercise
from ..making import SIZES, edited, mistakes, weights
from .forward import rnn_forward, rnn_step


def rnn_step_backward(p, dh, x, h_prev, h):
    """dh (B, H), the step's x, h_prev and h -> dx, dh_prev, grads."""
    dz = dh * (1 - h**2)
    grads = {"W_x": x.T @ dz, "W_h": h_prev.T @ dz, "b": dz.sum(axis=0)}
    return dz @ p["W_x"].T, dz @ p["W_h"].T, grads


def rnn_backward(step_backward, dh, x, h, h0):
    """dh, h (T, B, H), x (T, B, I), h0 (B, H) -> dx, dh0, grads."""
    dh_next, dx, grads = np.zeros_like(h0), [], {}
    for t in reversed(range(len(x))):
        h_prev = h[t - 1] if t > 0 else h0
        dx_t, dh_next, step = step_backward(dh[t] + dh_next, x[t], h_prev, h[t])
        dx.append(dx_t)
        grads = {k: grads.get(k, 0.0) + step[k] for k in step}
    return np.stack(dx[::-1]), dh_next, grads


def step_cases(rng):
    made = []
    for _, B, I, H in SIZES:
        p, x = weights(rng, I, H, 1, 0.5), rng.normal(size=(B, I))
        h_prev = rng.uniform(-0.9, 0.9, (B, H))
        dh = rng.normal(size=(B, H))
        made.append((p, dh, x, h_prev, rnn_step(p, x, h_prev)))
    return made


def given_step(p):
    return lambda dh, x, h_prev, h: rnn_step_backward(p, dh, x, h_prev, h)


def time_cases(rng):
    made = []
    for T, B, I, H in SIZES:
        p, x = weights(rng, I, H, 1, 0.5), rng.normal(size=(T, B, I))
        h0 = rng.uniform(-0.9, 0.9, (B, H))
        h = rnn_forward(lambda x, h, p=p: rnn_step(p, x, h), x, h0)
        made.append((given_step(p), rng.normal(size=h.shape), x, h, h0))
    return made


AXES = {
    "grads[W_x]": ("input", "unit"),
    "grads[W_h]": ("old unit", "unit"),
    "grads[b]": ("unit",),
}

STEP = Exercise(
    "01.3",
    "rnn_step_backward",
    20,
    step_cases,
    rnn_step_backward,
    answer=("dx", "dh_prev", "grads"),
    axes={"dx": ("row", "input"), "dh_prev": ("row", "unit"), **AXES},
    hints=(
        "Go back through tanh first. Its derivative, written with its own output h, is "
        "1 - h**2. Call the result dz, (B, H).",
        "z is a sum of products. A product a @ W passes dz back as dz @ W.T to a and "
        "as a.T @ dz to W.",
        "All rows of the batch used the same b, so its gradient is the sum of dz over "
        "axis 0.",
    ),
    misconceptions=mistakes(
        rnn_step_backward,
        (
            "dh * (1 - h**2)",
            "dh",
            "The derivative of tanh is missing: dz is dh times 1 - h**2.",
        ),
        (
            "1 - h**2",
            "1 - np.tanh(h)**2",
            "tanh is applied twice. h already is the output of tanh.",
        ),
        (
            "(1 - h**2)",
            "(1 - h**2)**2",
            "The derivative of tanh is multiplied in twice.",
        ),
        (
            "(1 - h**2)",
            "h * (1 - h)",
            "That is the derivative of sigmoid. This layer is a tanh.",
        ),
        (
            "1 - h**2",
            "1 - h_prev**2",
            "Off by one in time: the derivative of tanh is taken at h, the output of "
            "this step.",
        ),
        (
            "h_prev.T @ dz",
            "h.T @ dz",
            "Off by one in time: W_h was multiplied by h_prev, so its gradient uses "
            "h_prev.",
        ),
        (
            'dz @ p["W_h"].T',
            'dz @ p["W_h"]',
            "The transpose of W_h is missing in dh_prev. W_h is square, so nothing "
            "complains.",
        ),
        (
            "h_prev.T @ dz",
            "dz.T @ h_prev",
            "The gradient of W_h is transposed: it has the old unit in rows, as W_h.",
        ),
        (
            "dz.sum(axis=0)",
            "dz.mean(axis=0)",
            "The gradient of b is an average over the batch. Every row used the same "
            "b: add them up.",
        ),
        (
            "dz.sum(axis=0)",
            "dz",
            "The gradient of b still has one row for each sequence: add them up.",
        ),
    )
    + (
        (
            edited(
                rnn_step_backward,
                ("x.T @ dz,", "x.T @ dz / len(x),"),
                ("h_prev.T @ dz", "h_prev.T @ dz / len(x)"),
                ("dz.sum(axis=0)", "dz.mean(axis=0)"),
            ),
            "Your weight gradients are averages over the batch. Here they are sums: a "
            "mean belongs to the loss, not to the cell.",
        ),
    ),
)

TIME = Exercise(
    "01.4",
    "rnn_backward",
    20,
    time_cases,
    rnn_backward,
    answer=("dx", "dh0", "grads"),
    axes={"dx": ("step", "row", "input"), "dh0": ("row", "unit"), **AXES},
    hints=(
        "Begin with the last step. Behind it there is none, so what comes back from "
        "'the next step' is zero there.",
        "h[t] goes to two places: into the loss, which gives dh[t], and into step "
        "t + 1, which gives dh_next. The step backward wants the sum.",
        "The old state of step t is h[t - 1], and h0 for t = 0. In NumPy h[-1] is the "
        "LAST row, and nothing complains.",
    ),
    misconceptions=mistakes(
        rnn_backward,
        (
            "dh[t] + dh_next,",
            "dh[t],",
            "dh_next is not carried: h[t] feeds step t + 1 as well as the loss, so "
            "its gradient is a sum of two.",
        ),
        (
            "dh[t] + dh_next,",
            "dh_next if t + 1 < len(x) else dh[t],",
            "Only the loss at the last step counts in your version. Every dh[t] adds "
            "to what comes back from step t + 1.",
        ),
        (
            "h[t - 1] if t > 0 else h0",
            "h[t - 1]",
            "At t = 0 you read h[-1], the LAST state. The state before the first step "
            "is h0.",
        ),
        (
            "h[t - 1] if t > 0 else h0",
            "h[t]",
            "Off by one in time: the old state of step t is h[t - 1].",
        ),
        (
            "h[t - 1] if t > 0 else h0",
            "h[t - 1] if t > 0 else 0 * h0",
            "The state before the first step is not zero here: it is h0.",
        ),
        (
            "grads.get(k, 0.0) + step[k]",
            "step[k]",
            "The weight gradients are those of one step. All steps share the weights: "
            "add up all of them.",
        ),
        (
            "dx[::-1]",
            "dx",
            "dx runs backward in time: you collected it from the last step to the "
            "first.",
        ),
        (
            "reversed(range(len(x)))",
            "range(len(x))",
            "You go forward in time. A gradient comes from the end: begin with the "
            "last step.",
        ),
        (
            "+ step[k]",
            "+ step[k] / len(x)",
            "The weight gradients are averages over the steps. They are sums; a mean "
            "belongs to the loss.",
        ),
    ),
)
