"""02.6: a test that tells a right way to clip gradients from wrong ones."""

import numpy as np

from ..definition import Exercise
from ..making import Suspect, clinic, edited, form
from .remedies import clip

NORM = "np.sqrt(sum((g**2).sum() for g in grads.values()))"
BUGS = {
    "lengthens": ("min(1.0, limit / norm)", "limit / norm"),
    "entries": ("g * scale", "np.clip(g, -limit, limit)"),
    "each_array": ("g * scale", "g * min(1.0, limit / np.sqrt((g**2).sum()))"),
    "no_root": (NORM, NORM.removeprefix("np.sqrt")),
    "first_only": (NORM, "np.sqrt((list(grads.values())[0]**2).sum())"),
    "after": ("float(norm)", "float(norm * scale)"),
    "unit": ("g * scale", "(g if norm <= limit else g / norm)"),
}

LESSONS = {
    "lengthens": "Your test lets a function through that makes short gradients "
    "longer. Does it try a gradient within the limit as well?",
    "entries": "Your test lets a function through that clips every entry for itself. "
    "After that the gradient points elsewhere: compare directions, or all entries.",
    "each_array": "Your test lets a function through that shortens each array by its "
    "own norm. Use several arrays of different lengths.",
    "no_root": "Your test lets a function through that forgets the root of the sum of "
    "squares. Compare the norm that is returned with your own.",
    "first_only": "Your test lets a function through whose norm is that of the first "
    "array alone. Use a dictionary of several arrays.",
    "after": "Your test lets a function through that returns the norm AFTER clipping. "
    "Compare the norm in a case where something is clipped.",
    "unit": "Your test lets a function through that shortens to length 1 whatever the "
    "limit is. Choose a limit other than 1.",
}


STRICT = (
    "Your test calls a function wrong that is right. Another order of operations "
    "changes the last digit: compare with a tolerance, np.allclose."
)


def in_steps(grads, limit):
    """The same by another road: everything in one vector first."""
    flat = np.concatenate([g.ravel() for g in grads.values()])
    norm = float(np.linalg.norm(flat))
    factor = limit / norm if norm > limit else 1.0
    return {k: factor * g for k, g in grads.items()}, norm


def suspects(bug, rng, size=1.0):
    if bug == "another way":
        return (Suspect(in_steps, bug),)
    wrong = edited(clip, BUGS[bug]) if bug else clip
    return (Suspect(form(clip, wrong, size), bug),)


EXERCISE = Exercise(
    "02.6",
    "clips_well",
    15,
    answer="verdict",
    alike=True,
    hints=(
        "Draw a dictionary of several random arrays and compute yourself what has to "
        "come out, for a limit below the norm and for one above it.",
        "Three things can be compared: the norm that is returned, the length after "
        "clipping, and the direction.",
        "np.allclose(a, b) compares arrays. The strictest test compares every entry "
        "with g * min(1, limit / norm), in both situations.",
    ),
    **clinic(suspects, ("", "another way"), LESSONS, STRICT, signs=(1,)),
)
