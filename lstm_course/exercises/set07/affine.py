"""07.4: two affine maps, one after the other, are one affine map."""

from ..definition import Exercise
from ..making import mistakes


def joined(J2, e2, J1, e1):
    """d -> J1 d + e1, then d -> J2 d + e2: J (N, N), e (N,) of both together."""
    return J2 @ J1, J2 @ e1 + e2


def cases(rng):
    made = []
    for N in (4, 3):
        J2, J1 = rng.normal(size=(2, N, N))
        e2, e1 = rng.normal(size=(2, N))
        made.append((J2, e2, J1, e1))
    return made


SECOND = "J2 @ e1 + e2"

EXERCISE = Exercise(
    "07.4",
    "joined",
    10,
    cases,
    joined,
    answer=("J", "e"),
    axes={"J": ("row", "column"), "e": ("entry",)},
    hints=(
        "Put the first into the second: J2 (J1 d + e1) + e2, and multiply out.",
        "What stands in front of d is the new J, what does not depend on d the new e.",
        "The order matters: the map that comes first stands next to d, on the right.",
    ),
    misconceptions=mistakes(
        joined,
        (
            "J2 @ J1",
            "J1 @ J2",
            "J: the matrices stand in the wrong order. What comes first is multiplied "
            "first, and stands next to d.",
        ),
        (
            "J2 @ J1",
            "J2 * J1",
            "J: those are products entry by entry. Maps are joined by the matrix "
            "product.",
        ),
        (
            "J2 @ J1",
            "J2 + J1",
            "J: you added the matrices. One map after the other multiplies them.",
        ),
        (
            SECOND,
            "e1 + e2",
            "e: what the first map has added goes through the second, too: it is "
            "multiplied with its matrix.",
        ),
        (
            SECOND,
            "J1 @ e2 + e1",
            "e: the two maps are exchanged. e1 is there first and goes through the "
            "second map.",
        ),
        (
            SECOND,
            "J2 @ (e1 + e2)",
            "e: what the second map adds comes after its matrix: e2 is not multiplied.",
        ),
        (
            SECOND,
            "J2 @ e1",
            "e: what the second map adds is missing.",
        ),
        (
            SECOND,
            "e1 @ J2 + e2",
            "e: J2 is transposed there.",
        ),
        (
            "J2 @ J1, J2 @ e1 + e2",
            "J1 @ J2, J1 @ e2 + e1",
            "The second map comes first in your version: e1 and J1 belong to the map "
            "that is applied first.",
        ),
    ),
)
