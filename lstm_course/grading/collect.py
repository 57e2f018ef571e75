"""Find the submissions: single notebooks, folders, zips as an LMS exports them.

Nothing is lost silently: of a student who handed in other files only, or a notebook
that cannot be read, there is a Submission that says so.
"""

import hashlib
import io
import os
import stat
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from . import load
from .owners import Owners, lms, notebook, text

ENTRIES = 50_000  # of a zip
INNER_FILES, INNER_BYTES = 20, 64 << 20  # of a zip inside a zip or a folder
DEPTH = 8
SYSTEM = {"__MACOSX", ".DS_Store", ".git", ".ipynb_checkpoints", ".venv"}


@dataclass(frozen=True)
class Submission:
    """One notebook of one student; ``error`` says why there is no data."""

    student: str
    name: str  # where it was found: argument and path
    place: str  # the part of it that may say for which set it is
    data: bytes = b""
    error: str = ""
    when: float = 0.0  # of the last change, as its file or zip says
    source: str = ""  # the argument

    @property
    def digest(self):
        return hashlib.sha256(self.data).hexdigest()


def find(paths, names=(), notes=None):
    """Yield the submissions in files, folders and zips, in a fixed order.

    Parameters
    ----------
    paths : list of str or Path
    names : list of str
        Names of exercise sets, which say nothing about a student.
    notes : list or None
        Gets a sentence for every folder whose part was not plain to see.
    """
    for path, found, home in _sources(paths):
        found = list(found)
        owners = Owners([place for place, _ in found], names, home)
        if notes is not None:
            notes += [note for note in owners.notes if note not in notes]
        yield from _of_students(str(path), found, owners)


def _sources(paths):
    """(argument, its rows, where they were) for each argument and export in one."""
    for path in map(Path, paths):
        if path.is_dir() and not path.is_symlink():
            exports = [p for p in sorted(path.glob("*.zip")) if _export(p)]
            whole = _folder(path)
            yield path, (r for r in whole if path / r[0][0] not in exports), path
            for export in exports:
                yield from _zip_file(export)
        elif path.suffix.lower() == ".zip":
            yield from _zip_file(path)
        elif not load.is_notebook(path.name) or not os.path.lexists(path):
            got = "a file of another kind" if path.exists() else "nothing at all"
            raise ValueError(
                f"{path} is {got}, expected a notebook, a folder of submissions or a "
                "zip. Is the path right, or is this an archive to unpack first?"
            )
        else:
            yield path, [((path.name,), lambda p=path: load.read(p))], path.parent


def _of_students(source, found, owners):
    """The submissions of each student, or one that says why there is none."""
    by_student = {}
    for place, reader in found:
        who, rest = owners.split(place)
        if reader or len(rest) < len(place) or lms(place[-1]):
            by_student.setdefault(who, []).append((place, rest, reader))
    for who, rows in by_student.items():
        given = [row for row in rows if row[2]]
        plain = [row for row in given if not _hidden(*row[:2])]
        for place, rest, reader in plain or given:
            yield from _open(source, place, rest, reader, who)
        if not given:
            yield _nothing(source, rows, who)


def _hidden(place, rest):
    """True for what a student's own folder hides."""
    return len(rest) < len(place) and any(name[:1] == "." for name in rest)


def _nothing(source, rows, who):
    """What is said of a student who handed in no notebook."""
    files = [place[-1] for place, _, _ in rows if place[-1]]
    got = ", ".join(map(text, files[:3])) + (", …" if len(files) > 3 else "")
    error = f"There is no notebook here, only {got or 'an empty folder'}."
    place, rest, _ = rows[0]
    where = "/".join(place[:-1] or place)
    return Submission(
        who, text(f"{source}/{where}", 2000), _place(source, rest), error=error,
        source=source,
    )  # fmt: skip


def _place(source, rest):
    return text("/".join((Path(source).name, *rest)))


def _open(source, place, rest, reader, who):
    """The submission at one place, or those in a zip lying there."""
    label, said = text("/".join((source, *place)), 2000), _place(source, rest)
    try:
        data, when = reader()
        if place[-1].lower().endswith(".zip"):
            yield from _inner(source, place, rest, data, who)
            return
        data = load.check_size(data)
        yield Submission(who, label, said, data, when=when, source=source)
        return
    except load.Unreadable as e:
        error = str(e)
    except Exception as e:  # one odd file must not stop the class
        error = f"It cannot be read: {type(e).__name__}."
    yield Submission(who, label, said, error=error, source=source)


