"""The kernels of a cell, as text: ``python -m lstm_course.engines.gpu lstm``."""

import argparse
import sys

from ...doors import as_cell
from ..cpu.plan import Plan
from .text import module_text


def kernels(cell):
    """The module that runs a cell on a card, as text: str; of a stack, its top layer.

    Raises
    ------
    ValueError
        For a cell whose step is not made of products and arithmetic.
    """
    cell = as_cell(cell).layers[-1]
    if not cell.phases:
        raise ValueError(
            f"{cell.name} has no kernels: its step is written by hand, not made of "
            "products and arithmetic. Expected a cell such as 'lstm'. "
            f"See lstm_course/cells/{cell.name}.py and engines/chunks.py?"
        )
    return module_text(Plan(cell))


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m lstm_course.engines.gpu", description=__doc__
    )
    parser.add_argument("cell", help="lstm, gru(reset='before'), …")
    try:
        print(kernels(parser.parse_args(argv).cell))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
