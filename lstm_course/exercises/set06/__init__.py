"""Set 6: language models, what they cost, how they remember, how they write."""

from ..definition import CONCLUSION, Exercise, ExerciseSet
from ..variants import varied
from . import beam, clinic, cost, predictions, reach, sampling, scoring, variants
from .windows import EXERCISE as WINDOWS

SET = ExerciseSet(
    "06_language_models",
    (
        varied(cost.EXERCISE, *variants.COST),
        varied(WINDOWS, *variants.WINDOWS),
        varied(scoring.EXERCISE, *variants.SCORING),
        varied(sampling.EXERCISE, *variants.SAMPLING),
        varied(beam.EXERCISE, *variants.BEAM),
        predictions.EXERCISE,
        clinic.EXERCISE,
        varied(reach.EXERCISE, *variants.REACH),
        Exercise("06.9", "conclusion", 0, manual=True, rubric=CONCLUSION),
    ),
)
