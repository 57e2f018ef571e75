"""What a file may ask for: nothing beyond its own size, and nothing that runs."""

import math
import zipfile
from importlib.util import find_spec

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
