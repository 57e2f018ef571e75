"""Find the submissions: single notebooks, folders, zips as an LMS exports them."""

import calendar
import hashlib
import io
import os
import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from . import load

ENTRIES = 50_000  # of a zip
INNER_FILES, INNER_BYTES = 20, 64 << 20  # of a zip inside a zip or a folder
DEPTH = 8
MOODLE = re.compile(r"_assignsubmission_.*$")
CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)  # what could hide or reorder the rest of a name


@dataclass(frozen=True)
class Submission:
    """One notebook of one student; ``error`` says why there is no data."""

    student: str
    name: str  # where it was found: argument and path
    place: str  # the part of it that may say for which set it is
    data: bytes = b""
    error: str = ""
    when: float = 0.0  # of the last change, as its file or zip says

    @property
    def digest(self):
        return hashlib.sha256(self.data).hexdigest()


def find(paths, names=()):
    """Yield the submissions in files, folders and zips, in a fixed order.

    Parameters
    ----------
    paths : list of str or Path
    names : list of str
        Names of exercise sets, which say nothing about a student.
    """
    for path in map(Path, paths):
        if path.is_dir() and not path.is_symlink():
            found, home = _folder(path), path
        elif path.suffix.lower() == ".zip":
            found, home = _zip_file(path), path.with_suffix("")
        else:
            found = [(PurePosixPath(path.name), lambda p=path: load.read(p))]
            home = path.parent
        for where, reader in found:
            who = student(where, names, home)
            yield from _open(f"{path}", where, reader, who)


def _open(source, where, reader, who):
    """The submission at one place, or those in a zip lying there."""
    place, label = text(f"{Path(source).name}/{where}"), text(f"{source}/{where}", 2000)
    try:
        data, when = reader()
        if where.suffix.lower() == ".zip":
            yield from _inner(source, where, data, who)
            return
        yield Submission(who, label, place, load.check_size(data), when=when)
    except load.Unreadable as e:
        yield Submission(who, label, place, error=str(e))
    except Exception as e:  # one odd file must not stop the class
        error = f"It cannot be read: {type(e).__name__}."
        yield Submission(who, label, place, error=error)


def _folder(root):
    """(relative path, reader) of notebooks and zips; links are never followed."""
    for folder, folders, files in os.walk(root, followlinks=False):
        here = Path(folder)
        depth = len(here.relative_to(root).parts)
        odd = [f for f in folders if (here / f).is_symlink() or _notebook(f)]
        folders[:] = sorted(f for f in folders if not _ignored(f) and depth < DEPTH)
        for name in sorted(files + odd):
            if name in odd or (_notebook(name) and not _ignored(name)):
                path = here / name
                where = PurePosixPath(path.relative_to(root).as_posix())
                limit = INNER_BYTES if where.suffix == ".zip" else load.FILE_LIMIT
                yield where, lambda p=path, n=limit: load.read(p, n)


def _notebook(name):
    return name.lower().endswith((".ipynb", ".zip"))


def _ignored(name):
    return name != ".." and name.startswith((".", "__MACOSX"))


def _zip_file(path):
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _members(archive, ENTRIES)
    except (OSError, zipfile.BadZipFile, ValueError) as e:
        raise ValueError(
            f"{path} cannot be read as a zip: {e}. Expected the archive that the LMS "
            "exports. Download it again?"
        ) from None


def _inner(source, where, data, who):
    """Submissions in a zip that a student handed in."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rows = list(_members(archive, INNER_FILES, notebooks=True))
            total = 0
            for k, (inside, reader) in enumerate(rows):
                place = where / f"{k}" / inside.name  # two may have the same name
                made = list(_open(source, place, reader, who))
                total += sum(len(s.data) for s in made)
                if total > INNER_BYTES:
                    raise load.Unreadable("The zip holds more than a notebook should.")
                yield from made
    except load.Unreadable:
        raise
    except Exception as e:
        raise load.Unreadable(f"The zip cannot be read: {type(e).__name__}.") from None
    if not rows:
        raise load.Unreadable("The zip holds no notebook.")


def _members(archive, most, notebooks=False):
    """(name, reader) of the notebooks of an archive; nothing is ever unpacked."""
    infos = archive.infolist()
    if len(infos) > most and not notebooks:
        raise ValueError(f"it has {len(infos)} entries")
    infos = [i for i in infos if _wanted(i, notebooks)]
    if len(infos) > most:
        raise load.Unreadable(f"The zip holds {len(infos)} notebooks.")
    for info in sorted(infos, key=lambda i: i.filename):
        where = PurePosixPath(info.filename.replace("\\", "/"))
        yield where, lambda i=info: _member(archive, i)


def _wanted(info, notebooks):
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if info.is_dir() or any(map(_ignored, path.parts)):
        return False
    return path.suffix.lower() == ".ipynb" or (
        path.suffix.lower() == ".zip" and not notebooks
    )


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
    """The time of an entry; some programs write none, which is no date at all."""
    try:
        return calendar.timegm((*info.date_time, 0, 0, 0))
    except ValueError:
        return 0.0


def text(value, most=200):
    """A name without control and direction characters, for people and tables."""
    value = str(value).encode("utf-8", "replace").decode("utf-8")
    return CONTROL.sub("\ufffd", value)[:most]


def student(where, names=(), home=""):
    """Whose submission lies at a relative path.

    The first folder that does not name an exercise set, as in nbgrader's and Moodle's
    exports; else the file's name without that of the set, as in Canvas's; else the
    folder it was found in.  A name that had to be changed to be shown gets a mark, so
    that no two become one.

    Examples
    --------
    >>> student(PurePosixPath("Ada L_17_assignsubmission_file_/04.ipynb"))
    'Ada L_17'
    >>> student(PurePosixPath("ada_123_04_gates.ipynb"), ["04_gates"])
    'ada_123'
    >>> student(PurePosixPath("04_gates.ipynb"), ["04_gates"], "all/ada")
    'ada'
    """
    nobody = {"", "/", "..", "submitted", *names}
    folders = [p for p in where.parts[:-1] if p not in nobody]
    if folders:
        return _marked(MOODLE.sub("", folders[0].rstrip("_")))
    stem = MOODLE.sub("", where.stem)
    for name in sorted(names, key=len, reverse=True):
        stem = re.sub(rf"[_\- ]*{re.escape(name)}.*$", "", stem)
    if stem:
        return _marked(stem)
    outer = [p for p in Path(home).parts if p not in nobody]
    return _marked(outer[-1] if outer else where.stem)


def _marked(name):
    """A name that can be shown, as different from others as it was."""
    shown = text(name)
    if shown == name and name:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{shown or 'unnamed'} #{digest[:8]}"
