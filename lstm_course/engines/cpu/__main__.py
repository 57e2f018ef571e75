"""The compiled loops of a cell, as text: ``python -m lstm_course.engines.cpu lstm``."""

import argparse
import sys

from ...doors import as_cell
from .plan import Plan
from .text import module_text


def loops(cell, precision="float32"):
    """The module that runs a cell, as text: str.

    Parameters
    ----------
    cell : str or cell
        Of a stack, its top layer.
    precision : "float32" or "float64"

    Raises
    ------
    ValueError
        For a cell whose step is not made of products and arithmetic.
    """
    return module_text(plan_of(cell), precision)


def plan_of(cell):
    """The Plan of a cell, or of the top layer of a stack."""
    cell = as_cell(cell).layers[-1]
    if cell.phases:
        return Plan(cell)
    raise ValueError(
        f"{cell.name} is not compiled: its step is written by hand, not made of "
        "products and arithmetic. Expected a cell such as 'lstm'. "
        f"See lstm_course/cells/{cell.name}.py and engines/chunks.py?"
    )


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m lstm_course.engines.cpu", description=__doc__
    )
    parser.add_argument("cell", help="lstm, gru(reset='before'), your/file.py:NAME, …")
    parser.add_argument(
        "precision", nargs="?", default="float32", choices=["float32", "float64"]
    )
    given = parser.parse_args(argv)
    try:
        print(loops(as_cell(given.cell, run_files=True), given.precision))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
