"""Find the submissions: single notebooks, folders, zips as an LMS exports them.

Nothing is lost silently: of a student who handed in other files only, or a notebook
that cannot be read, there is a Submission that says so.
"""

import hashlib
import io
import os
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from .. import load
from . import files
from .about import About
from .clone import below, clones, kept_beside, taken
from .layouts import VERSION, Whose
from .owners import Owners, lms, text

INNER_FILES = 20  # notebooks of a zip inside a zip or a folder
ADDED = re.compile(r"(?: ?\(\d+\)|-\d{1,2})+(\.[a-z.]+)$", re.I)  # to a file's name
ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".xz", ".bz2")


@dataclass(frozen=True)
class Submission:
    """One notebook of one student; ``error`` says why there is no data."""

    student: str
    name: str  # where it was found: argument and path
    place: str  # the part of it that may say for which set it is
    data: bytes = field(default=b"", repr=False)
    error: str = ""
    when: float = 0.0  # of the last change, as its file or zip says
    source: str = ""  # the argument
    whose: Whose = None
    rank: float = 1  # 2 in exercises/ of the course, 0 in its solutions/ and book/

    @property
    def digest(self):
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Asked:
    """What the instructor said about the names.

    ``layout`` and ``pattern`` are as for ``Owners``.
    """

    layout: str | None = None
    pattern: str | None = None


def find(paths, names=(), notes=None, asked=None, unclear=None):
    """Yield the submissions in files, folders and zips, in a fixed order.

    Parameters
    ----------
    paths : list of str or Path
    names : list of str
        Names of exercise sets, which say nothing about a student.
    notes : list or None
        Gets a sentence for every folder whose part was not plain to see.
    asked : Asked or None
    unclear : list or None
        Gets a sentence for all of which it is not clear whose it is.
    """
    asked, homes = asked or Asked(), {}
    for label, rows, home in _sources(paths):
        rows = list(rows)
        others = kept_beside(row.place for row in rows)
        rows = [row for row in rows if not below(row.place, others)]
        places = [row.place for row in rows]
        owners = Owners(places, names, home, asked.layout, asked.pattern)
        if notes is not None:
            said = [f"{text('/'.join(o))} was not read." for o in sorted(others)]
            notes += [note for note in owners.notes + said if note not in notes]
        if unclear is not None:
            unclear += owners.unclear(places)
        for made in _of_students(label, rows, owners):
            if unclear is not None and _by_chance(made, owners):
                _same(made, label, homes, unclear)
            yield made


def _by_chance(made, owners):
    """True where the name is that of a folder which may be called like any other."""
    alone = (made.student,) in owners.clones
    return made.whose.layout == "one" or alone


def _same(made, label, homes, unclear):
    """Note where two arguments without students' names have one name themselves."""
    first = homes.setdefault(made.student, label)
    if first != label:
        unclear.append(
            f"{made.student} may be one student or several: {first}, {label}."
        )
        homes[made.student] = label


def _sources(paths):
    """(label, its rows, where they were) for each argument and export in one."""
    alone = []
    for path in map(Path, paths):
        if path.is_dir() and not path.is_symlink():
            exports = [p for p in sorted(path.glob("*.zip")) if files.exported(p)]
            whole = files.folder(path)
            rows = (r for r in whole if path / r.place[0] not in exports)
            yield str(path), rows, path
            for export in exports:
                yield from _zip_file(export)
        elif path.suffix.lower() == ".zip":
            yield from _zip_file(path)
        elif load.is_notebook(path.name) and os.path.lexists(path):
            alone.append(path)
        else:
            got = "a file of another kind" if path.exists() else "nothing at all"
            raise ValueError(
                f"{path} is {got}, expected a notebook, a folder of submissions or a "
                "zip. Is the path right, or is this an archive to unpack first?"
            )
    if alone:
        yield from _files(alone)


def _files(paths):
    """Notebooks named one by one, as the folder that holds them all would have them."""
    shown = {Path(os.path.abspath(path)): path for path in paths}
    home = Path(os.path.commonpath([path.parent for path in shown]))
    rows = [
        files.Row(path.relative_to(home).parts, lambda p=path: load.read(p), True)
        for path in sorted(shown)
    ]
    common = os.path.commonpath([str(path.parent) for path in paths])
    yield common, rows, home


def _zip_file(path):
    with files.opened(path) as archive:
        yield str(path), files.members(archive), path.with_suffix("")


