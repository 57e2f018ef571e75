"""The book built once, served once, and one browser for all its pages."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from lstm_course.widgets import bundle

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WORKERS = "PYTEST_XDIST_TESTRUNUID"  # one name for all workers of one run of the tests
HERE = ("localhost", "127.0.0.1", "")
CALL = """async ([text, body, given]) => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return new Function("m", "given", `return (${body})`)(await import(url), given);
}"""


@contextmanager
def one_at_a_time(path):
    """A lock between test workers; without fcntl (Windows) there is one worker."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        except ImportError:
            pass
        yield


@pytest.fixture(scope="session")
def build(root):
    """Build the book as `make book` does, once for all workers: the finished process.

    While a second one builds, what the first looks at is written anew.
    """
    report, now = root / "_build" / "tested.json", os.environ.get(WORKERS)
    with one_at_a_time(root / "_build" / "lock"):
        run, done = json.loads(report.read_text()) if report.exists() else (None, None)
        if run is None or run != now:
            made = subprocess.run(
                [sys.executable, "scripts/book.py", "build"],
                env={**os.environ, "MPLBACKEND": "agg"},  # a reader's habit, no figures
                cwd=root, capture_output=True, text=True, timeout=1800,
            )  # fmt: skip
            done = vars(made)
            report.write_text(json.dumps([now, done]))
    return subprocess.CompletedProcess(**done)


@pytest.fixture(scope="session")
def html(build, root):
    """The folder of the built pages."""
    if build.returncode:
        pytest.fail("the book does not build: see test_build.py", pytrace=False)
    return root / "_build" / "html"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served(folder):
    """A folder on localhost: its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def site(html):
    """The book on localhost: its address."""
    with served(html) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    paths = [p for p in map(shutil.which, BROWSERS) if p]
    if not paths:
        pytest.fail(f"no browser found among {BROWSERS}; make test installs one")
    env = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=paths[0], args=FLAGS, env=env)
        yield browser
        browser.close()


class Visit:
    """One page, opened in a browser where every other host is blocked and counted."""

    def __init__(self, context):
        self.foreign, self.errors = [], []
        context.route("**/*", self.guard)
        self.page = context.new_page()
        self.page.on("pageerror", lambda e: self.errors.append(f"page error: {e}"))
        self.page.on("console", self.listen)

    def guard(self, route):
        if urlsplit(route.request.url).hostname in (None, *HERE):
            return route.continue_()
        self.foreign.append(route.request.url)
        return route.abort()

    def listen(self, message):
        if message.type == "error":
            self.errors.append(f"console: {message.text} {message.location['url']}")

    def open(self, url):
        """Go there; wait until every formula is set and every font is there."""
        self.page.goto(url, wait_until="load")
        self.page.evaluate("window.MathJax?.startup?.promise")
        self.page.evaluate("document.fonts.ready")
        return self.page

    def open_all(self, url):
        """The same, with nothing waiting for a guess (see book/_ext/predictions.py)."""
        self.open(url).evaluate("document.documentElement.classList.remove('asks')")
        return self.page


@pytest.fixture(scope="module")
def start_visit(browser):
    """A function scheme -> Visit in a fresh browser context."""
    contexts = []

    def start(scheme="light"):
        while contexts:  # the one before is done
            contexts.pop().close()
        size = {"width": 1280, "height": 900}
        contexts.append(browser.new_context(viewport=size, color_scheme=scheme))
        return Visit(contexts[-1])

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def visit(start_visit):
    return start_visit()


def with_every_name(module):
    """A module that also exports what stands at the tops of those it imports: str."""
    text = bundle.esm(module)
    names = re.findall(r"^(?:async )?(?:function|const) (\w+)", text, re.M)
    there = ",".join(re.findall(r"^export \{([^}]*)\}", text, re.M))
    names = [name for name in names if name not in re.findall(r"\w+", there)]
    return f"{text}\nexport {{ {', '.join(names)} }};\n"


@pytest.fixture
def js(visit):
    """A function (module, expression in m and given, given) -> value, in Chromium."""

    def run(module, expression, **given):
        return visit.page.evaluate(CALL, [with_every_name(module), expression, given])

    return run
