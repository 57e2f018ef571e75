"""The book says what it is, can be cited, and remembers how far it was read."""

import re

import pytest
import yaml
from book.pages import PAGES
from bs4 import BeautifulSoup

pytestmark = pytest.mark.browser

CHAPTER = next(name for name in PAGES if re.search(r"/\d\d_", name))


def head(html, name):
    """What the head of a page says: {name or property: content}, its icon."""
    soup = BeautifulSoup((html / f"{name}.html").read_text("utf-8"), "html.parser")
    said = {t.get("name") or t.get("property"): t["content"] for t in soup("meta")[1:]}
    return said, soup.select_one('link[rel~="icon"]')


def test_every_page_describes_itself_in_its_own_words(html):
    heads = [head(html, name)[0] for name in PAGES]
    words = [h["description"] for h in heads]
    assert all(20 < len(w) <= 202 for w in words), words
    assert len(set(words)) == len(PAGES)
    assert all(h["og:title"] and h["og:description"] == h["description"] for h in heads)


def test_a_preview_shows_the_picture_that_the_build_drew(html):
    from matplotlib.image import imread

    address = head(html, PAGES[0])[0]["og:image"]
    assert address.startswith("https://") and address.endswith("/_static/preview.png")
    picture = imread(html / "_static/preview.png")
    assert picture.shape[:2] == (630, 1200) and picture.std() > 0.05


def test_the_book_has_an_icon(html):
    icon = head(html, PAGES[0])[1]
    assert (html / "book" / icon["href"]).read_text("utf-8").startswith("<svg")


def test_the_book_says_how_to_cite_it(html, root):
    cff = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    text = (html / f"{PAGES[0]}.html").read_text("utf-8")
    entry = BeautifulSoup(text, "html.parser").select_one("#how-to-cite pre").text
    for part in (cff["title"], str(cff["version"]), str(cff["date-released"].year)):
        assert part in entry
    assert cff["authors"][0]["name"] in entry and entry.count("{") == entry.count("}")


def test_a_chapter_says_how_far_it_is_read_and_remembers_its_end(start_visit, site):
    page = start_visit().open(f"{site}/{CHAPTER}.html")
    marked = page.locator(".bd-links a.read")
    total = page.locator("article section > h2").count()
    page.evaluate("document.querySelectorAll('article h2')[3].scrollIntoView()")
    says = "t => document.querySelector('.reading').textContent === t"
    page.wait_for_function(says, arg=f"section 4 of {total}")
    page.reload()
    assert marked.count() == 0
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_function(says, arg=f"section {total} of {total}")
    page.goto(f"{site}/{PAGES[0]}.html")
    assert marked.count() == 1 and marked.get_attribute("href") in f"{CHAPTER}.html"


def test_who_has_made_the_pdf_finds_it_on_every_page(html):
    """Pages that were built after it: another test prints one beside older pages."""
    pdf = html / "lstm-course.pdf"
    for name in PAGES:
        page = html / f"{name}.html"
        made = pdf.exists() and pdf.stat().st_mtime < page.stat().st_mtime
        assert ("../lstm-course.pdf" in page.read_text("utf-8")) == made
