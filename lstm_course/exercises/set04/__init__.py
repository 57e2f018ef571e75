"""Set 4: the LSTM forward, backward, through time, and under the microscope."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import reordered
from . import clinic, lesion, predictions, step, step_backward, through_time

SET = ExerciseSet(
    "04_lstm_step_by_step",
    (
        reordered(step.EXERCISE),
        reordered(step_backward.EXERCISE),
        through_time.EXERCISE,
        predictions.EXERCISE,
        clinic.EXERCISE,
        lesion.EXERCISE,
        Exercise("04.7", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
