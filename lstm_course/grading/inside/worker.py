"""The jailed process: runs a notebook's cells, then answers calls by name.

Nothing here protects anything; the student's code can change all of it.  What it can
not do is know an expected value: they never enter this process.  Each call runs in a
fork of the state the cells left, so that calls see their inputs and nothing of each
other; where that could not help them, all cases of a question share one.  The fork
reads its own question: what the stem touches, it pays for again after every fork.
"""

import builtins
import ctypes
import gc
import importlib
import io
import os
import signal
import sys
import threading
import types
import warnings

import numpy as np

from ...exercises.values import to_tensors
from . import magics, protocol, reading, stubs
from .alarms import TooLong, arm, disarm
from .anything import Phase, StubModule, Unavailable
from .channel import Capped, claim
from .running import Notebook, describe
from .watching import Watch

try:
    import resource
except ImportError:  # Windows, where nothing forks and nothing is counted
    resource = None

OUT_LIMIT = 8000  # characters of output kept per cell
GRACE = 1.0  # seconds between the polite and the final end of a call
WRITTEN = "This is not written yet."
WITHOUT = (
    (TooLong, "time"),
    (NotImplementedError, "written"),
    (Unavailable, "unavailable"),
    (protocol.ProtocolError, "large"),
)  # an error of a call, and what it is called outside


class Refused(ValueError, TypeError, LookupError):
    """What a black box raises, whichever of these its own code would."""


class Worker:
    """One notebook in one process."""

    def __init__(self, pipe, config):
        self.pipe, self.config = pipe, config
        self.module = types.ModuleType("__main__")
        names = self.module.__dict__
        self.notebook = Notebook(names, config["names"])
        names.update(stubs.names(magics.Shell(self.notebook.run, names)))
        sys.modules["__main__"] = self.module
        self.watch = Watch(config["names"], names, stubs.CHECKED)
        self.cells, self.pid, self.asking = 0, os.getpid(), threading.Lock()
        self.bare = ctypes.PyDLL(None).fork if config["fork"] else None

    def serve(self):
        while True:
            text, raw = self.pipe.frame()
            if id := protocol.call_id(text):
                self.call(id, text, raw)
                continue
            message = protocol.load(text, raw)
            if message["kind"] == "cell":
                self.cell(message)

    def cell(self, message):
        """Run one cell and report how it went, and which answers it defined."""
        self.cells += 1
        out, status, text = Capped(OUT_LIMIT), "ok", ""
        sys.stdout = sys.stderr = out
        try:
            file, seconds = f"<cell {self.cells}>", self.config["cell"]
            late = int(message["status"] or 0)
            notes = self.notebook.cell(message["text"], file, seconds, late)
            status, text = summary(notes)
        except TooLong:
            status, text = "time", "The cell took too long."
        except NotImplementedError:
            status, text = "written", WRITTEN
        except BaseException as e:
            status, text = "failed", " ".join([*said(self.notebook.notes), describe(e)])
        sys.stdout = sys.stderr = Capped(0)
        self.tidy()
        self.pipe.write(
            protocol.pack("done", self.watch.look(), id=message["id"], status=status,
                          text=text, out=out.text())
        )  # fmt: skip

    def call(self, id, text, raw):
        """Answer one call in a child of its own; say how the child ended."""
        gc.freeze()  # a collection in the child must not touch every page
        pid, status = self.fork(), "ok"
        if pid == 0:
            self.child(text, raw)
        elif pid is None:
            self.answer(protocol.load(text, raw, self.function))
        else:
            status = ended(os.waitpid(pid, 0)[1])
            self.tidy()
        self.pipe.write(protocol.end(id, status))

    def fork(self):
        """As os.fork; None where there is none, or no room left for it.

        Where one thread is all there is, Python's own hooks have nothing to do, and
        what they touch costs more than the fork.
        """
        if not self.config["fork"]:
            return None
        if len(sys._current_frames()) == 1:
            pid = self.bare()
            return None if pid < 0 else pid
        try:
            return os.fork()
        except OSError:
            return None

    def tidy(self):
        """End copies of this process, and whatever else was started beside it."""
        if os.getpid() != self.pid:
            os._exit(0)
        if self.config["fork"] and os.getppid() == 1:
            try:
                os.kill(-1, signal.SIGKILL)  # all in this namespace but pid 1 and us
                while True:
                    os.waitpid(-1, 0)
            except OSError:
                return

    def child(self, text, raw):
        try:
            message = protocol.load(text, raw, self.function)
            limit_cpu(self.config["call"] * len(message["value"]) + GRACE)
            self.answer(message)
        finally:
            os._exit(0)

    def answer(self, message):
        """Send what the function returns for every case, until there is nothing.

        As in ``check`` no warning and no overflow stops it, whatever a cell asked for.
        """
        self.id = message["id"]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            all(self.reply(message, args) for args in message["value"])

    def reply(self, message, args):
        """Send the answer to one case, or why there is none; True for an answer."""
        try:
            arm(self.config["call"], handler=False)
            try:
                frame = self.compute(message, args)
            finally:
                disarm()
        except BaseException as e:
            self.pipe.write(protocol.pack("answer", id=self.id, **why(e)))
            return False
        self.pipe.write(frame)
        return True

    def compute(self, message, args):
        function = self.watch.answer(message["name"])
        if function is None:
            return protocol.pack("answer", id=self.id, status="missing")
        if message["status"] == "torch":
            args = to_tensors(args)
        Phase.calls = True
        pid = os.getpid()
        try:
            value = function(*args)
        except NotImplementedError:
            value = self.other(message["name"], function)(*args)
        Phase.calls = False
        if message["status"] == "kept":
            value = (value, args)
        if os.getpid() != pid:
            os._exit(0)  # a copy of this process that the function made
        return protocol.pack("answer", value, id=self.id, status="ok")

    def other(self, name, function):
        """What ``check`` was given in place of a function that is not written."""
        checked = stubs.CHECKED.get(name, function)
        if checked is function:
            raise NotImplementedError
        return checked

    def function(self, k):
        """A function that asks the trusted side for its values."""

        def ask(*args, **named):
            value, name = (args, named), str(k)
            with self.asking:  # threads may ask at once
                self.pipe.write(protocol.pack("ask", value, id=self.id, name=name))
                told = self.pipe.read()
                while told["id"] != self.id:  # an answer that nobody waited for
                    told = self.pipe.read()
            if told["status"] != "ok":
                raise Refused(told["text"])
            return told["value"]

        return ask


