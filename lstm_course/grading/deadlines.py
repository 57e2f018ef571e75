"""When work is due, what lateness costs, and who has more time.

In the private overlay:

    DUE = {"04_lstm_step_by_step": "2026-11-03 23:59"}   # or one time for all sets
    LATE = {24: 0.9, 72: 0.5}    # up to so many hours late: the share that is kept
    EXTRA_TIME = {"ada": 48}     # hours, for a student's name or number

Only a time that the system stated takes points off; that of a file may be the time at
which somebody unpacked it.
"""

import time
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Lateness:
    """``text`` for a table, ``share`` of the points that is kept."""

    text: str = ""
    share: float = 1.0


class Deadlines:
    """The deadlines of an overlay.

    Parameters
    ----------
    names : dict
        What the overlay defines.
    sets : collection of str
        Names of all exercise sets.

    Raises
    ------
    ValueError
        Where a value is not of the form shown above.
    """

    def __init__(self, names, sets):
        due = names.get("DUE", {})
        due = due if isinstance(due, dict) else dict.fromkeys(sets, due)
        _known("DUE", due, sets)
        self.due = {name: _moment("DUE", when) for name, when in due.items()}
        self.steps = sorted(_numbers("LATE", names.get("LATE", {})).items())
        self.extra = _numbers("EXTRA_TIME", names.get("EXTRA_TIME", {}), str)
        if any(not 0 <= share <= 1 for _, share in self.steps):
            raise ValueError(
                f"LATE in the overlay is {names['LATE']}, expected shares from 0 to 1 "
                "by hours. Like {24: 0.9}?"
            )

    def late(self, submission):
        """The Lateness of a submission as a batch remembers it."""
        due = self.due.get(submission["set"])
        if due is None or not submission.get("stated"):
            return Lateness("late" if submission.get("late") else "")
        who = submission["student"], submission.get("id", "")
        more = max((self.extra.get(w, 0.0) for w in who), default=0.0)
        hours = (submission["when"] - due) / 3600 - more
        if hours <= 0:
            return Lateness("late" if submission.get("late") and not more else "")
        share = next((kept for limit, kept in self.steps if hours <= limit), None)
        if share is None:  # later than all steps, or there are none
            share = 0.0 if self.steps else 1.0
        return Lateness(f"{hours:.1f} h", share)

    def unknown(self, submissions):
        """A sentence on names in EXTRA_TIME that no submission has, or ""."""
        seen = {s[key] for s in submissions for key in ("student", "id") if key in s}
        lost = sorted(self.extra.keys() - seen)
        return f"EXTRA_TIME names nobody here: {', '.join(lost)}." if lost else ""


def shown(seconds):
    """A time for people, in this machine's zone; "" where there is none."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds)) if seconds else ""


def _known(what, found, sets):
    if unknown := sorted(set(found) - set(sets)):
        raise ValueError(
            f"{what} in the overlay names {', '.join(unknown)}, expected sets: "
            f"{', '.join(sets)}. A typing slip?"
        )


def _moment(what, text):
    try:
        return datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError):
        raise ValueError(
            f"{what} in the overlay is {text!r}, expected a time like "
            "'2026-11-03 23:59', or with a zone '2026-11-03 23:59+01:00'. Write it so?"
        ) from None


def _numbers(what, found, key=float):
    try:
        return {key(k): float(v) for k, v in found.items()}
    except (AttributeError, TypeError, ValueError):
        raise ValueError(
            f"{what} in the overlay is {found!r}, expected a dictionary with numbers. "
            "Like LATE = {24: 0.9} and EXTRA_TIME = {'ada': 48}?"
        ) from None
