"""08.4: the filters with which DRAW looks through a window."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def filters(centre, stride, variance, N, A):
    """centre, stride, variance (B,) -> F (B, N, A)."""
    i = np.arange(1, N + 1)
    mu = centre[:, None] + (i - N / 2 - 0.5) * stride[:, None]
    j = np.arange(1, A + 1)
    F = np.exp(-((j - mu[..., None]) ** 2) / (2 * variance[:, None, None]))
    return F / F.sum(axis=2, keepdims=True)


def cases(rng):
    made = []
    for B, N, A in ((3, 4, 9), (2, 5, 11)):
        centre = A / 2 + rng.uniform(-2.0, 2.0, B)
        stride, variance = rng.uniform(0.6, 1.8, B), rng.uniform(0.5, 3.0, B)
        made.append((centre, stride, variance, N, A))
    return made


EXERCISE = Exercise(
    "08.4",
    "filters",
    15,
    cases,
    filters,
    answer="F",
    axes={"F": ("row", "filter", "pixel")},
    hints=(
        "Test your centres by hand: with N = 3 the middle one has to lie at the centre "
        "itself, with N = 2 both half a stride beside it.",
        "Three axes: mu is (B, N), and mu[..., None] - j is (B, N, A). The variance "
        "has to get two more axes.",
        "Every filter is divided by its own sum over the pixels, with keepdims=True.",
    ),
    misconceptions=mistakes(
        filters,
        (
            "np.arange(1, N + 1)",
            "np.arange(N)",
            "The filters are counted from 0 in a formula that counts from 1: the whole "
            "window lies one stride to the left. A port that many have copied does so.",
        ),
        (
            "(i - N / 2 - 0.5)",
            "(i - N / 2)",
            "The half is missing, and the window lies half a stride to the right: the "
            "centres have to lie evenly around the centre of the window.",
        ),
        (
            "(i - N / 2 - 0.5)",
            "(i - N / 2 + 0.5)",
            "The half has the wrong sign: the centres have to lie evenly around the "
            "centre of the window.",
        ),
        (
            "np.arange(1, A + 1)",
            "np.arange(A)",
            "The pixels are numbered from 0. The text numbers them otherwise, and the "
            "centre is given in these numbers.",
        ),
        (
            " / F.sum(axis=2, keepdims=True)",
            "",
            "A filter has to add up to 1 over the pixels, also where it is cut off by "
            "the edge.",
        ),
        (
            "F.sum(axis=2, keepdims=True)",
            "F.sum(axis=1, keepdims=True)",
            "You divided by sums over the filters. Each filter adds up to 1 over the "
            "pixels.",
        ),
        (
            "F / F.sum(axis=2, keepdims=True)",
            "F / np.sqrt(2 * np.pi * variance[:, None, None])",
            "You divided by the integral of the whole Gaussian. On pixels, and at an "
            "edge, the sum is another number.",
        ),
        (
            "(2 * variance[:, None, None])",
            "(2 * variance[:, None, None] ** 2)",
            "You squared the variance. It is a square already.",
        ),
        (
            "(2 * variance[:, None, None])",
            "variance[:, None, None]",
            "The 2 below the square is missing.",
        ),
        (
            "* stride[:, None]",
            "/ stride[:, None]",
            "The stride is the distance from one centre to the next: multiply with it.",
        ),
    ),
)
