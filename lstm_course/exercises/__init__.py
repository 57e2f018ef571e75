"""The exercises: one module per set, each with an ``ExerciseSet`` named SET.

``SETS`` maps the name of a set ("04_step_by_step") to its definition.
"""

from .comparing import compare
from .definition import Exercise, ExerciseSet, Finding, Verdict
from .judging import judge, local_call

SETS: dict[str, ExerciseSet] = {}

__all__ = [
    "SETS", "Exercise", "ExerciseSet", "Finding", "Verdict", "compare", "judge",
    "local_call",
]  # fmt: skip
