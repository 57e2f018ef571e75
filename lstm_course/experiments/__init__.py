"""The longer experiments of the chapters, one module each.

    python -m lstm_course.experiments gap

writes ``book/results/gap.json``: one row for every run, and with which seeds, on which
machine, when and by which command.  A chapter reads it with ``record.load("gap")``.

An experiment has ``grid()``, the settings of all its runs, and ``run(**setting)``, one
run from its setting to a dict of results.

In this folder:

    gap, starts, latching, forget_bias, continual, variants,
    carry, dropout, ladder, telephone, lookback, head,
    state, addition, strokes, captions, painting             one experiment each
    learn, figures, canvases, held                           what several of them share
    keep                                                     weights of a run, stored
    record, command                                          results with their origin
"""

from importlib import import_module

NAMES = (
    *("gap", "starts", "latching", "forget_bias", "continual", "variants"),
    *("carry", "dropout", "ladder", "telephone"),
    *("lookback", "head", "state", "addition", "strokes", "captions", "painting"),
)


def named(name):
    """The module of an experiment."""
    if name not in NAMES:
        raise ValueError(
            f"There is no experiment named {name!r}. Known: {', '.join(NAMES)}. "
            f"Write {NAMES[0]!r}?"
        )
    return import_module(f".{name}", __name__)
