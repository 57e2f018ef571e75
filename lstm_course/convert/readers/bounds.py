"""What a file may ask for: nothing beyond its own size, and nothing that runs."""

import io
import math
import zipfile
from importlib.util import find_spec

import numpy as np

MOST_PACKED = 1000  # times its packed size; deflate itself cannot do more than 1032
MOST = 16 << 30  # bytes of one entry


def refuse(path, kind, why):
    """Raise ValueError: the file is broken, or pretends."""
    raise ValueError(
        f"{path} cannot be read as {kind}: {why}. Expected a whole file as its tool "
        "saves it. Was it cut short, or is it of another kind?"
    ) from None


def check_here(package, name):
    """Is the package installed that a kind of file needs?"""
    if find_spec(package) is None:
        raise ValueError(
            f"{name} needs the package {package}, and it is not installed here. "
            f"Expected it beside this one. pip install {package}?"
        )


def check_size(path, kind, name, shape, itemsize, there):
    """Does a declared shape fit the bytes that are there?"""
    if any(n < 0 for n in shape) or math.prod(shape) * itemsize != there:
        refuse(path, kind, f"{name} of shape {shape} does not fit its {there:,} bytes")


def check_zip(path, kind):
    """A ZIP whose entries are not larger than their packed bytes allow."""
    try:
        with zipfile.ZipFile(path) as z:
            for e in z.infolist():
                if e.file_size > min(MOST, 1000 + MOST_PACKED * e.compress_size):
                    refuse(path, kind, f"{e.filename} unpacks to {e.file_size:,} bytes")
            return z.namelist()
    except (zipfile.BadZipFile, NotImplementedError) as error:
        refuse(path, kind, str(error))


def mapped(path, info):
    """The bytes of an entry that lies unpacked in a ZIP, mapped."""
    data = np.memmap(path, np.uint8, "r")
    head = data[info.header_offset :][:30].tobytes()
    sizes = (int.from_bytes(head[k : k + 2], "little") for k in (26, 28))
    at = info.header_offset + 30 + sum(sizes)
    return data[at : at + info.file_size]


class View(io.RawIOBase):
    """Mapped bytes as a file that is read."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, at, whence=0):
        start = {0: 0, 1: self.at, 2: len(self.data)}[whence]
        self.at = start + at
        return self.at

    def tell(self):
        return self.at

    def readinto(self, into):
        piece = self.data[self.at : self.at + len(into)]
        memoryview(into).cast("B")[: len(piece)] = memoryview(piece)
        self.at += len(piece)
        return len(piece)
