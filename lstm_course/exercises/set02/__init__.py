"""Set 2: why gradients vanish and explode, measured, and what helps short of gates."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from . import clinic, decay, jacobian, predictions, remedies

SET = ExerciseSet(
    "02_long_term_dependencies",
    (
        jacobian.JACOBIAN,
        jacobian.NORMS,
        remedies.CLIP,
        remedies.ORTHOGONAL,
        predictions.EXERCISE,
        clinic.EXERCISE,
        decay.EXERCISE,
        Exercise("02.8", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
