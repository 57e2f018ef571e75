"""What can be said, by a rule that was written before the results were seen.

better, worse   the swapped names give a difference as large in fewer than 1 of 20
                such families of comparisons (Holm)
alike           an interval for the whole family (Bonferroni) lies within MARGIN
undecided       neither: then, how many draws would decide it
"""

import numpy as np
from scipy import stats

from .compare import CORRECTIONS

ALPHA = 0.05  # chance of one false finding in a family of comparisons
MARGIN = 0.05  # of standing: a smaller difference is called none
POWER = 0.8  # chance with which a planned study finds what is there


def judged(found, correction="holm"):
    """A family of comparisons -> rows with gain, interval, p and a verdict.

    Parameters
    ----------
    found : list of (dict, Comparison or None)
        What is compared, and how it came out; None where there are too few draws.
    correction : str
        "holm" or "benjamini-hochberg".
    """
    if correction not in CORRECTIONS:
        raise ValueError(
            f"There is no correction {correction!r}. Many comparisons need one. "
            f"Expected one of {', '.join(CORRECTIONS)}. Write 'holm'?"
        )
    known = [(about, c) for about, c in found if c is not None]
    p = CORRECTIONS[correction]([c.p for _, c in known]) if known else []
    level = 1 - ALPHA / max(len(known), 1)
    out = []
    for (about, c), corrected in zip(known, p, strict=True):
        low, high = c.interval()
        wide = c.interval(level)
        out.append(about | {
            "draws": c.draws, "gain": c.gain, "low": low, "high": high,
            "p": c.p, "corrected": float(corrected), "error": c.error,
            "low_all": wide[0], "high_all": wide[1],
            "verdict": verdict(c.gain, float(corrected), *wide),
            "draws_needed": needed(c.draws, c.error, MARGIN, len(known)),
            "draws_as_found": needed(c.draws, c.error, c.gain, len(known)),
        })  # fmt: skip
    return out


def verdict(gain, p, low, high):
    """ "better", "worse", "alike" or "undecided"."""
    if p < ALPHA:
        return "better" if gain > 0 else "worse"
    return "alike" if -MARGIN < low and high < MARGIN else "undecided"


def needed(draws, error, size, family=1):
    """Draws that find a difference of a size with POWER, in a family of comparisons.

    By the normal approximation, from the standard error that so many draws gave; never
    fewer than a test by swapping needs.  None for a difference of nothing.

    >>> needed(16, 0.05, 0.1), needed(16, 0.05, 0.05)
    (32, 126)
    """
    if not size or not error:
        return None
    alpha = ALPHA / family
    z = stats.norm.isf(alpha / 2) + stats.norm.isf(1 - POWER)
    least = np.log2(2 / alpha)
    return int(np.ceil(max(draws * (z * error / size) ** 2, least)))
