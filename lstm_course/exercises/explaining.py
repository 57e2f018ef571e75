"""What to say of a wrong answer: known mistakes, or what all its values have in common.

A fault of form silences nothing: what is transposed, in another order, a list, or
without a key is judged by its numbers all the same, and both are said.
"""

from dataclasses import replace
from inspect import signature

import numpy as np

from .comparing import differences, named
from .definition import Verdict
from .forms import straightened
from .patterns import pattern
from .values import fresh, plain

ROUGH = {"rtol": 1e-4, "atol": 1e-5}  # what float32 leaves of a value
FORM = ("type", "shape", "dtype")
NUMBERS = 8  # values of an input that are shown
COUNTS = {3: "three", 4: "four"}


def explain(exercise, args, expected, got, findings, answered=()):
    """The verdict, without points, on one case that is not right: Verdict.

    answered: (args, answer) of other cases, which tell mistakes apart that agree here.
    """
    if got is None or expected is None:
        return Verdict(0.0, findings)
    message, parts = known(exercise, args, expected, got, answered)
    if message and parts is None:
        return Verdict(0.0, findings, message)
    if any(f.property in FORM for f in findings):
        return _by_numbers(exercise, args, expected, got, findings)
    findings = _second(exercise, args, expected, got, findings, parts)
    return Verdict(0.0, findings, message)


def _by_numbers(exercise, args, expected, got, findings):
    """The same for an answer in a wrong form: also what its numbers say."""
    better = straightened(expected, got, exercise.answer)
    near = replace(exercise, rtol=max(exercise.rtol, ROUGH["rtol"]),
                   atol=max(exercise.atol, ROUGH["atol"]))  # fmt: skip
    message, parts = known(near, args, expected, better)
    found = differences(near, expected, better)
    if not found:
        last = findings[-1]
        also = f"{last.also} The numbers are right.".strip()
        return Verdict(0.0, (*findings[:-1], replace(last, also=also)), message)
    short = any(not f.where for f in findings)
    more = [f for f in found if f.property not in FORM or short and _absent(f)]
    if not (message and parts is None):
        more = _second(near, args, expected, better, more, parts)
    return Verdict(0.0, (*findings, *more), message)


def _absent(finding):
    return finding.message.endswith("is missing.")


def known(exercise, args, expected, got, answered=()):
    """What to say of the known mistakes that an answer shows.

    A mistake that explains the whole answer goes first and alone; of several, the one
    that explains the answers to most other cases too.  Else a mistake is shown where a
    part that it makes wrong is wrong in the same way, number by number; what explains
    most is named, and one more mistake that explains other parts.  Where a mistake
    would have spoiled what is right, the parts that it explains are named.

    Returns
    -------
    str, set of str or None
        The message, "" for none, and the parts that it explains, None for all.
    """
    found, whole, sure = [], [], _telling(exercise, expected)
    wrong_parts = {f.where for f in differences(exercise, expected, got)}
    for wrong, message in exercise.misconceptions:
        theirs = plain(wrong(*fresh(args)))
        spoiled = {f.where for f in differences(exercise, expected, theirs)}
        apart = {f.where for f in differences(exercise, theirs, got)}
        if spoiled and not apart:
            whole.append((wrong, message))
        told = {w for w in spoiled & sure if not {w, w.partition("[")[0], ""} & apart}
        if explained := told - {""}:
            all_wrong = spoiled <= wrong_parts
            text = message if all_wrong else _about(explained, message)
            found.append((explained, not all_wrong, len(spoiled & apart), text))
    if whole:
        return _likeliest(exercise, whole, answered), None
    found.sort(key=lambda row: (-len(row[0]), *row[1:3]))
    rows = found[:1] + [row for row in found[1:] if not row[0] & found[0][0]][:1]
    return " ".join(row[3] for row in rows), set().union(*(row[0] for row in rows))


def _likeliest(exercise, whole, answered):
    """The message of the mistake that answers most cases so; at par the first.

    In one case two mistakes may agree by chance: where one place has all the weight, no
    mask and a mask of zeros look at the same place.
    """
    if len(whole) == 1:
        return whole[0][1]
    return max(whole, key=lambda row: _agreeing(exercise, row[0], answered))[1]


def _agreeing(exercise, wrong, answered):
    """In how many cases a mistake gives what was answered."""
    pairs = [(plain(wrong(*fresh(a))), got) for a, got in answered if got is not None]
    return sum(not differences(exercise, *pair) for pair in pairs)


def _about(parts, message):
    """A message that belongs to these parts and to no other."""
    if any(message.startswith(f"{part}:") for part in parts):
        return message
    return f"In {', '.join(sorted(parts))}: {message}"


def _telling(exercise, expected):
    """Parts in which two answers do not agree by chance: arrays, if there are any."""
    leaves = named(exercise, expected)
    arrays = {k for k, v in leaves.items() if isinstance(v, np.ndarray) and v.size > 2}
    return arrays or set(leaves)


def _second(exercise, args, expected, got, findings, parts):
    """The findings; those that no mistake explains say what their values share."""
    right, mine = named(exercise, expected), named(exercise, got)
    sizes = [n for a in _arrays(args) for n in a.shape]
    made = []
    for f in findings:
        words, bare = "", ""
        if f.property == "value" and f.where not in parts and f.where in mine:
            axes = (exercise.axes or {}).get(f.where)
            words, bare = _common(exercise, right, mine, f.where, axes, sizes)
        if words and args:
            words = f"{words} Seen with {inputs(exercise, args)}."
        made.append(replace(f, also=words, hint=bare) if words else f)
    return tuple(made)


def _common(exercise, right, mine, where, axes, sizes):
    """(sentence, the same without a number) about one part, or two times ""."""
    expected, got = right[where], mine[where]
    numbers = all(isinstance(v, np.ndarray | float | int) for v in (expected, got))
    if not numbers or isinstance(expected, bool):
        return "", ""
    for other, value in right.items():
        if other != where and _equal(exercise, value, got):
            return f"This is {other}.", f"It is {other}."
    if exercise.digits and _near(expected, got):
        text = f"That is near, but {COUNTS[exercise.digits]} digits are asked for."
        return text, text
    return pattern(expected, got, axes, sizes, exercise.rtol)


def _equal(exercise, a, b):
    """True for arrays that are the same, large enough not to be so by chance."""
    large = all(isinstance(v, np.ndarray) and v.size > 2 for v in (a, b))
    return large and a.shape == b.shape and np.allclose(a, b, exercise.rtol, 1e-12)


def _near(expected, got):
    return abs(got - expected) < 0.03 * abs(expected)


def inputs(exercise, args):
    """What a function was called with: small inputs by value, others by shape."""
    names = signature(exercise.reference).parameters
    rows = zip(names, args, strict=False)
    return ", ".join(f"{n} {text}" for n, a in rows if (text := _input(a)))


def _input(a):
    if isinstance(a, np.ndarray) and a.ndim == 1 and a.size <= NUMBERS:
        return "= [" + " ".join(f"{v:.3g}" for v in a) + "]"
    if isinstance(a, np.ndarray):
        return str(a.shape)
    return f"= {a:.4g}" if type(a) in (int, float) else ""


def _arrays(value):
    if isinstance(value, np.ndarray):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    nested = isinstance(value, tuple | list | dict)
    return [a for v in parts for a in _arrays(v)] if nested else []
