"""Set 7: speed, counted in operations, bytes, calls and rounds, never in seconds."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import varied
from . import affine, clinic, faster, hoisted, memory, predictions, prefix, variants
from .price import EXERCISE as PRICE

SET = ExerciseSet(
    "07_speed",
    (
        varied(PRICE, *variants.PRICE),
        hoisted.EXERCISE,
        varied(memory.EXERCISE, *variants.MEMORY),
        varied(affine.EXERCISE, *variants.AFFINE),
        prefix.EXERCISE,
        predictions.EXERCISE,
        clinic.EXERCISE,
        varied(faster.EXERCISE, *variants.FASTER),
        Exercise("07.9", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
