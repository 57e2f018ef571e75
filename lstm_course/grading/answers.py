"""What comes out of a jail: the value of an answer, or why there is none."""

import math

from ..exercises.judging import Stopped

REASONS = {
    "missing": ("written", "The notebook defines no function of this name."),
    "written": ("written", "It is not written yet."),
    "time": ("runs", "It took too long and was stopped."),
    "died": ("runs", "Its process ended: too much memory, or a crash."),
    "large": ("type", "It returned more than may be returned."),
    "unavailable": (
        "runs",
        "It used lstm_course or a package that computes nothing here.",
    ),
    "silent": ("runs", "Its process ended without an answer."),
    "channel": ("runs", "Something other than an answer came out of the jail."),
    "asks": ("runs", "It called the function it was given too often or too largely."),
}
ERRORS = {
    "ArithmeticError", "AssertionError", "AttributeError", "EOFError", "IndexError",
    "FloatingPointError", "ImportError", "KeyError", "KeyboardInterrupt", "LookupError",
    "MemoryError", "ModuleNotFoundError", "NameError", "OSError", "OverflowError",
    "PermissionError", "RecursionError", "RuntimeError", "StopIteration", "SystemExit",
    "SyntaxError", "TimeoutError", "TypeError", "UnboundLocalError", "ValueError",
    "ZeroDivisionError",
}  # fmt: skip


def pair(value):
    """Two tuples that came out of the jail, or empty ones."""
    fits = type(value) is tuple and [type(v) for v in value] == [tuple, tuple]
    return value if fits else ((), ())


def outcome(answer, status):
    """The value of an answer, or Stopped with the reason why there is none."""
    if answer is None:
        raise stopped(status if status in ("time", "died") else "silent")
    if answer["status"] == "ok":
        return answer["value"]
    if answer["status"] == "raised":
        name = answer["name"] if answer["name"] in ERRORS else "an error"
        raise Stopped("runs", f"It raised {name}.", public=True)
    raise stopped(answer["status"] if answer["status"] in REASONS else "channel")


def stopped(reason):
    """The Stopped that says why there is no answer, with nothing of the case in it."""
    return Stopped(*REASONS[reason], public=True)


def is_call(value):
    """True for (tuple, dict), the arguments of a call."""
    return type(value) is tuple and [type(v) for v in value] == [tuple, dict]


def count(value):
    """How many numbers a value holds; empty axes of an array cost time as well."""
    if isinstance(value, tuple):
        return sum(map(count, value))
    if isinstance(value, dict):
        return sum(map(count, value.values()))
    return math.prod(max(n, 1) for n in getattr(value, "shape", ()))
