"""In which order files of tests run, so that no core waits at the end.

Notebooks of the book come first, because they fill the cache of the book.  When the
last of them runs, every other worker gets a long file that needs no page, and the one
that is free first builds the book.  Then the longest file is next, by the seconds of
earlier runs.  Every worker orders by the same seconds: those that the cache of pytest
held at the beginning.
"""

from collections import defaultdict

import pytest

BUILDS = "tests/book/test_build.py"  # the first that needs the pages
GUESS = {"slow": 5.0, "browser": 3.0, "notebook": 1.5, "other": 0.1}  # seconds a test


def pytest_configure(config):
    if hasattr(config.option, "loadscopereorder"):  # xdist: as they are listed
        config.option.loadscopereorder = False
    if not hasattr(config, "workerinput") and cache_of(config):
        config.pluginmanager.register(Clock(config), "clock")


def cache_of(config):
    """The cache of pytest, or None where it is switched off."""
    return getattr(config, "cache", None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    files = defaultdict(list)
    for item in items:
        files[item.nodeid.split("::")[0]].append(item)
    known = cache_of(config).get(key(config), {}) if cache_of(config) else {}
    seconds = {name: known.get(name) or guess(tests) for name, tests in files.items()}
    waits = {name for name, tests in files.items() if needs_pages(tests)}
    items[:] = [
        t for name in ordered(seconds, waits, workers(config)) for t in files[name]
    ]


def needs_pages(tests):
    return any(t.get_closest_marker("browser") for t in tests)


def kind(test):
    if test.nodeid.split("::")[0].endswith(".ipynb"):
        return "notebook"
    return next((m for m in ("slow", "browser") if test.get_closest_marker(m)), "other")


def guess(tests):
    """Seconds of a file that has never run here."""
    return sum(GUESS[kind(test)] for test in tests)


def workers(config):
    """How many run beside each other."""
    return getattr(config, "workerinput", {}).get("workercount", 1)


def ordered(seconds, waits, workers):
    """Names of files in the order in which they run.

    seconds: {name: how long it takes}; waits: those that need the built pages.
    """
    names = sorted(seconds, key=seconds.get, reverse=True)
    first = [n for n in names if n.startswith("book/") and n.endswith(".ipynb")]
    beside = [n for n in names if n not in first and n not in waits][: workers - 1]
    begun = [*first, *beside, *(n for n in names if n == BUILDS)]
    return begun + [n for n in names if n not in begun]


def key(config):
    """Where the cache of pytest keeps the seconds: another place for other marks."""
    marks = config.option.markexpr.replace(" ", "_") or "all"
    return f"seconds/{marks}"


class Clock:
    """Adds up what each file took; remembers those that ran as a whole."""

    def __init__(self, config):
        self.config, self.seconds = config, defaultdict(float)

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid.split("::")[0]] += report.duration

    def pytest_sessionfinish(self):
        asked = self.config.option.keyword, self.config.option.lf
        if any(asked) or any("::" in a for a in self.config.args):
            return
        before = self.config.cache.get(key(self.config), {})
        took = {name: round(s, 1) for name, s in self.seconds.items()}
        self.config.cache.set(key(self.config), before | took)
