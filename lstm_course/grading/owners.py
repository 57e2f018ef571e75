"""Whose is a file: students' names from the places where an export has their work.

A place is a tuple, the folders and then the file's name ("" for a folder itself).
"""

import hashlib
import re
import unicodedata
from pathlib import Path, PurePosixPath

from .load import is_notebook

MOODLE = re.compile(r"_assignsubmission_.*$")
CANVAS = re.compile(r"^([^\W_]+)(?:_LATE)?_(\d+)_(\d{3,})_(.+)$")  # user, file, name
CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)  # what could hide or reorder the rest of a name


class Owners:
    """The students of one folder or export.

    The first folder names the student, as in nbgrader's and Moodle's exports, if it
    does not hold students; else the file's name without that of the set, as in
    Canvas's; else the folder in which all was found.

    Parameters
    ----------
    places : list of tuple
        All of one folder or zip.
    names : collection of str
        Names of exercise sets, which alone say nothing about a student.
    home : str or Path
        Where all this was found.

    Examples
    --------
    >>> owners = Owners([("Ada L_17_assignsubmission_file_", "04.ipynb")])
    >>> owners.split(("Ada L_17_assignsubmission_file_", "04.ipynb"))
    ('Ada L_17', ('04.ipynb',))
    >>> Owners([], ["04_gates"]).split(("ada_123_04_gates.ipynb",))[0]
    'ada_123'
    >>> Owners([], ["04_gates"], "all/ada").split(("04_gates.ipynb",))[0]
    'ada'
    """

    def __init__(self, places, names=(), home=""):
        self.nobody = {"", "/", "..", "submitted", *names}
        self.names = sorted(names, key=len, reverse=True)
        self.home = [p for p in Path(home).parts if p not in self.nobody]
        self.canvas = _unique({p[-1] for p in places})
        self.holders, self.notes = set(), []
        self._look(places)

    def _look(self, places, depth=0):
        """Note which folders of a level hold students rather than being one."""
        below = {}
        for p in (p for p in places if len(p) > depth + 1):
            below.setdefault(p[depth], []).append(p)
        used = {n for n, rows in below.items() if any(notebook(p[-1]) for p in rows)}
        files = any(notebook(p[-1]) for p in places if len(p) == depth + 1)
        plain = (used or below.keys()) <= self.nobody
        for name, rows in below.items():
            alone = used == {name} and not files
            if (
                plain and name in self.nobody
                or self._several(name, rows, depth + 1, alone)
            ):  # fmt: skip
                self.holders.add(rows[0][: depth + 1])
                self._look(rows, depth + 1)

    def _several(self, name, rows, depth, alone):
        """True for a folder of students: beside students' folders, or around all."""
        if MOODLE.search(name):
            return False
        work = [p for p in rows if notebook(p[-1])]
        found = {lms(p[depth]) for p in rows} - {""}
        if alone or name in self.nobody:
            found |= self._folders(work, depth)
        if name in self.nobody:
            found |= {self.stem(p[depth]) for p in work if len(p) == depth + 1} - {""}
        if len(found) > 1:
            some = ", ".join(map(text, sorted(found)[:3]))
            self.notes.append(f"{text(name)} was read as a folder of students: {some}…")
        return len(found) > 1

    def _folders(self, places, depth):
        """Names of folders that may be students', the first that are no containers."""
        inner = [p for p in places if len(p) > depth + 1]
        names = {p[depth] for p in inner}
        if len(names) == 1 or (names and names <= self.nobody):
            return self._folders(inner, depth + 1) or names - self.nobody
        return names - self.nobody

    def stem(self, file):
        """What a file's name says of its student, or ""."""
        if MOODLE.search(file) or (self.canvas and CANVAS.match(file)):
            return lms(file)
        stem = PurePosixPath(file).stem if file else ""
        for name in self.names:
            stem = re.sub(rf"[_\- ]*{re.escape(name)}.*$", "", stem)
        return stem

    def split(self, place):
        """(student, the part of a place that may say for which set it is)."""
        k = 0
        while place[: k + 1] in self.holders:
            k += 1
        above, rest = place[:k], place[k:]
        if len(rest) > 1:
            return marked(MOODLE.sub("", rest[0].rstrip("_"))), above + rest[1:]
        outer = [*self.home, *(p for p in above if p not in self.nobody)]
        who = self.stem(rest[0]) or (outer or [PurePosixPath(rest[0]).stem])[-1]
        found = CANVAS.match(rest[0]) if self.canvas else None
        return marked(who), (*above, found[4] if found else rest[0])


def notebook(name):
    """True for the name of a notebook, or of a zip that may hold one."""
    return is_notebook(name) or name.lower().endswith(".zip")


def lms(file):
    """The student in a name as Canvas or Moodle makes them, else ""."""
    if MOODLE.search(file):
        return MOODLE.sub("", file)
    found = CANVAS.match(file)
    return f"{found[1]}_{found[2]}" if found else ""


def _unique(files):
    """True where no two files share the number that Canvas gives to only one."""
    numbers = [m[3] for m in map(CANVAS.match, files) if m]
    return len(set(numbers)) == len(numbers)


def text(value, most=200):
    """A name without control and direction characters, for people and tables."""
    value = str(value).encode("utf-8", "replace").decode("utf-8")
    return CONTROL.sub("\ufffd", value)[:most]


def marked(name):
    """A name that can be shown; one that had to be changed for it gets a mark."""
    name = unicodedata.normalize("NFC", name)
    shown = text(name)
    if shown == name and name:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{shown or 'unnamed'} #{digest[:8]}"
