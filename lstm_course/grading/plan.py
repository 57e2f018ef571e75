"""What is asked of a class: exercise sets, seed and an instructor's private overlay.

The overlay is a Python file that only the trusted side ever reads:

    SEED = 20260714                        # of all hidden cases
    VARIANT = 3                            # seed of the variants of this class
    EXTRA = {"04.2": [(0.25, more_cases)]}   # hidden tests with their share
    REPLACE = {"04.3": Exercise(...)}      # other definitions
    SETS = {"99_exam": ExerciseSet(...)}   # sets of your own
    PACKAGES = ("pandas", "torch")         # to be had in the jail, beside NumPy, SciPy
    LIMITS = {"call": 10.0}                # seconds and bytes, see limits.Limits
    POINTS = {"04.7": 10}                  # what a question is worth in your class
    RUBRIC = {"04.7": [(5, "what for")]}   # for who reads a written answer
    DUE, LATE, EXTRA_TIME                  # see deadlines
"""

import functools
import hashlib
import re
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

import numpy as np

from .. import exercises
from . import preflight
from .fingerprint import fingerprint
from .limits import TORCH, Limits

VERSION = 4  # of the grader's own rules; a new one grades everything again
UNTESTED = {"id", "points", "hints", "axes", "manual", "make_variant", "rubric",
            "says", "words", "elsewhere"}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """One exercise set with everything that decides a grade."""

    set: exercises.ExerciseSet
    seed: str
    limits: Limits
    packages: tuple = ()

    @property
    def torch(self):
        return _torch(self.set.exercises, self.packages)

    def rng(self, exercise, *sources):
        """The stream of an exercise's cases; with sources, one of that notebook."""
        text = "\0".join((f"{self.seed}/{exercise.id}", *sources))
        digest = hashlib.sha256(text.encode()).digest()
        return np.random.default_rng(list(digest))

    @functools.cached_property
    def fingerprints(self):
        """Exercise id -> hash of all that decides its outcome but the submission."""
        return {e.id: self._fingerprint(e) for e in self.set.exercises}

    def _fingerprint(self, exercise):
        tested = [f.name for f in fields(exercise) if f.name not in UNTESTED]
        rules = (VERSION, self.seed, self.set.helpers, self.torch, self.packages)
        rules += (astuple(self.limits),)
        return fingerprint([rules, [(n, getattr(exercise, n)) for n in tested]])


def text(path):
    """The text of the private overlay, or "" without one."""
    if path is None:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as e:
        raise ValueError(
            f"The private overlay {path} cannot be read: {e}. Expected a Python file. "
            "Is the path right?"
        ) from None


def overlay(text):
    """The names defined by the text of an overlay: dict.

    Raises
    ------
    ValueError
        If it does not run, or has names that nothing reads.
    """
    names = {"__name__": "private_overlay"}
    try:
        exec(compile(text, "<private overlay>", "exec", dont_inherit=True), names)
    except Exception as e:
        raise ValueError(
            f"The private overlay stopped with {type(e).__name__}: {e}. Expected a "
            "Python file that runs. Try python on it?"
        ) from e
    ids = {e.id for one in sets(names).values() for e in one.exercises}
    preflight.check_names(text, names, ids)
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
    done = (preflight.with_points(e, names) for e in done)
    done = tuple(_with(e, extra.get(e.id, ())) for e in done)
    packages = tuple(sorted(names.get("PACKAGES", ())))
    base = TORCH if _torch(done, packages) else Limits()
    return Plan(
        replace(made, exercises=done),
        str(names.get("SEED", seed)),
        replace(base, **preflight.limits(limits, names)),
        packages,
    )


def _torch(exercises, packages):
    return "torch" in packages or any(e.needs_torch for e in exercises)


def _with(exercise, more):
    """The exercise with more hidden tests; its own share what is left."""
    taken = sum(share for share, _ in more)
    if not 0 <= taken < 1 or any(share < 0 for share, _ in more):
        raise ValueError(
            f"The extra tests of {exercise.id} take {taken:g} of its points, expected "
            "shares that add up to less than 1. Make them smaller?"
        )
    own = ((share * (1 - taken), cases) for share, cases in exercise.extra)
    return replace(exercise, extra=(*own, *more))


def sets(names):
    """All sets by name, those of an overlay included."""
    return {**exercises.SETS, **names.get("SETS", {})}


def which(path, known, sources=(), beside=()):
    """The exercise set a notebook is for; None where that is not clear.

    What ``said`` finds decides, then the sets of all other notebooks beside it, then a
    number in the path.

    Parameters
    ----------
    path : str
    known : dict
        Name -> ExerciseSet.
    sources : list of str
        Code cells.
    beside : collection of str
    """
    return said(path, known, sources) or _only(
        beside,
        [n for n in known if _number(n) and re.search(_number(n), path)],
        known,
    )


def said(path, known, sources=()):
    """The set whose full name is in the path, or whose questions a notebook is about.

    It is about those whose functions it defines, in whatever form, or which it checks.
    """
    text = "\n".join(sources)
    asked = {name: one.exercises for name, one in known.items()}
    functions = {name: {e.function for e in mine} for name, mine in asked.items()}
    ids = {name: {e.id for e in mine} for name, mine in asked.items()}
    return _only(
        [n for n in known if n.lower() in path.lower()],
        _most(functions, re.findall(r"^def (\w+)\(", text, re.M)),
        _most(functions, re.findall(r"^ *(?:def +)?(\w+) *[(=]", text, re.M)),
        _most(ids, re.findall(r"""\bcheck\(\s*["']([\d.]+)["']""", text)),
    )


def _most(known, found):
    """The names of those that have the most in common with what was found."""
    share = {name: len(mine & set(found)) for name, mine in known.items()}
    most = max(share.values(), default=0)
    return [name for name in known if most and share[name] == most]


def _only(*groups):
    """The member of the first group that has just one, or None."""
    return next((name for group in groups if len(group) == 1 for name in group), None)


def _number(name):
    """A pattern for the number with which a set's name begins, or ""."""
    digits = name.partition("_")[0]
    return rf"(?<!\d)0*{int(digits)}(?!\d)" if digits.isdecimal() else ""
