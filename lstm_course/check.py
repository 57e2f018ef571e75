"""Feedback in the notebook: ``check("04.2", lstm_step_backward)``.

``check`` runs a function on the cases of an exercise, says which property failed and
where, names the mistake if it is a known one, and keeps the best result on this
machine.  It never shows an expected value.  The official grade uses the same
definitions with other random cases, in a jail.

A class with conventions of its own says so first, ``variant(3)``; its notebooks do.
``hint("04.2")`` gives one hint more at each call, ``progress()`` shows the course.
``places`` says where its file of results lies.
"""

import json
import os
import sys
import zlib
from html import escape

import numpy as np

from . import places
from .exercises import SETS, judge, local_call
from .exercises.packages import strangers

_class = {"seed": None}  # the variant of this notebook
ABOVE = "Run All Above Selected Cell, in the menu Run, does it."
SHOWN = 3  # findings in one answer; the rest would only repeat them


def check(id, function=None):
    """Judge a function and show what was found.

    Parameters
    ----------
    id : str
        "04.2": set 4, question 2.
    function : callable
        What you wrote.

    Returns
    -------
    float
        The points of this answer (nbgrader reads them as a partial grade).
    """
    exercise = find(id)
    if not callable(function):
        raise ValueError(
            f"check got {_kind(function)} for exercise {id}. It needs the function "
            f"itself, without parentheses. Write check({id!r}, {exercise.function})?"
        )
    notes = []
    verdict = examine(exercise, function, notes)
    points = round(exercise.points * verdict.fraction, 2)
    kept = _load()
    entry = kept.setdefault(id, {"points": 0.0, "hints": 0})
    entry["points"] = max(entry["points"], points)
    _save(kept)
    title, mood, lines = _result(exercise, verdict, points, kept)
    lines = [*lines, *_warned(verdict, notes), *_warnings(exercise, function)]
    _show(Panel(title, mood, lines))
    return float(points)


def variant(seed):
    """Use the exercises of a class: other conventions, drawn from its seed."""
    _class["seed"] = seed


def _sets():
    seed = _class["seed"]
    return [s if seed is None else s.variant(seed) for s in SETS.values()]


def examine(exercise, function, notes=None):
    """The verdict on a function, with the cases of the notebook: Verdict.

    What NumPy warns of on the way is appended to ``notes``.
    """
    rng = np.random.default_rng(zlib.crc32(exercise.id.encode()))
    with np.errstate(all="ignore"):
        return judge(exercise, local_call(exercise, function, notes), rng)


def hint(id):
    """Show one hint more than last time."""
    exercise = find(id)
    kept = _load()
    entry = kept.setdefault(id, {"points": 0.0, "hints": 0})
    shown = min(entry["hints"] + 1, len(exercise.hints))
    entry["hints"] = shown
    _save(kept)
    lines = [f"Hint {k + 1}: {text}" for k, text in enumerate(exercise.hints[:shown])]
    if shown == len(exercise.hints):
        lines.append("There are no more hints.")
    _show(Panel(f"Exercise {id}, {exercise.function}", "hint", lines))


def progress():
    """Show the points of every exercise of the course."""
    kept = _load()
    lines = []
    for s in SETS.values():
        graded = [e for e in s.exercises if e.points]
        got = [kept.get(e.id, {}).get("points", 0.0) for e in graded]
        bar = "".join(
            "●" if p >= e.points else "◐" if p else "○"
            for p, e in zip(got, graded, strict=True)
        )
        most = sum(e.points for e in graded)
        lines.append(f"{bar}  {sum(got):5.1f} of {most:g}  {s.name}")
    _show(Panel("Your progress", "hint", lines))


def points(number):
    """Points so far of one set, "04" or "04_lstm_step_by_step": float."""
    sets = {name[:2] for name in SETS}
    if not isinstance(number, str) or number[:2] not in sets:
        raise ValueError(
            f"There is no set {number!r}. Sets are named by two digits, as text. "
            f"Expected one of {', '.join(sorted(sets))}. Write points('04')?"
        )
    kept = _load()
    mine = [i for i in kept if i.partition(".")[0] == number[:2]]
    return round(sum(kept[i]["points"] for i in mine), 2)


def find(id):
    """The exercise "04.2"; ValueError with the known names if there is none."""
    known = {e.id: e for s in _sets() for e in s.exercises}
    if not isinstance(id, str) or id not in known:
        near = [i for i in known if i[:2] == str(id)[:2]] or list(known)
        raise ValueError(
            f"There is no exercise {id!r}. Known are {', '.join(near)}. A typing slip?"
        )
    return known[id]


