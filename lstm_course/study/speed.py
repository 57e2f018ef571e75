"""``python -m lstm_course.study.speed``: trials per hour, against a plain torch loop.

The same trials, the same numbers drawn, once with the loops that are made for a cell,
once with the plain loop in torch that a search would otherwise have.  Both take turns,
each in processor time of one thread; the made ones run twice, and the ratio of the two
says how restless the machine is.
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import median

from ..experiments import record
from . import space, trial
from .lessons import LESSONS

CELLS = ("peephole", "gru")
SIDES = {"made": True, "again": True, "plain": False}


def main(argv=None):
    """Measure, print, write ``study_speed.json``; -> exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m lstm_course.study.speed", description=__doc__
    )
    parser.add_argument("--trials", type=int, default=40, help="in all (default 40)")
    parser.add_argument("--out", type=Path, default=record.FOLDER)
    args = parser.parse_args(argv)
    rows = []
    for n in range(args.trials):
        row = once(n)
        rows.append(row)
        print(n + 1, row, flush=True)
    print(said(rows))
    about = record.measured("python -m lstm_course.study.speed")
    about["seconds"] = round(sum(sum(r[s] for s in SIDES) for r in rows))
    print("wrote", record.save("study_speed", rows, about, args.out))
    return 0


def once(n):
    """Trial n on all sides: processor seconds of each, everything included."""
    task, cell = list(LESSONS)[n // len(CELLS) % len(LESSONS)], CELLS[n % len(CELLS)]
    row, losses = {"task": task, "cell": cell, "draw": n, "seed": 0}, {}
    order = list(SIDES) if n % 2 else list(SIDES)[::-1]
    setting = space.draw(task, n)
    trial.run(task, cell, n, 0, setting | {"lr": 1e-3})  # loops are loaded once
    for side in order:
        began = time.process_time()
        ended = trial.run(task, cell, n, 0, setting, compiled=SIDES[side])
        row[side], losses[side] = round(time.process_time() - began, 3), ended["loss"]
    return row | {"loss": losses["made"], "plain loss": losses["plain"]}


def said(rows):
    """The ratios in words."""
    lines = []
    for name, some in [("all", rows), *((c, _of(rows, c)) for c in CELLS)]:
        made, again, plain = (sum(r[s] for r in some) for s in SIDES)
        each = median(r["plain"] / r["made"] for r in some)
        lines.append(
            f"{name}: {len(some)} trials, {plain / made:.2f} times as many an hour "
            f"(median of a trial {each:.2f}; made beside itself {again / made:.2f})"
        )
    return "\n".join(lines)


def _of(rows, cell):
    return [r for r in rows if r["cell"] == cell]


if __name__ == "__main__":
    sys.exit(main())
