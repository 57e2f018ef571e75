"""Run trials, write their table, print scripts for clusters."""

import shlex
import sys
from pathlib import Path


def search(args):
    """Run trials."""
    from ...cells import CELLS
    from ...doors import as_cell
    from ...study.lessons import LESSONS, lesson
    from ...study.lock import held
    from ...study.run import run
    from ...study.store import Store

    tasks, cells = _names(args.tasks, LESSONS), _names(args.cells, CELLS)
    for task in tasks:
        lesson(task)
    for cell in cells:
        as_cell(cell)
    store = Store(args.storage)
    with held(store):
        store.note(command=shlex.join(["lstm-course", *args.argv]))
        done = run(
            store,
            cells,
            tasks,
            args.trials,
            args.seeds,
            budget=args.budget,
            sampler=args.sampler,
            address=args.scheduler,
            processes=args.processes,
        )
    print(f"{done['done']} trials ended and are kept in {args.storage}", end="")
    print(f"; {done['left']} are left, the same command runs them" * (done["left"] > 0))
    if done["lost"]:
        print(
            f"{done['lost']} trials were lost, since their workers died each time. Is "
            "there memory enough for a worker? Run again to try once more.",
            file=sys.stderr,
        )


def _names(text, known):
    """Names separated by commas, outside brackets; "all" are those known."""
    if text == "all":
        return list(known)
    found, depth = [""], 0
    for c in text:
        depth += (c in "([") - (c in ")]")
        if c == "," and depth == 0:
            found.append("")
        else:
            found[-1] += c
    return list(dict.fromkeys(f.strip() for f in found if f.strip()))


def table(args):
    """Write all trials as one file."""
    from ...study.table import write

    store = opened(args.storage)
    rows = store.rows()
    if not rows:
        raise ValueError(
            f"{args.storage} holds no trial. Expected some that ended. Run "
            f"'lstm-course study run --storage {args.storage}' first?"
        )
    file = write(rows, store.about(rows), args.out)
    print(f"{len(rows)} trials written to {file} ({file.stat().st_size / 1e6:.2f} MB)")


def opened(storage):
    """The store of a search that was begun: a SQLite file has to be there."""
    from ...study.store import Store

    path = Path(str(storage).removeprefix("sqlite:///"))
    if "://" not in str(path) and not path.exists():
        raise ValueError(
            f"There is no file {path}. Expected the database of a search. Run "
            "'lstm-course study run', or name it with --storage?"
        )
    return Store(storage)


def scripts(args):
    """Print a job script."""
    from ...study.scripts import kubernetes, slurm

    command = ["lstm-course", "study", "run", *args.options]
    if args.kind == "slurm":
        print(slurm(command, args.nodes, args.cpus, args.hours), end="")
    else:
        print(kubernetes(command, args.image, args.workers), end="")
