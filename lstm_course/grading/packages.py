"""What a package needs beside it: files and folders of site-packages.

An overlay may allow more packages than NumPy and SciPy; each comes with all that its
own metadata says it requires, and with nothing else.
"""

import importlib.metadata as metadata
from pathlib import Path

from packaging.requirements import Requirement


def files(names):
    """(folder, name) of everything that importable packages consist of.

    Parameters
    ----------
    names : collection of str
        As they are imported: "sklearn".

    Raises
    ------
    ValueError
        If one is not installed here.
    """
    known, found, todo = metadata.packages_distributions(), set(), []
    for name in names:
        if name not in known:
            raise ValueError(
                f"PACKAGES of the overlay has {name!r}, expected names of installed "
                "packages as they are imported, like 'pandas'. A typing slip, or is it "
                "to be installed first?"
            )
        todo += known[name]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        todo += _required(name)
    return sorted({row for name in found for row in _files(name)})


def _required(name):
    """Distributions that one requires on this machine, extras left out."""
    for text in metadata.distribution(name).requires or ():
        need = Requirement(text)
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            try:
                yield metadata.distribution(need.name).metadata["Name"]
            except metadata.PackageNotFoundError:
                continue  # what is optional in practice


def _files(name):
    """(site-packages, first name below it) of a distribution's files."""
    one = metadata.distribution(name)
    for file in one.files or ():
        first = file.parts[0]
        if first not in ("..", "__pycache__") and not first.endswith(".pth"):
            home = Path(one.locate_file(""))
            yield str(home), first
