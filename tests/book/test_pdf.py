"""The book as one PDF: every chapter, bookmarks, links that stay inside."""

import subprocess
import sys

import pytest
from book.pages import PAGES
from bs4 import BeautifulSoup

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def pdf(html, root):
    from pypdf import PdfReader

    command = [sys.executable, "scripts/pdf.py"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=500)
    assert run.returncode == 0, run.stdout + run.stderr
    return PdfReader(root / "_build/lstm-course.pdf")


def title(html, name):
    """The title of a page as the book shows it."""
    text = (html / f"{name}.html").read_text("utf-8")
    h1 = BeautifulSoup(text, "html.parser").select_one("article h1")
    h1.select_one(".headerlink").extract()
    return h1.get_text().strip()


def test_every_page_of_the_book_has_its_bookmark(pdf, html):
    top = [entry.title for entry in pdf.outline if not isinstance(entry, list)]
    assert top == [title(html, name) for name in PAGES]


def test_a_bookmark_leads_to_its_title_and_the_feet_count(pdf):
    for entry in pdf.outline:
        if isinstance(entry, list):
            continue
        number = pdf.get_destination_page_number(entry)
        text = pdf.pages[number].extract_text()
        assert entry.title.split()[-1] in text
        assert number == 0 or text.rstrip().endswith(f" {number + 1}")


def test_links_stay_inside_or_lead_to_the_web(pdf):
    notes = [n.get_object() for p in pdf.pages for n in p.get("/Annots") or []]
    outside = [str(n["/A"]["/URI"]) for n in notes if "/URI" in n.get("/A", {})]
    assert outside and all(uri.startswith("http") for uri in outside)
    assert sum("/Dest" in n for n in notes) > 50


def test_mathematics_is_set_and_not_printed_as_source(pdf):
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert r"\begin{" not in text and "$$" not in text
