"""Which errors of a cell say only that this machine is not the student's.

A file, a folder, a download, a variable of the environment, a window, a second process:
what is not here costs the statement that asked for it.
"""

import ast
import re
import types

from .anything import Unavailable
from .channel import Capped

KINDS = (ImportError, OSError, EOFError, MemoryError, Unavailable)
MODULES = {
    "asyncio", "bdb", "concurrent", "ctypes", "getpass", "http", "importlib", "locale",
    "multiprocessing", "os", "pathlib", "pdb", "platform", "posixpath", "pwd", "shutil",
    "signal", "smtplib", "socket", "sqlite3", "ssl", "subprocess", "termios",
    "threading", "tkinter", "urllib", "webbrowser", "zipfile", "zoneinfo",
}  # fmt: skip  # that ask the system
NAMES = re.compile(
    r"__file__|__vsc_ipynb_file__|__session__|_dntk|_?deepnote\w*|Deepnote\w*|"
    r"dbutils|displayHTML|sc|spark|sqlContext"
)  # what other editors define
ASKED = {"modules", "version_info", "version", "platform", "system", "machine", "name"}


def asks(node):
    """True for a statement that asks which machine, or which Python, this is."""
    return any(
        isinstance(n, ast.Attribute)
        and n.attr in ASKED
        and isinstance(n.value, ast.Name)
        and n.value.id in ("sys", "os", "platform")
        for n in ast.walk(node)
    )


def belongs(error):
    """True for an error that the student's own machine would not have raised."""
    return any(map(_asks, _chain(error)))


def _chain(error):
    """An error, and those that led to it."""
    seen = []
    while error is not None and error not in seen and len(seen) < 10:
        seen.append(error)
        error = error.__cause__ or error.__context__
    return seen


def _asks(error):
    if isinstance(error, NameError):
        return bool(NAMES.fullmatch(error.name or ""))
    if isinstance(error, AttributeError) and isinstance(
        error.obj, types.ModuleType | Capped
    ):
        return True  # a name that another version of a package has
    return isinstance(error, KINDS) or not MODULES.isdisjoint(_modules(error))


def _modules(error):
    """Packages that an error is of, and that it came through below the cell."""
    yield _root(type(error).__module__)
    trace, below = error.__traceback__, False
    while trace:
        if below:
            yield _root(trace.tb_frame.f_globals.get("__name__"))
        below |= trace.tb_frame.f_code.co_filename.startswith("<cell")
        trace = trace.tb_next


def _root(module):
    return str(module).partition(".")[0].lstrip("_")
