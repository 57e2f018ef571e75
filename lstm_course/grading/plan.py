"""What is asked of a class: exercise sets, seed and an instructor's private overlay.

The overlay is a Python file that only the trusted side ever reads:

    SEED = 20260714                        # of all hidden cases
    VARIANT = 3                            # seed of the variants of this class
    EXTRA = {"04.2": [(0.25, more_cases)]}   # hidden tests with their share
    REPLACE = {"04.3": Exercise(...)}      # other definitions
    SETS = {"99_exam": ExerciseSet(...)}   # sets of your own
"""

import hashlib
import re
from dataclasses import astuple, dataclass, fields, replace

import numpy as np

from .. import exercises
from .fingerprint import fingerprint
from .limits import TORCH, Limits

VERSION = 1  # of the grader's own rules; a new one grades everything again
UNTESTED = {"id", "points", "hints", "axes", "manual", "make_variant"}


@dataclass(frozen=True)
class Plan:
    """One exercise set with everything that decides a grade."""

    set: exercises.ExerciseSet
    seed: str
    limits: Limits

    @property
    def torch(self):
        return any(e.needs_torch for e in self.set.exercises)

    def rng(self, exercise):
        """The stream of an exercise's cases, the same for every student."""
        digest = hashlib.sha256(f"{self.seed}/{exercise.id}".encode()).digest()
        return np.random.default_rng(list(digest))

    def fingerprints(self):
        """Exercise id -> hash of all that decides its outcome but the submission."""
        return {e.id: self._fingerprint(e) for e in self.set.exercises}

    def _fingerprint(self, exercise):
        tested = [f.name for f in fields(exercise) if f.name not in UNTESTED]
        rules = (VERSION, self.seed, self.set.helpers, self.torch, astuple(self.limits))
        return fingerprint([rules, [(n, getattr(exercise, n)) for n in tested]])


def overlay(text):
    """The names defined by the text of an overlay: dict."""
    names = {"__name__": "private_overlay"}
    exec(compile(text, "<private overlay>", "exec", dont_inherit=True), names)
    return names


def make(name, seed, private="", limits=None):
    """The plan for one exercise set.

    Parameters
    ----------
    name : str
        A key of ``exercises.SETS`` or of the overlay's SETS.
    seed : str
        Used where the overlay has no SEED.
    private : str
        The text of the overlay.
    limits : dict or None
        Changed fields of Limits.
    """
    names = overlay(private)
    made = sets(names)[name]
    if "VARIANT" in names:
        made = made.variant(names["VARIANT"])
    swap, extra = names.get("REPLACE", {}), names.get("EXTRA", {})
    done = (swap.get(e.id, e) for e in made.exercises)
    done = tuple(replace(e, extra=(*e.extra, *extra.get(e.id, ()))) for e in done)
    base = TORCH if any(e.needs_torch for e in done) else Limits()
    return Plan(
        replace(made, exercises=done),
        str(names.get("SEED", seed)),
        replace(base, **(limits or {})),
    )


def sets(names):
    """All sets by name, those of an overlay included."""
    return {**exercises.SETS, **names.get("SETS", {})}


def which(path, names):
    """The exercise set a file is for, by its path; None where that is not clear.

    Examples
    --------
    >>> which("ada/04_gates/work.ipynb", ["04_gates", "05_variants"])
    '04_gates'
    >>> which("ada_17_chapter 05.ipynb", ["04_gates", "05_variants"])
    '05_variants'
    """
    whole = [n for n in names if n.lower() in path.lower()]
    number = [
        n
        for n in names
        if re.search(rf"(?<!\d)0*{int(n[:2])}(?!\d)", path) and n[:2].isdigit()
    ]
    for found in (whole, number):
        if len(found) == 1:
            return found[0]
    return names[0] if len(names) == 1 else None
