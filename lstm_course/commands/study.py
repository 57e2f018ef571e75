"""``lstm-course study``: search over cells, tasks and settings, and report on it."""

import sys

from .options import Plain, number, whole

ABOUT = """Which variant is best?  Every cell meets every task under settings drawn at
random, the same for each cell, as in Greff et al. (2017); the report says what
the trials decide, and what they do not.
"""
EPILOG = """examples:
  lstm-course study run --cells lstm,gru --tasks parity,adding --trials 20
  lstm-course study run --budget 180                 all cells and tasks, three hours
  lstm-course study run --scheduler tcp://host:8786  on a Dask cluster
  lstm-course study table --out study.csv.gz         all trials as one table
  lstm-course study report study.csv.gz              tables, figures, words

Kill any process at any time and run the same command again: it goes on.
"""
STORAGE = "runs/study.db"


def add_parser(sub):
    parser = sub.add_parser(
        "study",
        help="compare cells by a random search over settings",
        description=ABOUT,
        epilog=EPILOG,
        formatter_class=Plain,
    )
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    _add_run(parts.add_parser("run", help="run trials", formatter_class=Plain))
    _add_table(parts.add_parser("table", help="all trials as one file"))
    _add_scripts(parts.add_parser("scripts", help="job scripts for SLURM, Kubernetes"))


def _add_run(parser):
    a = parser.add_argument
    a("--cells", default="all", metavar="NAMES", help="separated by commas")
    a("--tasks", default="all", metavar="NAMES", help="separated by commas")
    a("--trials", type=whole(1), default=15, metavar="N", help="draws of settings")
    a("--seeds", type=whole(1), default=1, metavar="N", help="runs of each draw")
    a("--budget", type=number(0), metavar="MINUTES", help="begin no trial after that")
    a(
        "--sampler",
        choices=("random", "tpe"),
        default="random",
        help="random: the same settings for every cell, so that cells are compared in "
        "pairs; tpe: each cell's own search goes where it was good",
    )
    a(
        "--scheduler",
        metavar="ADDRESS",
        help="a Dask scheduler, tcp://host:8786, or the file that it wrote "
        "(default: processes here)",
    )
    a("--processes", type=whole(1), default=2, metavar="N", help="here, side by side")
    _add_storage(parser)


def _add_storage(parser):
    parser.add_argument(
        "--storage",
        default=STORAGE,
        metavar="URL",
        help="any database that Optuna takes, or the path of a SQLite file",
    )


def _add_table(parser):
    _add_storage(parser)
    parser.add_argument("--out", default="study.csv.gz", metavar="FILE")


def _add_scripts(parser):
    a = parser.add_argument
    a("kind", choices=("slurm", "kubernetes"))
    a("--image", default="lstm-course:latest", help="of the containers")
    a("--nodes", type=whole(1), default=1, metavar="N")
    a("--cpus", type=whole(1), default=16, metavar="N", help="of a node")
    a("--hours", type=whole(1), default=12, metavar="N")
    a("--workers", type=whole(1), default=16, metavar="N", help="pods")
    a("options", nargs="*", metavar="-- OPTION", help="of study run, after --")


def run(args):
    return {"run": _run, "table": _table, "scripts": _scripts}[args.part](args)


def _run(args):
    from ..cells import CELLS
    from ..doors import as_cell
    from ..study.lessons import LESSONS, lesson
    from ..study.lock import held
    from ..study.run import run
    from ..study.store import Store

    tasks, cells = _names(args.tasks, LESSONS), _names(args.cells, CELLS)
    for task in tasks:
        lesson(task)
    for cell in cells:
        as_cell(cell)
    store = Store(args.storage)
    with held(store):
        store.note(command="lstm-course " + " ".join(args.argv))
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


def _table(args):
    from ..study.store import Store, address, write

    if address(args.storage).startswith("sqlite:///"):
        _must_exist(args.storage)
    store = Store(args.storage)
    rows = store.rows()
    if not rows:
        raise ValueError(
            f"{args.storage} holds no trial. Expected some that ended. Run "
            f"'lstm-course study run --storage {args.storage}' first?"
        )
    file = write(rows, store.about(rows), args.out)
    print(f"{len(rows)} trials written to {file} ({file.stat().st_size / 1e6:.2f} MB)")


def _must_exist(storage):
    from pathlib import Path

    path = Path(str(storage).removeprefix("sqlite:///"))
    if not path.exists():
        raise ValueError(
            f"There is no file {path}. Expected the database of a search. Run "
            "'lstm-course study run', or name it with --storage?"
        )


def _scripts(args):
    from ..study import scripts

    command = ["lstm-course", "study", "run", *args.options]
    if args.kind == "slurm":
        print(scripts.slurm(command, args.nodes, args.cpus, args.hours), end="")
    else:
        print(scripts.kubernetes(command, args.image, args.workers), end="")
