"""Show the built book on localhost; when a source changes, build and reload the page.

The script that reloads is put into pages as they are handed out; the files on the disk
do not have it.
"""

import socket
import subprocess
import threading

from livereload import Server
from livereload.handlers import LiveReloadHandler
from livereload.watcher import Watcher

SOURCES = ("book", "lstm_course", "_config.yml")
PASSING = ("/__pycache__/", "/.ipynb_checkpoints/", "/.~")  # changed by running alone


class Builder(threading.Thread):
    """Runs ``command`` for the changes since it began; new pages touch ``stamp``."""

    def __init__(self, command, stamp):
        super().__init__(daemon=True)
        self.command, self.stamp = command, stamp
        self.wanted = threading.Event()
        self.ask = self.wanted.set

    def run(self):
        while self.wanted.wait():
            self.wanted.clear()
            if subprocess.run(self.command).returncode == 0:
                self.stamp.touch()


class Pages(Watcher):
    """Sources make a build, the stamp alone reloads."""

    def __init__(self, stamp):
        super().__init__()
        self.stamp = str(stamp)

    def examine(self):
        path, delay = super().examine()
        return (path if path == self.stamp else None), delay


def passing(file):
    return any(part in file.replace("\\", "/") for part in PASSING)


def serve(root, port, command):
    """Show the book in ``root`` until Ctrl-C; ``command`` builds it."""
    stamp = root / "_build/served"
    stamp.touch()
    builder = Builder(command, stamp)
    builder.start()
    server = Server(watcher=Pages(stamp))
    for source in SOURCES:
        server.watch(str(root / source), builder.ask, ignore=passing)
    server.watch(str(stamp))
    server.watcher.examine()  # as it is now: what comes later is a change
    LiveReloadHandler.DEFAULT_RELOAD_TIME = 0  # each stamp is a build: none is left out
    port = free(port)
    print(f"The book is at http://localhost:{port}/  (Ctrl-C ends this)", flush=True)
    server.serve(port, host="127.0.0.1", root=str(root / "_build/html"))


def free(port):
    """This port, or where it is taken, one that the system chooses."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
