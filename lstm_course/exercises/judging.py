"""Run a student's function on every case and say which share of it is right.

A part of the answer ("dx") counts when it is right in *every* case of a test.
``call(args)`` is the student's function itself in the notebook and a message into
the jail in the grader.
"""

import contextlib
import traceback
import warnings
from dataclasses import replace
from inspect import signature

import numpy as np

from .comparing import by_part
from .definition import Finding, Verdict
from .explaining import explain
from .values import boxes, fresh, plain, same, to_tensors

GUESSED = (
    "It does find other forms of the same mistake, and that costs as much as a mistake "
    "found brings: a test that guesses wins nothing. Is its tolerance too large?"
)

REMEMBERS = (
    "Your test answers otherwise when it is asked anew. Its verdict has to follow from "
    "the function at hand, not from those it met before."
)
AGAIN = 2  # mistakes found that have to be found again where nothing came before


class Stopped(Exception):
    """A call gave no answer; ``finding`` says why."""

    def __init__(self, property, message, public=False):
        super().__init__(message)
        self.finding = Finding(property, "", message, public)


CHANGED = (
    "The function changes what it was given, which the text asks to leave as it is: "
    "copy first, then change the copy. That is half of the points."
)


def local_call(exercise, function, notes=None):
    """``call(args)`` for a student's function in this very process.

    What NumPy warns of is appended to ``notes``, if there is such a list.
    """

    def call(args):
        args = to_tensors(args) if exercise.needs_torch else fresh(args)
        try:
            with _warned([] if notes is None or boxes(args) else notes):
                value = function(*args)
            return (value, args) if exercise.keeps else value
        except NotImplementedError as e:
            raise Stopped("written", str(e) or "This is not written yet.") from e
        except Exception as e:
            raise Stopped("runs", _accident(exercise, args, e)) from e

    return call


@contextlib.contextmanager
def _warned(notes):
    """Collect NumPy's warnings of overflow and the like, each once."""
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(over="warn", divide="warn", invalid="warn", under="ignore"),
    ):
        warnings.simplefilter("always")
        yield
    texts = [str(w.message) for w in caught if w.category is RuntimeWarning]
    notes.extend(text for text in dict.fromkeys(texts) if text not in notes)


def _accident(exercise, args, error):
    """What was raised, in which line of the student's, and what had been handed in."""
    rows = traceback.extract_tb(error.__traceback__)
    lines = [row.line for row in rows if row.name == exercise.function and row.line]
    where = f" in `{lines[-1]}`" if lines else ""
    text = f"Your {exercise.function} raised {type(error).__name__}{where}: {error}."
    if isinstance(error, NameError):
        text += " If the kernel was restarted, run the cells above first."
    names = signature(exercise.reference).parameters if exercise.reference else ()
    pairs = zip(names, args, strict=False)
    shapes = [f"{n} {a.shape}" for n, a in pairs if hasattr(a, "shape")]
    return f"{text} It was called with {', '.join(shapes)}." if shapes else text


def judge(exercise, call, rng, order=None, alone=None, many=None):
    """Run every case of an exercise.

    Parameters
    ----------
    exercise : Exercise
    call : callable
        ``call(args) -> answer``; raises Stopped where there is none.
    rng : numpy Generator
        Of the cases.
    order : numpy Generator or None
        Ask the cases in random order, so that no order can be learned by heart.
    alone : callable or None
        As ``call``, on a function that has met nothing yet.  Where boxes are alike a
        few right answers have to be given there again.
    many : callable or None
        ``many(list of args) -> list of answers``, as many as there are, from one
        process.  An answer that is right there is right; the others are asked for
        again with ``call``.

    Returns
    -------
    Verdict
    """
    verdict, right = _whole(exercise, call, rng, order, many)
    if not (alone and exercise.alike and verdict.fraction):
        return verdict
    share = _held(exercise, alone, right, order)
    if share == 1.0:
        return verdict
    finding = Finding("value", "", REMEMBERS, public=True)
    return Verdict(verdict.fraction * share, (finding,), REMEMBERS)