def _result(exercise, verdict, points, kept):
    """Title, mood and lines of the answer to one check."""
    title = f"Exercise {exercise.id}, {exercise.function}"
    title += f": {points:g} of {exercise.points:g} points"
    if not verdict.findings:
        return title, "right", [f"Right. {_so_far(exercise, kept)}"]
    lines = _findings(exercise, verdict)
    left = len(exercise.hints) - kept[exercise.id]["hints"]
    if left:
        lines.append(f"Stuck? hint({exercise.id!r}) shows one of {left} hint(s) left.")
    return title, "wrong", [*lines, _so_far(exercise, kept)]


def _findings(exercise, verdict):
    """What was wrong, a line each; of a yes or no the reason says it all."""
    known = [verdict.misconception] if verdict.misconception else []
    if known and exercise.form_of:
        return known
    lines = [f.text for f in verdict.findings[:SHOWN]]
    rest = len(verdict.findings) - SHOWN
    return known + lines + ([f"... and {rest} more of this kind."] if rest > 0 else [])


def _warned(verdict, notes):
    """What NumPy warned of, which costs nothing where the values are right."""
    if not notes:
        return []
    right = " The values are right all the same." if not verdict.findings else ""
    return [f"Note: NumPy warned of {'; '.join(notes[:SHOWN])}.{right}"]


def _warnings(exercise, function):
    """What the grader would say of packages that it does not have."""
    if exercise.needs_torch or not (used := strangers(function)):
        return []
    return [
        f"Note: this uses {', '.join(used)}. The official grade has NumPy, SciPy and "
        "lstm_course.ops only, unless your instructor says otherwise."
    ]


def _so_far(exercise, kept):
    number = exercise.id.partition(".")[0]
    mine = [e for s in SETS.values() for e in s.exercises if e.id[:2] == number]
    most = sum(e.points for e in mine)
    got = sum(kept.get(e.id, {}).get("points", 0.0) for e in mine)
    return f"Set {number}: {got:g} of {most:g} points so far."


class Panel:
    """A few lines that read well as text and look well in Jupyter."""

    MARK = {"right": "✓", "wrong": "✗", "hint": "→"}
    COLOUR = {"right": "#2e7d32", "wrong": "#b23c17", "hint": "#3866a8"}

    def __init__(self, title, mood, lines):
        self.title, self.mood, self.lines = title, mood, lines

    def __repr__(self):
        body = "".join(f"\n  {line}" for line in self.lines)
        return f"{self.MARK[self.mood]} {self.title}{body}"

    def _repr_html_(self):
        body = "".join(f"<div>{escape(line)}</div>" for line in self.lines)
        edge = f"border-left:4px solid {self.COLOUR[self.mood]}"
        return (
            f'<div role="status" style="{edge};padding:.3em .8em;white-space:pre-wrap">'
            f"<strong>{self.MARK[self.mood]} {escape(self.title)}</strong>{body}</div>"
        )


def _show(panel):
    """Display in a notebook, print elsewhere."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        sys.modules["IPython"].display.display(panel)
    else:
        print(panel)


def _listen():
    """In Jupyter: of an answer that is not defined, say what to run, no traceback."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if shell is not None:
        shell.set_custom_exc((NameError,), _undefined)


def _undefined(shell, kind, error, trace, tb_offset=None):
    """What a NameError shows; of other names what it always shows."""
    name = getattr(error, "name", None)
    if name not in {e.function for s in SETS.values() for e in s.exercises}:
        return shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    text = f"{name} is not defined here. Was the kernel restarted? {ABOVE}"
    return _show(Panel("Run the cells above first", "hint", [text]))


def _load():
    """Results kept so far; an unreadable file counts as none."""
    try:
        kept = json.loads(places.progress().read_text(encoding="utf-8"))
        return {
            str(id): {"points": float(e["points"]), "hints": int(e["hints"])}
            for id, e in kept.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _save(kept):
    """Write all results at once, so that a crash leaves the old ones."""
    file = places.progress()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{file.name}.{os.getpid()}")
        new.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        os.replace(new, file)
    except OSError:  # a read-only home must not stop an exercise
        return


def _kind(value):
    if value is None:
        return "nothing"
    return f"{type(value).__name__} {str(value)[:30]!r}"


_listen()
