"""What a layer costs: counted from its cell, and the seconds a machine needs for it.

    from lstm_course import cost
    work = cost.work("lstm", T=100, B=32, I=64, H=128)
    cost.seconds(work, cost.MACHINES["H100"])

The count is operations, bytes, calls and steps that wait for each other; a machine is
seven numbers, published or measured here; a prediction is one divided by the other,
four times.  The largest of the four names the bound.

In this folder:

    count      from a cell's lines to its work, from work and machine to seconds
    machines   what a machine is, and published ones
    here       the numbers of this machine, measured on the spot
"""

from .count import WAYS, Counts, Work, counts, predict, seconds, work
from .machines import MACHINES, Machine

__all__ = [
    "MACHINES",
    "WAYS",
    "Counts",
    "Machine",
    "Work",
    "counts",
    "predict",
    "seconds",
    "work",
]
