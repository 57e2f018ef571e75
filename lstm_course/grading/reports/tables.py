"""Grades for other programs: CSV and Gradescope's JSON."""

import csv
import io

from .pages import HIDDEN, slug

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


def grades(rows):
    """One line per student and set, as an LMS imports it: str.

    ``id`` is the number that the system gave; ``points`` is empty, which is not zero,
    where something was not executed; ``when`` is the time that the system stated.
    """
    names = ["student", "id", "set", "points", "max", "status", "error", "isolation",
             "when", "late", "same", "file", "report"]  # fmt: skip
    return written(names, [_line(row, names) for row in rows])


def _line(row, names):
    points = "" if row["status"] == "not executed" else row["points"]
    row = row | {"points": points}
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
    return written(["student", "set", "question", *names[1:]], lines)


def changes(lines):
    """What became of points: str."""
    return written(["student", "set", "question", "before", "after", "message"], lines)


def missing(rows):
    """Who is on the roster and handed in nothing: str."""
    return written(["student"], [[name] for name in rows])


def written(header, lines):
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
