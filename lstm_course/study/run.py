"""The search itself: what is still to do, done; it goes on where it was stopped.

Draws come one after the other, each for every task and cell, so that a search that is
stopped has compared all cells equally often.
"""

import sys
import time

from tqdm import tqdm

from . import space, trial, workers
from .table import key


def run(
    store,
    cells,
    tasks,
    trials,
    seeds=1,
    *,
    budget=None,
    sampler="random",
    address=None,
    processes=2,
):
    """Run trials until each task and cell has so many draws, or the time is up.

    Parameters
    ----------
    store : Store
    cells, tasks : sequence of str
    trials, seeds : int
        Draws for a task and a cell; weights and batches for a draw.
    budget : float, optional
        Minutes after which no trial is begun.
    sampler : str
        "random": draw n of a task is the same for every cell.  "tpe": each pair of task
        and cell goes where its own trials were good (Bergstra et al. 2011).
    address, processes : str, int
        A Dask scheduler, or how many processes here.

    Returns
    -------
    dict
        ``done``, ``lost`` (their workers died each time; the next run tries again) and
        ``left`` of this call.
    """
    known = {key(row): row for row in store.rows()}
    every = [
        (task, cell, draw, seed)
        for draw in range(trials)
        for task in tasks
        for cell in cells
        for seed in range(seeds)
    ]
    todo = [one for one in every if one not in known]
    until = time.monotonic() + 60 * budget if budget else float("inf")
    propose = SAMPLERS[sampler](known.values())
    counts = {"done": 0, "lost": 0}
    jobs = (
        dict(zip(("task", "cell", "draw", "seed"), one, strict=True))
        | {"setting": propose(*one)}
        for one in todo
        if time.monotonic() < until
    )
    with tqdm(
        total=len(every),
        initial=len(every) - len(todo),
        unit="trial",
        mininterval=0.5 if sys.stderr.isatty() else 30,
    ) as bar:
        for _job, row in workers.results(jobs, measured, address, processes):
            if row is None:
                counts["lost"] += 1
                continue
            if key(row) not in known:
                store.add(row)
                known[key(row)] = row
                propose.tell(row)
                counts["done"] += 1
            bar.update()
    return counts | {"left": len(todo) - counts["done"]}


def measured(task, cell, draw, seed, setting):
    """A trial's row, with the machine that ran it."""
    from ..experiments.record import machine

    row = trial.run(task, cell, draw, seed, setting)
    return row | {"drawn": setting["start"], "machine": machine()}


class Paired:
    """Settings by the number of the draw alone."""

    def __init__(self, rows):
        pass

    def __call__(self, task, cell, draw, seed):
        return space.draw(task, draw)

    def tell(self, row):
        pass


class Searching:
    """Settings by Optuna's TPE, from what a task and a cell have shown so far."""

    def __init__(self, rows):
        self.studies, self.asked = {}, {}
        for row in rows:
            self.study(row["task"], row["cell"]).add_trial(_trial(row))

    def study(self, task, cell):
        from optuna import create_study
        from optuna.samplers import TPESampler

        if (task, cell) not in self.studies:
            seed = len(self.studies)
            sampler = TPESampler(seed=seed, constant_liar=True)
            self.studies[task, cell] = create_study(sampler=sampler)
        return self.studies[task, cell]

    def __call__(self, task, cell, draw, seed):
        asked = self.study(task, cell).ask(space.SPACE)
        self.asked[task, cell, draw, seed] = asked
        return asked.params

    def tell(self, row):
        self.study(row["task"], row["cell"]).tell(self.asked.pop(key(row)), row["loss"])


def _trial(row):
    from optuna.trial import create_trial

    setting = {k: row[k] for k in space.SPACE}
    if setting["start"] not in space.SPACE["start"].choices:
        setting["start"] = "bias"
    return create_trial(value=row["loss"], params=setting, distributions=space.SPACE)


SAMPLERS = {"random": Paired, "tpe": Searching}
