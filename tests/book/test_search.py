"""Search answers with sections, from a server and from the disk."""

import json
import re

import pytest
from book.pages import PAGES

pytestmark = pytest.mark.browser

HITS = """() => [...document.querySelectorAll('.found li')].map(li => ({
    title: li.querySelector('a').textContent, address: li.querySelector('a').href,
    marked: [...li.querySelectorAll('mark')].map(m => m.textContent.toLowerCase()),
    lines: li.querySelector('p')?.textContent ?? '' }))"""
RAW = re.compile(r"\\[a-z]{2,}|\$\$|\\\(|\b(?!lstm)[a-z]{4,}(?:19|20)\d\d\b")
QUERIES = {  # what a reader asks for: the section that should be among the first five
    "half-life": "3.5",
    "teacher forcing": "6.6",
    "stock market": None,
    "newton": "7.14",
    "forget bias": "3.6",
    "vanishing gradient": "2.8",
    "peephole": "5.1",
    "clipping": "2.5",
}


@pytest.fixture(scope="module")
def entries(html):
    text = (html / "_static/sections.js").read_text("utf-8")
    return json.loads(text.partition("=")[2])


@pytest.fixture(params=["http", "file"], scope="module")
def search(request, start_visit, site, html):
    """A function query -> what the page "Search" finds."""
    start = site if request.param == "http" else html.as_uri()
    visit = start_visit()

    def ask(query):
        page = visit.open(f"{start}/search.html?q={query}")
        page.wait_for_selector("#search-results [role=status]")
        assert (visit.foreign, visit.errors) == ([], [])
        return page.evaluate(HITS)

    return ask


def test_every_section_has_its_entry_and_its_place(entries, html):
    assert [e["page"] for e in entries] == [f"{name}.html" for name in PAGES]
    for entry in entries:
        text = (html / entry["page"]).read_text("utf-8")
        anchors = [s[0] for s in entry["sections"]]
        assert anchors[0] == "" and len(set(anchors)) == len(anchors)
        assert [a for a in anchors[1:] if f'id="{a[1:]}"' not in text] == []
        assert len(anchors) == text.count("<section ") - text.count('<section class="g')


def test_no_entry_has_raw_tex_or_the_key_of_a_source(entries):
    prose = " ".join(s[3] for e in entries for s in e["sections"])
    assert len(prose) > 100_000
    assert RAW.findall(prose) == []


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_finds_its_section_with_the_words_around(search, query):
    found, wanted = search(query), QUERIES[query]
    if wanted is None:
        assert found == []
        return
    assert any(hit["title"].startswith(f"{wanted} ") for hit in found[:5]), found[:5]
    assert all(hit["marked"] for hit in found[:3])
    assert all(len(hit["lines"]) < 200 for hit in found)


def test_a_word_finds_its_other_forms_and_no_word_inside_another(search):
    marked = {word for hit in search("gates") for word in hit["marked"]}
    assert {"gate", "gates"} <= marked
    assert not any(re.match("gate", hit) is None for hit in marked), marked


def test_what_is_typed_is_text_and_never_a_page(search):
    assert search("<img src=x onerror=alert(1)> (.*) \\") == []


def test_one_searches_from_any_page_without_leaving_it(start_visit, site):
    page = start_visit().open(f"{site}/{PAGES[1]}.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("carousel")
    page.wait_for_selector(".search-found li a")
    assert page.url.endswith(f"{PAGES[1]}.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/03_*#*")
    place = page.url.partition("#")[2]
    top = page.evaluate(
        "id => document.getElementById(id).getBoundingClientRect().top", place
    )
    assert abs(top) < 200


def test_the_entries_are_loaded_only_for_a_reader_who_searches(start_visit, site):
    page, asked = start_visit().page, []
    page.on("request", lambda r: asked.append(r.url))
    page.goto(f"{site}/{PAGES[0]}.html", wait_until="networkidle")
    assert not any("sections.js" in url or "searchindex" in url for url in asked)
    page.evaluate("document.querySelector('#pst-search-dialog').showModal()")
    page.wait_for_function("window.bookSections")
