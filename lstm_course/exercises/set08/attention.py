"""08.1 and 08.2: soft attention over the places of a picture, forward and back."""

import numpy as np

from ..definition import Exercise
from ..making import edited, mistakes

SIZES = ((3, 6, 4, 5, 2), (4, 5, 3, 2, 6))  # B, L, D, H, S
STEEP = 4000.0  # scores whose exponentials overflow


def attend(p, a, h, mask):
    """a (B, L, D), h (B, H), mask (B, L) -> z (B, D), alpha (B, L)."""
    e = np.tanh(a @ p["W_a"] + (h @ p["W_h"] + p["b"])[:, None]) @ p["v"]
    e = np.where(mask, e, -np.inf)
    e = e - e.max(axis=1, keepdims=True)
    alpha = np.exp(e) / np.exp(e).sum(axis=1, keepdims=True)
    z = (alpha[..., None] * a).sum(axis=1)
    return z, alpha


def attend_backward(dz, alpha, a):
    """dz (B, D), alpha (B, L), a (B, L, D) -> de (B, L), da (B, L, D)."""
    dalpha = (a @ dz[..., None])[..., 0]
    de = alpha * (dalpha - (alpha * dalpha).sum(axis=1, keepdims=True))
    da = alpha[..., None] * dz[:, None]
    return de, da


def cases(rng):
    made = []
    for (B, L, D, H, S), steep in zip(SIZES, (1.0, STEEP), strict=True):
        shapes = {"W_a": (D, S), "W_h": (H, S), "b": (S,), "v": (S,)}
        p = {k: rng.normal(size=s) for k, s in shapes.items()}
        p["v"] = steep * p["v"]
        lengths = rng.permutation([L, *rng.integers(2, L, B - 1)])
        mask = np.arange(L) < lengths[:, None]
        made.append((p, rng.normal(size=(B, L, D)), rng.normal(size=(B, H)), mask))
    return made


def backward_cases(rng):
    made = []
    for B, L, D, _, _ in SIZES:
        alpha = rng.dirichlet(np.ones(L), B)
        made.append((rng.normal(size=(B, D)), alpha, rng.normal(size=(B, L, D))))
    return made


MASKED = "np.where(mask, e, -np.inf)"
SUM = " - (alpha * dalpha).sum(axis=1, keepdims=True)"

FORWARD = Exercise(
    "08.1",
    "attend",
    10,
    cases,
    attend,
    answer=("z", "alpha"),
    axes={"z": ("row", "feature"), "alpha": ("row", "place")},
    hints=(
        "First a score for every place of every row, (B, L). h has no axis of places: "
        "h @ W_h is (B, S), and one more axis lets NumPy add it to every place.",
        "A place that is not there gets the score -inf, so that its exponential is 0. "
        "Subtract the largest score of a row before np.exp.",
        "The weights of a row add up to 1 over its places, axis 1. z is a weighted sum "
        "over the same axis, where alpha needs one more axis for the features.",
    ),
    misconceptions=mistakes(
        attend,
        (
            MASKED,
            "e",
            "The padding takes part. Where the mask is False there is no place to look "
            "at, and its weight has to be 0.",
        ),
        (
            MASKED,
            "e * mask",
            "You multiplied the scores with the mask. A score of 0 is no weight of 0: "
            "exp(0) is 1. The score has to be minus infinity.",
        ),
        (
            "np.tanh(a @",
            "(a @",
            "tanh is missing. Without it h adds the same to every score of a row, "
            "which softmax takes out again: the place would not depend on h.",
        ),
        (
            ' + p["b"])[',
            ")[",
            "The bias b is missing inside of tanh.",
        ),
        (
            'h @ p["W_h"] +',
            '0 * h @ p["W_h"] +',
            "The state h is missing. What is looked for depends on it.",
        ),
        (
            "(alpha[..., None] * a).sum(axis=1)",
            "(alpha[..., None] * a).mean(axis=1)",
            "z: the weights add up to 1 already. A weighted mean is their weighted "
            "sum, not divided once more.",
        ),
        (
            "(alpha[..., None] * a).sum(axis=1)",
            "a[np.arange(len(a)), alpha.argmax(axis=1)]",
            "z: you read the best place alone. Soft attention reads all of them, each "
            "by its weight.",
        ),
        (
            "(alpha[..., None] * a).sum(axis=1)",
            "a.mean(axis=1)",
            "z: that is the plain mean of the places. Weigh them by alpha.",
        ),
        (
            "e - e.max(axis=1, keepdims=True)",
            "e - 0.0",
            "Your exponentials overflow where scores are large. Subtract the largest "
            "score of each row first: the weights stay what they are.",
        ),
    )
    + (
        (
            edited(
                attend,
                (MASKED, "e"),
                ("    z = (", "    alpha = alpha * mask\n    z = ("),
            ),
            "The mask comes after softmax, so the weights that are left add up to less "
            "than 1. Take the places out before.",
        ),
        (
            edited(attend, ("axis=1, keepdims", "axis=0, keepdims")),
            "The weights add up to 1 over the rows of the batch. They have to do so "
            "over the places of each row.",
        ),
    ),
)

