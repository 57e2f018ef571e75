"""07.8: is one program faster than another? Used on two loops, measured in turn."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def compare_times(a, b, t):
    """Seconds a, b (n,) of the same rounds, t -> ratio, low, high, winner."""
    d = np.log(a) - np.log(b)
    error = t * np.sqrt(((d - d.mean()) ** 2).sum() / (len(d) - 1) / len(d))
    low, high = d.mean() - error, d.mean() + error
    winner = "a" if high < 0 else "b" if low > 0 else "neither"
    return float(np.exp(d.mean())), float(np.exp(low)), float(np.exp(high)), winner


def cases(rng):
    """One in which a is faster, one in which b is, one in which nobody can tell."""
    made = []
    for n, t, ratio in ((7, 2.447, 0.7), (9, 2.306, 1.5), (6, 2.571, 1.0)):
        load = np.exp(0.8 * rng.normal(size=n))  # of the machine, the same for both
        noise = np.exp(0.08 * rng.normal(size=(2, n)))
        if ratio == 1.0:
            noise[0] *= np.exp(0.3 * np.resize([1, -1], n))
        made.append((ratio * load * noise[0], load * noise[1], t))
    return made


DIFFERENCE = "np.log(a) - np.log(b)"
ERROR = "np.sqrt(((d - d.mean()) ** 2).sum() / (len(d) - 1) / len(d))"

EXERCISE = Exercise(
    "07.8",
    "compare_times",
    10,
    cases,
    compare_times,
    answer=("ratio", "low", "high", "winner"),
    hints=(
        "In one round both met the same machine, so compare within a round first: "
        "d = log(a / b), one number for each.",
        "The margin is t times the standard deviation of d (ddof=1) over the root of "
        "n. Its ends, and the mean, become ratios by exp.",
        "If the whole interval lies below 1, a takes less time; if it lies above, b. "
        "If 1 is in it, nobody can tell.",
    ),
    misconceptions=mistakes(
        compare_times,
        (
            DIFFERENCE,
            "np.log(b) - np.log(a)",
            "The ratio is turned round: asked is a divided by b.",
        ),
        (
            DIFFERENCE,
            "np.log(a / b) / np.log(2)",
            "The logarithm that you take is not the one that you undo: exp belongs to "
            "the natural one.",
        ),
        (
            DIFFERENCE,
            "np.log(np.sort(a)) - np.log(np.sort(b))",
            "You sorted the times first. What belongs together is what was measured in "
            "the same round.",
        ),
        (
            ERROR,
            "np.sqrt((np.log(a).var(ddof=1) + np.log(b).var(ddof=1)) / len(d))",
            "low, high: you treated a and b as unrelated. They share their rounds, and "
            "what else the machine did: take differences first.",
        ),
        (
            "/ (len(d) - 1) / len(d)",
            "/ len(d) / len(d)",
            "low, high: the standard deviation divides by n. For a few rounds it has "
            "to be n - 1 (ddof=1).",
        ),
        (
            "/ (len(d) - 1) / len(d)",
            "/ (len(d) - 1)",
            "low, high: that is the spread of single rounds. The mean of n rounds is "
            "more certain, by the root of n.",
        ),
        (
            "t * np.sqrt",
            "1.96 * np.sqrt",
            "low, high: 1.96 belongs to many rounds. For a few use the t that you are "
            "given.",
        ),
        (
            '"a" if high < 0 else "b" if low > 0',
            '"b" if high < 0 else "a" if low > 0',
            "winner: a ratio below 1 means that a takes LESS time.",
        ),
        (
            '"a" if high < 0 else "b" if low > 0 else "neither"',
            '"a" if d.mean() < 0 else "b"',
            "winner: where the interval holds 1 nobody can tell, whatever the mean is.",
        ),
        (
            "float(np.exp(d.mean())), ",
            "float(np.mean(a / b)), ",
            "ratio: that is the mean of the ratios, which is too large: the mean of "
            "2 and 1/2 is not 1. Average their logarithms.",
        ),
    ),
)
