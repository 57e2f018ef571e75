"""Run a student's function on every case and say which share of it is right.

A part of the answer ("dx") counts when it is right in *every* case of a test.
``call(args)`` is the student's function itself in the notebook and a message into
the jail in the grader.
"""

from dataclasses import replace

import numpy as np

from .comparing import by_part, compare
from .definition import Finding, Verdict
from .values import fresh, plain, to_tensors


class Stopped(Exception):
    """A call gave no answer; ``finding`` says why."""

    def __init__(self, property, message, public=False):
        super().__init__(message)
        self.finding = Finding(property, "", message, public)


def local_call(exercise, function):
    """``call(args)`` for a student's function in this very process."""

    def call(args):
        args = to_tensors(args) if exercise.needs_torch else fresh(args)
        try:
            return function(*args)
        except NotImplementedError as e:
            raise Stopped("written", str(e) or "This is not written yet.") from e
        except Exception as e:
            text = f"Your {exercise.function} raised {type(e).__name__}: {e}"
            raise Stopped("runs", text) from e

    return call


def judge(exercise, call, rng, shuffled=False):
    """Run every case of an exercise.

    Parameters
    ----------
    exercise : Exercise
    call : callable
        ``call(args) -> answer``; raises Stopped where there is none.
    rng : numpy Generator
    shuffled : bool
        Ask the cases in random order, so that no order can be learned by heart.

    Returns
    -------
    Verdict
    """
    fraction, first = 0.0, None
    for (share, make_cases), stream in zip(
        exercise.tests(), rng.spawn(1 + len(exercise.extra)), strict=True
    ):
        cases = list(make_cases(stream))
        order = stream.permutation(len(cases)) if shuffled else range(len(cases))
        right, verdict, lost = _test(exercise, call, [cases[k] for k in order])
        if lost:
            return verdict
        fraction += share * right
        first = first or verdict
    first = first or Verdict(1.0)
    return replace(first, fraction=fraction if first.findings else 1.0)


def _test(exercise, call, cases):
    """(share of parts right in every case, first failure or None, is all lost)."""
    alive, first = True, None
    for args in cases:
        found, got, expected = _case(exercise, call, args)
        alive = alive & np.array([not part for part in found])
        findings = tuple(dict.fromkeys(f for part in found for f in part))
        if findings and first is None:
            message = _misconception(exercise, args, expected, got)
            first = Verdict(0.0, findings, message)
        if findings and exercise.must and exercise.must(*args):
            return 0.0, first, True
        if not np.any(alive):
            break  # nothing left to lose
    return float(np.mean(alive)), first, False


def _case(exercise, call, args):
    """Findings of one case by part, the answer, and the expected answer."""
    try:
        got = plain(call(args))
    except Stopped as stop:
        return [[stop.finding]], None, None
    if exercise.verify:
        return [list(exercise.verify(fresh(args), got))], got, None
    expected = plain(exercise.reference(*fresh(args)))
    return by_part(exercise, expected, got), got, expected


def _misconception(exercise, args, expected, got):
    """What to say of the known mistakes this answer shows, or "".

    A mistake is shown where every part that it makes wrong is wrong in the same way;
    one that explains the whole answer goes first and alone.
    """
    if got is None or expected is None:
        return ""
    partial = []
    for wrong, message in exercise.misconceptions:
        theirs = plain(wrong(*fresh(args)))
        spoiled = {f.where for f in compare(exercise, expected, theirs)}
        apart = {f.where for f in compare(exercise, theirs, got)}
        if spoiled and not apart:
            return message
        if spoiled and not spoiled & (apart | {""}) and "" not in apart:
            partial.append(message)
    return " ".join(dict.fromkeys(partial[:2]))
