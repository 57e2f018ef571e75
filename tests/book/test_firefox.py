"""Every page with live figures in Debian's Firefox: awake, and answering."""

import shutil

import pytest
from book.firefox import Firefox

pytestmark = pytest.mark.browser

PROGRAMS = ("firefox-esr", "firefox")
RIGHT = "\ue014"  # the arrow, in WebDriver
PLACE = 'class="live-figure"'
READY = """(async () => { document.documentElement.classList.remove("asks");
    await window.MathJax?.startup?.promise; await document.fonts.ready;
    return document.querySelectorAll(".live-figure").length; })()"""
WAKE = """(async () => { // figure k: is it awake, and where to click if it has no dial
    const later = (ms) => new Promise((done) => setTimeout(done, ms));
    const place = document.querySelectorAll(".live-figure")[%d];
    place.scrollIntoView({ block: "center" });
    place.querySelector(".wake")?.click();
    for (let n = 0; n < 300 && !("alive" in place.dataset); n++) await later(50);
    await later(150);
    const seen = (e) => e.checkVisibility() && !e.disabled;
    const [dial] = [...place.querySelectorAll("input[type=range]")].filter(seen);
    const [button] = [...place.querySelectorAll("button:not([aria-pressed=true])")]
        .filter(seen);
    (dial ?? button).scrollIntoView({ block: "center" });
    dial?.focus();
    const box = button?.getBoundingClientRect(); // without a screen no key presses it
    const middle = () => [box.x + box.width / 2, box.y + box.height / 2];
    window.looks = () => [...place.querySelectorAll("path, text, circle, .say, output")]
        .map((e) => e.getAttribute("d") + e.getAttribute("cy") + e.textContent).join();
    window.before = window.looks();
    return ["alive" in place.dataset, !dial && middle()];
})()"""
CHANGED = """(async () => {
    for (let n = 0; n < 100; n++) {
        if (window.looks() !== window.before) return true;
        await new Promise((done) => setTimeout(done, 50));
    }
    return false; })()"""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    paths = [p for p in map(shutil.which, PROGRAMS) if p]
    if not paths:
        pytest.fail(f"no Firefox found among {PROGRAMS}; make test installs one")
    browser = Firefox(paths[0], tmp_path_factory.mktemp("firefox"))
    browser.size(1280, 900)
    yield browser
    browser.close()


def visit(firefox, address):
    """Wake every figure of a page; turn its first dial, or press its first button."""
    firefox.open(address)
    for k in range(firefox.run(READY)):
        alive, place = firefox.run(WAKE % k)
        assert alive, (address, k, firefox.errors)
        firefox.click(*place) if place else firefox.press(RIGHT)
        assert firefox.run(CHANGED), (address, k, firefox.errors)
    assert firefox.errors == [], address


@pytest.mark.parametrize("over", ["http", "file"])
def test_live_figures_live_in_firefox(firefox, site, html, over):
    files = sorted((html / "book").rglob("*.html"))
    alive = [f for f in files if PLACE in f.read_text(encoding="utf-8")]
    assert len(alive) > 5
    for file in alive:
        address = f"{site}/{file.relative_to(html).as_posix()}"
        visit(firefox, address if over == "http" else file.as_uri())
