"""``python -m lstm_course.experiments.keep captions``: train once, store the weights.

The run is ``KEPT`` of the experiment, one of its grid, trained again;
the weights go where ``trained.nested`` finds them.
"""

import argparse
import sys

from ..trained import nested
from . import named, record
from .command import one_thread

KEPT = ("captions", "painting")


def main(argv=None):
    """Train one model of ``KEPT`` again, store it; -> exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m lstm_course.experiments.keep", description=__doc__
    )
    parser.add_argument("name", choices=KEPT)
    parser.add_argument("--out", default=nested.FOLDER, metavar="FOLDER")
    args = parser.parse_args(argv)
    one_thread()
    room = named(args.name)
    p, scores = room.train(**room.KEPT)
    about = record.measured(f"python -m lstm_course.experiments.keep {args.name}")
    about |= room.KEPT | {k: v[-1] for k, v in scores.items()}
    print(f"wrote {nested.store(args.name, p, about, args.out)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
