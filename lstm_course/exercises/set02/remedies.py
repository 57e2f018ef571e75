"""02.3, 02.4: two remedies short of gates, clipping and orthogonal start values."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def clip(grads, limit):
    """dict of arrays -> the same, shortened together to the limit; norm before."""
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    scale = min(1.0, limit / norm)
    return {k: g * scale for k, g in grads.items()}, float(norm)


def orthogonal(A):
    """A (H, H) -> Q (H, H): A's columns made orthonormal from the left, in order."""
    Q, R = np.linalg.qr(A)
    return Q * np.sign(np.diag(R))


def clip_cases(rng):
    made = []
    for limit, size in ((1.5, 1.0), (40.0, 1.0), (0.3, 0.5)):
        shapes = {"W_x": (3, 4), "W_h": (4, 2), "b": (5,)}
        grads = {k: size * rng.normal(size=s) for k, s in shapes.items()}
        made.append((grads, limit))
    return made


def matrix_cases(rng):
    return [(rng.normal(size=(H, H)),) for H in (4, 3)]


CLIP = Exercise(
    "02.3",
    "clip",
    15,
    clip_cases,
    clip,
    answer=("clipped", "norm"),
    hints=(
        "One norm for everything: the root of the sum of all squares over all arrays "
        "of the dictionary.",
        "Every array is multiplied by the same number, so that the direction of the "
        "whole gradient stays what it was.",
        "If the norm is within the limit nothing is changed: the number is "
        "min(1, limit / norm).",
    ),
    misconceptions=mistakes(
        clip,
        (
            "min(1.0, limit / norm)",
            "limit / norm",
            "Short gradients are made LONGER. Below the limit nothing is changed.",
        ),
        (
            "min(1.0, limit / norm)",
            "1.0",
            "Nothing is shortened: above the limit every array is multiplied by "
            "limit / norm.",
        ),
        (
            "g * scale",
            "np.clip(g, -limit, limit)",
            "You clip each entry. That bends the gradient into another direction; "
            "here it is shortened as a whole.",
        ),
        (
            "g * scale",
            "g * min(1.0, limit / np.sqrt((g**2).sum()))",
            "Each array is shortened by its own norm. That changes the direction of "
            "the whole gradient: there is one norm for all of them.",
        ),
        (
            "np.sqrt(sum((g**2).sum() for g in grads.values()))",
            "sum((g**2).sum() for g in grads.values())",
            "The root is missing: the norm is the root of the sum of squares.",
        ),
        (
            "np.sqrt(sum((g**2).sum() for g in grads.values()))",
            "sum(np.sqrt((g**2).sum()) for g in grads.values())",
            "You add the norms of the arrays. Add the squares of everything, then "
            "take one root.",
        ),
        (
            "float(norm)",
            "float(norm * scale)",
            "The norm that is returned is the one AFTER clipping. Asked is the one "
            "before: it tells you whether training is exploding.",
        ),
        (
            "g * scale",
            "g / norm",
            "Every gradient gets length 1. The limit plays no part in that.",
        ),
    ),
)

ORTHOGONAL = Exercise(
    "02.4",
    "orthogonal",
    10,
    matrix_cases,
    orthogonal,
    answer="Q",
    rtol=1e-6,
    atol=1e-8,
    hints=(
        "np.linalg.qr(A) gives Q with orthonormal columns and R with zeros below the "
        "diagonal, and A = Q @ R.",
        "Q is unique up to the sign of each column. It becomes unique when the "
        "diagonal of R is positive.",
        "np.sign(np.diag(R)) says which columns to turn round. Columns are the last "
        "axis, so broadcasting does it.",
    ),
    misconceptions=mistakes(
        orthogonal,
        (
            "Q * np.sign(np.diag(R))",
            "Q",
            "Orthogonal it is, but the signs of the columns are not the ones asked "
            "for: the diagonal of R has to be positive.",
        ),
        (
            "Q * np.sign(np.diag(R))",
            "Q * np.sign(np.diag(R))[:, None]",
            "You turned rows round. The signs belong to the columns of Q.",
        ),
        (
            "Q * np.sign(np.diag(R))",
            "A / np.sqrt((A**2).sum(axis=0))",
            "The columns have length 1, but they are not at right angles.",
        ),
        (
            "Q * np.sign(np.diag(R))",
            "(Q * np.sign(np.diag(R))).T",
            "Your matrix is transposed.",
        ),
        (
            "Q * np.sign(np.diag(R))",
            "A / np.abs(np.linalg.eigvals(A)).max()",
            "The spectral radius is 1 now, but the matrix still shrinks some "
            "directions and stretches others. An orthogonal one does neither.",
        ),
        (
            "Q * np.sign(np.diag(R))",
            "R",
            "That is the triangular factor.",
        ),
    ),
)
