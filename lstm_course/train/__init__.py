"""One training loop for everything: clipped, scheduled, recorded, resumable.

    from lstm_course.train import fit, load

In this folder:

    fit                          the loop
    run, schedules, parallel     one step, its learning rate, several processes
    checkpoint, history          what is saved and recorded
    report, faults, entry        what is told and what is refused
"""

from .checkpoint import load
from .fit import fit

__all__ = ["fit", "load"]
