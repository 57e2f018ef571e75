"""Every page of the built book, opened as a reader opens it."""

from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.browser

TOC = yaml.safe_load((Path(__file__).parents[2] / "book/_toc.yml").read_text())
PAGES = [TOC["root"], *(c["file"] for p in TOC["parts"] for c in p["chapters"])]
LOOKS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]

UNSET_FORMULAS = """() => [...document.querySelectorAll('.math')]
    .filter(e => !e.querySelector('mjx-container') || e.querySelector('mjx-merror'))
    .map(e => e.textContent)"""
BROKEN_IMAGES = """() => [...document.images].filter(i => i.offsetParent !== null)
    .filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"""
TOO_WIDE = """() => [...document.querySelectorAll('.bd-article *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
BAD_IDS = """() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
    return ids.filter((id, k) => ids.indexOf(id) !== k) }"""


def shoot(page, root, name, width, scheme):
    folder = root / "_build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    device = "phone" if width < 500 else "desktop"
    file = folder / f"{name.replace('/', '_')}_{device}_{scheme}.png"
    page.screenshot(path=file, full_page=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_in_every_look(visit, site, root, name):
    for width, scheme in LOOKS:
        v = visit(width, scheme)
        page = v.open(f"{site}/{name}.html")
        shoot(page, root, name, width, scheme)
        assert v.foreign == [], "requests to other hosts"
        assert v.errors == []
        assert page.evaluate(UNSET_FORMULAS) == []
        assert page.evaluate(BROKEN_IMAGES) == []
        assert page.evaluate(BAD_IDS) == [], "ids given twice"
        assert page.locator("html").get_attribute("data-theme") == scheme
        scroll = page.evaluate("document.documentElement.scrollWidth")
        assert scroll <= width, f"page scrolls sideways: {page.evaluate(TOO_WIDE)}"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_from_the_file_system(visit, html, name):
    v = visit()
    page = v.open((html / f"{name}.html").as_uri())
    assert (v.foreign, v.errors) == ([], [])
    assert page.evaluate(UNSET_FORMULAS) == []
    assert page.evaluate("document.fonts.check('16px \"Source Serif 4\"')")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_title_a_language_and_named_controls(visit, site, name):
    page = visit().open(f"{site}/{name}.html")
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    nameless = """() => [...document.querySelectorAll('button, a[href]')]
        .filter(e => e.offsetParent !== null)
        .filter(e => !(e.innerText.trim() || e.ariaLabel || e.title
                       || e.querySelector('[alt], title')))
        .map(e => e.outerHTML)"""
    assert page.evaluate(nameless) == []


def test_the_start_page_leads_to_the_preface(visit, site):
    page = visit().open(f"{site}/")
    page.wait_for_url("**/book/index.html")
    assert page.locator("h1").inner_text().startswith("The LSTM Course")


@pytest.mark.parametrize("over", ["http", "file"])
def test_search_finds_a_word_offline(visit, site, html, over):
    v = visit()
    start = site if over == "http" else html.as_uri()
    page = v.open(f"{start}/search.html?q=candidate")
    page.wait_for_selector("#search-results li a")
    links = page.locator("#search-results li a").evaluate_all("l => l.map(a => a.href)")
    assert any("book/" in link for link in links)
    assert v.foreign == []
    if over == "http":  # from a file, the browser forbids the lines around a hit
        assert v.errors == []


def test_the_theme_switch_changes_the_page(visit, site):
    page = visit(scheme="light").open(f"{site}/{PAGES[0]}.html")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        if page.locator("html").get_attribute("data-theme") == "dark":
            break
    assert page.evaluate(paper) != light


def test_keys_reach_a_wide_formula_on_a_phone(visit, site):
    page = visit(390).open(f"{site}/{PAGES[1]}.html")
    stuck = """() => [...document.querySelectorAll('div.math')]
        .filter(e => e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0).length"""
    assert page.evaluate(stuck) == 0
