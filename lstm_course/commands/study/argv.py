"""The parts of ``lstm-course study`` and their options."""

from ..options import Plain, number, whole
from . import report, search, trials

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
  lstm-course study search                           cells that nobody wrote

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
    for name, (add_arguments, words, more) in PARTS.items():
        text = f"{words[0].upper()}{words[1:]}.  {more}"
        add_arguments(
            parts.add_parser(name, help=words, description=text, formatter_class=Plain)
        )


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
    parser.add_argument(
        "--out", default="study.csv.gz", metavar="FILE", help="to write"
    )


def _add_scripts(parser):
    a = parser.add_argument
    a("kind", choices=("slurm", "kubernetes"), help="of cluster")
    a("--image", default="lstm-course:latest", help="of the containers")
    a("--nodes", type=whole(1), default=1, metavar="N", help="machines")
    a("--cpus", type=whole(1), default=16, metavar="N", help="of a node")
    a("--hours", type=whole(1), default=12, metavar="N", help="that a job may take")
    a("--workers", type=whole(1), default=16, metavar="N", help="pods")
    a("options", nargs="*", metavar="-- OPTION", help="of study run")


PARTS = {
    "run": (
        _add_run,
        "run trials, as many as are not there yet",
        "Settings are those of lstm_course.study.space.",
    ),
    "table": (_add_table, "write all trials as one file", "With a .json beside it."),
    "scripts": (
        _add_scripts,
        "print a job script for SLURM or objects for Kubernetes",
        "What follows -- are options of study run.",
    ),
    "report": (
        report.add_arguments,
        "say what the trials decide, in tables, figures and words",
        "First of all: report.md.",
    ),
    "search": (
        search.add_arguments,
        "search for new cells by changing the lines of old ones",
        "Stopped and started again, it goes on.",
    ),
}


def run(args):
    """Run a part; -> exit status."""
    ways = {
        **{"run": trials.search, "table": trials.table, "scripts": trials.scripts},
        **{"report": report.run, "search": search.run},
    }
    return ways[args.part](args)
