"""How far a build is: lines with the time left, on a terminal one that is rewritten."""

import heapq
import sys
import time

PLAIN = 30  # seconds between two lines where nobody watches a terminal


class Progress:
    """Says what runs, what is done, and how long the rest will take.

    expected: {name: seconds}; together, alone: names in the order in which they run,
    ``jobs`` at once and one by one.
    """

    def __init__(self, expected, together, alone, jobs, out=None):
        self.expected, self.jobs = expected, jobs
        self.waiting, self.alone = list(together), list(alone)
        self.out = out or sys.stdout
        self.rewrites = self.out.isatty()
        self.pause = 1 if self.rewrites else PLAIN
        self.began, self.true, self.thought = {}, 0, 0
        if expected:
            once = f", {jobs} at a time" if jobs > 1 else ""
            own = f"; {len(alone)} alone, they measure speed" if alone else ""
            self.say(f"{count(len(expected))} to run{once}{own}. {self.left()}")

    def show(self, running):
        """Say which are running; called again and again while they do."""
        new = [name for name in running if name not in self.began]
        self.began |= {name: time.monotonic() for name in new}
        names = ", ".join(short(name) for name in running)
        text = f"running {names}. {self.left()}"
        if self.rewrites:
            self.out.write(f"\r\033[K{text}"[:100])
            self.out.flush()
        else:
            self.say(text)

    def done(self, name, seconds, failed):
        """One has ended, after so many seconds."""
        self.true += seconds
        self.thought += self.expected[name]
        (self.alone if name in self.alone else self.waiting).remove(name)
        rest = len(self.waiting) + len(self.alone)
        number = f"{len(self.expected) - rest} of {len(self.expected)}"
        self.say(f"{number}: {short(name)} {'failed after' if failed else ''}"
                 f"{'' if failed else 'took'} {spoken(seconds)}")  # fmt: skip

    def say(self, text):
        before = "\r\033[K" if self.rewrites else ""
        print(f"{before}{text}", file=self.out, flush=True)

    def left(self):
        """The time left, in words: earlier runs, and how this one compares to them."""
        pace = self.true / self.thought if self.thought else 1
        seconds = {n: pace * self.expected[n] for n in (*self.waiting, *self.alone)}
        for name in self.began.keys() & seconds.keys():
            gone = time.monotonic() - self.began[name]
            seconds[name] = max(0, seconds[name] - gone)
        together = [seconds[n] for n in self.waiting]
        rest = time_left(together, self.jobs) + sum(seconds[n] for n in self.alone)
        return f"About {spoken(rest)} left."


def time_left(seconds, jobs):
    """Seconds until all are done: each goes to the process that is free first."""
    free = [0.0] * jobs
    for s in seconds:
        heapq.heapreplace(free, free[0] + s)
    return max(free)


def spoken(seconds):
    """'40 s', '3 min 20 s'."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def short(name):
    return name.rsplit("/", 1)[-1].removesuffix(".ipynb")


def count(n):
    return f"{n} notebook" + "s" * (n != 1)
