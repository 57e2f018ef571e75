"""05.7: is one variant better than another, or is it luck? Used on real digits."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def paired_difference(a, b, t):
    """Scores a, b (n,) of the same n seeds, t of a table -> mean of a - b, margin."""
    d = a - b
    error = np.sqrt(((d - d.mean()) ** 2).sum() / (len(d) - 1) / len(d))
    return float(d.mean()), float(t * error)


def cases(rng):
    made = []
    for n, t in ((5, 2.776), (8, 2.365)):
        luck = 5 * rng.normal(size=n)
        a, b = (90 + luck + rng.normal(size=n) for _ in range(2))
        made.append((a, b, t))
    return made


EXERCISE = Exercise(
    "05.7",
    "paired_difference",
    10,
    cases,
    paired_difference,
    answer=("mean", "margin"),
    hints=(
        "Seed k gave both cells the same digits, so compare within a seed first: "
        "d = a - b, one difference for each seed.",
        "The standard deviation of few numbers divides by n - 1: d.std(ddof=1).",
        "The mean of n numbers is uncertain by their standard deviation over the root "
        "of n. The margin is t times that.",
    ),
    misconceptions=mistakes(
        paired_difference,
        (
            "d = a - b",
            "d = b - a",
            "The sign is turned round: asked is a - b.",
        ),
        (
            "/ (len(d) - 1) / len(d)",
            "/ len(d) / len(d)",
            "margin: the standard deviation divides by n. For a few seeds it has to "
            "be n - 1 (ddof=1), or you will look too sure.",
        ),
        (
            "/ (len(d) - 1) / len(d)",
            "/ (len(d) - 1)",
            "margin: that is the spread of single seeds. The mean of n seeds is more "
            "certain, by the root of n.",
        ),
        (
            "float(t * error)",
            "float(error)",
            "margin: the factor t is missing.",
        ),
        (
            "float(t * error)",
            "float(1.96 * error)",
            "margin: 1.96 belongs to many seeds. The mean of a few varies more than "
            "their spread tells, which is why the table gives a larger t: use it.",
        ),
        (
            "float(t * error)",
            "float(2 * error)",
            "margin: 2 is the factor for many seeds, roughly. For a few use the t that "
            "you are given.",
        ),
        (
            "float(t * error)",
            "float(2 * t * error)",
            "margin: that is the width of the whole interval. Asked is how far it "
            "reaches to one side.",
        ),
        (
            "np.sqrt(((d - d.mean()) ** 2).sum() / (len(d) - 1) / len(d))",
            "np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(d))",
            "margin: you treated a and b as unrelated runs. They share seeds: what is "
            "hard for one is hard for the other. Take differences first.",
        ),
        (
            "np.sqrt(((d - d.mean()) ** 2).sum() / (len(d) - 1) / len(d))",
            "((d - d.mean()) ** 2).sum() / (len(d) - 1) / len(d)",
            "margin: the root is missing, that is a variance.",
        ),
    ),
)
