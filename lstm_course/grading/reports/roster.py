"""The LMS's own list of a class, filled in and written back, with who is missing.

Canvas's gradebook export and Moodle's grading worksheet are CSV files; every cell but
the points of who was graded stays as it is.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

FORMS = {  # system -> columns by which it is known
    "canvas": {"Student", "ID"},
    "moodle": {"Identifier", "Grade"},
}
NAMED = ("SIS Login ID", "SIS User ID", "Email address", "Student", "Full name", "ID",
         "Username", "ID number", "Integration ID")  # fmt: skip
NUMBER = re.compile(r"\D*(\d+)$")


@dataclass
class Filled:
    """A roster with its grades: ``text`` of the file, who is ``missing``, ``notes``."""

    text: str
    missing: list
    notes: list


class Roster:
    """A list of students as an LMS exports it.

    Raises
    ------
    ValueError
        If the file is no such list.
    """

    def __init__(self, path):
        self.path = Path(path)
        try:
            text = self.path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as e:
            raise _refused(path, f"it cannot be read ({type(e).__name__})") from None
        self.mark, text = text[: text.startswith("\ufeff")], text.lstrip("\ufeff")
        first = text.partition("\n")[0]
        self.between = max(",;\t", key=first.count)
        self.end = "\r\n" if first.endswith("\r") else "\n"
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=self.between))
        self.head, *self.lines = rows or [[]]
        self.head = [name.strip() for name in self.head]
        found = [name for name, need in FORMS.items() if need <= set(self.head)]
        if not found:
            got = ", ".join(self.head[:8]) or "none"
            raise _refused(path, f"its columns are {got}")
        self.form = found[0]
        self.by = self._known()

    def _known(self):
        """What a student may be called -> numbers of the lines."""
        made = {}
        for k, line in enumerate(self.lines):
            for name in self._names(line) if self._student(line) else ():
                made.setdefault(name, set()).add(k)
        return made

    def _cell(self, line, column):
        there = column in self.head and self.head.index(column) < len(line)
        return line[self.head.index(column)].strip() if there else ""

    def _names(self, line):
        names = [self._cell(line, column) for column in NAMED]
        if self.form == "moodle" and (
            number := NUMBER.match(self._cell(line, "Identifier"))
        ):
            names.append(number[1])
        mails = [n.partition("@")[0] for n in names if "@" in n]
        return {_plain(n) for n in [*names, *mails] if n}

    def _student(self, line):
        """Not the line of Canvas that says the points of each assignment."""
        name = self._cell(line, "Student" if self.form == "canvas" else "Identifier")
        return bool(name) and not name.lower().startswith("points possible")

    def line_of(self, row):
        """The number of a student's line; None where there is not exactly one."""
        student = row["student"]
        for name in (row["id"], student, re.sub(r"_\d+$", "", student)):
            found = self.by.get(_plain(name), set()) if name else set()
            if len(found) == 1:
                return next(iter(found))
            if found:
                return None  # two have this name
        return None

    def filled(self, rows, column=None):
        """The roster with the points of rows that were graded: Filled."""
        notes, done = [], {}
        for name in sorted({row["set"] for row in rows} - {""}):
            mine = [row for row in rows if row["set"] == name]
            at = self._column(name, column, {r["set"] for r in rows} - {""}, notes)
            for row in mine:
                k = self.line_of(row)
                if k is None:
                    notes.append(f"{row['student']} is not on the roster, or twice.")
                    continue
                done.setdefault(k, set()).add(name)
                if row["status"] != "not executed":
                    self._put(k, at, row)
        lost = [k for k, line in enumerate(self.lines) if self._student(line)]
        missing = [self._shown(self.lines[k]) for k in lost if k not in done]
        return Filled(self._text(), missing, list(dict.fromkeys(notes)))

    def _column(self, name, column, sets, notes):
        """The number of the column for a set's points."""
        if self.form == "moodle":
            if len(sets) > 1:
                raise _refused(
                    self.path, "a worksheet of Moodle is for one set, and these are "
                    f"{', '.join(sorted(sets))} (give --set)"
                )  # fmt: skip
            return self.head.index("Grade")
        said = column or name
        found = [k for k, h in enumerate(self.head) if said.lower() in h.lower()]
        if len(found) == 1:
            return found[0]
        if column:
            raise _refused(self.path, f"{len(found)} columns are named {column!r}")
        self.head.append(name)
        notes.append(
            f"The roster has no column {name}, so it got one; --column names another."
        )
        return len(self.head) - 1

    def _put(self, k, at, row):
        """Write the points into a cell, on the scale that the LMS has."""
        line = self.lines[k]
        line += [""] * (at + 1 - len(line))
        most = self._most(line, at)
        points = row["points"] * most / row["max"] if most and row["max"] else None
        line[at] = f"{round(row['points'] if points is None else points, 2):g}"

    def _most(self, line, at):
        """The largest number of points of a column, 0 where it is not said."""
        if self.form == "moodle":
            text = self._cell(line, "Maximum Grade")
        else:
            rows = [x for x in self.lines if not self._student(x) and at < len(x)]
            text = next((x[at] for x in rows if x[at].strip()), "")
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return 0.0

    def _shown(self, line):
        column = "Student" if self.form == "canvas" else "Full name"
        return self._cell(line, column) or self._cell(line, "Identifier")

    def _text(self):
        file = io.StringIO()
        writer = csv.writer(file, delimiter=self.between, lineterminator=self.end)
        writer.writerow(self.head)
        writer.writerows(x + [""] * (len(self.head) - len(x)) for x in self.lines)
        return self.mark + file.getvalue()


def _plain(name):
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _refused(path, why):
    return ValueError(
        f"The roster {path} cannot be used: {why}. Expected the CSV file of Canvas's "
        "gradebook (columns Student, ID) or of Moodle's grading worksheet (Identifier, "
        "Grade). Export it again?"
    )
