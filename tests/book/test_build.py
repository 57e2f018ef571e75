"""The built book as files: whole, linked, and made of nothing from elsewhere."""

import os
import re
import subprocess
import sys
from functools import cache
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from book.conftest import one_at_a_time
from bs4 import BeautifulSoup

pytestmark = pytest.mark.browser

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src"}
LOADED |= {"audio": "src", "video": "src", "object": "data", "embed": "src"}
LOADING_LINKS = {"stylesheet", "icon", "shortcut", "preload", "modulepreload"}


@cache
def soup(file):
    return BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(file):
    return {tag["id"] for tag in soup(file).find_all(id=True)} | {"", "top"}


def pages(html):
    found = [f for f in sorted(html.rglob("*.html")) if "_static" not in f.parts]
    assert len(found) > 5
    return found


def loads(page):
    """Addresses that a page asks for by itself."""
    for tag, name in LOADED.items():
        yield from (t[name] for t in soup(page).find_all(tag) if t.get(name))
    for link in soup(page).find_all("link", href=True):
        if LOADING_LINKS & set(link.get("rel", [])):
            yield link["href"]


def missing(html, page, address):
    """Why an address inside the book leads nowhere, or None."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target = target / "index.html"
    if not target.is_file():
        return f"{page.relative_to(html)} -> {address}: no such file"
    if target.suffix == ".html" and unquote(parts.fragment) not in anchors(target):
        return f"{page.relative_to(html)} -> {address}: no such place on the page"
    return None


def test_the_build_has_no_warning(build):
    assert build.returncode == 0, build.stdout[-6000:] + build.stderr[-6000:]
    assert not re.search(r"\bWARNING\b|\bERROR\b", build.stdout + build.stderr)
    assert "The book is at" in build.stdout


def test_no_internal_link_and_no_anchor_is_dead(html):
    dead = [
        missing(html, page, link["href"])
        for page in pages(html)
        for link in soup(page).find_all("a", href=True)
    ]
    assert [d for d in dead if d] == []


def test_everything_a_page_loads_is_there(html):
    gone = [missing(html, page, a) for page in pages(html) for a in loads(page)]
    assert [g for g in gone if g] == []


def test_no_page_and_no_stylesheet_loads_from_another_host(html):
    found = [a for page in pages(html) for a in loads(page)]
    for sheet in html.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        found += re.findall(r"url\(\s*[\"']?([^)\"']+)", text)
        found += re.findall(r"@import\s+[\"']([^\"']+)", text)
    foreign = [a for a in found if urlsplit(a).netloc]
    assert foreign == []


def test_no_source_map_is_shipped(html):
    assert list(html.rglob("*.map")) == []


def test_every_drawn_output_is_a_figure_with_caption_and_words(html):
    for page in pages(html):
        for drawn in soup(page).select("div.cell_output img, div.cell_output svg"):
            if drawn.find_parent("svg"):
                continue
            figure = drawn.find_parent("figure")
            assert figure and figure.find("figcaption"), f"{page.name}: {drawn}"[:300]
            words = drawn.get("alt") or drawn.get("aria-label") or drawn.find("title")
            assert words, f"{page.name}: nothing for a reader who cannot see"
            assert not str(words).endswith((".png", ".svg"))


def test_a_chapter_runs_in_under_three_minutes(build, root):
    from jupyter_cache import get_cache

    records = get_cache(root / "_build/.jupyter_cache").list_cache_records()
    seconds = {r.uri: r.data["execution_seconds"] for r in records}
    busy = max(1, os.getloadavg()[2] / os.cpu_count())  # others share the machine
    assert seconds and max(seconds.values()) < 180 * busy, seconds


def test_a_second_build_executes_nothing(html, root):
    cache = root / "_build/.jupyter_cache/executed"
    before = {f: f.stat().st_mtime_ns for f in cache.rglob("*.ipynb")}
    command = [sys.executable, "scripts/book.py", "build"]
    with one_at_a_time(root / "_build" / "lock"):
        subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=300)
    assert {f: f.stat().st_mtime_ns for f in cache.rglob("*.ipynb")} == before != {}


def test_the_numbers_on_the_corrections_page_are_right(html):
    text = (html / "book/corrections.html").read_text(encoding="utf-8")
    sigmoid = 1 / (1 + np.exp(-1))
    for number in (np.tanh(np.tanh(1)), np.tanh(sigmoid), np.tanh(1)):
        assert f"{number:.4f}" in text
    assert f"{0.5**100:.0e}" == "8e-31" and r"8 \cdot 10^{-31}" in text
    units, inputs = 100, 32
    lstm = 4 * ((inputs + units) * units + units)
    assert f"{lstm:,}" in text and f"{lstm + 4 * units:,}" in text
    assert f"{5000 * inputs + lstm + units + 1:,}".replace(",", "{,}") in text
