"""A large network lies beside its page and comes when its figure is touched."""

import json
import re

import pytest
from live_figures import study
from networks import LARGE, moved

from book import sample
from lstm_course import CELLS
from lstm_course.widgets import Comparison, Playground, TextReader, UnitExplorer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(root, tmp_path_factory):
    """A page with one figure that carries a network."""
    folder = tmp_path_factory.mktemp("network")
    shown = TextReader(text="Thou art my lor")._repr_mimebundle_()[0]["text/html"]
    named = {"mystnb": {"figure": {"name": "fig-reader"}, "image": {"alt": "reader"}}}
    caption = "**Figure.** A network reads."
    cells = [
        sample.new_markdown_cell("# A sample"),
        sample.run("TextReader()", picture=shown, **named),
        sample.new_markdown_cell(caption, metadata={"tags": ["caption"]}),
    ]
    built = sample.build(root, folder, cells)
    assert built.returncode == 0, built.stderr
    return folder / "_build/html/book/01_sample.html"


def test_the_page_is_small_and_the_network_comes_when_asked(page, start_visit):
    (script,) = (page.parent.parent / "_static/networks").glob("*.js")
    assert script.stat().st_size > 150_000 > page.stat().st_size - LARGE
    assert '"W_h": {"shape"' not in page.read_text(encoding="utf-8")
    visit = start_visit()
    asked = []
    visit.page.on("request", lambda request: asked.append(request.url))
    opened = visit.open(page.as_uri())
    opened.wait_for_timeout(500)
    assert not any(script.name in url for url in asked)
    assert opened.locator(".live-figure svg").first.is_visible()
    opened.get_by_role("button", name="Wake this figure (0.2 MB)").click()
    opened.wait_for_selector("[data-alive] .lcw")
    opened.keyboard.type("d")  # the text has the focus
    opened.wait_for_timeout(400)
    assert opened.get_by_label("Your text").input_value() == "Thou art my lord"
    assert (visit.errors, visit.foreign) == ([], [])


@pytest.fixture(scope="module")
def trials(root, tmp_path_factory):
    """A page with thousands of trials."""
    folder = tmp_path_factory.mktemp("trials")
    rows = study(CELLS, [f"task{k}" for k in range(9)], 24)
    shown = Comparison(rows)._repr_mimebundle_()[0]["text/html"]
    named = {"mystnb": {"figure": {"name": "fig-trials"}, "image": {"alt": "trials"}}}
    words = sample.new_markdown_cell("**Figure.** All.", metadata={"tags": ["caption"]})
    cells = [sample.new_markdown_cell("# A sample"),
             sample.run("Comparison()", picture=shown, **named), words]  # fmt: skip
    built = sample.build(root, folder, cells)
    assert built.returncode == 0, built.stderr
    return folder / "_build/html/book/01_sample.html"


def test_thousands_of_trials_come_when_touched_or_asked_for_by_a_link(
    trials, start_visit
):
    (script,) = (trials.parent.parent / "_static/networks").glob("*.js")
    assert LARGE < script.stat().st_size < 700_000
    visit = start_visit()
    page = visit.open(trials.as_uri())
    page.wait_for_timeout(500)
    assert page.locator(".live-figure table").is_visible()
    assert page.locator("[data-alive]").count() == 0
    page.get_by_role("button", name="Wake this figure").click()
    page.wait_for_selector("[data-alive] .lcw .dot")
    assert page.evaluate("document.activeElement.ariaLabel") == "task"
    page.goto("about:blank")
    page.goto(trials.as_uri() + '#live-comparison?task="task3"&cell="nfg"')
    page.wait_for_selector("[data-alive] .lcw .dot")
    assert page.get_by_label("task", exact=True).input_value() == "task3"
    assert (visit.errors, visit.foreign) == ([], [])


def test_a_small_state_stays_where_it_is(tmp_path):
    figure = UnitExplorer()
    state = json.dumps(figure.get_state(["weights", "presets"]))
    assert moved(state, tmp_path) == state and list(tmp_path.iterdir()) == []


def test_a_chapter_s_playground_comes_when_it_is_touched(root, tmp_path, start_visit):
    shown = Playground("parity", compact=True)._repr_mimebundle_()[0]["text/html"]
    named = {"mystnb": {"figure": {"name": "fig-play"}, "image": {"alt": "play"}}}
    words = sample.new_markdown_cell("**Figure.** It.", metadata={"tags": ["caption"]})
    cells = [sample.new_markdown_cell("# A sample"),
             sample.run("Playground()", picture=shown, **named), words]  # fmt: skip
    built = sample.build(root, tmp_path, cells)
    assert built.returncode == 0, built.stderr
    page = tmp_path / "_build/html/book/01_sample.html"
    state = re.search(r'json">(.*?)</script>', page.read_text("utf-8"), re.S)[1]
    assert len(state) < 20_000 and "file" in json.loads(state)["engine"]
    visit = start_visit()
    opened = visit.open(page.as_uri())
    opened.get_by_role("button", name="Wake this figure").click()
    opened.get_by_role("button", name="train", exact=True).click()
    opened.get_by_text("It learns, up to step 3000").wait_for()
    assert (visit.errors, visit.foreign) == ([], [])
