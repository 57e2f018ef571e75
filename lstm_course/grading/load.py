"""Read a submitted notebook with care; only the text of its code cells is believed.

Metadata, tags, outputs, execution counts and the kernel's name are never looked at.
"""

import json
import os
import re
import stat
import sys

FILE_LIMIT = 128 << 20  # bytes of a notebook: saved figures are large
CELL_LIMIT, CODE_LIMIT = 200_000, 1_000_000  # characters of one cell, of all
CELLS = 1000
NAMES = (".ipynb", ".ipynb.txt", ".ipynb.json")  # as browsers and mail programs save
SET_JSON = re.compile(r"(?:^|[_ -])\d\d_[a-z_]+[^/]*\.json$")  # 04_lstm_….json
TAIL, VERSION = 4096, re.compile(rb'"version": *"(\d+)\.(\d+)')  # of the metadata
FLAGS = os.O_RDONLY
for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"):
    FLAGS |= getattr(os, name, 0)  # not every system has all of them


class Unreadable(ValueError):
    """Why a submission cannot be run, in a sentence for its author."""


def is_notebook(name):
    """True for the name of a notebook, also under the odd endings it may get."""
    return name.lower().endswith(NAMES) or bool(SET_JSON.search(name.lower()))


def newer_python(data):
    """ "3.12" for a notebook saved by a newer Python than this one, or "".

    Its metadata says so at its end.  It decides nothing: a batch warns with it.
    """
    found = [tuple(map(int, v)) for v in VERSION.findall(data[-TAIL:])]
    newer = [v for v in found if v[0] == 3 and v > sys.version_info[:2]]
    return ".".join(map(str, newer[-1])) if newer else ""


def read(path, limit=FILE_LIMIT):
    """(bytes, time of change) of a regular file; raises Unreadable for all others."""
    if os.path.islink(path):
        raise Unreadable("The file is a link. Hand in the notebook itself.")
    try:
        fd = os.open(path, FLAGS)
        try:
            about = os.fstat(fd)
            check_kind(about)
            with open(fd, "rb", closefd=False) as file:
                data = file.read(limit + 1)
        finally:
            os.close(fd)
    except OSError as e:
        raise Unreadable(f"The file cannot be read: {e.strerror}.") from None
    return check_size(data, limit), about.st_mtime


def check_kind(about):
    """A regular file with one name only."""
    if not stat.S_ISREG(about.st_mode):
        raise Unreadable("This is not a regular file. Hand in a notebook.")
    if about.st_nlink > 1:
        raise Unreadable("The file is a hard link. Hand in a file of its own.")


def check_size(data, limit=FILE_LIMIT):
    """The data, if there is some and not too much of it."""
    if len(data) > limit:
        raise Unreadable(
            f"The file is larger than {limit >> 20} MB. Clear its outputs and save it "
            "again?"
        )
    if not data:
        raise Unreadable("The file is empty. Was it still being written?")
    return data


def cells(data):
    """The sources of the code cells of a notebook, in order: list of str.

    Parameters
    ----------
    data : bytes
        A notebook file of format 3 or 4.

    Raises
    ------
    Unreadable
        If the data is no such notebook; the message says why.
    """
    found = list(_code(_parse(data)))
    sizes = [len(source) for source in found]
    total, longest = sum(sizes), max(sizes, default=0)
    if len(sizes) > CELLS or total > CODE_LIMIT or longest > CELL_LIMIT:
        raise Unreadable(
            f"The notebook has {len(sizes)} code cells with {total} characters in all. "
            f"At most {CELLS} cells and {CODE_LIMIT} characters are run. Is data in it?"
        )
    return found


def _parse(data):
    """The JSON object of a notebook; NaN and Infinity are what Python writes."""
    try:
        text = data.decode("utf-8-sig")
        made = json.loads(text, parse_int=_int, object_pairs_hook=_unique)
    except UnicodeDecodeError:
        raise Unreadable("The file is not UTF-8 text, so no notebook.") from None
    except RecursionError:
        raise Unreadable("The file is nested too deeply to be a notebook.") from None
    except MemoryError:
        raise Unreadable("The file holds too much to be a notebook.") from None
    except ValueError as e:
        raise Unreadable(f"The file is not valid JSON, so no notebook: {e}.") from None
    if type(made) is not dict:
        raise Unreadable("The file is JSON, but no notebook.")
    return made


def _int(digits):
    return int(digits) if len(digits) < 20 else 0


def _unique(pairs):
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return made


def _code(notebook):
    """Sources of the code cells of format 3 (worksheets, input) or 4 (source)."""
    version = notebook.get("nbformat")
    if type(version) is not int or version not in (3, 4):
        raise Unreadable("Notebooks of format 3 and 4 are read. Save it again?")
    sheets = [notebook] if version == 4 else notebook.get("worksheets")
    if type(sheets) is not list or not sheets:
        raise Unreadable("The notebook has no cells.")
    for sheet in sheets:
        rows = sheet.get("cells") if type(sheet) is dict else None
        if type(rows) is not list:
            raise Unreadable("The notebook has no list of cells.")
        for cell in rows:
            if type(cell) is dict and cell.get("cell_type") == "code":
                yield _source(cell.get("source" if version == 4 else "input"))


def _source(source):
    """The text of a cell; lone surrogates, which no file can hold, are replaced."""
    if type(source) is list and all(type(line) is str for line in source):
        source = "".join(source)
    if type(source) is not str:
        return ""  # a cell without text runs as an empty one
    return source.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
