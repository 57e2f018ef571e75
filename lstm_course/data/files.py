"""The files that a source holds: one file, a folder, or an archive, in one form."""

import gzip
import io
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from .archives import LARGEST, is_archive, members

FEW = 8  # names of files in a line


class Found(NamedTuple):
    """Files that were taken, as (name, content), and the names of those left."""

    taken: list
    left: list


def gather(path, wanted, what):
    """Read every file of a folder or archive that is wanted; a single file always.

    Parameters
    ----------
    path : path
        Of a file (gzipped or not), a folder, or a tar or zip archive.
    wanted : callable
        From a name (PurePosixPath) to whether its file is read.
    what : str
        What is looked for, in words for the error.

    Raises
    ------
    ValueError
        If there is no such path, or an archive is cut short or hostile.
    """
    path, left = Path(path), []
    if not path.exists():
        raise ValueError(
            f"There is no file or folder {str(path)!r}. Expected {what}. "
            "Check the path?"
        )

    def take(name):
        yes = wanted(name)
        if not yes:
            left.append(str(name))
        return yes

    if path.is_dir():
        taken = list(_walk(path, take))
    elif is_archive(path) and not _is_office(path):
        taken = list(members(path, take))
    else:
        taken = [(PurePosixPath(path.name), path.read_bytes())]
    return Found([(name, unzipped(name.name, data)) for name, data in taken], left)


def names(files, before):
    """A few names of files after some words; nothing if there are none.

    Examples
    --------
    >>> names(["a/one.md", "two.md"], "not read: ")
    'not read: one.md, two.md'
    """
    few = [PurePosixPath(n).name for n in files]
    more = f" and {len(few) - FEW:,} more" if len(few) > FEW else ""
    return before + ", ".join(few[:FEW]) + more if few else ""


def _is_office(path):
    """A workbook is a zip; what lies in it is no file of anybody's own."""
    return path.suffix.lower() in (".xlsx", ".docx", ".ods", ".odt", ".epub", ".npz")


def _walk(folder, wanted):
    """Like ``archives.members`` for a folder on the disk, and the zips in it."""
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        # the folder given may itself be pos, train or aclImdb
        name = PurePosixPath(folder.resolve().name) / name
        hidden = any(p.startswith(".") for p in name.parts[1:])
        if not path.is_file() or hidden:
            continue
        if path.suffix.lower() == ".zip":
            yield from members(path, wanted)
        elif wanted(name):
            yield name, path.read_bytes()


def unzipped(name, data):
    """The content of a gzipped file; refused if cut short or if it fills gigabytes."""
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.open(io.BytesIO(data)) as file:
            whole = file.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        raise ValueError(
            f"{name} cannot be unpacked to its end: {error}. Expected a whole .gz "
            "or .tar.gz. Was the download cut? Fetch it again?"
        ) from None
    if len(whole) > LARGEST:
        raise ValueError(
            f"{name} unpacks to more than 1 GB. Expected a table of reviews or a text; "
            "the 50,000 reviews of IMDB are 66 MB. Where did it come from?"
        )
    return whole
