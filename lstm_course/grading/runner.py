"""Keeps a jail with a notebook's cells run, and starts another when one dies."""

import time

from ..exercises.judging import Stopped
from .answers import stopped
from .session import Dead, Session

OUT_LIMIT = 12_000  # characters of output kept per notebook
STRIKES = 3  # jails that one question may cost
AFTER = 20.0  # seconds for the definitions in cells that come after the time is up
ONLY = {
    1: "Only its definitions were run: the time was over.",
    2: "Only its functions and imports were run: the cell ended its process.",
}  # how much of a cell is run, see inside.running.RUN
OVER = "The time for the whole notebook was over."
EXITS = "The notebook ended its process again and again."
TOO_OFTEN = "It was stopped too often: it ran too long, or its process ended."


class NotExecuted(Exception):
    """A question could not be asked; the argument says why."""


class NoJail(Exception):
    """The jail does not start on this machine."""


class Runner:
    """The cells of one notebook in a jail.

    ``report`` holds (number, status, text) of every cell and ``out`` what they printed,
    both from before the first call: what code prints that has seen a hidden input
    reaches nobody.  ``defined`` maps an answer to its cell, ``stale`` names answers
    that a later cell overwrote, or something that they use.
    """

    def __init__(self, sources, kit):
        self.sources, self.kit = sources, kit
        self.until = time.monotonic() + kit.limits.whole
        self.session, self.ran, self.starts, self.strikes = None, 0, 0, 0
        self.late, self.skip, self.failed = {}, {}, ""  # by cell
        self.report, self.out, self.defined, self.stale = [], "", {}, ()
        self.asked = self.anew = False

    def question(self):
        """A new question begins; those before it have cost it nothing."""
        self.strikes, self.anew = 0, False

    def call(self, exercise, args, upto=None):
        """The answer of the student's function after ``upto`` cells; raises Stopped."""
        if self.strikes >= STRIKES:
            raise Stopped("runs", TOO_OFTEN, public=True)
        session = self._ready(len(self.sources) if upto is None else upto)
        self.asked = True
        try:
            return session.call(exercise.function, args, exercise.how)
        except Dead as dead:
            raise stopped(dead.args[0]) from None
        finally:
            if not session.alive:
                self.session = None
                self.strikes += 1

    def many(self, exercise, cases, upto=None):
        """Answers to the first cases, from one process; it costs nothing if it ends."""
        session = self._ready(len(self.sources) if upto is None else upto)
        self.asked = True
        try:
            return session.many(exercise.function, cases, exercise.how)
        except Dead:
            return []
        finally:
            if not session.alive:
                self.session = None

    def alone(self, exercise, args, upto=None):
        """As ``call``, in a jail that begins with these last calls of the question."""
        if not self.anew:
            self.anew = True
            self.close()
        return self.call(exercise, args, upto)

    def _ready(self, upto):
        """A session in which so many cells have run."""
        if self.session and self.ran > upto:
            self.close()
        while self.session is None or self.ran < upto:
            if time.monotonic() > self.until:
                self.failed = OVER
            elif len(self.skip) + len(self.late) > self.kit.limits.restarts:
                self.failed = EXITS
            if self.failed:
                raise NotExecuted(self.failed)
            self._run(upto)
        return self.session

    def _run(self, upto):
        """Run the cells that are left; a cell that ends the jail ends this as well."""
        if self.session is None and not self._start():
            return
        report, out = [], []
        end = time.monotonic() + self.kit.limits.cells
        while self.ran < upto:
            k = self.ran
            status, text, printed = self._cell(k, end)
            report.append((k + 1, status, text))
            out.append(printed)
            if not self.session.alive:
                self.session = None
                return  # next time without this cell
            self.ran += 1
        if not self.asked:
            self.report, self.out = report, "".join(out)[:OUT_LIMIT]

    def _start(self):
        try:
            self.session, self.ran = Session(self.kit, self.until), 0
        except Dead:
            if time.monotonic() > self.until:
                return False  # it was begun too late
            raise NoJail(self.kit.kind) from None
        return True

    def _cell(self, k, end):
        now = time.monotonic()
        if k in self.skip:
            return "failed", self.skip[k], ""
        if now > end + AFTER:
            return "failed", "Not run: the time for all cells was over.", ""
        late = self.late.get(k, int(now > end))
        try:
            status, text, out, made, stale = self.session.cell(self.sources[k], late)
        except Dead as dead:
            return "failed", self._ended(k, late, dead.args[0]), ""
        if not self.asked:
            self.defined.update(dict.fromkeys(made, k))
            self.stale = stale
        if late and status == "ok":
            return "time", ONLY[late], out
        return status, text, out

    def _ended(self, k, late, reason):
        """Remember a cell that ended its jail: next time less of it is run, or none."""
        text = "Not run: the cell ended the process it ran in."
        if reason == "time":
            text = "Not run: the cell did not stop when its time was over."
        self.late[k] = 1 if reason == "time" and not late else 2
        if late == 2:
            self.skip[k] = text
            del self.late[k]
        return text

    def close(self):
        if self.session:
            self.session.close()
            self.session = None
