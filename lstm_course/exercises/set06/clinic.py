"""06.7: a test that finds models that do not remember what they should.

``run(x, h, c) -> scores, h, c`` is a black box that reads a window x (T, B) of K codes
from a state h, c (B, H).  Every one has weights of its own.
"""

import numpy as np

from ..definition import Exercise
from ..making import Suspect, clinic
from .network import log_softmax, network, read

K, H = 7, 5
LONGEST, WIDEST = 64, 16  # steps and rows of a window
PERIODS = (11, 13, 17)  # steps after which a forgetful one drops its state

LESSONS = {
    "never": "Your test lets a model through that begins every step from the state it "
    "was given at first. Its loss falls all the same, to that of a table of pairs. "
    "Change the last letter but one: the last scores have to change.",
    "no_c": "Your test lets a model through that does not begin from the c it is "
    "given. Read one window whole, and in two pieces with the state carried: all "
    "scores have to agree. Begin from a random h and c.",
    "stateful": "Your test lets a model through that goes on with the state of another "
    "text where it should begin from zeros. Hand it zeros and a short text, twice: it "
    "has to cost the same again. (After a long text it has forgotten where it began.)",
    "drops": "Your test lets a model through that drops its state every so often "
    "within a window. Make the window longer than 20 steps, and cut it anywhere.",
    "rows": "Your test lets a model through that returns the states of other rows. "
    "With a single row, or with equal rows, nobody can tell.",
    "mixes": "Your test lets a model through in which the rows of a batch hear each "
    "other. Read a row alone: its scores have to be the same.",
    "late": "Your test lets a model through that returns the state before its last "
    "step. Cut a window in two, carry the state, and compare the second piece.",
    "future": "Your test lets a model through that sees the letter it has to predict. "
    "Change the last letter: no score before it may change.",
}

STRICT = (
    "Your test calls a model wrong that is right. Some are plain LSTMs, one couples "
    "its gates, one returns logarithms of probabilities: compare a model with itself "
    "only, and with np.allclose, for the last digits differ."
)


def make(bug, rng, size=1.0):
    """A model with a bug of some size, or a right one."""
    p, ahead = network(rng, K, H), rng.normal(size=(K, K))
    period, last = int(rng.choice(PERIODS)), {}

    def run(x, h, c):
        fits(x, h, c)
        first = begun(bug, size, last, h, c)
        states, scores = [first], np.zeros((*x.shape, K))
        for t, x_t in enumerate(x):
            before = first if bug == "never" else states[-1]
            if bug == "drops" and (t + 1) % period == 0:
                before = 0 * h, 0 * c
            states.append(read(p, x_t, *before, coupled=bug == "coupled"))
            scores[t] = states[-1][0] @ p["V"]
        last[len(h)] = states[-1]
        return (said(bug, size, scores, ahead[x]), *ended(bug, size, states))

    return run


def begun(bug, size, last, h, c):
    """The state from which a model begins that is given h and c."""
    if bug == "stateful" and not h.any() and not c.any():
        return last.get(len(h), (h, c))
    return h, (1 - size) * c if bug == "no_c" else c


def said(bug, size, scores, ahead):
    """Scores (T, B, K) as a model returns them; ahead is what it sees of inputs."""
    if bug == "mixes":
        return scores + 0.5 * size * (scores - scores.mean(axis=1, keepdims=True))
    if bug == "future":
        return np.concatenate([scores[:-1] + size * ahead[1:], scores[-1:]])
    return log_softmax(scores) if bug == "normalised" else scores


def ended(bug, size, states):
    """The state that a model returns."""
    h, c = states[0] if bug == "never" else states[-1]
    if bug == "rows":
        return tuple(s + size * (np.roll(s, 1, axis=0) - s) for s in (h, c))
    if bug == "late":
        pairs = zip((h, c), states[-2], strict=True)
        return tuple(s + size * (before - s) for s, before in pairs)
    return h.copy(), c.copy()


def fits(x, h, c):
    """Refuse what is no window, or would take for ever."""
    shape = (x.shape[1], H) if x.ndim == 2 else ()
    good = x.dtype.kind == "i" and x.ndim == 2 and 0 < len(x) <= LONGEST
    good = good and 0 < x.shape[1] <= WIDEST and 0 <= x.min() and x.max() < K
    if not good or h.shape != shape or c.shape != shape:
        raise ValueError(
            f"The model got x {x.shape}, h {h.shape} and c {c.shape}, expected x (T, B)"
            f" of codes 0 to {K - 1} with T up to {LONGEST} and B up to {WIDEST}, and "
            f"h, c (B, {H}). Is the time first?"
        )


def suspects(bug, rng, size=1.0):
    return (Suspect(make(bug, rng, size), bug),)


EXERCISE = Exercise(
    "06.7",
    "remembers_well",
    15,
    answer="verdict",
    hints=(
        "The strongest question is one that the model answers itself: a window read "
        "whole, and the same window in two pieces with the state carried, have to give "
        "the same scores and the same state. Begin from a random state, with several "
        "rows.",
        "Some models pass that. Does the last score change when an earlier letter "
        "changes? Do scores stay when a LATER letter changes? Is a row read alone what "
        "it is in a batch?",
        "And one remembers too much: hand it zeros and a few letters, and once more "
        "zeros and the same letters. For the rest: windows of 40 to 64 steps, three "
        "rows, and np.allclose.",
    ),
    **clinic(suspects, ("", "coupled", "normalised"), LESSONS, STRICT),
)