def _held(exercise, alone, right, order):
    """Share of right answers that are given again; 0 if one on a sound case is not."""
    mixed = [right[k] for k in order.permutation(len(right))]
    sound = [args for args in mixed if exercise.must(*args)][:1]
    wrong = [args for args in mixed if not exercise.must(*args)][:AGAIN]
    held = {}
    for k in order.permutation(len(sound) + len(wrong)):
        found, _, _ = _case(exercise, alone, [*sound, *wrong][k])
        held[int(k)] = not any(found)
    if not all(held[k] for k in range(len(sound))):
        return 0.0
    return float(np.mean([held[len(sound) + k] for k in range(len(wrong))] or [1.0]))


def _whole(exercise, call, rng, order, many):
    """The verdict on all cases, and the cases that were answered right."""
    shares = [share for share, _ in exercise.tests()]
    streams = zip(exercise.tests(), rng.spawn(len(shares)), strict=True)
    tests = [list(make_cases(stream)) for (_, make_cases), stream in streams]
    alive, first = [True] * len(tests), [None] * len(tests)
    told = [{} for _ in tests]  # name of a mistake -> whether its forms were told
    right, answered = [], []
    queue = _queue(tests, order)
    ahead = _ahead(many, [args for _, args in queue])
    for (k, args), known in zip(queue, ahead, strict=True):
        if not np.any(alive[k]) and (not exercise.form_of or _guessed(told[k])):
            answered += [(args, _parted(exercise, plain(a))[0]) for a in known]
            continue  # nothing left to lose
        found, got, expected = _case(exercise, call, args, known)
        answered.append((args, got))
        alive[k] = alive[k] & np.array([not part for part in found])
        if exercise.form_of:
            told[k].setdefault(exercise.form_of(*args), set()).add(not any(found))
        findings = tuple(dict.fromkeys(f for part in found for f in part))
        if not findings:
            right.append(args)
        if findings and first[k] is None:
            first[k] = (args, expected, got, findings)
        if findings and exercise.must and exercise.must(*args):
            return explain(exercise, args, expected, got, findings), right
    k = next((k for k, wrong in enumerate(first) if wrong), None)
    if k is None:
        return Verdict(1.0), right
    why = explain(exercise, *first[k], answered)
    won = [np.mean(parts) - _guessed(t) for parts, t in zip(alive, told, strict=True)]
    message = f"{why.misconception} {GUESSED}" if _guessed(told[k]) else ""
    verdict = replace(
        why,
        fraction=max(0.0, float(np.dot(shares, won))),
        misconception=message.strip() or why.misconception,
    )
    return verdict, right


def _guessed(told):
    """True when forms of one mistake were told in some cases and not in others."""
    return any(len(answers) > 1 for answers in told.values())


def _queue(tests, order):
    """(number of the test, case) in the order in which they are asked.

    Right and wrong suspects of a clinic come in any order, so that no answer is safe as
    long as nothing is known.
    """
    queue = [(k, args) for k, cases in enumerate(tests) for args in cases]
    if order is None:
        return queue
    return [queue[j] for j in order.permutation(len(queue))]


def _ahead(many, cases):
    """For every case a list: its answer, given in one process with the others, or [].

    Black boxes are not shown to one process: what it learned of one it could use on
    another.
    """
    if many is None or any(boxes(args) for args in cases):
        return [[]] * len(cases)
    answers = [[a] for a in many(cases)[: len(cases)]]
    return answers + [[]] * (len(cases) - len(answers))


def _case(exercise, call, args, known=()):
    """Findings of one case by part, the answer, and the expected answer."""
    for answer in known:
        found = _found(exercise, args, plain(answer))
        if not any(found[0]):
            return found
    try:
        return _found(exercise, args, plain(call(args)))
    except Stopped as stop:
        return [[stop.finding]], None, None


def _found(exercise, args, got):
    if exercise.verify:
        return [list(exercise.verify(fresh(args), got))], got, None
    expected = plain(exercise.reference(*fresh(args)))
    if not exercise.keeps:
        return by_part(exercise, expected, got), got, expected
    got, after = _parted(exercise, got)
    found = by_part(exercise, expected, got)
    wrong = [f for part in found for f in part]
    left = same(plain(fresh(args)), after)
    changed = [] if left else [Finding("kept", "", CHANGED, public=True)]
    return [*found, wrong or changed], got, expected


def _parted(exercise, got):
    """(answer, what its call left of the inputs, None where nothing is known)."""
    pair = exercise.keeps and type(got) is tuple and len(got) == 2
    return got if pair else (got, None)
