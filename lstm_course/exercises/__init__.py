"""The exercises: one folder per set, each with an ``ExerciseSet`` named SET.

``SETS`` maps the name of a set ("04_lstm_step_by_step") to its definition.
"""

from . import set01, set02, set03, set04, set05
from .comparing import compare
from .definition import Exercise, ExerciseSet, Finding, Verdict
from .judging import judge, local_call

SETS: dict[str, ExerciseSet] = {
    s.SET.name: s.SET for s in (set01, set02, set03, set04, set05)
}

__all__ = [
    "SETS", "Exercise", "ExerciseSet", "Finding", "Verdict", "compare", "judge",
    "local_call",
]  # fmt: skip