def said(notes):
    """The texts of notes, each once; of the package's own stubs nothing is said."""
    return dict.fromkeys(text for kind, text in notes if kind != "stub")


def summary(notes):
    """(status, text) of a cell that ran to its end but for what its notes say."""
    if not (texts := said(notes)):
        return "ok", ""
    kinds = {kind for kind, _ in notes}
    return "time" if "time" in kinds else "failed", " ".join(texts)


def why(error):
    """The fields of a frame that say why a case has no answer."""
    status = next((s for c, s in WITHOUT if isinstance(error, c)), "raised")
    return {"status": status, "name": kind(error) if status == "raised" else ""}


def kind(error):
    """The nearest built-in class of an error of a call; its text stays in here."""
    for c in type(error).__mro__:
        if getattr(builtins, c.__name__, None) is c:
            return c.__name__
    return "Exception"


def ended(status):
    """ "ok", or how a child died; one that does not end is ended from outside."""
    if os.WIFSIGNALED(status):
        return "time" if os.WTERMSIG(status) == signal.SIGXCPU else "died"
    return "ok"


def limit_cpu(seconds):
    soft = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + 1))


def limit_processes(n):
    """Inside the user namespace of the jail this counts the jail's processes only."""
    if n:
        resource.setrlimit(resource.RLIMIT_NPROC, (n, n))


def prepare(torch):
    """Load all that any notebook needs, before there is one."""
    stubs.install()
    reading.as_python("%time x")
    importlib.import_module("numpy.random")
    if torch:
        import torch as package

        package.set_num_threads(1)


def provide(text):
    """Make ``lstm_course.ops`` of the functions that this set may use."""
    package = importlib.import_module("lstm_course")
    package.ops = ops = StubModule("lstm_course.ops")
    exec(compile(text, "ops.py", "exec"), ops.__dict__)
    sys.modules[ops.__name__] = ops


def main():
    """Serve one notebook over the pipe on descriptors 0 and 1."""
    pipe = claim()
    start = pipe.read()
    config = start["value"]
    limit_processes(config["processes"])
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), Capped(0), Capped(0)
    stubs.POINTS.update(config["points"])
    stubs.FUNCTIONS.update(config["functions"])
    provide(config["ops"])
    sys.path += ["", os.getcwd()]  # for what %%writefile wrote, here or there
    worker = Worker(pipe, config)
    pipe.write(protocol.pack("done", id=start["id"], status="ok"))
    worker.serve()
