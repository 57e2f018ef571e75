"""Set 3: gates, the cell state without its gates' learning, and start values."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import varied
from . import carousel, clinic, gates, predictions, spans, variants

SET = ExerciseSet(
    "03_gates_and_cell_state",
    (
        varied(gates.GATES, *variants.GATES),
        varied(carousel.FORWARD, *variants.FORWARD),
        varied(carousel.BACKWARD, *variants.BACKWARD),
        varied(gates.BIAS, *variants.BIAS),
        predictions.EXERCISE,
        clinic.EXERCISE,
        varied(spans.EXERCISE, *variants.SPANS),
        Exercise("03.8", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