def _of_students(source, rows, owners):
    """The submissions of each student, or one that says why there is none."""
    about, homes = About(rows), clones(row.place for row in rows)
    by_student = {}
    for row in rows:
        found = owners.whose(row.place)
        if found is None:  # another name than the pattern's
            continue
        inside = len(found.rest) < len(row.place) or found.layout == "folders"
        told = owners.layout == "one" or found.layout == "pattern"
        told = told or (found.layout == "files" and _sent(row.place[-1]))
        if row.work or inside or told or lms(row.place[-1]):
            for who in about.whose(found, row.place):
                by_student.setdefault(who.student, []).append((row, who))
    for own in by_student.values():
        given = [pair for pair in own if pair[0].work] or [
            pair for pair in own if pair[0].place[-1].lower().endswith(".json")
        ]
        plain = [pair for pair in given if not _hidden(*pair)]
        for row, who in plain or given:
            yield from _open(source, row, who, taken(row.place, homes))
        if not given:
            yield _nothing(source, own)


def _sent(name):
    """True for a file that is somebody's although it is no notebook."""
    return " - " in name or name.lower().endswith(ARCHIVES)


def _hidden(row, who):
    """True for what a student's own folder hides."""
    inner = len(who.rest) < len(row.place)
    return inner and any(name[:1] == "." for name in who.rest)


def _nothing(source, own):
    """What is said of a student who handed in no notebook."""
    names = [row.place[-1] for row, _ in own if row.place[-1]]
    got = ", ".join(map(text, names[:3])) + (", …" if len(names) > 3 else "")
    error = f"There is no notebook here, only {got or 'an empty folder'}."
    if any(name.lower().endswith(ARCHIVES) for name in names):
        error += " Of archives only a zip is read."
    row, who = own[0]
    where = "/".join(row.place[:-1] or row.place)
    return Submission(
        who.student, text(f"{source}/{where}", 2000), _place(source, who.rest),
        error=error, when=who.when, source=source, whose=who,
    )  # fmt: skip


def _place(source, rest):
    """What may say for which set it is: no number that a program added."""
    plain = [name for name in rest if not VERSION.fullmatch(name)]
    if plain:
        plain[-1] = ADDED.sub(r"\1", text(plain[-1]))
    return text("/".join((Path(source).name, *plain)))


def _open(source, row, who, rank):
    """The submission at one place, or those in a zip lying there."""
    label = text("/".join((source, *row.place)), 2000)
    about = {"when": who.when, "source": source, "whose": who, "rank": rank}
    said, error = _place(source, who.rest), ""
    try:
        data, when = row.read()
        if row.place[-1].lower().endswith(".zip"):
            yield from _inner(source, row.place, who, data)
            return
        about["when"] = who.when or when
        data = load.check_size(data)
    except load.Unreadable as e:
        error = str(e)
    except Exception as e:  # one odd file must not stop the class
        error = f"It cannot be read: {type(e).__name__}."
    yield Submission(
        who.student, label, said, b"" if error else data, error, **about
    )  # fmt: skip


def _inner(source, place, who, data, nested=True):
    """Submissions in a zip that a student handed in, or in the one zip in that."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rows = list(files.members(archive))
            work = [r for r in rows if load.is_notebook(r.place[-1])]
            zips = [r for r in rows if r.place[-1].lower().endswith(".zip")]
            if nested and not work and len(zips) == 1:
                where = (*place, *zips[0].place)
                yield from _inner(source, where, who, zips[0].read()[0], nested=False)
                return
            homes = clones(row.place for row in rows)
            _check(work)
            yield from _each(source, place, who, work, homes)
    except load.Unreadable:
        raise
    except Exception as e:
        raise load.Unreadable(f"The zip cannot be read: {type(e).__name__}.") from None


def _each(source, place, who, rows, homes):
    total = 0
    for k, row in enumerate(rows):
        where = (*place, f"{k}", row.place[-1])  # two may have the same name
        inner = Whose(**{**vars(who), "rest": (*who.rest, *row.place)})
        rank = taken(row.place, homes)
        made = list(_open(source, files.Row(where, row.read, True), inner, rank))
        total += sum(len(s.data) for s in made)
        if total > files.INNER_BYTES:
            raise load.Unreadable("The zip holds more than a notebook should.")
        yield from made


def _check(rows):
    """Raise Unreadable where a zip cannot be what one student handed in."""
    if not rows:
        raise load.Unreadable("The zip holds no notebook.")
    if len(rows) > INNER_FILES:
        raise load.Unreadable(f"The zip holds {len(rows)} notebooks.")
    if files.several(row.place for row in rows):
        raise load.Unreadable("The zip holds a whole class: grade it by itself.")
