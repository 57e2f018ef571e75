"""Read members of an archive without writing one of them to the disk.

A member is read into memory if it is a plain file of sensible size and name.  An
archive that holds anything else - a path that leads out, a link, a device, a file that
unpacks to gigabytes - is refused as a whole.
"""

import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

MEMBERS = 500_000  # aclImdb has about 100,000
LARGEST = 2**30  # bytes of one member: the 50,000 reviews as one CSV are 66 MB
TOTAL = 2 * 2**30
UNREADABLE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
)  # RuntimeError: zipfile's word for a password


def members(path, wanted):
    """Name and content of the plain files that ``wanted(name)`` says yes to.

    Raises
    ------
    ValueError
        If the file is no tar or zip archive, is cut short, or holds a hostile member.
    """
    path, total = Path(path), 0
    try:
        for n, (name, size, kind, read) in enumerate(_entries(path)):
            _check(path, name, size, kind, n)
            pure = PurePosixPath(name)
            if kind != "file" or _hidden(pure) or not wanted(pure):
                continue
            total += size
            if total > TOTAL:
                raise _hostile(path, name, "would unpack to more than 2 GB in all")
            yield pure, read()
    except UNREADABLE as error:
        raise ValueError(
            f"{path.name} cannot be read to its end: {type(error).__name__}, {error}. "
            "Expected a whole .tar.gz or .zip. Was the download cut? Fetch it again?"
        ) from None


def is_archive(path):
    """Whether a file is a zip or a (compressed) tar, by its content."""
    return zipfile.is_zipfile(path) or _is_tar(path)


def _is_tar(path):
    try:
        return tarfile.is_tarfile(path)
    except (OSError, EOFError):  # cut short: gzip by its first bytes, but unreadable
        return False


def _entries(path):
    """(name, size, kind, read) of every member, in the order of the archive."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as file:
            for z in file.infolist():
                yield z.filename, z.file_size, _zip_kind(z), lambda z=z: _whole(file, z)
        return
    with tarfile.open(path, "r:*") as file:
        for t in file:
            kind = "file" if t.isreg() else "folder" if t.isdir() else "odd"
            yield t.name, t.size, kind, lambda t=t: file.extractfile(t).read()


def _whole(file, z):
    """A zip member, but never more bytes than it declares."""
    with file.open(z) as stream:
        return stream.read(z.file_size)


def _zip_kind(z):
    mode = z.external_attr >> 28  # upper bits of the Unix mode: 0o10 file, 0o04 folder
    if z.is_dir():
        return "folder"
    return "file" if mode in (0, 0o10) else "odd"


def _check(path, name, size, kind, n):
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or (parts and ":" in parts[0]):
        raise _hostile(path, name, "leads out of its folder")
    if kind == "odd":
        raise _hostile(path, name, "is a link or a device")
    if size > LARGEST:
        raise _hostile(path, name, "is larger than 1 GB")
    if n >= MEMBERS:
        raise _hostile(path, name, f"comes after {MEMBERS:,} others")


def _hidden(pure):
    return any(p.startswith((".", "__MACOSX")) for p in pure.parts)


def _hostile(path, name, why):
    return ValueError(
        f"{path.name} holds a member that {why}: {name!r}. Expected plain files in "
        "folders. Nothing was unpacked. Where did this archive come from?"
    )
