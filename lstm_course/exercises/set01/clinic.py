"""01.6: the bug clinic of chapter 1, as a test the student writes.

``forward(p, x, h0) -> h`` and ``backward(p, x, h0, dh) -> dx, dh0, grads`` are black
boxes with hidden constants of their own; the forward pass is right.
"""

from ..definition import Exercise
from ..machines import Machine, fits
from ..making import Suspect, clinic, edited, form
from .backward import rnn_backward, rnn_step_backward
from .forward import rnn_forward, rnn_step

STEP_BUGS = {
    "no_derivative": ("dh * (1 - h**2)", "dh"),
    "late": ("h_prev.T @ dz", "h.T @ dz"),
    "untransposed": ('dz @ p["W_h"].T', 'dz @ p["W_h"]'),
    "averaged": ("dz.sum(axis=0)", "dz.mean(axis=0)"),
}
TIME_BUGS = {
    "not_carried": ("dh[t] + dh_next,", "dh[t],"),
    "two_steps": ("dh[t] + dh_next,", "dh[t] + (t + 2 == len(x)) * dh_next,"),
    "start": ("h[t - 1] if t > 0 else h0", "h[t - 1] if t > 0 else 0 * h0"),
}

LESSONS = {
    "not_carried": "Your test lets a backward pass through that never carries dh to "
    "the step before. Are your recurrent weights large enough for this to matter, and "
    "does dh differ from zero at more than one step?",
    "no_derivative": "Your test lets a backward pass through that forgets the "
    "derivative of tanh. With tiny weights tanh is a straight line and nobody can "
    "tell: draw the weights larger.",
    "late": "Your test lets a backward pass through that is off by one in time in the "
    "gradient of W_h. Is W_h among the arrays that your test moves?",
    "untransposed": "Your test lets a backward pass through that forgot a transpose. "
    "W_h must be a full random matrix: a symmetric one equals its transpose.",
    "averaged": "Your test lets a backward pass through that averages the gradient of "
    "b over the batch. With a single sequence there is no difference.",
    "two_steps": "Your test lets a backward pass through that is right for two steps "
    "and cut off after that. Make the sequence longer.",
    "start": "Your test lets a backward pass through that takes the state before the "
    "first step for zero. Draw h0 at random.",
    "only_dh0": "Your test lets a backward pass through in which only dh0 is wrong. "
    "Move h0 as well, and compare dh0.",
}


def forward(p, x, h0):
    return rnn_forward(lambda x, h: rnn_step(p, x, h), x, h0)


def backward(bug, step=rnn_step_backward):
    """The backward pass with a bug, or a right one for a name of none."""
    through = rnn_backward
    if bug in STEP_BUGS:
        step = edited(rnn_step_backward, STEP_BUGS[bug])
    if bug in TIME_BUGS:
        through = edited(rnn_backward, TIME_BUGS[bug])

    def run_back(p, x, h0, dh):
        h = forward(p, x, h0)
        dx, dh0, grads = through(lambda *a: step(p, *a), dh, x, h, h0)
        return dx, dh0 * (0.9 if bug == "only_dh0" else 1.0), grads

    return run_back


def housed(machine, forward, backward):
    """Both functions inside a machine, which the chain rule leads through."""

    def start(p, x, h0):
        fits(p, x, h0, blocks=1)
        I, H = x.shape[-1], h0.shape[-1]
        return machine.inner(p), x * machine.scale("x", I), h0 * machine.scale("h0", H)

    def outer_forward(p, x, h0):
        return forward(*start(p, x, h0)) * machine.scale("h", h0.shape[-1])

    def outer_backward(p, x, h0, dh):
        fits(p, x, h0, dh, blocks=1)
        I, H = x.shape[-1], h0.shape[-1]
        dx, dh0, grads = backward(*start(p, x, h0), dh * machine.scale("h", H))
        dx, dh0 = dx * machine.scale("x", I), dh0 * machine.scale("h0", H)
        return dx, dh0, machine.outer(grads)

    return outer_forward, outer_backward


def suspects(bug, rng, size=1.0):
    wrong = form(backward(""), backward(bug), size)
    forward_, backward_ = housed(Machine(rng, blocks=1), forward, wrong)
    return Suspect(forward_), Suspect(backward_, bug)


EXERCISE = Exercise(
    "01.6",
    "gradient_is_right",
    15,
    answer="verdict",
    hints=(
        "Make a loss of your own: L = (h * dh).sum() with a random dh. Then dh is "
        "exactly the gradient of L by h, and backward must give dL/dx, dL/dh0 and "
        "dL/dp.",
        "slope(loss, values) gives the true slope of L along a random direction, and "
        "that direction. The backward pass predicts the same number: the sum of "
        "gradient times direction over all arrays. Compare the two, relatively.",
        "A test is as strong as its case: T of 5 or more, B of 2 or more, weights of "
        "about 1, h0 and dh random, several directions, a relative tolerance of about "
        "1e-5.",
    ),
    **clinic(suspects, ("",), LESSONS),
)
