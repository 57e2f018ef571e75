"""Every page can be used by everybody: judged by axe-core, and by keys and settings."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from book.pages import PAGES, every_page

pytestmark = pytest.mark.browser

LOOKS = {"light": ("light", 1280), "dark": ("dark", 1280), "phone": ("light", 390)}
UNFOLD = "document.querySelectorAll('details').forEach(d => d.open = true)"
SETTLE = "new Promise(done => setTimeout(done, 400))"  # transitions end


def violations(page):
    """What axe-core calls serious or critical: rule and the places, as text."""
    found = Axe().run(page).response["violations"]
    return {
        f"{v['id']} ({v['impact']})": [n["html"][:160] for n in v["nodes"]]
        for v in found
        if v["impact"] in ("serious", "critical")
    }


@every_page
@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious(start_visit, site, name, look):
    scheme, width = LOOKS[look]
    page = start_visit(scheme).page
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/{name}.html", wait_until="load")
    page.evaluate("window.MathJax?.startup?.promise")
    page.evaluate(UNFOLD)
    page.evaluate(SETTLE)
    assert violations(page) == {}


def test_axe_does_find_what_is_wrong(start_visit, site):
    page = start_visit().open(f"{site}/{PAGES[0]}.html")
    page.evaluate("document.querySelector('main').innerHTML += '<img src=x>'")
    assert "image-alt (critical)" in violations(page)


@every_page
def test_headings_stand_in_order(start_visit, site, name):
    page = start_visit().page
    page.goto(f"{site}/{name}.html", wait_until="domcontentloaded")
    levels = page.evaluate("""() => [...document.querySelectorAll(
        '.bd-article :is(h1, h2, h3, h4, h5, h6)')].map(h => +h.tagName[1])""")
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:], strict=False)), levels


def test_the_first_key_leads_past_the_menus(start_visit, site):
    page = start_visit().open(f"{site}/{PAGES[1]}.html")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent.trim()")
    assert first == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = "document.activeElement.closest('main') !== null"
    assert page.evaluate(inside)


def test_nothing_moves_for_a_reader_who_asked_for_that(browser, site):
    moving = """() => [...document.querySelectorAll('*')].filter(e => {
        const s = getComputedStyle(e), all = s.animationDuration + ',' +
            s.transitionDuration;
        return all.split(',').some(t => parseFloat(t) > 0.01)
            || s.scrollBehavior === 'smooth' })
        .map(e => e.outerHTML.slice(0, 100))"""
    with browser.new_context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(f"{site}/{PAGES[0]}.html", wait_until="load")
        assert page.evaluate(moving) == []
