"""Set 2: why gradients vanish and explode, measured, and what helps short of gates."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import varied
from . import clinic, decay, jacobian, predictions, remedies, variants

SET = ExerciseSet(
    "02_long_term_dependencies",
    (
        varied(jacobian.JACOBIAN, *variants.JACOBIAN),
        varied(jacobian.NORMS, *variants.NORMS),
        varied(remedies.CLIP, *variants.CLIP),
        varied(remedies.ORTHOGONAL, *variants.ORTHOGONAL),
        predictions.EXERCISE,
        clinic.EXERCISE,
        varied(decay.EXERCISE, *variants.HALF_LIFE),
        Exercise("02.8", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
