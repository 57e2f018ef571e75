"""The page of years: every line leads somewhere, every number comes from a result."""

import re
import sys

import pytest
from bs4 import BeautifulSoup


@pytest.fixture(scope="module")
def timeline(root):
    sys.path.insert(0, str(root / "book/_ext"))
    try:
        import timeline
    finally:
        sys.path.pop(0)
    return timeline


@pytest.fixture(scope="module")
def lines(root, timeline):
    return list(timeline.lines(root / "book/references.bib"))


def test_lines_run_through_the_years_from_1991_on(lines):
    years = [int(line.split("|")[1]) for line in lines]
    assert years == sorted(years) and years[0] == 1991 and len(years) >= 30


def test_a_line_names_a_page_of_the_book_and_a_file_that_is_there(root, lines):
    for line in lines:
        (page,) = re.findall(r"\{doc\}`chapter \d <(\w+)>`", line)
        assert list(root.glob(f"book/{page}.*")), line
        for path in re.findall(r"\{source\}`[^<`]+<([^>]+)>`", line):
            assert (root / path).is_file(), line


def test_what_is_measured_stands_in_a_line_with_its_result(timeline, lines):
    for key, (name, say) in timeline.MEASURED.items():
        (line,) = [line for line in lines if f"`{key}`" in line]
        assert say() in line and f"book/results/{name}.json" in line
        assert re.search(r"\d", say()) and "nan" not in say()


@pytest.mark.browser
def test_the_page_has_every_line_and_its_links(site, html, lines):
    text = (html / "book/timeline.html").read_text("utf-8")
    page = BeautifulSoup(text, "html.parser")
    rows = page.select(".timeline tbody tr")
    assert len(rows) == len(lines)
    for row in rows:
        assert row.select("a[href^='bibliography']") and row.select("a[href*='0']")
