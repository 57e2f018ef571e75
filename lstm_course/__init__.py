"""Recurrent cells, each written once, with a verified backward pass.

    from lstm_course import CELLS, init, unroll, unroll_backward, trace

These need NumPy alone.  All doors:

    CELLS                     every cell by its name
    init, chrono              start values
    unroll, unroll_backward   along time and back
    trace                     every value of every step
    jacobian                  how a later state depends on an earlier one
    gradcheck.gradcheck       finite differences, the judge of a backward pass
    recurrent.Recurrent       any cell as a torch module; its ``plan`` says how it runs
    models                    Classifier, LanguageModel, Reader
    train.fit, train.load     one training loop, and what it saved
    tasks.make                adding, copying, Reber, ... as the papers define them
    convert                   weights to and from torch, Keras, ONNX; ``count``
    equations.equations       a cell's equations, made from its code
    diagrams.cell_diagram     a cell's picture, made from its code
    table.at_a_glance         all cells in one table
    cost.work, cost.predict   operations and bytes of a layer, seconds on a machine
    widgets                   figures that are alive
    plots, palette, themed    figures in the course's style and colours
    experiments.record        the measurements behind the chapters
    check.check, check.hint   feedback on exercises
    ops                       gate functions and their derivatives
"""

from .cells import CELLS
from .init import chrono, init
from .jacobian import jacobian
from .unroll import trace, unroll, unroll_backward

__version__ = "0.1.0"
__all__ = ["CELLS", "chrono", "init", "jacobian", "trace", "unroll", "unroll_backward"]
