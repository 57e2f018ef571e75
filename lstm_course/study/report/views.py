"""The same comparison with equal weights, equal compute, equal time.

Cells of equal weights do not cost the same.  The learning rate is constant within a
run, so a shorter run is the beginning of a longer one, and a curve may be cut anywhere:
of each pair the run with more operations (seconds) is cut where the other one's end.
"""

import numpy as np

from .compare import averaged, compare
from .trials import standing, stands

VIEWS = ("weights", "compute", "time")


def cut(curve, share):
    """Losses (n, P) at even shares of n runs -> (n,), each after a share of it.

    In between along a straight line; before the first point the first one's.

    >>> cut(np.array([[4.0, 2.0], [4.0, 2.0]]), np.array([0.75, 1.0]))
    array([3., 2.])
    """
    points = curve.shape[1]
    place = np.clip(share * points - 1, 0, points - 1)
    left = np.minimum(place.astype(int), points - 1)
    right = np.minimum(left + 1, points - 1)
    rows, part = np.arange(len(curve)), place - left
    ends = curve[rows, left], curve[rows, right]
    with np.errstate(invalid="ignore"):  # infinity times zero
        between = (1 - part) * ends[0] + part * ends[1]
    return np.where(part == 0, ends[0], between)


def pair(t, cell, baseline, view):
    """Validation losses (n,) of a cell and of its baseline, cut for a view."""
    k, base = t.row(cell), t.row(baseline)
    if view == "weights":
        return t.validation[k], t.validation[base]
    cost = t.operations if view == "compute" else t.seconds
    known = ~np.isnan(cost[k] + cost[base])
    shorter = np.where(known, np.minimum(cost[k], cost[base]), 1.0)
    out = []
    for row in (k, base):
        share = shorter / np.where(known, cost[row], 1.0)
        loss = cut(t.curves[row], share)
        loss = np.where(np.isinf(t.validation[row]), np.inf, loss)
        out.append(np.where(known, loss, np.nan))
    return tuple(out)


def by_view(t, cell, baseline, view, salt=0):
    """Comparison of two cells on one task in one view, by validation loss."""
    losses = pair(t, cell, baseline, view)
    pair_stands = [standing(loss, t.validation) for loss in losses]
    return compare(*pair_stands, np.minimum(*losses), t.draws, salt)


def by_test(t, cell, baseline, salt=0):
    """Comparison of two cells on one task by test loss, runs whole."""
    k, base = t.row(cell), t.row(baseline)
    both = stands(t)[[k, base]]
    return compare(*both, np.minimum(*t.validation[[k, base]]), t.draws, salt)


def over_tasks(by_task, cell, baseline, how):
    """The mean of a comparison over the tasks that have both cells."""
    return averaged(
        how(t, cell, baseline, salt)
        for salt, t in enumerate(by_task.values())
        if {cell, baseline} <= set(t.cells)
    )
