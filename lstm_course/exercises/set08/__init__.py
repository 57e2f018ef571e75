"""Set 8: beyond the LSTM: attention, a grid, a window, latent variables, a matrix."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import varied
from . import attention, clinic, divergence, lattice, matrix, predictions, variants
from .window import EXERCISE as WINDOW

SET = ExerciseSet(
    "08_beyond_the_lstm",
    (
        varied(attention.FORWARD, *variants.ATTEND),
        varied(attention.BACKWARD, *variants.ATTEND_BACKWARD),
        varied(lattice.EXERCISE, *variants.LATTICE),
        varied(WINDOW, *variants.WINDOW),
        varied(divergence.EXERCISE, *variants.DIVERGENCE),
        predictions.EXERCISE,
        clinic.EXERCISE,
        varied(matrix.EXERCISE, *variants.MATRIX),
        Exercise("08.9", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
