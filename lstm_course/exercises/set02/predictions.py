"""02.5: five numbers about products of many factors."""

import math

from ..definition import Exercise
from ..making import mistakes


def predictions():
    """vanished, exploded, sigmoids, steps, half_life: with a calculator."""
    vanished = 0.5**100
    exploded = 1.1**100
    sigmoids = 0.25**20
    steps = math.ceil(math.log(0.01) / math.log(0.9))
    half_life = math.log(0.5) / math.log(0.99)
    return vanished, exploded, sigmoids, steps, half_life


def cases(rng):
    return [()]


EXERCISE = Exercise(
    "02.5",
    "predictions",
    10,
    cases,
    predictions,
    answer=("vanished", "exploded", "sigmoids", "steps", "half_life"),
    rtol=2e-3,
    atol=0.0,
    digits=3,
    hints=(
        "The first three are powers: the same factor once for every step.",
        "sigmoids: sigmoid'(z) = y * (1 - y). For which y is that largest, and how "
        "large is it?",
        "steps and half_life: take logarithms. 0.9**n < 0.01 means "
        "n * log(0.9) < log(0.01); mind the sign when you divide.",
    ),
    misconceptions=mistakes(
        predictions,
        ("0.5**100", "0.5 * 100", "vanished: a hundred factors, not a hundred terms."),
        (
            "0.5**100",
            "0.0",
            "vanished: it is tiny, but not zero; give it in the form 1e-9.",
        ),
        (
            "1.1**100",
            "1.1 * 100",
            "exploded: a hundred factors, not a hundred terms. Growth by 10 % at "
            "every step is compound interest.",
        ),
        (
            "0.25**20",
            "0.5**20",
            "sigmoids: one half is the largest slope of nothing here. sigmoid' = "
            "y * (1 - y) at its largest.",
        ),
        (
            "0.25**20",
            "1.0",
            "sigmoids: 1 is the largest slope of tanh. That of sigmoid is smaller.",
        ),
        (
            "math.ceil(math.log(0.01) / math.log(0.9))",
            "math.floor(math.log(0.01) / math.log(0.9))",
            "steps: at that step the factor is still above 0.01; asked is the first "
            "below.",
        ),
        (
            "math.ceil(math.log(0.01) / math.log(0.9))",
            "10",
            "steps: 0.9 takes a tenth of what is LEFT away, not a tenth of the whole.",
        ),
        (
            "math.log(0.5) / math.log(0.99)",
            "50.0",
            "half_life: each step takes one percent of what is left, not of the whole.",
        ),
    ),
)
