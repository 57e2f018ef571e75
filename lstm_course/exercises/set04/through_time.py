"""04.3: backpropagation through time; a step backward is given as a black box."""

import numpy as np

from ..definition import Exercise
from ..making import SIZES, mistakes, state, weights
from .step import lstm_step
from .step_backward import lstm_step_backward


def lstm_backward(step_backward, dh, caches):
    """dh (T, B, H), T caches -> dx (T, B, I), dh0, dc0 (B, H), grads."""
    dh_next, dc_next = np.zeros_like(dh[0]), np.zeros_like(dh[0])
    dx, grads = [], {}
    for t in reversed(range(len(caches))):
        dx_t, dh_next, dc_next, step = step_backward(
            dh[t] + dh_next, dc_next, caches[t]
        )
        dx.append(dx_t)
        grads = {k: grads.get(k, 0.0) + step[k] for k in step}
    return np.stack(dx[::-1]), dh_next, dc_next, grads


def run(p, x, h, c):
    """Forward over a sequence: h (T, B, H) and the caches."""
    out, caches = [], []
    for x_t in x:
        cache = {"x": x_t, "h_prev": h, "c_prev": c}
        h, c, gates = lstm_step(p, x_t, h, c)
        caches.append({**cache, "c": c, **gates})
        out.append(h)
    return np.stack(out), tuple(caches)


def cases(rng):
    made = []
    for T, B, I, H in SIZES:
        p, x = weights(rng, I, H), rng.normal(size=(T, B, I))
        _, caches = run(p, x, *state(rng, B, H))

        def given(dh, dc, cache, p=p):
            return lstm_step_backward(p, dh, dc, cache)

        made.append((given, rng.normal(size=(T, B, H)), caches))
    return made


MISCONCEPTIONS = mistakes(
    lstm_backward,
    (
        "dh[t] + dh_next,",
        "dh[t],",
        "dh_next is not carried: h of step t feeds step t + 1 as well as the loss, so "
        "its gradient is a sum of two.",
    ),
    (
        "dh[t] + dh_next,",
        "dh_next if t + 1 < len(dh) else dh[t],",
        "Only the loss at the last step counts in your version. Every dh[t] adds to "
        "what comes back from step t + 1.",
    ),
    (
        "dh[t] + dh_next,",
        "dh[t] - dh_next,",
        "dh[t] and the gradient from the next step are added, not subtracted.",
    ),
    (
        "dc_next, caches[t]",
        "0 * dc_next, caches[t]",
        "The gradient of the cell state is not carried from step to step: dc starts "
        "at zero in each of them. This is the LSTM's main road.",
    ),
    (
        "grads.get(k, 0.0) + step[k]",
        "step[k]",
        "The weight gradients are those of one step. The same weights are used at "
        "every step: add up all of them.",
    ),
    (
        "dx[::-1]",
        "dx",
        "dx runs backward in time: you collected it from the last step to the first.",
    ),
    (
        "reversed(range(len(caches)))",
        "range(len(caches))",
        "You go forward in time. A gradient comes from the end: begin with the last "
        "step.",
    ),
    (
        "+ step[k]",
        "+ step[k] / len(dh)",
        "The weight gradients are averages over the steps. They are sums; a mean "
        "belongs to the loss.",
    ),
    (
        "dh[t] + dh_next,",
        "dh[t - 1] + dh_next,",
        "Off by one in time: the dh that you hand to a step belongs to its neighbour.",
    ),
)

HINTS = (
    "Two gradients travel from step t + 1 back to step t: dh_next and dc_next. After "
    "the last step nothing follows, so both start as zeros of shape (B, H).",
    "h at step t goes to two places: into the loss, which gives dh[t], and into step "
    "t + 1, which gives dh_next.",
    "One turn of the loop: dx_t, dh_next, dc_next, step = step_backward(dh[t] + "
    "dh_next, dc_next, caches[t]); then keep dx_t and add step to grads, key by key.",
)

EXERCISE = Exercise(
    "04.3",
    "lstm_backward",
    15,
    cases,
    lstm_backward,
    answer=("dx", "dh0", "dc0", "grads"),
    axes={
        "dx": ("step", "row", "input"),
        "dh0": ("row", "unit"),
        "dc0": ("row", "unit"),
        "grads[W_x]": ("input", "i f g o"),
        "grads[W_h]": ("unit", "i f g o"),
        "grads[b]": ("i f g o",),
    },
    hints=HINTS,
    misconceptions=MISCONCEPTIONS,
)
