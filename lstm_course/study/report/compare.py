"""One cell against another, at the same settings: how much better, and how surely.

At each draw both cells had the same settings, the same seed and the same batches, so
what the two trials differ by is the cells' doing and luck, not the learning rate's.
Three choices, and why:

- **What is compared is the standing**, the share of all trials of the task that are
  worse.  Losses in nats have another scale on each task, and none where a run diverged.
- **Settings that one would use count more.**  Most settings of a random search are
  bad for any cell, and nobody uses them; so draws are ranked by the validation loss of
  the better of the two trials, the best draw weighs 1, the worst 1 / n, linearly.  (The
  best draws of *one* cell would favour it; a cut at the best half would leave so few
  draws that no test could pass a correction for 200 comparisons.)  The weight does not
  know which of the two was better, and this is what makes the test exact.
- **The test swaps.**  If the two cells were one under two names, each draw could as
  well have come out with the names exchanged.  So exchange them at random and see how
  often the difference becomes as large as the one found.  No distribution is assumed.

Intervals are percentiles of a bootstrap over draws, moved outward for small samples as
Hesterberg (2015) does.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy import stats

SWAPS = 20_000
BOOTS = 4_000


class Comparison(NamedTuple):
    """A gain, what swapped names would have given, and what other draws might have."""

    gain: float  # standing, positive where the cell is better than the baseline
    swapped: np.ndarray  # (SWAPS,)
    boots: np.ndarray  # (BOOTS,)
    draws: int  # compared
    freedom: float  # degrees of it, as if all draws weighed the same

    @property
    def p(self):
        """Share of swaps, this one included, with a difference as large; two-sided."""
        as_large = np.abs(self.swapped) >= abs(self.gain) - 1e-12
        return (1 + int(as_large.sum())) / (1 + len(as_large))

    @property
    def error(self):
        """Standard error."""
        return float(self.boots.std(ddof=1))

    def interval(self, level=0.95):
        """(low, high) at a level."""
        return percentiles(self.boots, self.freedom, level)


def widened(gain, boots, n, freedom):
    """Bootstrap values with the spread of a sample's variance: over n - 1, not n."""
    return gain + np.sqrt(n / freedom) * (boots - gain)


def percentiles(boots, freedom, level=0.95):
    """Percentile interval, as much wider as Student's t is than the normal."""
    tail = stats.norm.cdf(stats.t.ppf((1 - level) / 2, freedom))
    low, high = np.quantile(boots, [tail, 1 - tail])
    return float(low), float(high)


def compare(cell, base, key, draws, salt=0):
    """Compare two cells at the same columns.

    Parameters
    ----------
    cell, base : ndarray (n,)
        Standings.
    key : ndarray (n,)
        Validation loss of the better of the two trials: its rank is the weight.
    draws : ndarray (n,)
        Columns of one draw are swapped and drawn together.
    salt : int
        Another one for tasks that are to be averaged.

    Returns
    -------
    Comparison, or None with fewer than three draws
    """
    there = ~np.isnan(cell - base)
    difference, key = (cell - base)[there], key[there]
    group = np.unique(draws[there], return_inverse=True)[1]
    n = len(set(group.tolist()))
    if n < 3:
        return None
    weight = stats.rankdata(-key) / len(key)
    full = np.bincount(group, weight)  # (n,) of each draw
    part = np.bincount(group, weight * difference)
    counts = resampled(n, salt)
    freedom = full.sum() ** 2 / (full**2).sum() - 1
    gain = part.sum() / full.sum()
    boots = widened(gain, counts @ part / (counts @ full), freedom + 1, freedom)
    swaps = swapped(n, salt) @ part / full.sum()
    return Comparison(float(gain), swaps, boots, n, float(freedom))


def averaged(parts):
    """Comparisons on several tasks -> their mean, each task counting the same."""
    parts = [part for part in parts if part is not None]
    if not parts:
        return None
    return Comparison(
        float(np.mean([p.gain for p in parts])),
        np.mean([p.swapped for p in parts], axis=0),
        np.mean([p.boots for p in parts], axis=0),
        sum(p.draws for p in parts),
        sum(p.freedom for p in parts),
    )


@cache
def swapped(n, salt):
    """(SWAPS, n) of 1 and -1."""
    rng = np.random.default_rng([n, salt, 1])
    return rng.choice([-1.0, 1.0], (SWAPS, n))


@cache
def resampled(n, salt):
    """(BOOTS, n): how often a bootstrap sample of n draws holds each."""
    rng = np.random.default_rng([n, salt, 2])
    return rng.multinomial(n, np.full(n, 1 / n), BOOTS).astype(float)


def holm(p):
    """P-values (k,) -> those of Holm (1979): any false finding at most this likely.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(2)
    array([0.03, 0.06, 0.06])
    """
    p = np.asarray(p, float)
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    out = np.empty_like(p)
    out[order] = np.minimum(steps, 1.0)
    return out


def benjamini_hochberg(p):
    """P-values (k,) -> those below q hold, in the mean, a share q of false findings."""
    return stats.false_discovery_control(np.asarray(p, float))


CORRECTIONS = {"holm": holm, "benjamini-hochberg": benjamini_hochberg}
