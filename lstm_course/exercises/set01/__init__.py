"""Set 1: a recurrent network forward, backward, through time, and on real digits."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from . import backward, by_row, clinic, forward, predictions

SET = ExerciseSet(
    "01_recurrent_networks",
    (
        forward.STEP,
        forward.FORWARD,
        backward.STEP,
        backward.TIME,
        predictions.EXERCISE,
        clinic.EXERCISE,
        by_row.EXERCISE,
        Exercise("01.8", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
