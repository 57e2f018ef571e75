"""What a new run changed: changes.csv, and the tables as they were before."""

import time

from . import tables

KEPT = ("grades.csv", "questions.csv")


def keep(rows, store):
    """Note every question whose points changed; -> their lines.

    The tables of the run before are copied to ``old/`` when points changed.
    """
    before = {
        (row["student"], row["set"], q["id"]): q
        for row in store.read("grades.json", [])
        for q in row["questions"]
    }
    lines = [
        (row["student"], row["set"], q["id"], _points(old), _points(q), q["message"])
        for row in rows
        for q in row["questions"]
        if (old := before.get((row["student"], row["set"], q["id"])))
        and _points(old) != _points(q)
    ]
    if lines:
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for name in KEPT:
            if text := store.text(name):
                store.write(f"old/{stamp}-{name}", text)
        store.write("changes.csv", tables.changes(lines))
    return lines


def _points(question):
    """Points as a table has them: none for what was not executed or not read yet."""
    return question["points"] if question["status"] == "graded" else ""
