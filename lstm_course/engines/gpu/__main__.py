"""The kernels of a cell, as text: ``python -m lstm_course.engines.gpu lstm``."""

import argparse
import sys

from ..cpu.__main__ import plan_of
from .text import module_text


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m lstm_course.engines.gpu", description=__doc__
    )
    parser.add_argument("cell", help="lstm, gru(reset='before'), …")
    try:
        print(module_text(plan_of(parser.parse_args(argv).cell)))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
