"""Rows of a study as arrays, one set for each task, a column for each setting tried."""

from typing import NamedTuple

import numpy as np

from ...cells import CELLS

SETTINGS = ("lr", "width", "clip", "bias", "noise", "start")
LOGS = ("lr", "width", "clip", "noise")  # drawn evenly on a scale of logarithms
OWN = "own"  # the start of a cell without a gate that keeps, whatever was drawn


class Trials(NamedTuple):
    """The trials of one task: C cells, n columns (a draw with a seed), P points.

    Cells at one column had the same settings and the same seed.  Where a trial is
    missing stands NaN, where it diverged an infinite loss.
    """

    cells: tuple  # (C,) names
    draws: np.ndarray  # (n,) number of the draw: columns of one draw belong together
    settings: dict  # name -> (n,)
    validation: np.ndarray  # (C, n) loss, nats
    test: np.ndarray  # (C, n) loss, nats
    accuracy: np.ndarray  # (C, n)
    curves: np.ndarray  # (C, n, P) validation loss at evenly spaced steps
    steps: np.ndarray  # (C, n)
    operations: np.ndarray  # (C, n) of the whole run
    seconds: np.ndarray  # (C, n) CPU seconds of training

    def row(self, cell):
        """The place of a cell among the rows."""
        if cell not in self.cells:
            raise ValueError(
                f"The study has no trials of {cell!r}. A comparison needs them at the "
                f"same settings. Expected one of {', '.join(self.cells)}. Write "
                f"{self.cells[0]!r}?"
            )
        return self.cells.index(cell)


def by_task(rows):
    """Rows of a study -> {task: Trials}, tasks by name, cells in the order of CELLS.

    Raises ValueError where there is no row, or where two rows are the same trial.
    """
    if not rows:
        raise ValueError(
            "The study has no rows: got an empty list. Expected trials that have "
            "ended. Run 'lstm-course study run' first?"
        )
    tasks = sorted({r["task"] for r in rows})
    return {task: _trials([r for r in rows if r["task"] == task]) for task in tasks}


def _trials(rows):
    names = {r["cell"] for r in rows}
    cells = tuple(c for c in [*CELLS, *sorted(names - set(CELLS))] if c in names)
    columns = sorted({(r["draw"], r["seed"]) for r in rows})
    at = {(cells.index(r["cell"]), columns.index((r["draw"], r["seed"]))): r
          for r in rows}  # fmt: skip
    if len(at) < len(rows):
        raise ValueError(
            f"{len(rows) - len(at)} rows of {rows[0]['task']} repeat a trial: the same "
            "cell, draw and seed. Expected each once. Read one table, not two?"
        )
    shape = len(cells), len(columns)
    points = max((len(r["curve"]) for r in rows), default=0)

    def table(value, *more):
        out = np.full((*shape, *more), np.nan)
        for place, r in at.items():
            out[place] = value(r)
        return out

    return Trials(
        cells,
        np.array([draw for draw, _ in columns]),
        {s: _settings(s, at, len(columns)) for s in SETTINGS},
        table(lambda r: _loss(r, "loss")),
        table(lambda r: _loss(r, "test")),
        table(lambda r: r["accuracy"]),
        table(lambda r: _curve(r, points), points),
        table(lambda r: r["steps"]),
        table(lambda r: r["steps"] * r["operations"]),
        table(lambda r: r["seconds"]),
    )


def _settings(name, at, n):
    """(n,): what was drawn, the same for every cell."""
    drawn = [{} for _ in range(n)]
    for (_, column), r in at.items():
        if r[name] != OWN:
            drawn[column][r[name]] = r
    for values in drawn:
        if len(values) > 1:
            one, other = list(values.values())[:2]
            raise ValueError(
                f"Draw {one['draw']} of {one['task']} has {name} {one[name]} for "
                f"{one['cell']} and {other[name]} for {other['cell']}. A report "
                "compares cells at the same settings. Expected what random search "
                "draws: leave out rows of another sampler?"
            )
    return np.array([next(iter(values), OWN) for values in drawn])


def _loss(r, name):
    return float(r[name]) if r["state"] == "finished" else np.inf


def _curve(r, points):
    """(P,): what a diverged run did not reach is infinite."""
    known = np.array(r["curve"], dtype=float)
    known = np.where(np.isnan(known), np.inf, known)
    return np.concatenate([known, np.full(points - len(known), np.inf)])


def stands(t):
    """Standings (C, n) of the trials of one task by their test loss.

    Trials that answer all of the test right are level: nobody cares by how much.
    """
    loss = np.where(t.accuracy >= 1, 0.0, t.test)
    return standing(loss, loss)


def standing(values, among):
    """The share of losses that are worse, ties half: 0 the worst, 1 the best.

    A scale that tasks share, and on which a diverged trial has its place.

    >>> standing(np.array([1.0, 2.0]), np.array([1.0, 2.0, 3.0, np.inf]))
    array([0.875, 0.625])
    """
    order = np.sort(among[~np.isnan(among)], axis=None)
    before = np.searchsorted(order, values, "left")
    upto = np.searchsorted(order, values, "right")
    share = 1 - (before + upto) / (2 * len(order))
    return np.where(np.isnan(values), np.nan, share)
