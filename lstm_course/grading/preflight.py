"""The overlay is looked at before anything runs: its names, and its tests.

A name that nothing reads is a typing slip; a test whose reference stops, or does not
earn its own points, would cost every student theirs.
"""

import ast
import difflib
import traceback
from dataclasses import fields, replace

import numpy as np

from ..exercises import judge, local_call
from .limits import Limits

NAMES = {"SEED", "VARIANT", "EXTRA", "REPLACE", "SETS", "PACKAGES", "LIMITS", "POINTS",
         "RUBRIC", "DUE", "LATE", "EXTRA_TIME"}  # fmt: skip
BY_QUESTION = ("EXTRA", "REPLACE", "POINTS", "RUBRIC")


def check_names(text, names, ids):
    """Refuse names in capitals that nobody reads, and questions that no set has.

    Parameters
    ----------
    text : str
        The overlay.
    names : dict
        What it defines.
    ids : collection of str
        Of all questions.

    Raises
    ------
    ValueError
    """
    nodes = list(ast.walk(ast.parse(text)))
    loaded = {n.id for n in nodes if _name(n) and isinstance(n.ctx, ast.Load)}
    stored = {n.id for n in nodes if _name(n) and isinstance(n.ctx, ast.Store)}
    top = {n for n in stored & names.keys() if n.isupper() and n[0] != "_"}
    for name in sorted(top - loaded - NAMES):
        near = difflib.get_close_matches(name, NAMES, 1, 0.5)
        raise ValueError(
            f"The private overlay has a name {name} that nothing reads. Expected one "
            f"of {', '.join(sorted(NAMES))}. "
            + (f"Is {near[0]} meant?" if near else "A typing slip?")
        )
    unknown = {id for name in BY_QUESTION for id in names.get(name, {})} - set(ids)
    if unknown:
        raise ValueError(
            f"The private overlay speaks of {', '.join(sorted(unknown))}, expected ids "
            "of questions like 04.3. A typing slip?"
        )
    limits({}, names)


def _name(node):
    return isinstance(node, ast.Name)


def limits(given, names):
    """Changed fields of Limits: those of the overlay, then those of the command.

    Raises
    ------
    ValueError
        Where there is no such limit, or it is no number above zero.
    """
    made = {**names.get("LIMITS", {}), **(given or {})}
    kinds = {f.name: f.type for f in fields(Limits)}
    for name, value in made.items():
        if name not in kinds or not isinstance(value, (int, float)) or not value > 0:
            raise ValueError(
                f"The limit {name} = {value!r} cannot be set. Expected a number above "
                f"zero for one of {', '.join(kinds)}. Like call = 10?"
            )
    whole = {name for name, kind in kinds.items() if kind in (int, "int")}
    return {n: int(v) if n in whole else float(v) for n, v in made.items()}


def with_points(exercise, names):
    """The exercise with the points and the rubric that the overlay gives it."""
    changed = {}
    if exercise.id in names.get("POINTS", {}):
        changed["points"] = names["POINTS"][exercise.id]
    if exercise.id in names.get("RUBRIC", {}):
        changed["rubric"] = tuple(names["RUBRIC"][exercise.id])
    return replace(exercise, **changed) if changed else exercise


def check_tests(made):
    """Ask every reference of a plan every case; a reference has to be right.

    Raises
    ------
    ValueError
        With the traceback of a test that stopped, or what was found.
    """
    for exercise in made.set.exercises:
        if exercise.manual:
            continue
        try:
            if exercise.reference is None:
                rng = made.rng(exercise)
                for (_, cases), stream in zip(
                    exercise.tests(), rng.spawn(len(exercise.tests())), strict=True
                ):
                    list(cases(stream))
                continue
            call = local_call(exercise, exercise.reference)
            verdict = judge(exercise, call, made.rng(exercise))
        except Exception:
            raise _refused(exercise, traceback.format_exc(limit=-4)) from None
        if not np.isclose(verdict.fraction, 1.0):
            raise _refused(exercise, f"its own reference is wrong: {verdict.message}")


def _refused(exercise, why):
    return ValueError(
        f"The test of {exercise.id} does not work: {why.strip()}\nExpected that its "
        "reference answers every case and is right. Correct the overlay?"
    )
