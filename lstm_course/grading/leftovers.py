"""Folders of a grader that may be killed at any moment.

Each holds a file that its process keeps locked as long as it lives, and the kernel lets
go of when it dies, however it dies.  So a folder whose lock can be had is nobody's; one
without a lock may be somebody's and is left alone.
"""

import contextlib
import os
import shutil
import tempfile
import weakref
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing is locked, and nothing swept
    fcntl = None

PREFIX, LOCK = "lstm-course-kit-", "lock"
LOOK = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Folder:
    """A new folder in the temporary one, removed at exit, or by a later grader."""

    def __init__(self):
        sweep()
        self.path = Path(os.path.realpath(tempfile.mkdtemp(prefix=PREFIX)))
        os.chmod(self.path, 0o755)
        new = self.path / "unlocked"  # nobody looks at it before it is locked
        self.lock = open(new, "x")
        if fcntl:
            fcntl.flock(self.lock, fcntl.LOCK_EX)
        os.rename(new, self.path / LOCK)
        self.close = weakref.finalize(self, _end, self.path, self.lock)


def _end(path, lock):
    shutil.rmtree(path, ignore_errors=True)
    lock.close()


def sweep():
    """Remove the folders of this user whose process is dead."""
    if not (fcntl and shutil.rmtree.avoids_symlink_attacks):
        return
    home = os.open(tempfile.gettempdir(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in os.listdir(home):
            if name.startswith(PREFIX):
                with contextlib.suppress(OSError):  # somebody else's, or gone by now
                    _remove(name, home)
    finally:
        os.close(home)


def _remove(name, home):
    """Remove a folder if it is ours and can be locked; no link is followed."""
    folder = os.open(name, LOOK | os.O_DIRECTORY, dir_fd=home)
    try:
        if os.fstat(folder).st_uid != os.getuid():
            return
        lock = os.open(LOCK, LOOK, dir_fd=folder)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(name, ignore_errors=True, dir_fd=home)
        finally:
            os.close(lock)
    finally:
        os.close(folder)
