"""All tables of a report: lists of dicts by name."""

import numpy as np

from . import claims, settings, tuned
from .compare import averaged
from .trials import by_task
from .verdicts import judged
from .views import VIEWS, by_test, by_view

WAYS = {"searched": tuned.by_search, "same settings": by_test}
LSTMS = ("lstm", "peephole", "np", "nig", "nog", "niaf", "noaf", "fgr")


def points(rows):
    """What two papers found, and whether these rows say the same: list of dicts."""
    return claims.points(by_task(rows))


def against(rows, baseline="lstm"):
    """Each cell against the baseline: on each task, and the mean over the tasks.

    Two tables, ``differences`` and ``over_tasks`` of all ``tables``, sooner.
    """
    return differing(by_task(rows), baseline)


def tables(rows, baseline="lstm", correction="holm"):
    """Everything a report says, as tables.

    Parameters
    ----------
    rows : list of dict
        As ``study.table.read`` gives them.
    baseline : str
        The cell that all others are compared with: "lstm", "peephole", ...
    correction : str
        For many comparisons: "holm" or "benjamini-hochberg".

    Returns
    -------
    dict of str -> list of dict
        best         the best tenth of each cell on each task
        searched     expected best of five draws, in nats and in right answers
        differences  each cell against the baseline on each task, in standing
        over_tasks   the same, the mean over the tasks
        views        with equal weights, equal compute, equal time
        parts        variance: of the cell, of the setting, of both together
        importances  of single settings; interactions, of pairs
        effects      what each setting does
        curves       the best trials along training
        points       two papers, point by point
        undecided    what these rows cannot decide, and how many draws would

    Raises
    ------
    ValueError
        Where there are no rows, or none of the baseline.
    """
    tasks = by_task(rows)
    for t in tasks.values():
        t.row(baseline)
    differences, average = differing(tasks, baseline, correction)
    single, pairs = settings.decomposed(tasks)
    return {
        "best": tuned.best_trials(tasks),
        "searched": tuned.searched(tasks, baseline),
        "differences": differences,
        "over_tasks": average,
        "views": viewed(tasks, baseline, correction),
        "parts": settings.parts(tasks),
        "importances": single,
        "interactions": pairs,
        "effects": effects(tasks),
        "curves": tuned.curves(tasks),
        "points": claims.points(tasks),
        "undecided": undecided(tasks, [*average, *differences]),
    }


def differing(tasks, baseline, correction="holm"):
    """Each cell against the baseline: on each task, and the mean over the tasks.

    Two tables; each way of comparing is one family in each.
    """
    each, mean = [], []
    for way, how in WAYS.items():
        found = _compared(tasks, baseline, how)
        each += judged(
            [(_about(*at, baseline, way), c) for at, c in found.items()], correction
        )
        mean += _means(found, baseline, way, correction)
    return each, mean


def viewed(tasks, baseline, correction="holm"):
    """The mean over the tasks at the same settings, in three views."""
    out = []
    for view in VIEWS:
        found = _compared(
            tasks, baseline, lambda *of, view=view: by_view(*of[:3], view, *of[3:])
        )
        out += _means(found, baseline, view, correction)
    return out


def _compared(tasks, baseline, how):
    """(task, cell) -> Comparison with the baseline."""
    return {
        (task, cell): how(t, cell, baseline, salt)
        for salt, (task, t) in enumerate(tasks.items())
        for cell in t.cells
        if cell != baseline
    }


def _means(found, baseline, way, correction):
    parts = {}
    for (_, cell), part in found.items():
        parts.setdefault(cell, []).append(part)
    means = [(_about("all", c, baseline, way), averaged(p)) for c, p in parts.items()]
    return judged(means, correction)


def _about(task, cell, baseline, way):
    return {"task": task, "cell": cell, "baseline": baseline, "way": way}


def effects(tasks):
    """What each setting does, to all cells and to LSTMs with a forget gate."""
    return [
        *settings.effects(tasks),
        *settings.effects(tasks, ["lstm"], "lstm"),
        *settings.effects(tasks, LSTMS, "with a forget gate"),
    ]


def undecided(tasks, rows):
    """What the rows cannot decide, and how many draws of each cell would."""
    out = []
    for r in rows:
        if r["verdict"] != "undecided" or r["way"] != "searched":
            continue
        chosen = tasks if r["task"] == "all" else {r["task"]: tasks[r["task"]]}
        seconds = np.mean([_seconds(t, r) for t in chosen.values()])
        more = max(r["draws_needed"] - r["draws"], 0)
        names = ("task", "cell", "baseline", "draws", "gain", "low", "high")
        out.append(
            {name: r[name] for name in names}
            | {name: r[name] for name in ("draws_needed", "draws_as_found")}
            | {"more_hours": float(more * seconds / 3600)}
        )
    return out


def _seconds(t, r):
    """CPU seconds of a trial of the one cell and one of the other."""
    pair = [t.row(r[name]) for name in ("cell", "baseline") if r[name] in t.cells]
    return np.nansum(np.nanmean(t.seconds[pair], axis=1))
