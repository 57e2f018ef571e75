"""Grades for other programs: CSV and Gradescope's JSON."""

import csv
import io
import re

from .report import HIDDEN, slug

NUMBER = re.compile(r"_(\d+)$")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


def grades(rows):
    """One line per student and set, as an LMS imports it: str.

    ``id`` is the number that Canvas and Moodle gave; ``points`` is empty, which is not
    zero, where something was not executed.
    """
    names = ["student", "id", "set", "points", "max", "status", "error", "isolation",
             "file", "report"]  # fmt: skip
    return _csv(names, [_line(row, names) for row in rows])


def _line(row, names):
    number = NUMBER.search(row["student"])
    points = "" if row["status"] == "not executed" else row["points"]
    row = row | {"id": number[1] if number else "", "points": points}
    row["report"] = f"html/{slug(row['student'])}.html"
    return [row[n] for n in names]


def questions(rows):
    """One line per student and question: str."""
    names = ["id", "function", "status", "points", "max", "message"]
    lines = [
        [row["student"], row["set"], *(q[n] for n in names)]
        for row in rows
        for q in row["questions"]
    ]
    return _csv(["student", "set", "question", *names[1:]], lines)


def _csv(header, lines):
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([header, *(map(_safe, line) for line in lines)])
    return file.getvalue()


def _safe(value):
    """Text on one line that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    value = HIDDEN.sub("\ufffd", " ".join(value.splitlines()))
    return "'" + value if value.startswith(FORMULA) else value


def gradescope(row):
    """A row as the results.json of a Gradescope autograder: dict."""
    tests = [
        {
            "name": f"{q['id']} {q['function']}",
            "score": q["points"],
            "max_score": q["max"],
            "output": f"{q['status']}: {q['message']}",
            "output_format": "text",
            "visibility": "visible",
        }
        for q in row["questions"]
    ]
    output = row["error"] or f"{row['points']} of {row['max']} points"
    made = {"score": row["points"], "output": output, "output_format": "text"}
    return made | {"visibility": "visible", "tests": tests}
