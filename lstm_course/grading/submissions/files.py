"""The files of folders and zips, read with care: nothing is unpacked, no link followed.

A row says where something lies, how it is read, and whether it may be a notebook.
"""

import os
import stat
import time
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from .. import load
from .owners import lms, notebook

ENTRIES = 50_000  # of a zip
INNER_BYTES = 64 << 20  # of a zip inside a zip or a folder
DEPTH = 8
SYSTEM = {"__MACOSX", ".DS_Store", ".git", ".ipynb_checkpoints", ".venv"}


class Row(NamedTuple):
    """Something found: a file, or a folder, whose place ends with ""."""

    place: tuple
    read: Callable | None  # () -> (bytes, time of change); None for a folder
    work: bool = False  # it is handed in as a notebook


def folder(root):
    """The rows of a folder; links are never followed."""
    for where, folders, files in os.walk(root, followlinks=False):
        here = Path(where)
        parts = here.relative_to(root).parts
        links = [f for f in folders if (here / f).is_symlink()]
        if "lock" in files and "results" in folders:  # a grader's own output
            folders[:] = []
            continue
        folders[:] = sorted(f for f in folders if not ignored(f))
        if parts:
            yield Row((*parts, ""), None)
        if len(parts) == DEPTH:
            folders[:] = []
        for name in sorted(files + links):
            if not ignored(name):
                work = notebook(name) or name in links
                yield Row((*parts, name), _reader(here / name), work)


def _reader(path):
    limit = INNER_BYTES if path.suffix.lower() == ".zip" else load.FILE_LIMIT
    return lambda: load.read(path, limit)


def ignored(name):
    return name in SYSTEM or name.startswith(("._", ".~"))


def exported(path):
    """True for a zip with files of several students, named as an LMS does."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return several(place_of(i) for i in archive.infolist()[:ENTRIES])
    except (OSError, zipfile.BadZipFile, ValueError):
        return False


def several(places):
    """True when files are named as in an export with more than one student."""
    found = {next(filter(None, map(lms, place)), "") for place in places}
    return len(found - {""}) > 1


def opened(path):
    """The archive at a path."""
    try:
        archive = zipfile.ZipFile(path)
        if len(archive.infolist()) > ENTRIES:
            raise ValueError(f"it has {len(archive.infolist())} entries")
        return archive
    except (OSError, zipfile.BadZipFile, ValueError) as e:
        raise ValueError(
            f"{path} cannot be read as a zip: {e}. Expected the archive that the LMS "
            "exports. Download it again?"
        ) from None


def members(archive):
    """The rows of an archive."""
    for info in sorted(archive.infolist(), key=lambda i: i.filename):
        place = place_of(info)
        if place and (not info.is_dir() or len(place) > 1):
            read = (lambda i=info: _member(archive, i)) if place[-1] else None
            yield Row(place, read, notebook(place[-1]))


def place_of(info):
    """The place of an entry; where a system's own file lies, that of its folder."""
    name = info.filename.replace("\\", "/")
    if not info.flag_bits & 0x800:  # written by a program that did not say how
        try:
            name = name.encode("cp437").decode("utf-8")
        except ValueError:
            pass
    parts = [p for p in PurePosixPath(name).parts if p not in ("/", "..")]
    beyond = [k for k, p in enumerate(parts) if ignored(p)]
    if beyond or info.is_dir():
        parts = [*parts[: min(beyond, default=None)], ""]
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
