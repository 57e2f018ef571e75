"""Set 5: variants, their gradients, their conventions, and a fair comparison."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import varied
from . import clinic, compare, gru, peephole, predictions, variants

SET = ExerciseSet(
    "05_variants",
    (
        varied(peephole.FORWARD, *variants.PEEPHOLE),
        varied(peephole.BACKWARD, *variants.PEEPHOLE),
        varied(gru.STEP, *variants.STEP),
        varied(gru.CONVERT, *variants.CONVERT),
        predictions.EXERCISE,
        clinic.EXERCISE,
        varied(compare.EXERCISE, *variants.COMPARE),
        Exercise("05.8", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
