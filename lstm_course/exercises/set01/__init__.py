"""Set 1: a recurrent network forward, backward, through time, and on real digits."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import varied
from . import backward, by_row, clinic, forward, predictions, variants

SET = ExerciseSet(
    "01_recurrent_networks",
    (
        varied(forward.STEP, *variants.STEP),
        varied(forward.FORWARD, *variants.FORWARD),
        varied(backward.STEP, *variants.STEP_BACKWARD),
        varied(backward.TIME, *variants.BACKWARD),
        predictions.EXERCISE,
        clinic.EXERCISE,
        varied(by_row.EXERCISE, *variants.BY_ROW),
        Exercise("01.8", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
