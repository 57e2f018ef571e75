"""``lstm-course study``: search over cells, tasks and settings, and report on it.

In this folder:

    argv      the parts and their options
    trials    run, table, scripts
    report    report
    search    search: cells that nobody wrote
"""

from .argv import add_parser, run

__all__ = ["add_parser", "run"]
