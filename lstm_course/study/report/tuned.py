"""Which cell is better when each is searched for itself: its best trials.

Greff et al. (2017) look at the best tenth of 200 trials.  With few draws a tenth is one
or two trials, so at least three are taken, and the table says how many.

Beside it stands the *expected best of m draws* (Dodge et al., 2019), in nats: search m
settings at random, keep the one with the lowest validation loss, and its test loss is
so much in the mean.  It is computed from all draws, without replacement, as Tang et
al. (2020) advise, and it answers what somebody asks who is going to search.

Cells are compared by the same number on the scale of standings (``by_search``); the
test exchanges the two names at random draws, as in ``compare``.  Of the two comparisons
this one decides the points: a forget gate whose bias was drawn badly says nothing
against forget gates.
"""

from functools import cache

import numpy as np
from scipy.special import gammaln

from .compare import Comparison, resampled, swapped, widened
from .trials import stands

SHARE, LEAST = 0.1, 3  # of the trials, and how many at least
MARKS = {"least": 0, "lower": 0.25, "median": 0.5, "upper": 0.75, "most": 1}
TRIES = 5  # settings that a search tries
CAP = 0.9  # of the losses of a task
FEWER = 10_000  # swaps: each one sorts


def best(trials, cell):
    """Columns of a cell's best trials by validation loss, the best first."""
    loss = trials.validation[trials.row(cell)]
    finished = int(np.isfinite(loss).sum())
    n = int(np.sum(~np.isnan(loss)))
    k = min(finished, max(LEAST, int(np.ceil(SHARE * n))))
    return np.argsort(loss)[:k]


def best_trials(by_task):
    """Table: what the best trials of each cell reach on each task."""
    return [
        _spread(task, t, cell, best(t, cell))
        for task, t in by_task.items()
        for cell in t.cells
    ]


def _spread(task, t, cell, columns):
    k = t.row(cell)
    n = int(np.sum(~np.isnan(t.validation[k])))
    row = {"task": task, "cell": cell, "trials": n, "best": len(columns)}
    row["diverged"] = int(np.isinf(t.validation[k]).sum())
    for name, values in (("test", t.test[k]), ("accuracy", t.accuracy[k])):
        for mark, share in MARKS.items():
            known = len(columns) > 0
            row[f"{name}_{mark}"] = (
                float(np.quantile(values[columns], share)) if known else None
            )
    return row


def searched(by_task, baseline, tries=TRIES):
    """Table: the expected best of so many draws, and less the baseline's, in nats."""
    out = []
    for salt, (task, t) in enumerate(by_task.items()):
        base = t.row(baseline)
        for k, cell in enumerate(t.cells):
            out.append({"task": task, "cell": cell, "tries": tries}
                       | _searched(t, k, base, tries, salt))  # fmt: skip
    return out


def _searched(t, k, base, tries, salt):
    # what is worse than nine of ten runs that ended, or diverged, counts as the tenth
    ended = t.test[np.isfinite(t.test)]
    worst = np.quantile(ended, CAP) if len(ended) else 0.0
    found = [
        _against(t, k, base, np.minimum(t.test, worst), tries, salt),
        _against(t, k, base, t.accuracy, tries, salt),
    ]
    if found[0] is None:
        return {}
    (loss, lead), (right, _) = found
    low, high = lead.interval()
    return {
        **{"loss": loss, "accuracy": right},
        **{"less_baseline": lead.gain, "low": low, "high": high},
    }


def by_search(t, cell, baseline, salt=0, tries=TRIES):
    """Comparison of two cells on one task, each searched for itself: in standing."""
    found = _against(t, t.row(cell), t.row(baseline), stands(t), tries, salt)
    return found and found[1]


def _against(t, k, base, values, tries, salt):
    """What a cell reaches in the mean, and the comparison with the baseline's."""
    both = ~np.isnan(values[k] + values[base])
    group = np.unique(t.draws[both], return_inverse=True)[1]
    n = int(group.max(initial=-1)) + 1
    if both.sum() < tries + 1 or n < 3:
        return None
    key, value = t.validation[[k, base]][:, both], values[[k, base]][:, both]
    counts = np.vstack([np.ones(n), resampled(n, salt)])[:, group]
    reached = [expected_best(*of, counts, tries) for of in zip(key, value, strict=True)]
    boots = reached[0] - reached[1]
    # the names exchanged at random draws
    chance = -np.diff(_none_of_first(both.sum(), tries))
    other = swapped(n, salt)[:FEWER, group] < 0
    sides = []
    for own, its in ((0, 1), (1, 0)):
        order = np.argsort(np.where(other, key[its], key[own]), axis=1, kind="stable")
        side = np.where(other, value[its], value[own])
        sides.append(np.take_along_axis(side, order, axis=1) @ chance)
    swaps = sides[0] - sides[1]
    gain = float(boots[0])
    boots = widened(gain, boots[1:], n, n - 1)
    return float(reached[0][0]), Comparison(gain, swaps, boots, n, n - 1)


def expected_best(key, value, counts, tries):
    """Mean value of the draw with the lowest key among so many, drawn at random.

    Parameters
    ----------
    key, value : ndarray (n,)
    counts : ndarray (B, n)
        How often each draw is there; a row of ones for the draws as they are.
    tries : int
        At most as many as are there.

    Returns
    -------
    ndarray (B,)

    Examples
    --------
    >>> value = np.array([0.0, 3.0, 9.0])
    >>> two = expected_best(np.arange(3.0), value, np.ones((1, 3)), 2)
    >>> two.round(6)  # the best of two of three: twice the first, once the second
    array([1.])
    """
    order = np.argsort(key, kind="stable")
    upto = np.cumsum(counts[:, order], axis=1).astype(int)
    none_before = _none_of_first(int(upto[0, -1]), tries)
    before = np.concatenate([np.zeros((len(counts), 1), int), upto[:, :-1]], axis=1)
    chance = (
        none_before[np.minimum(before, len(none_before) - 1)]
        - none_before[np.minimum(upto, len(none_before) - 1)]
    )
    total = chance.sum(axis=1)
    return (chance * value[order]).sum(axis=1) / total


@cache
def _none_of_first(n, tries):
    """(n + 1,): the chance that none of the k best is among so many of n."""
    k = np.arange(n + 1)
    left = n - k
    log = np.where(
        left >= tries,
        gammaln(np.maximum(left, tries) + 1) - gammaln(np.maximum(left - tries, 0) + 1),
        -np.inf,
    )
    return np.exp(log - log[0])


def curves(by_task):
    """Table: validation loss along training, over each cell's best trials."""
    out = []
    for task, t in by_task.items():
        for cell in t.cells:
            k, columns = t.row(cell), best(t, cell)
            if not len(columns):
                continue
            lines = t.curves[k][columns]  # (best, P)
            for point, values in enumerate(lines.T, start=1):
                share = point / lines.shape[1]
                low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
                out.append({
                    "task": task, "cell": cell,
                    "step": float(share * t.steps[k][columns].max()),
                    "lower": float(low), "median": float(middle), "upper": float(high),
                })  # fmt: skip
    return out
