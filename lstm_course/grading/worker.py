"""The jailed process: runs a notebook's cells, then answers calls by name.

Nothing here protects anything; the student's code can change all of it.  What it can
not do is know an expected value: they never enter this process.  Each call runs in a
fork of the state the cells left, so that calls see their inputs and nothing of each
other.
"""

import builtins
import contextlib
import io
import linecache
import os
import select
import signal
import sys
import types

from ..exercises.values import to_tensors
from . import magics, protocol, stubs
from .channel import Capped, claim, clean

OUT_LIMIT = 8000  # characters of output kept per cell
ERROR_LIMIT = 400
GRACE = 1.0  # seconds between the polite and the final end of a call
CAN_FORK = hasattr(os, "fork") and hasattr(os, "pidfd_open")


class TooLong(BaseException):
    """The time of a cell or call is over."""


class Worker:
    """One notebook in one process."""

    def __init__(self, pipe, config):
        self.pipe, self.config = pipe, config
        self.module = types.ModuleType("__main__")
        self.module.__dict__.update(
            get_ipython=stubs.Anything("get_ipython()"), display=stubs.nothing
        )
        sys.modules["__main__"] = self.module
        self.cells, self.pid = 0, os.getpid()

    def serve(self):
        while True:
            message = self.pipe.read(self.function)
            if message["kind"] == "cell":
                self.cell(message["id"], message["text"])
            else:
                self.call(message)

    def cell(self, id, source):
        """Run one cell and report how it went."""
        self.cells += 1
        out, status, text = Capped(OUT_LIMIT), "ok", ""
        stubs.Phase.used = ""
        sys.stdout = sys.stderr = out
        try:
            with alarm(self.config["cell"]):
                run(source, f"<cell {self.cells}>", self.module.__dict__)
        except TooLong:
            status, text = "time", "The cell took too long."
        except BaseException as e:
            status, text = "failed", describe(e)
            if stubs.Phase.used:
                text = f"Not run to its end: {stubs.Phase.used} computes nothing here."
        sys.stdout = sys.stderr = Capped(0)
        self.tidy()
        self.pipe.write(
            protocol.pack("done", id=id, status=status, text=text, out=out.text())
        )

    def call(self, message):
        """Answer one call in a child of its own; say how the child ended."""
        pid, status = self.fork(), "ok"
        if pid == 0:
            self.child(message)
        elif pid is None:
            self.answer(message)
        else:
            status = outcome(pid, self.config["call"] + GRACE)
            self.tidy()
        self.pipe.write(protocol.pack("end", id=message["id"], status=status))

    def fork(self):
        """As os.fork; None where there is none, or no room left for it."""
        if not (CAN_FORK and self.config["fork"]):
            return None
        try:
            return os.fork()
        except OSError:
            return None

    def tidy(self):
        """End copies of this process, and whatever else was started beside it."""
        if os.getpid() != self.pid:
            os._exit(0)
        if self.config["fork"] and os.getppid() == 1:
            with contextlib.suppress(OSError):
                os.kill(-1, signal.SIGKILL)  # all in this namespace but pid 1 and us
            with contextlib.suppress(ChildProcessError):
                while True:
                    os.waitpid(-1, 0)

    def child(self, message):
        try:
            limit_cpu(self.config["call"] + GRACE)
            self.answer(message)
        finally:
            os._exit(0)

    def answer(self, message):
        """Call the function and send what it returned, or why there is nothing."""
        self.id = message["id"]
        try:
            with alarm(self.config["call"]):
                frame = self.compute(message)
        except TooLong:
            frame = protocol.pack("answer", id=self.id, status="time")
        except NotImplementedError:
            frame = protocol.pack("answer", id=self.id, status="written")
        except stubs.Unavailable:
            frame = protocol.pack("answer", id=self.id, status="unavailable")
        except protocol.ProtocolError:
            frame = protocol.pack("answer", id=self.id, status="large")
        except BaseException as e:
            name = kind(e)
            frame = protocol.pack("answer", id=self.id, status="raised", name=name)
        self.pipe.write(frame)

    def compute(self, message):
        function = self.module.__dict__.get(message["name"])
        if not callable(function):
            return protocol.pack("answer", id=self.id, status="missing")
        args = message["value"]
        if message["status"] == "torch":
            args = to_tensors(args)
        stubs.Phase.calls = True
        pid = os.getpid()
        value = function(*args)
        stubs.Phase.calls = False
        if os.getpid() != pid:
            os._exit(0)  # a copy of this process that the function made
        return protocol.pack("answer", value, id=self.id, status="ok")

    def function(self, k):
        """A function that asks the trusted side for its values."""

        def ask(*args, **named):
            value, name = (args, named), str(k)
            self.pipe.write(protocol.pack("ask", value, id=self.id, name=name))
            told = self.pipe.read()
            if told["status"] != "ok":
                raise ValueError(told["text"])
            return told["value"]

        return ask


def run(source, name, namespace):
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    code = compile(magics.parse(source), name, "exec", dont_inherit=True)
    exec(code, namespace)


def describe(error):
    """An error of a cell in one line."""
    try:
        return clean(f"{type(error).__name__}: {error}"[:ERROR_LIMIT])
    except BaseException:
        return "an error without a readable message"


def kind(error):
    """The nearest built-in class of an error of a call; its text stays in here."""
    for c in type(error).__mro__:
        if getattr(builtins, c.__name__, None) is c:
            return c.__name__
    return "Exception"


class alarm:
    """Raises TooLong inside the block after so many seconds, again and again."""

    def __init__(self, seconds):
        self.seconds = seconds if hasattr(signal, "setitimer") else 0

    def __enter__(self):
        if self.seconds:
            signal.signal(signal.SIGALRM, too_long)
            signal.setitimer(signal.ITIMER_REAL, self.seconds, 0.2)

    def __exit__(self, *error):
        if self.seconds:
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
            signal.setitimer(signal.ITIMER_REAL, 0)
        return False


def too_long(*_):
    raise TooLong


def outcome(pid, seconds):
    """Wait for a child; "ok", or how it died."""
    fd = os.pidfd_open(pid)
    ready, _, _ = select.select([fd], [], [], seconds)
    os.close(fd)
    if not ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not ready:
        return "time"
    if os.WIFSIGNALED(status):
        return "time" if os.WTERMSIG(status) == signal.SIGXCPU else "died"
    return "ok"


def limit_cpu(seconds):
    import resource

    soft = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + 1))


def limit_processes(n):
    """Inside the user namespace of the jail this counts the jail's processes only."""
    if n:
        import resource

        resource.setrlimit(resource.RLIMIT_NPROC, (n, n))


def main():
    pipe = claim()
    start = pipe.read()
    config = start["value"]
    limit_processes(config["processes"])
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), Capped(0), Capped(0)
    stubs.install()
    sys.path.append(os.getcwd())  # for what %%writefile wrote
    if config["torch"]:
        import torch

        torch.set_num_threads(1)
    worker = Worker(pipe, config)
    pipe.write(protocol.pack("done", id=start["id"], status="ok"))
    worker.serve()
