"""``python -m lstm_course.experiments NAME``: run an experiment, write its result."""

import argparse
import time
from multiprocessing import get_context

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
    began = time.perf_counter()
    grid = named(args.name).grid()
    with get_context("spawn").Pool(args.processes, one_thread) as pool:
        rows = []
        for row in pool.imap(one, [(args.name, setting) for setting in grid]):
            rows.append(row)
            print(f"{len(rows)}/{len(grid)} {row}", flush=True)
        command = f"python -m lstm_course.experiments {args.name}"
        about = pool.apply(record.measured, [command])  # asked where it was measured
    about["seconds"] = round(time.perf_counter() - began)
    file = record.save(args.name, rows, about, args.out)
    print(f"wrote {file}")
    return 0


def one_thread():
    """What each process starts with: the runs share the cores."""
    import torch

    torch.set_num_threads(1)


def one(work):
    """One run: setting and result together."""
    name, setting = work
    return setting | named(name).run(**setting)
