"""Set 5: variants, their gradients, their conventions, and a fair comparison."""

from ..definition import Exercise, ExerciseSet
from . import clinic, compare, gru, peephole, predictions

SET = ExerciseSet(
    "05_variants",
    (
        peephole.FORWARD,
        peephole.BACKWARD,
        gru.STEP,
        gru.CONVERT,
        predictions.EXERCISE,
        clinic.EXERCISE,
        compare.EXERCISE,
        Exercise("05.8", "conclusion", 0, manual=True),
    ),
    helpers=("sigmoid", "tanh", "d_sigmoid", "d_tanh"),
)
