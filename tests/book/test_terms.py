"""Terms and symbols explain themselves: by pointer, by key, by tap, without scripts."""

import json
import re

import pytest
from book.pages import PAGES, every_page
from bs4 import BeautifulSoup

pytestmark = pytest.mark.browser

GATES, GLOSSARY = "book/03_gates_and_cell_state", "book/glossary"
TERM = "#the-conveyor-belt a.term"


def soup(html, name):
    return BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def entries(html):
    text = (html / "_static/definitions.js").read_text("utf-8")
    return json.loads(text.partition("=")[2])


@every_page
def test_a_term_is_marked_once_in_a_section_and_in_prose_alone(html, entries, name):
    page, seen = soup(html, name), []
    for link in page.select("article a.term"):
        target = link["href"].rpartition("/")[2].replace(".html", "")
        assert target in entries
        seen.append((link.find_parent("section")["id"], target))
        inside = [p.name for p in link.parents]
        assert not {"h1", "h2", "h3", "pre", "code", "figcaption", "table"} & set(
            inside
        )
        assert inside.count("a") == 0 and not link.find_parent(class_="guess")
    assert len(seen) == len(set(seen))
    assert len(seen) > 60 or not re.search(r"/\d\d_", name)


def test_every_entry_says_where_a_chapter_uses_it_first(html, entries):
    numbers = {}
    for name in filter(re.compile(r"/\d\d_").search, PAGES):
        for head in soup(html, name).select("article :is(h1, h2) .section-number"):
            numbers[head.text.strip().rstrip(".")] = head
    found = {
        key: said["first"].removeprefix("chapter ") for key, said in entries.items()
    }
    assert {n for n in found.values() if n} <= set(numbers)
    assert found["glossary#term-forget-gate"] < "3" and found["notation#symbol-f_t"]
    quiet = {key for key, number in found.items() if not number}
    assert quiet <= {"glossary#term-LSTM", *(f"notation#symbol-{s}" for s in "TBK")}


def test_the_two_pages_of_entries_link_to_the_first_place(html, entries):
    for key, said in entries.items():
        name, _, anchor = key.partition("#")
        place = soup(html, f"book/{name}").find(id=anchor)
        shown = place.parent if place.name == "dt" else place
        assert said["first"].removeprefix("chapter ") in shown.text


def test_no_definition_has_raw_tex_and_each_is_a_sentence(entries):
    assert len(entries) > 70
    for said in entries.values():
        assert "\\" not in said["text"] and said["text"].rstrip().endswith(".")


@pytest.mark.parametrize("over", ["http", "file"])
def test_pointing_at_a_term_shows_its_entry_and_escape_puts_it_away(
    start_visit, site, html, entries, over
):
    visit = start_visit()
    start = site if over == "http" else html.as_uri()
    page = visit.open(f"{start}/{GATES}.html")
    tip, link = page.locator("#term-tip"), page.locator(TERM).first
    assert not tip.is_visible()
    link.hover()
    tip.wait_for(state="visible")
    assert link.get_attribute("aria-describedby") == "term-tip"
    assert entries["glossary#term-recurrent-network"]["text"] in tip.inner_text()
    page.keyboard.press("Escape")
    assert not tip.is_visible() and not link.get_attribute("aria-describedby")
    assert (visit.foreign, visit.errors) == ([], [])


def test_the_focus_shows_an_entry_and_a_symbol_has_one(start_visit, site):
    page = start_visit().open(f"{site}/{GATES}.html")
    page.locator("#the-conveyor-belt a.term:has(.math)").first.focus()
    page.locator("#term-tip").wait_for(state="visible")
    assert "You meet it first in" in page.locator("#term-tip").inner_text()


def test_a_tap_shows_the_entry_and_a_second_one_follows_the_link(browser, site):
    phone = {"width": 390, "height": 844}
    with browser.new_context(viewport=phone, has_touch=True) as context:
        page = context.new_page()
        page.goto(f"{site}/{GATES}.html", wait_until="load")
        page.locator(TERM).first.tap()
        page.locator("#term-tip").wait_for(state="visible")
        box = page.locator("#term-tip").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        assert page.url.endswith(f"{GATES}.html")
        page.locator(TERM).first.tap()
        page.wait_for_url("**/book/glossary.html#term-*")


def test_without_scripts_a_term_is_a_link_to_its_entry(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/{GATES}.html")
        page.locator(TERM).first.click()
        assert page.url.endswith("/book/glossary.html#term-recurrent-network")
