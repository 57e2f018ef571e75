"""The first page's live figure computes what the package computes."""

import landing
import numpy as np
import pytest
from book.pages import PAGES

pytestmark = pytest.mark.browser

TURN = """([index, value]) => {
    const dial = document.querySelectorAll('.memory input')[index];
    dial.value = value; dial.dispatchEvent(new Event('input')) }"""
OTHERS, KEEP = 0, 1


@pytest.fixture
def page(start_visit, site):
    return start_visit().open(f"{site}/{PAGES[0]}.html")


def run(page):
    return page.evaluate("document.querySelector('.memory').run")


def test_the_figure_computes_the_package_s_lstm(page):
    rng = np.random.default_rng(0)
    for keep, others in rng.integers((50, 1), (100, 100), (20, 2)) / 100:
        page.evaluate(TURN, [OTHERS, others])
        page.evaluate(TURN, [KEEP, keep])
        shown, right = run(page), landing.read(keep, others)
        assert shown.keys() == right.keys()
        for name, value in right.items():  # 1e-12: another exp and tanh
            np.testing.assert_allclose(shown[name], value, rtol=0, atol=1e-12)


def test_one_dial_makes_the_verb_wrong_the_other_unsure(page):
    said = page.locator(".memory .said")
    assert said.inner_text().startswith("Right")
    page.evaluate(TURN, [OTHERS, 0.9])
    assert said.inner_text().startswith("Wrong")
    page.locator(".memory .dials button").click()
    page.evaluate(TURN, [KEEP, 0.6])
    assert said.inner_text().startswith("Hardly")
    page.locator(".memory .dials button").click()
    assert said.inner_text().startswith("Right")


def test_half_a_dial_looks_half_full_and_is_undecided_not_wrong(page):
    page.evaluate(TURN, [KEEP, 0.5])
    assert page.locator(".memory .said").inner_text().startswith("Undecided")
    keep = page.locator(".memory input").nth(KEEP)
    low, high, now = keep.evaluate("e => [+e.min, +e.max, +e.value]")
    assert 0.45 < (now - low) / (high - low) < 0.55


def test_the_first_page_says_what_it_is_and_where_to_go(page):
    first = page.locator("article h1 + p").inner_text()
    assert "free interactive book" in first and "ten hours" in first
    doors = page.locator(".buttons a").all_inner_texts()
    assert doors[:3] == ["Start reading", "Try it in 5 minutes", "The idea in 15"]
    assert doors[-1] == "Code" and set(doors[3:-1]) <= {"PDF"}
    assert "planned" not in page.locator("#map-of-the-book table").inner_text()


def test_pressing_the_subject_changes_the_verb(page):
    assert run(page)["are"] > 0.9
    page.locator("button.form", has_text="keys").focus()
    page.keyboard.press("Enter")
    assert run(page)["are"] < 0.1
    assert "key … is" in page.locator(".memory .said").inner_text()


def test_without_scripts_the_figure_shows_the_same_run(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}/{PAGES[0]}.html")
        assert not page.locator(".memory .dials").is_visible()
        styles = [w.get_attribute("style") for w in page.locator(".word").all()]
        after = [float(s.partition("--after:")[2].split(";")[0]) for s in styles]
        np.testing.assert_allclose(after, landing.read()["c"], rtol=1e-3)
        assert "are" in page.locator(".memory .said").inner_text()
