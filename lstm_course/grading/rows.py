"""From kept results to the gradebook: one row per student and exercise set."""

from .deadlines import Lateness, shown
from .submissions import likeness

HELD = "not executed"


class Given:
    """What decides a row beside the results.

    ``plan`` maps the name of a set to its plan.Plan, ``names`` are the known sets,
    ``errors`` says by key what this batch could not grade, ``deadlines`` what is late,
    ``by_hand`` what a human gave: (student, set, question) -> (points, comment).
    """

    def __init__(self, plan, names, errors=(), deadlines=None, by_hand=()):
        self.plan, self.names, self.errors = plan, names, dict(errors)
        self.deadlines, self.by_hand = deadlines, dict(by_hand)

    def late(self, submission):
        return self.deadlines.late(submission) if self.deadlines else Lateness()


def build(submissions, store, given):
    """The rows of the gradebook, sorted by student and set.

    Of several notebooks of one student for one set the one changed last counts, of
    those that can be read: the best of many guesses would be worth too much.

    Parameters
    ----------
    submissions : list of dict
        What a batch remembers of each; ``key`` is None where there is nothing to run.
    store : store.Store
    given : Given
    """
    made = [_row(s, store, given) for s in last(submissions, given.names)]
    for row, said in zip(made, likeness.same(made, likeness.published()), strict=True):
        row["same"] = said
    return made


def last(submissions, names):
    """Of each student and set the submission that counts, sorted."""
    made = {}
    for s in sorted(submissions, key=_later):
        if not s["set"] or s["set"] in names:  # others need an overlay not given now
            made[s["student"], s["set"] or s["file"]] = s
    return [s for _, s in sorted(made.items())]


def _later(s):
    """Sorts what counts behind what does not: an unreadable file, an earlier one."""
    rank, attempt = s.get("rank", 1), s.get("attempt", 0)
    return bool(s["key"]), rank, attempt, s["when"], s["file"]


def _row(submission, store, given):
    key, name = submission["key"], submission["set"]
    result = store.result(key) if key else {}
    late = given.late(submission)
    row = {
        "student": submission["student"],
        "id": submission.get("id", ""),
        "set": name,
        "file": submission["file"],
        "inside": submission.get("inside", ""),
        "when": shown(submission["when"]) if submission.get("stated") else "",
        "time": submission["when"] if submission.get("stated") else 0.0,
        "late": late.text,
        "kept": late.share,
        "error": submission["error"] or given.errors.get(key, ""),
        "isolation": result.get("isolation", ""),
        "cells": result.get("cells", []),
        "out": result.get("out", ""),
        "answers": result.get("answers", {}),
        "written": submission.get("written", {}),
        "questions": [],
    }
    if name:
        row["questions"] = _questions(row, result.get("questions", {}), given)
    earned = sum(q["points"] for q in row["questions"])
    row["points"] = round(earned * late.share, 2)
    row["max"] = round(sum(q["max"] for q in row["questions"]), 2)
    row["status"] = _status(row)
    return row


def _questions(row, kept, given):
    made = []
    for exercise in given.plan(row["set"]).set.exercises:
        hand = given.by_hand.get((row["student"], row["set"], exercise.id))
        made.append(_question(exercise, kept.get(exercise.id), row["error"], hand))
    return made


def _question(exercise, kept, error, hand):
    kept = kept or {"status": HELD, "fraction": 0.0, "message": error or "No result."}
    made = {
        "id": exercise.id,
        "function": exercise.function,
        "status": kept["status"],
        "points": round(kept["fraction"] * exercise.points, 2),
        "max": exercise.points,
        "message": kept["message"],
        "manual": exercise.manual,
    }
    if hand is None:
        return made
    points, comment = hand
    return made | {"status": "graded", "points": points, "message": comment}


def _status(row):
    """ "graded", "not executed", or what is left to do by a human."""
    found = {q["status"] for q in row["questions"]}
    if row["error"] or HELD in found or not found:
        return HELD
    return "to be read" if "manual" in found else "graded"
