"""From kept results to the gradebook: one row per student and exercise set."""

import itertools
import json

from . import report, tables

HELD = "not executed"


def build(submissions, store, plan, names, errors):
    """The rows of the gradebook, sorted by student and set.

    Of several notebooks of one student for one set the one changed last counts, of
    those that can be read: the best of many guesses would be worth too much.

    Parameters
    ----------
    submissions : list of dict
        student, file, set, key (None where there is nothing to run), error, when.
    store : store.Store
    plan : callable
        Name of a set -> plan.Plan.
    names : collection of str
        Known sets.
    errors : dict
        key -> why this batch could not grade it.
    """
    return [_row(s, store, plan, errors) for s in last(submissions, names)]


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


def _row(submission, store, plan, errors):
    key, name = submission["key"], submission["set"]
    result = store.result(key) if key else {}
    row = {
        "student": submission["student"],
        "set": name,
        "file": submission["file"],
        "error": submission["error"] or errors.get(key, ""),
        "isolation": result.get("isolation", ""),
        "cells": result.get("cells", []),
        "out": result.get("out", ""),
        "questions": [],
    }
    if name:
        kept = result.get("questions", {})
        row["questions"] = [
            _question(e, kept.get(e.id), row["error"]) for e in plan(name).set.exercises
        ]
    row["points"] = round(sum(q["points"] for q in row["questions"]), 2)
    row["max"] = round(sum(q["max"] for q in row["questions"]), 2)
    row["status"] = _status(row)
    return row


def _question(exercise, kept, error):
    kept = kept or {"status": HELD, "fraction": 0.0, "message": error or "No result."}
    return {
        "id": exercise.id,
        "function": exercise.function,
        "status": kept["status"],
        "points": round(kept["fraction"] * exercise.points, 2),
        "max": exercise.points,
        "message": kept["message"],
    }


def _status(row):
    """ "graded", "not executed", or what is left to do by a human."""
    found = {q["status"] for q in row["questions"]}
    if row["error"] or HELD in found or not found:
        return HELD
    return "to be read" if "manual" in found else "graded"


def write(rows, store):
    """Every report of the whole gradebook; files that stay the same are not touched."""
    store.write("grades.csv", tables.grades(rows))
    store.write("questions.csv", tables.questions(rows))
    store.write("grades.json", json.dumps(rows, indent=1, ensure_ascii=False))
    for row in rows:
        if row["set"]:
            name = report.slug(row["student"], row["set"])
            text = json.dumps(tables.gradescope(row), indent=1)
            store.write(f"gradescope/{name}.json", text)
    for student, own in itertools.groupby(rows, key=lambda row: row["student"]):
        own = list(own)
        store.write(f"html/{report.slug(student)}.html", report.page(student, own))
