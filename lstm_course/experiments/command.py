"""``python -m lstm_course.experiments NAME``: run an experiment, write its result.

Every run is kept in ``NAME.part`` as it ends; stopped and started again, an experiment
goes on from there.
"""

import argparse
import json
import time
from multiprocessing import get_context
from pathlib import Path

from . import NAMES, named, record


def main(argv=None):
    """Run one experiment of ``NAMES``; -> exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m lstm_course.experiments", description=__doc__
    )
    parser.add_argument("name", choices=NAMES)
    parser.add_argument(
        "--out",
        default=record.FOLDER,
        metavar="FOLDER",
        help="where the result goes (default: book/results)",
    )
    parser.add_argument(
        "--processes", type=int, default=2, help="runs side by side (default 2)"
    )
    args = parser.parse_args(argv)
    if args.processes < 1:
        parser.error(
            f"argument --processes: got {args.processes}, expected a whole "
            "number of at least 1; write 1 or more?"
        )
    grid, part = named(args.name).grid(), Path(args.out) / f"{args.name}.part"
    rows, spent = ended(part, grid)
    began = time.perf_counter() - spent
    if rows:
        print(f"{len(rows)} runs are in {part}; without it all begin anew", flush=True)
    with get_context("spawn").Pool(args.processes, one_thread) as pool:
        left = [(args.name, setting) for setting in grid[len(rows) :]]
        for row in pool.imap(one, left):
            rows.append(row)
            keep(part, row, time.perf_counter() - began)
            print(f"{len(rows)}/{len(grid)} {row}", flush=True)
        command = f"python -m lstm_course.experiments {args.name}"
        about = pool.apply(record.measured, [command])  # asked where it was measured
    about["seconds"] = round(time.perf_counter() - began)
    file = record.save(args.name, rows, about, args.out)
    part.unlink(missing_ok=True)
    print(f"wrote {file}")
    return 0


def keep(part, row, seconds):
    """Add a run that has ended, and the seconds until then, to the file ``part``."""
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("a", encoding="utf-8") as file:
        file.write(json.dumps([row, seconds]) + "\n")


def ended(part, grid):
    """Rows of the runs that have ended, those of ``grid`` in its order, and seconds.

    Raises
    ------
    ValueError
        If the file holds other runs: the experiment was changed since.
    """
    text = part.read_text(encoding="utf-8") if part.exists() else ""
    whole = text[: text.rfind("\n") + 1]  # a last line may have been cut off
    if whole != text:
        part.write_text(whole, encoding="utf-8")
    kept = [json.loads(line) for line in whole.splitlines()]
    asked = [json.loads(json.dumps(setting)) for setting in grid[: len(kept)]]
    rows = [row for row, _ in kept]
    alike = [s.items() <= r.items() for s, r in zip(asked, rows, strict=False)]
    if len(asked) < len(rows) or not all(alike):
        raise ValueError(
            f"{part} holds runs that this experiment does not ask for, or not in this "
            f"order: run {alike.index(False) if False in alike else len(asked)}. "
            "Expected the first runs of its grid. Delete the file to begin anew?"
        )
    return rows, kept[-1][1] if kept else 0.0


def one_thread():
    """What each process starts with: the runs share the cores."""
    import torch

    torch.set_num_threads(1)


def one(work):
    """One run: setting and result together."""
    name, setting = work
    return setting | named(name).run(**setting)
