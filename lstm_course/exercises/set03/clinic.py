"""03.6: a test of start values. Does this function start an LSTM well?

``make(I, H, seed)`` gives W_x (I, 4H), W_h (H, 4H), b (4H,) as a black box.
"""

import numpy as np

from ..definition import Exercise
from ..making import Suspect, clinic, edited

LESSONS = {
    "same_gates": "Your test lets start values through in which all four gates have "
    "the same weights. They would see the same and learn the same: compare the blocks "
    "with each other.",
    "same_units": "Your test lets start values through in which all units of a block "
    "are alike. They stay alike for ever: compare columns within a block.",
    "zeros": "Your test lets W_h through with nothing but zeros in it.",
    "no_forget_bias": "Your test lets a forget bias of 0 through. A gate that is half "
    "open forgets nearly everything in ten steps.",
    "wrong_block": "Your test lets start values through whose bias of 1 sits in "
    "another block than f. The order is i, f, g, o.",
    "everywhere": "Your test lets start values through with a bias of 1 in all four "
    "blocks. Only the forget gate gets one.",
    "too_large": "Your test lets weights through that are far too large. Every gate "
    "would begin stuck at 0 or 1.",
    "same_seed": "Your test lets a function through that ignores its seed. Call it "
    "twice.",
}


STRICT = (
    "Your test refuses start values that are fine. Some are normal, some uniform, some "
    "orthogonal: ask only for what all good ones share, and for sizes generously."
)


def start(I, H, seed):
    """Random weights of size 1 / sqrt(rows), biases 0 and 1."""
    rng = np.random.default_rng(seed)
    W_x = rng.normal(size=(I, 4 * H)) / np.sqrt(I)
    W_h = rng.normal(size=(H, 4 * H)) / np.sqrt(H)
    b = np.concatenate([np.zeros(H), np.ones(H), np.zeros(2 * H)])
    return {"W_x": W_x, "W_h": W_h, "b": b}


def uniform(I, H, seed):
    """Uniform weights of the same size."""
    rng = np.random.default_rng(seed)
    W_x = rng.uniform(-1, 1, (I, 4 * H)) * np.sqrt(3 / I)
    W_h = rng.uniform(-1, 1, (H, 4 * H)) * np.sqrt(3 / H)
    b = np.concatenate([np.zeros(H), np.ones(H), np.zeros(2 * H)])
    return {"W_x": W_x, "W_h": W_h, "b": b}


def turned(I, H, seed):
    """An orthogonal W_h, block by block."""
    rng = np.random.default_rng(seed)
    blocks = [np.linalg.qr(rng.normal(size=(H, H)))[0] for _ in range(4)]
    return {**start(I, H, seed), "W_h": np.concatenate(blocks, axis=1)}


DRAW = "return {"
BIAS = "[np.zeros(H), np.ones(H), np.zeros(2 * H)]"
BUGS = {
    "same_gates": (DRAW, "W_x, W_h = (np.tile(W[:, :H], 4) for W in (W_x, W_h))\n"
                   "    return {"),
    "same_units": (DRAW, "W_x, W_h = (np.repeat(W[:, ::H], H, axis=1)"
                   " for W in (W_x, W_h))\n    return {"),
    "zeros": ('"W_h": W_h', '"W_h": 0 * W_h'),
    "no_forget_bias": (BIAS, "[np.zeros(4 * H)]"),
    "wrong_block": (BIAS, "[np.zeros(2 * H), np.ones(H), np.zeros(H)]"),
    "everywhere": (BIAS, "[np.ones(4 * H)]"),
    "too_large": ("/ np.sqrt(H)", "* 10"),
}  # fmt: skip
SOUND = {"": start, "uniform": uniform, "orthogonal": turned}


LARGEST = 500_000  # weights of one gate


def suspects(bug, rng, size=1.0):
    make = edited(start, BUGS[bug]) if bug in BUGS else SOUND.get(bug, start)
    first = int(rng.integers(2**30))

    def checked(I, H, seed):
        if min(I, H) < 1 or (I + H) * H > LARGEST:
            raise ValueError(
                f"make got I = {I} and H = {H}, expected sizes from 1 to a few "
                "hundred. Are they in the right order?"
            )
        return make(I, H, first + (0 if bug == "same_seed" else seed))

    return (Suspect(checked, bug),)


EXERCISE = Exercise(
    "03.6",
    "starts_well",
    15,
    answer="verdict",
    alike=True,
    hints=(
        "Call make with sizes of your own, I and H different and not too small, and "
        "with two seeds. Then ask one question after the other.",
        "Alike are two columns whose difference is zero everywhere. Splitting W_h into "
        "its four blocks answers the question about gates; so does looking for any two "
        "equal columns among all 4H.",
        "For the size compare the standard deviation with 1 / sqrt(rows), generously: "
        "between a third and three times. The bias is known exactly.",
    ),
    **clinic(suspects, tuple(SOUND), LESSONS, STRICT),
)
