"""04.5: the bug clinic. The student's test must tell wrong backward passes from right.

Two functions come as black boxes: ``forward(p, x) -> h`` runs an LSTM from a state of
zeros, ``backward(p, x, dh) -> dx, grads`` says what its gradients are.  Every pair has
hidden constants of its own.
"""

import numpy as np

from ..definition import Exercise
from ..machines import Machine, fits
from ..making import Suspect, clinic, edited, form
from .step_backward import lstm_step_backward
from .through_time import lstm_backward, run

STEP_BUGS = {
    "late": ("total * c_prev *", "total * c *"),
    "twice": ("o * (1 - o)", "(o * (1 - o)) ** 2"),
    "straight": (" * (1 - tanh_c**2)", ""),
    "averaged": ("dz.sum(0)", "dz.mean(0)"),
}
TIME_BUGS = {
    "no_c": ("dc_next, caches[t]", "0 * dc_next, caches[t]"),
    "no_h": ("dh[t] + dh_next,", "dh[t],"),
    "short": (
        "dh[t] + dh_next, dc_next,",
        "dh[t] + (t + 3 > len(dh)) * dh_next, (t + 3 > len(dh)) * dc_next,",
    ),
}

LESSONS = {
    "no_c": "Your test lets a backward pass through that drops the path along the cell "
    "state. Does it compare a gradient that has to travel over several steps?",
    "no_h": "Your test lets a backward pass through that never carries dh back to the "
    "step before. Are your recurrent weights large enough for this to matter, and is "
    "dh random at every step?",
    "late": "Your test lets a backward pass through that is off by one in time: it "
    "takes the new c where the old one belongs. Does it look at the gradient of every "
    "block of the weights?",
    "twice": "Your test lets a backward pass through that applies the derivative of "
    "sigmoid twice. Is your tolerance small enough, with a relative error?",
    "straight": "Your test lets a backward pass through that forgets a derivative of "
    "tanh. With tiny weights tanh is a straight line and nobody can tell: draw the "
    "weights larger.",
    "short": "Your test lets a backward pass through that is right for two steps and "
    "cut off after that. Make the sequence longer.",
    "averaged": "Your test lets a backward pass through that averages over the batch "
    "where it has to add up. With a single sequence there is no difference.",
    "only_dx": "Your test lets a backward pass through whose dx is wrong while all "
    "weight gradients are right. Compare dx as well.",
}


def forward(p, x):
    B, H = x.shape[1], p["b"].size // 4
    return run(p, x, np.zeros((B, H)), np.zeros((B, H)))[0]


def backward(bug, step=lstm_step_backward):
    """The backward pass with a bug, or a right one for a name of none."""
    through = lstm_backward
    if bug in STEP_BUGS:
        step = edited(lstm_step_backward, STEP_BUGS[bug])
    if bug in TIME_BUGS:
        through = edited(lstm_backward, TIME_BUGS[bug])
    wrong_dx = 0.9 if bug == "only_dx" else 1.0

    def run_back(p, x, dh):
        B, H = x.shape[1], p["b"].size // 4
        _, caches = run(p, x, np.zeros((B, H)), np.zeros((B, H)))
        dx, _, _, grads = through(lambda *a: step(p, *a), dh, caches)
        return dx * wrong_dx, grads

    return run_back


def housed(machine, forward, backward):
    """Both functions inside a machine, which the chain rule leads through."""

    def start(p, x):
        fits(p, x)
        return machine.inner(p), x * machine.scale("x", x.shape[-1])

    def outer_forward(p, x):
        h = forward(*start(p, x))
        return h * machine.scale("h", h.shape[-1])

    def outer_backward(p, x, dh):
        fits(p, x, dh)
        dx, grads = backward(*start(p, x), dh * machine.scale("h", dh.shape[-1]))
        return dx * machine.scale("x", x.shape[-1]), machine.outer(grads)

    return outer_forward, outer_backward


def suspects(bug, rng, size=1.0):
    wrong = form(backward(""), backward(bug), size)
    forward_, backward_ = housed(Machine(rng), forward, wrong)
    return Suspect(forward_), Suspect(backward_, bug)


EXERCISE = Exercise(
    "04.5",
    "gradient_is_right",
    20,
    answer="verdict",
    hints=(
        "Make a loss of your own: L = (h * dh).sum() with a random dh. Then dh is "
        "exactly the gradient of L by h, and backward(p, x, dh) must give dL/dp and "
        "dL/dx.",
        "slope(loss, values) gives the true slope of L along a random direction, and "
        "that direction. The backward pass predicts the same number: the sum of "
        "gradient times direction over all arrays. Compare the two, relatively.",
        "A test is as strong as its case: T of 5 or more, B of 2 or more, weights of "
        "about 1, random dh at every step, several random directions, and a relative "
        "tolerance of about 1e-5.",
    ),
    **clinic(suspects, ("",), LESSONS),
)
