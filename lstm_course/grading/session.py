"""The trusted end of the pipe: run cells in a jail and call functions by name."""

import contextlib
import itertools
import os
import secrets
import select
import shutil
import threading
import time

from ..exercises.values import fresh, plain
from .answers import count, is_call, outcome, pair
from .inside import protocol

FAREWELL = 0.5  # seconds until a jail is made to end
ASKS, ASK_SIZE = 50_000, 20_000  # black-box calls per call, numbers in each
OUTER = 2  # processes around a worker that count as its user's
TEXT, OUT = 400, 8000  # characters of a cell's error, of what it printed
REFUSED = "The function you were given does not take these arguments."


class Dead(Exception):
    """The jail is gone; the argument is a key of REASONS."""


class Session:
    """One worker in one jail.

    Parameters
    ----------
    kit : kit.Kit
    until : float
        ``time.monotonic()`` at which the whole submission is over.
    """

    def __init__(self, kit, until):
        self.kit, self.limits, self.until = kit, kit.limits, until
        try:
            self._open()
        except Dead as dead:
            if dead.args[0] != "died" or not self._forks():
                raise
            kit.jail.nursery.works = False  # its forks may not put up their walls here
            self._open()

    def _open(self):
        self.process, self.group, self.tmp = self.kit.jail.start()
        self.alive, self.old, self.id, self.buffer = True, set(), "", b""
        self._prepare()
        config = {
            "cell": self.limits.cell,
            "call": self.limits.call,
            "processes": self._processes(),
            "fork": self.kit.kind == "bubblewrap",
            "torch": self.kit.jail.torch,
            "ops": self.kit.ops,
            "names": tuple(self.kit.asked),
            "points": self.kit.points,
            "functions": self.kit.functions,
        }
        try:
            frame = protocol.pack("start", config, id=self._new())
            self._send(frame, self.limits.start)
            self._receive("done")
        except Dead:
            self.close()
            raise

    def _forks(self):
        return self.kit.jail.nursery and self.kit.jail.nursery.works

    def _processes(self):
        if self.kit.kind != "bubblewrap":
            return 0  # counted per user there, and others may be that user too
        return OUTER + (self.limits.processes if self.group else self.limits.few)

    def _prepare(self):
        self.source = self.process.stdout.fileno()
        self.target = self.process.stdin.fileno()
        self.polls = hasattr(select, "poll")
        if self.polls:
            os.set_blocking(self.source, False)
            os.set_blocking(self.target, False)

    def cell(self, source, late=0):
        """Run one cell, with ``late`` 1 or 2 its definitions only; raises Dead.

        Returns
        -------
        status, text, out : str
            "ok", "failed", "time" or "written"; what was left out; what was printed.
        made, stale : tuple of str
            Answers that it defined, answers that use what some cell has changed since.
        """
        about = {"status": str(late), "text": source}
        frame = protocol.pack("cell", id=self._new(), **about)
        self._send(frame, self.limits.cell + self.limits.spare)
        message = self._receive("done")
        if message["status"] not in ("ok", "failed", "time", "written"):
            self._end("channel")
        made, stale = (
            tuple(n for n in self.kit.asked if n in names)
            for names in pair(message["value"])
        )
        text, out = message["text"][:TEXT], message["out"][:OUT]
        return message["status"], text, out, made, stale

    def call(self, name, args, how=""):
        """The value the student's function returns; raises Stopped or Dead."""
        answers, status = self._exchange(name, [args], how)
        return outcome(answers[0] if answers else None, status)

    def many(self, name, cases, how=""):
        """Values for the first of these cases, all from one process; raises Dead."""
        try:
            answers, _ = self._exchange(name, cases, how)
        except protocol.ProtocolError:  # too much for one frame
            return []
        given = itertools.takewhile(lambda answer: answer["status"] == "ok", answers)
        return [answer["value"] for answer in given]

    def _exchange(self, name, cases, how):
        """Ask for some cases: the messages that answer them, how the process ended."""
        functions = []
        frame = protocol.pack(
            "call", cases, functions, id=self._new(), name=name, status=how
        )
        self._send(frame, self.limits.call * len(cases) + self.limits.spare)
        answers, asked = [], 0
        while True:
            message = self._receive("ask", "answer", "end")
            if message["kind"] == "ask":
                asked += 1
                self._tell(functions, message, asked)
            elif message["kind"] == "answer" and len(answers) < len(cases):
                answers.append(message)
            elif message["kind"] == "end":
                whole = answers and answers[-1]["status"] != "time"
                if asked and (message["status"] != "ok" or not whole):
                    self.close()  # it may have left half a frame in the pipe
                return answers, message["status"]
            else:
                self._end("channel")

    def _tell(self, functions, message, asked):
        """Compute a black-box function on arguments that came from the jail."""
        number, value = message["name"], message["value"]
        known = number.isdecimal() and len(number) < 3 and int(number) < len(functions)
        if not known or not is_call(value):
            self._end("channel")
        if asked > ASKS or count(value) > ASK_SIZE:
            self._end("asks")
        try:
            args, named = fresh(value)
            value = plain(functions[int(number)](*args, **named))
            frame = protocol.pack("told", value, id=self.id, status="ok")
        except Exception:  # its words could tell which function this is
            frame = protocol.pack("told", id=self.id, status="raised", text=REFUSED)
        self._write(frame)

    def _new(self):
        self.old.add(self.id)
        self.id = secrets.token_hex(16)
        return self.id

    def _send(self, frame, seconds):
        self.deadline = min(time.monotonic() + seconds, self.until)
        self._write(frame)

    def _receive(self, *kinds):
        """The next frame; those that answer an earlier question are skipped."""
        while True:
            try:
                text, raw = protocol.sizes(self._read(protocol.HEAD.size))
                message = protocol.unpack(self._read(text), self._read(raw))
            except (protocol.ProtocolError, MemoryError):
                self._end("channel")
            if message["id"] == self.id and message["kind"] in kinds:
                return message
            if message["id"] not in self.old:
                self._end("channel")

    def _read(self, n):
        parts, n = [self.buffer], n - len(self.buffer)
        while n > 0:
            self._wait(self.source, select.POLLIN if self.polls else 0)
            try:
                part = os.read(self.source, max(1 << 16, min(n, 1 << 20)))
            except BlockingIOError:
                continue
            if not part:
                self._end("died")
            parts.append(part)
            n -= len(part)
        whole = b"".join(parts)
        cut = len(whole) + n  # n is now minus what came of the next frame
        self.buffer = whole[cut:]
        return whole[:cut]

    def _write(self, frame):
        view = memoryview(frame)
        while view:
            self._wait(self.target, select.POLLOUT if self.polls else 0)
            try:
                view = view[os.write(self.target, view[: 1 << 16]) :]
            except BlockingIOError:
                continue
            except OSError:
                self._end("died")

    def _wait(self, fd, event):
        """Until the pipe is ready; ends the jail when the time is over."""
        left = self.deadline - time.monotonic()
        if not self.polls:
            self._watch(left)
            return
        poll = select.poll()
        poll.register(fd, event)
        if left <= 0 or not poll.poll(left * 1000):
            self._end("time")

    def _watch(self, left):
        """Windows: a thread that ends the process at the deadline."""
        with contextlib.suppress(AttributeError):
            self.watch.cancel()
        self.watch = threading.Timer(max(left, 0), self.process.kill)
        self.watch.daemon = True
        self.watch.start()

    def _end(self, reason):
        self.process.kill()
        self.close()
        raise Dead(reason)

    def close(self):
        """End the jail and remove what it left."""
        if not self.alive:
            return
        self.alive = False
        self.process.stdin.close()
        if not self.process.wait(FAREWELL):  # a worker without a pipe ends by itself
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.release()
        if self.tmp:
            shutil.rmtree(self.tmp, ignore_errors=True)
        for _ in range(100 if self.group else 0):
            if self.group.remove():
                break
            time.sleep(0.01)
