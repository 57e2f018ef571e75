"""Every page of the built book, opened as a reader opens it."""

from functools import cache

import pytest
from book.pages import PAGES, every_page

pytestmark = pytest.mark.browser

LOOK = {  # what is asked of a page in each of its four looks
    "formulas not set": """() => [...document.querySelectorAll('.math.notranslate')]
        .filter(e => !e.querySelector('mjx-container') || e.querySelector('mjx-merror'))
        .map(e => e.textContent)""",
    "raw TeX": r"""() => [...document.querySelectorAll('.bd-article :is(p, td)')]
        .map(e => e.innerText).filter(t => /\$\$|\\\(|\\\[|\\begin\{/.test(t))""",
    "broken images": """() => [...document.images].filter(i => i.offsetParent !== null)
        .filter(i => !i.complete || !i.naturalWidth).map(i => i.src)""",
    "wider than the page": """() =>
        document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
        .slice(0, 5).map(e => e.outerHTML.slice(0, 120))""",
    "ids given twice": """() => { const ids = [...document.querySelectorAll('[id]')]
        .map(e => e.id); return ids.filter((id, k) => ids.indexOf(id) !== k) }""",
    "controls without a name": """() =>
        [...document.querySelectorAll('button, a[href], input')]
        .filter(e => e.offsetParent !== null)
        .filter(e => !(e.textContent.trim() || e.ariaLabel || e.title || e.placeholder
                       || e.labels?.length || e.querySelector('[alt], title')))
        .map(e => e.outerHTML)""",
    "scrolls, but not by keys": """() =>
        [...document.querySelectorAll('.bd-article div.math, .bd-article pre')]
        .filter(e => e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0)
        .map(e => e.outerHTML.slice(0, 120))""",
    "wrong colours": """() => { const dark = matchMedia('(prefers-color-scheme: dark)');
        const theme = document.documentElement.dataset.theme;
        return theme === (dark.matches ? 'dark' : 'light') ? [] : [theme] }""",
    "titles": """() => [...document.querySelectorAll('.bd-article h1')].length === 1
        && document.documentElement.lang === 'en' ? [] : ['no single h1 or no lang']""",
}


@pytest.fixture(scope="module")
def findings(start_visit, site, root):
    """A function page -> {question: what was found wrong}, each page visited once."""
    folder = root / "_build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)

    @cache
    def look(name):
        found = {question: [] for question in (*LOOK, "foreign", "errors")}
        for scheme in ("light", "dark"):
            visit = start_visit(scheme)
            page = visit.open(f"{site}/{name}.html")
            for device, width in (("desktop", 1280), ("phone", 390)):
                page.set_viewport_size({"width": width, "height": 900})
                file = f"{name.replace('/', '_')}_{device}_{scheme}.png"
                page.screenshot(
                    path=folder / file, full_page=True, animations="disabled"
                )
                for question, script in LOOK.items():
                    found[question] += page.evaluate(script)
            found["foreign"] += visit.foreign
            found["errors"] += visit.errors
        return found

    return look


@every_page
@pytest.mark.parametrize("question", LOOK)
def test_a_page_is_whole_wide_and_narrow_light_and_dark(findings, name, question):
    assert findings(name)[question] == []


@every_page
def test_a_page_asks_no_other_host_for_anything(findings, name):
    assert findings(name)["foreign"] == []


@every_page
def test_a_page_raises_no_error(findings, name):
    assert findings(name)["errors"] == []


@every_page
def test_a_page_opens_from_the_file_system(start_visit, html, name):
    visit = start_visit()
    page = visit.open((html / f"{name}.html").as_uri())
    assert (visit.foreign, visit.errors) == ([], [])
    assert page.evaluate(LOOK["formulas not set"]) == []


def test_the_fonts_are_the_book_s_own(start_visit, site):
    page = start_visit().open(f"{site}/{PAGES[0]}.html")
    loaded = "() => [...document.fonts].filter(f => f.status == 'loaded')"
    families = page.evaluate(loaded + ".map(f => f.family.replaceAll('\"', ''))")
    assert {"Source Serif 4", "Inter", "JetBrains Mono"} <= set(families)


def test_the_start_page_leads_to_the_preface(start_visit, site):
    page = start_visit().page
    page.goto(f"{site}/")
    page.wait_for_url("**/book/index.html")
    assert page.locator(".bd-article h1").inner_text().startswith("The LSTM Course")


@pytest.mark.parametrize("over", ["http", "file"])
def test_search_finds_a_word_offline(start_visit, site, html, over):
    visit = start_visit()
    start = site if over == "http" else html.as_uri()
    page = visit.open(f"{start}/search.html?q=candidate")
    page.wait_for_selector("#search-results li a")
    links = page.locator("#search-results li a").evaluate_all("l => l.map(a => a.href)")
    assert any("book/" in link for link in links)
    assert visit.foreign == []
    if over == "http":  # from a file, the browser forbids the lines around a hit
        assert visit.errors == []


def test_the_theme_switch_changes_the_page(start_visit, site):
    page = start_visit("light").open(f"{site}/{PAGES[0]}.html")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        if page.locator("html").get_attribute("data-theme") == "dark":
            break
    assert page.evaluate(paper) != light


def test_a_dark_screen_prints_light(start_visit, site):
    page = start_visit("dark").open(f"{site}/{PAGES[0]}.html")
    theme = "document.documentElement.dataset.theme"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(theme) == "light"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(theme) == "dark"
