"""Set 5: variants, their gradients, their conventions, and a fair comparison."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import reordered
from . import clinic, compare, gru, peephole, predictions

SET = ExerciseSet(
    "05_variants",
    (
        reordered(peephole.FORWARD),
        reordered(peephole.BACKWARD),
        gru.STEP,
        gru.CONVERT,
        predictions.EXERCISE,
        clinic.EXERCISE,
        compare.EXERCISE,
        Exercise("05.8", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
