"""Handles of jails that have been started: one process of its own, or a fork.

Both have ``stdin`` and ``stdout``, raw files of the pipe, and ``wait`` and ``kill``.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

LAUNCH = Path(__file__).parent / "inside" / "launch.py"
PATIENCE = 5.0  # seconds until a jail that was asked to end is made to end


def launch(jail, name, tmp="", procs=(), **streams):
    """Popen of the launcher, which becomes the jail."""
    spec = jail.folder / f"{name}.json"
    command = [sys.executable, "-I", "-S", "-B", str(LAUNCH), str(spec), tmp or ""]
    command += procs
    env = {}
    if sys.platform == "win32":
        command = json.loads(spec.read_text())["command"]
        env = {"SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
    return subprocess.Popen(
        command,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd=tmp or None,
        start_new_session=sys.platform != "win32",
        env=env,
        **streams,
    )


class Alone:
    """A jail that is a process of its own."""

    def __init__(self, jail, procs, tmp):
        self.kind = jail.kind
        self.process = launch(
            jail, "spec", tmp, procs, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.pid = self.process.pid
        self.stdin, self.stdout = self.process.stdin, self.process.stdout

    def wait(self, seconds=None):
        """True when it has ended within so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.returncode is not None

    def kill(self):
        """End the whole jail: bubblewrap takes its processes along."""
        if sys.platform == "win32":
            self.process.kill()
            return
        if self.kind == "bubblewrap":
            self.process.terminate()
            self.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def release(self):
        """Nothing is left to hold."""


class Forked:
    """A jail that was forked ahead: process 1 of namespaces of its own."""

    def __init__(self, pidfd, stdin, stdout):
        self.pidfd = pidfd
        self.stdin, self.stdout = open(stdin, "wb", 0), open(stdout, "rb", 0)
        with open(f"/proc/self/fdinfo/{pidfd}") as file:
            rows = dict(line.split(":", 1) for line in file)
        self.pid = int(rows["Pid"])

    def wait(self, seconds=None):
        """True when it has ended within so many seconds."""
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(None if seconds is None else seconds * 1000))

    def kill(self):
        """End process 1; the kernel takes all others of its namespace along."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def release(self):
        os.close(self.pidfd)


class Nursery:
    """The process that forks workers, started when the first is wanted.

    Where it does not work (an AppArmor that takes bubblewrap's children their rights)
    there is none, and every notebook starts a jail of its own.
    """

    def __init__(self, jail):
        self.jail, self.process, self.works = jail, None, True
        self.lock = threading.Lock()  # a Dask worker grades in several threads

    def born(self, procs):
        """A new jail, in the control groups of these files; None if there is none."""
        with self.lock:
            return self._born(procs)

    def _born(self, procs):
        for _ in range(2):  # one that died is started again, once
            try:
                if self.works and self.process is None:
                    self._start()
                return self._fork(procs) if self.works else None
            except OSError:
                self.close()
        self.works = False
        return None

    def _start(self):
        self.control, theirs = socket.socketpair()
        null = subprocess.DEVNULL
        self.process = launch(self.jail, "ahead", stdin=theirs, stdout=null)
        theirs.close()
        self.control.settimeout(self.jail.limits.start)
        if self.control.recv(16) != b"ready":
            raise OSError("the nursery did not start")

    def _fork(self, procs):
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        groups = [os.open(path, os.O_WRONLY) for path in procs]
        sent = [theirs_in, theirs_out, *groups]
        try:
            socket.send_fds(self.control, [b"new"], sent)
            message, fds, _, _ = socket.recv_fds(self.control, 16, 1)
            if message != b"born" or not fds:
                raise OSError("the nursery is gone")
        except OSError:
            os.close(ours_in)
            os.close(ours_out)
            raise
        finally:
            for fd in sent:
                os.close(fd)
        return Forked(fds[0], ours_in, ours_out)

    def close(self):
        """Let it end, and all jails with it."""
        if self.process is None:
            return
        self.control.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.terminate()
            self.process.wait()
        self.process = None
