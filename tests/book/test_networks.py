"""A large network lies beside its page and comes when its figure is touched."""

import json

import pytest
from networks import LARGE, moved

from book import sample
from lstm_course.widgets import TextReader, UnitExplorer

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


def test_a_small_state_stays_where_it_is(tmp_path):
    figure = UnitExplorer()
    state = json.dumps(figure.get_state(["W_x", "presets"]))
    assert moved(state, tmp_path) == state and list(tmp_path.iterdir()) == []
