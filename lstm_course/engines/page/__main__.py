"""A cell as JavaScript: ``python -m lstm_course.engines.page lstm``."""

import argparse
import sys

from ...doors import as_cell
from .text import cell_text


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m lstm_course.engines.page", description=__doc__
    )
    parser.add_argument("cell", help="lstm, gru(reset='before'), your/file.py:NAME, …")
    parser.add_argument(
        "widths", nargs="*", type=int, help="units for which masks are written out"
    )
    given = parser.parse_args(argv)
    try:
        print(cell_text(as_cell(given.cell, run_files=True), given.widths))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
