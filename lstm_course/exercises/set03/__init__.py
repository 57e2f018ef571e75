"""Set 3: gates, the cell state without its gates' learning, and start values."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from . import carousel, clinic, gates, predictions, spans

SET = ExerciseSet(
    "03_gates_and_cell_state",
    (
        gates.GATES,
        carousel.FORWARD,
        carousel.BACKWARD,
        gates.BIAS,
        predictions.EXERCISE,
        clinic.EXERCISE,
        spans.EXERCISE,
        Exercise("03.8", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
