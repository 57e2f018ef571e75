"""The exercises: one folder per set, each with an ``ExerciseSet`` named SET.

``SETS`` maps the name of a set ("04_lstm_step_by_step") to its definition.

In this folder:

    set01 ... set08               the questions, a folder per set
    definition, making            what a question is, what the sets share
    judging, comparing, values    asking a function, comparing, what may pass
    explaining, forms, patterns   why it is wrong, judged in any form, in words
    variants, conventions         the same question with other conventions
    machines                      a machine of its own for every case of a clinic
    reader, packages              a trained network; packages the grader lacks
"""

from . import set01, set02, set03, set04, set05, set06, set07, set08
from .comparing import compare
from .definition import Exercise, ExerciseSet, Finding, Verdict
from .judging import judge, local_call

SETS: dict[str, ExerciseSet] = {
    s.SET.name: s.SET for s in (set01, set02, set03, set04, set05, set06, set07, set08)
}

__all__ = [
    "SETS", "Exercise", "ExerciseSet", "Finding", "Verdict", "compare", "judge",
    "local_call",
]  # fmt: skip
