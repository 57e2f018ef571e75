"""Learning-rate schedules: functions of the step alone, so that a run can resume.

Each gives the factor by which ``lr`` is multiplied at a step of a run of ``steps``.
"""

from collections.abc import Callable
from math import cos, pi

from ..doors import check_number

FLOOR = 0.01  # share of lr that is left at the end


def constant(step: int, steps: int) -> float:
    """1 at every step."""
    return 1.0


def linear(step: int, steps: int) -> float:
    """From 1 straight down to 1 % at the end."""
    return 1.0 - (1.0 - FLOOR) * step / max(steps - 1, 1)


def cosine(step: int, steps: int) -> float:
    """From 1 along half a cosine to 1 % (Loshchilov & Hutter 2017, no restarts)."""
    return FLOOR + (1.0 - FLOOR) * 0.5 * (1.0 + cos(pi * step / max(steps - 1, 1)))


SCHEDULES = {"constant": constant, "linear": linear, "cosine": cosine}


def make(
    schedule: str | Callable, warmup: int = 0, of: int | None = None
) -> Callable[[int, int], float]:
    """A schedule by name, after ``warmup`` steps that rise evenly to the full rate.

    It is one of ``of`` steps, where that is given, whatever the steps of the run.

    Examples
    --------
    >>> f = make("linear", warmup=4)
    >>> [round(f(k, 104), 3) for k in (0, 3, 4, 103)]
    [0.25, 1.0, 1.0, 0.01]
    """
    if not callable(schedule) and schedule not in SCHEDULES:
        raise ValueError(
            f"schedule is {schedule!r}. It is a function of (step, steps) or one of "
            f"{', '.join(map(repr, SCHEDULES))}. Write schedule='cosine'?"
        )
    shape = schedule if callable(schedule) else SCHEDULES[schedule]

    def factor(step: int, steps: int) -> float:
        if step < warmup:
            return (step + 1) / warmup
        share = shape(step - warmup, (of or steps) - warmup)
        return check_number("schedule(step, steps)", share, low=0.0)

    return factor