BACKWARD = Exercise(
    "08.2",
    "attend_backward",
    15,
    backward_cases,
    attend_backward,
    answer=("de", "da"),
    axes={"de": ("row", "place"), "da": ("row", "place", "feature")},
    hints=(
        "Begin with the weighted sum, z = sum of alpha_i a_i: what does dz say to "
        "alpha_i, and what to a_i? The first is a number for each place, a sum over "
        "the features.",
        "Through softmax: raising one score lowers all other weights. With dalpha in "
        "hand, de_i is alpha_i times (dalpha_i minus a mean of all dalpha).",
        "That mean is the weighted one: sum over the places of alpha * dalpha, with "
        "keepdims=True so that it is subtracted in every place of its row.",
    ),
    misconceptions=mistakes(
        attend_backward,
        (
            SUM,
            "",
            "de: raising one score takes weight from all other places, too. Subtract "
            "the sum over the places of alpha * dalpha.",
        ),
        (
            f"alpha * (dalpha{SUM})",
            "alpha * (1 - alpha) * dalpha",
            "de: that is a sigmoid's derivative, softmax's own entry only. Every score "
            "moves every weight of its row.",
        ),
        (
            f"alpha * (dalpha{SUM})",
            "dalpha",
            "de: that is the gradient of the weights. Softmax stands between them and "
            "the scores.",
        ),
        (
            f"alpha * (dalpha{SUM})",
            f"dalpha{SUM}",
            "de: a place with a small weight has a small say. The factor alpha in "
            "front is missing.",
        ),
        (
            SUM,
            " - dalpha.sum(axis=1, keepdims=True)",
            "de: what is subtracted is a weighted mean of dalpha, weighted by alpha.",
        ),
        (
            SUM,
            " - dalpha.mean(axis=1, keepdims=True)",
            "de: what is subtracted is a mean weighted by alpha, not the plain one.",
        ),
        (
            SUM,
            SUM.replace("axis=1", "axis=0"),
            "de: you summed over the rows of the batch. Softmax ran over the places.",
        ),
        (
            SUM,
            SUM.replace(" - ", " + "),
            "de: the sum is subtracted. If all places get the same dalpha, no score "
            "has a gradient.",
        ),
        (
            "alpha[..., None] * dz[:, None]",
            "0 * alpha[..., None] + dz[:, None]",
            "da: a place was read with its weight only, so dz reaches it times alpha.",
        ),
        (
            "alpha[..., None] * dz[:, None]",
            "dz[:, None] / alpha.shape[1] + 0 * alpha[..., None]",
            "da: those are the gradients of a plain mean. Each place has its weight.",
        ),
        (
            "alpha[..., None] * dz[:, None]",
            "dalpha[..., None] * dz[:, None]",
            "da: the place was multiplied with alpha, not with the gradient of it.",
        ),
    ),
)
