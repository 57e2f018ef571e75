"""Set 4: the LSTM forward, backward, through time, and under the microscope."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import varied
from . import clinic, lesion, predictions, step, step_backward, through_time, variants

SET = ExerciseSet(
    "04_lstm_step_by_step",
    (
        varied(step.EXERCISE, *variants.STEP),
        varied(step_backward.EXERCISE, *variants.STEP_BACKWARD),
        varied(through_time.EXERCISE, *variants.BACKWARD),
        predictions.EXERCISE,
        clinic.EXERCISE,
        varied(lesion.EXERCISE, *variants.LESION),
        Exercise("04.7", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