def _folder(root):
    """(place, reader or None) of files and folders; links are never followed."""
    for folder, folders, files in os.walk(root, followlinks=False):
        here = Path(folder)
        parts = here.relative_to(root).parts
        links = [f for f in folders if (here / f).is_symlink()]
        if "lock" in files and "results" in folders:  # a grader's own output
            folders[:] = []
            continue
        folders[:] = sorted(f for f in folders if not _ignored(f))
        if parts:
            yield (*parts, ""), None
        if len(parts) == DEPTH:
            folders[:] = []
        for name in sorted(files + links):
            path, limit = here / name, load.FILE_LIMIT
            if name.lower().endswith(".zip"):
                limit = INNER_BYTES
            reader = lambda p=path, n=limit: load.read(p, n)  # noqa: E731
            if not _ignored(name):
                yield (
                    (*parts, name),
                    reader if notebook(name) or name in links else None,
                )


def _ignored(name):
    return name in SYSTEM or name.startswith(("._", ".~"))


def _export(path):
    """True for a zip with files of several students, named as an LMS does."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _several(_place_of(i) for i in archive.infolist()[:ENTRIES])
    except (OSError, zipfile.BadZipFile, ValueError):
        return False


def _several(places):
    """True when files are named as in an export with more than one student."""
    found = {next(filter(None, map(lms, place)), "") for place in places}
    return len(found - {""}) > 1


def _zip_file(path):
    """An export as one row of ``_sources``, open while that is looked at."""
    try:
        archive = zipfile.ZipFile(path)
        if len(archive.infolist()) > ENTRIES:
            raise ValueError(f"it has {len(archive.infolist())} entries")
    except (OSError, zipfile.BadZipFile, ValueError) as e:
        raise ValueError(
            f"{path} cannot be read as a zip: {e}. Expected the archive that the LMS "
            "exports. Download it again?"
        ) from None
    with archive:
        yield path, _members(archive), path.with_suffix("")


def _inner(source, place, rest, data, who):
    """Submissions in a zip that a student handed in."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rows = [r for r in _members(archive) if load.is_notebook(r[0][-1])]
            _check(rows)
            total = 0
            for k, (inside, reader) in enumerate(rows):
                where = (*place, f"{k}", inside[-1])  # two may have the same name
                made = list(_open(source, where, (*rest, *inside), reader, who))
                total += sum(len(s.data) for s in made)
                if total > INNER_BYTES:
                    raise load.Unreadable("The zip holds more than a notebook should.")
                yield from made
    except load.Unreadable:
        raise
    except Exception as e:
        raise load.Unreadable(f"The zip cannot be read: {type(e).__name__}.") from None


def _check(rows):
    """Raise Unreadable where a zip cannot be what one student handed in."""
    if not rows:
        raise load.Unreadable("The zip holds no notebook.")
    if len(rows) > INNER_FILES:
        raise load.Unreadable(f"The zip holds {len(rows)} notebooks.")
    if _several(place for place, _ in rows):
        raise load.Unreadable("The zip holds a whole class: grade it by itself.")


def _members(archive):
    """(place, reader or None) of an archive; nothing is ever unpacked."""
    for info in sorted(archive.infolist(), key=lambda i: i.filename):
        place = _place_of(info)
        if place and (not info.is_dir() or len(place) > 1):
            reads = notebook(place[-1])
            yield place, (lambda i=info: _member(archive, i)) if reads else None


def _place_of(info):
    """The place of an entry; where a system's own file lies, that of its folder."""
    name = info.filename.replace("\\", "/")
    if not info.flag_bits & 0x800:  # written by a program that did not say how
        try:
            name = name.encode("cp437").decode("utf-8")
        except ValueError:
            pass
    parts = [p for p in PurePosixPath(name).parts if p not in ("/", "..")]
    ignored = [k for k, p in enumerate(parts) if _ignored(p)]
    if ignored or info.is_dir():
        parts = [*parts[: min(ignored, default=None)], ""]
    return tuple(parts) if parts != [""] else ()


def _member(archive, info):
    if stat.S_ISLNK(info.external_attr >> 16):
        raise load.Unreadable("The file is a link. Hand in the notebook itself.")
    limit = INNER_BYTES if info.filename.lower().endswith(".zip") else load.FILE_LIMIT
    try:
        with archive.open(info) as file:
            data = load.check_size(file.read(limit + 1), limit)
        return data, _when(info)
    except load.Unreadable:
        raise
    except Exception as e:  # zipfile raises many kinds for damaged members
        reason = "it is encrypted" if info.flag_bits & 1 else type(e).__name__
        raise load.Unreadable(f"The file in the zip is damaged: {reason}.") from None


def _when(info):
    """The time of an entry, 0 where the program that wrote it gave none."""
    try:
        known = info.date_time[0] > 1980
        return time.mktime((*info.date_time, 0, 0, -1)) if known else 0.0
    except (ValueError, OverflowError):
        return 0.0
