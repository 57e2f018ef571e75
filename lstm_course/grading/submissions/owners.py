"""Whose is a file: students' names from the places where an export has their work.

A place is a tuple, the folders and then the file's name ("" for a folder itself).
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ..load import is_notebook
from . import layouts
from .clone import clones
from .layouts import Whose

CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)  # what could hide or reorder the rest of a name
COPY = re.compile(
    r"^(?:(?:copy|kopie|copie) (?:of|von|de) )+|(?: ?\(\d+\)|[ _-]+copy)+$", re.I
)  # what a program adds to a file's name to tell it from another
SAKAI = "Submission attachment(s)"  # its folder in each student's
NO_NAME = re.compile(
    r"(?:untitled|notebook|work|home\s?work|hw|exercises?|ex|assignment|ps|problem\s?set|"
    r"solutions?|submissions?|lab|sheet|übung|aufgabe|blatt|main|final|draft)[\s_\-\d]*|",
    re.I,
)  # what says nothing about a student
DRAFT = re.compile(
    r"(?:v|version|attempt|draft|final|old|new|copy|backup|part|task|ps|ex|exercise|week|"
    r"\d+|abgabe|exercises|solutions|notebooks?|src|code)\b|.*\d$",
    re.I,
)  # what a student calls a folder of theirs


class Owners:
    """The students of one folder or export.

    The first name that a system made names the student; else the first folder that
    does not hold students, as in nbgrader's exports; else the file's name without that
    of the set; else the folder in which all was found.

    Parameters
    ----------
    places : list of tuple
        All of one folder or zip.
    names : collection of str
        Names of exercise sets, which alone say nothing about a student.
    home : str or Path
        Where all this was found.
    layout : str or None
        A name of ``layouts.names()``; None: what the names look like.
    pattern : str or None
        A layout of the instructor's own, see ``layouts.Pattern``.

    Examples
    --------
    >>> owners = Owners([("Ada L_17_assignsubmission_file_", "04.ipynb")])
    >>> who = owners.whose(("Ada L_17_assignsubmission_file_", "04.ipynb"))
    >>> who.student, who.id, who.rest
    ('Ada L_17', '17', ('04.ipynb',))
    >>> Owners([], ["04_gates"]).whose(("ada_123_04_gates.ipynb",)).student
    'ada_123'
    >>> Owners([], ["04_gates"], "all/ada").whose(("04_gates.ipynb",)).student
    'ada'
    """

    def __init__(self, places, names=(), home="", layout=None, pattern=None):
        places = [_composed(place) for place in places]
        self.nobody = {"", "/", "..", "submitted", "Submitted files", *names}
        self.names = sorted(names, key=len, reverse=True)
        above = [p for p in Path(home).parts if p not in self.nobody]
        self.home = [p for p in above if not _numbered(p)] or above
        self.clones = clones(places)
        self.layout = "one" if () in self.clones and not layout else layout
        self.pattern = layouts.Pattern(pattern) if pattern else None
        self.rows = [row for row in layouts.chosen(layout) if not row.weak]
        self.rows = self._believed({name for place in places for name in place})
        folders = {name for place in places for name in place[:-1]}
        plain = {name for name in folders if _numbered(name)}
        self.nobody |= {name for name in plain if not self._read(name)[0]}
        self.holders, self.notes = set(), []
        if layout not in ("files", "one"):
            self._look(places)

    def _believed(self, names):
        """Without Canvas's form where two files share what it gives to only one."""
        numbers = []
        for name in names:
            found, row = layouts.read(name, self.rows)
            if row and row.name == "canvas":
                numbers.append(found.attempt)
        plain = len(set(numbers)) == len(numbers) or self.layout == "canvas"
        return [row for row in self.rows if plain or row.name != "canvas"]

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
        if self._read(name)[0] or rows[0][:depth] in self.clones:
            return False
        work = [p for p in rows if notebook(p[-1])]
        seen = {p[depth]: self._read(p[depth]) for p in rows}
        found = {who.student for who, _ in seen.values() if who}
        sure = any(row and row.sure for _, row in seen.values())
        sure |= any(SAKAI in p[depth:] or p[: depth + 1] in self.clones for p in rows)
        if alone or name in self.nobody:
            found |= self._folders(work, depth)
        if name in self.nobody:
            found |= {self.stem(p[depth]) for p in work if len(p) == depth + 1} - {""}
        elif alone:
            files = [p[depth] for p in work if len(p) == depth + 1]
            found |= {s for f in files if (s := self.stem(f)) != bare(f)} - {""}
        if len(found) > 1:
            some = ", ".join(map(text, sorted(found)[:3]))
            self.notes.append(f"{text(name)} was read as a folder of students: {some}…")
        return sure or len(found) > 1

    def _folders(self, places, depth):
        """Names of folders that may be students', the first that are no containers."""
        inner = [p for p in places if len(p) > depth + 1]
        names = {p[depth] for p in inner if not layouts.VERSION.fullmatch(p[depth])}
        if len(names) == 1 or (names and names <= self.nobody):
            return self._folders(inner, depth + 1) or names - self.nobody
        return names - self.nobody

    def _read(self, name):
        return layouts.read(name, self.rows)

    def stem(self, file):
        """What a file's name says of its student, or ""."""
        found, _ = self._read(file)
        if found:
            return found.student
        stem = COPY.sub("", bare(file))
        if self.layout == "files" or " - " in stem:
            stem = stem.partition(" - ")[0]  # Google Classroom's form
        for name in self.names:
            stem = re.sub(rf"[_\- ]*{re.escape(name)}.*$", "", stem)
        return "" if self.names and NO_NAME.fullmatch(stem) else stem

    def whose(self, place):
        """The Whose of a place."""
        place = _composed(place)
        if self.pattern:
            made = self.pattern.read(place)
            return made and replace(made, student=marked(made.student))
        k = 0
        while place[: k + 1] in self.holders:
            k += 1
        above, rest = place[:k], place[k:]
        made = self._named(above, rest) or self._of_files(above, rest)
        versions = [int(m[1]) for m in map(layouts.VERSION.fullmatch, rest) if m]
        if versions and not made.attempt:
            made = replace(made, attempt=versions[-1])
        return replace(made, student=marked(made.student))

    def _named(self, above, rest):
        """Of a name that a system made, or of a folder; None where neither is there."""
        found, _ = self._read(rest[0])
        if found:
            inner = found.rest + rest[1:]
            return replace(found, rest=above + (inner or rest))
        if len(rest) > 1 and self.layout != "one":
            weak, _ = layouts.read(rest[0])  # of which the number may be known
            id, layout = (weak.id, weak.layout) if weak else ("", "folders")
            return Whose(rest[0], above + rest[1:], id, layout=layout)
        return None

    def _of_files(self, above, rest):
        """Of the file's own name, or else of the folder where all was found."""
        outer = [*self.home, *(p for p in above if p not in self.nobody)]
        who = "" if self.layout == "one" else self.stem(rest[-1])
        layout = "files" if who else "one"
        who = who or (outer or [bare(rest[0])])[-1]
        return Whose(who, (*above, *rest), layout=layout)

    def unclear(self, places):
        """Sentences about notebooks of which it is not clear whose they are."""
        work = [p for p in places if notebook(p[-1])]
        if self.pattern:
            lost = [p for p in work if not self.whose(p)]
            return [f"The pattern does not fit {some(lost)}."] if lost else []
        found = {p: self.whose(p) for p in work}
        if self.layout:
            return []
        return [*self._nameless(found), *self._doubled(found), *self._mixed(found)]

    def _mixed(self, found):
        """Folders taken for a student's, where most hold folders that are, rather."""
        inner = defaultdict(set)
        for who in found.values():
            if who.layout == "folders":
                below = [p for p in who.rest[:-1] if p not in self.nobody]
                inner[who.student].update(p for p in below[:1] if not DRAFT.match(p))
        many = sorted(student for student, names in inner.items() if len(names) > 1)
        if 2 * len(many) > len(inner) or (many and len(inner) < 4):
            held = some([(many[0], name) for name in sorted(inner[many[0]])])
            yield f"{text(many[0])} may be one student or several: {held}."

    def _nameless(self, found):
        """Several files in one folder that may be for one set, all without a name."""
        groups = defaultdict(list)
        for place, who in found.items():
            if who.layout == "one":
                groups[place[:-1]].append(place)
        for group in groups.values():
            sets = [self._set(place[-1]) for place in group]
            if len(group) > 1 and ("" in sets or len(set(sets)) < len(sets)):
                yield f"Nothing says whose these are: {some(sorted(group))}."

    def _set(self, file):
        """The set that a file's name says, or the name of its copies."""
        stem = COPY.sub("", bare(file))
        return next((n for n in self.names if n in stem), "")

    def _doubled(self, found):
        """Files that two people of one name, or one person twice, may have sent."""
        groups = defaultdict(list)
        for place, who in found.items():
            if who.layout in ("files", "blackboard"):
                same = self._set(place[-1]) if who.layout == "files" else ""
                groups[who.student, place[:-1], same].append(place)
        for (student, _, _), group in sorted(groups.items()):
            heads = {p[-1].partition(f"{student}_attempt_")[0] for p in group}
            files = found[group[0]].layout == "files"
            if len(group) > 1 and (files or len(heads) > 1):
                yield (
                    f"{text(student)} may be one student or several: "
                    f"{some(sorted(group))}."
                )


def _composed(place):
    """A place in one form of Unicode: Macs take letters and their accents apart."""
    return tuple(unicodedata.normalize("NFC", part) for part in place)


def _numbered(folder):
    """True for the name of an exercise: ps4, Exercise 4."""
    return folder[-1:].isdigit() and bool(NO_NAME.fullmatch(folder))


def some(places):
    """The first places of many, for a message."""
    shown = [text("/".join(p)) for p in places[:3]]
    return ", ".join(shown) + (f" and {len(places) - 3} more" if places[3:] else "")


def notebook(name):
    """True for the name of a notebook, or of a zip that may hold one."""
    return is_notebook(name) or name.lower().endswith(".zip")


def bare(file):
    """A file's name without what says that it is a notebook."""
    stem = re.sub(r"\.ipynb(\.txt|\.json)?$", "", file, flags=re.I)
    return stem if stem != file else PurePosixPath(file).stem if file else ""


def lms(name):
    """The student in a name as a system makes them, else ""."""
    found, _ = layouts.read(name, [row for row in layouts.TABLE if not row.weak])
    return found.student if found else ""


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
