"""Folds: code that draws, answers to what was changed, the choices of a quiz."""

from io import BytesIO

import numpy as np
import pytest
from book.sample import MARK, build, run
from nbformat.v4 import new_markdown_cell
from PIL import Image

pytestmark = pytest.mark.browser

FIGURE = {"figure": {"caption": "A finding.", "name": "fig-fold"}}
FOLDED = {"tags": ["hide-input"]}
PROSE = "the network reads on and says what it has seen, " * 3
TEXT = """# A sample

## Change

:::{admonition} Change one thing
:class: change
What if $f$ were 0?

<details><summary>What you should see</summary>

Nothing is kept.

</details>
:::

$$W_h^\\top$$

**1.** Which?

<details class="choice"><summary>This one</summary>

No: never.

</details>
<details class="choice right"><summary>That one</summary>

Yes: always.

</details>
"""
CELLS = [
    new_markdown_cell(TEXT),
    run("import this", **FOLDED),
    run("draw()", picture=MARK, mystnb=FIGURE, **FOLDED),
    run("helper()", **FOLDED),
    run("own()", mystnb={"code_prompt_show": "How it is made"}, **FOLDED),
    run("prose()", PROSE),
    run("columns()", "a    1  " * 20 + "\nb    2\n"),
]
BARS = ["Imports", "How this was drawn", "Show the code", "How it is made"]
MARKED = "e => getComputedStyle(e, '::before').content"


@pytest.fixture(scope="module")
def address(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("folds")
    done = build(root, folder, CELLS)
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / "_build/html/book/01_sample.html").as_uri()


@pytest.fixture
def page(start_visit, address):
    page = start_visit().open(address)
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def test_a_bar_says_why_code_is_folded(page):
    bars = page.locator("details.hide > summary").all_inner_texts()
    assert [b.strip() for b in bars] == BARS
    assert not page.get_by_text("draw()").is_visible()
    page.locator("details.hide > summary").nth(1).press("Enter")
    assert page.get_by_text("draw()").is_visible()


def test_prose_wraps_and_columns_keep_their_lines(page):
    wide = "e => e.scrollWidth > e.clientWidth + 1"
    printed = page.locator(".cell_output pre")
    assert not printed.nth(0).evaluate(wide)
    assert printed.nth(1).evaluate(wide)


def test_what_stands_high_in_a_formula_is_not_cut(page):
    drawn = page.locator("mjx-container[display='true']").screenshot()
    grey = np.asarray(Image.open(BytesIO(drawn)).convert("L"))
    assert grey.min() < 128 < grey[0].min()  # no ink at the edge


def test_a_choice_is_marked_once_it_is_made(page):
    wrong, right = page.locator("details.choice > summary").all()
    assert wrong.evaluate(MARKED) == right.evaluate(MARKED) == '"○"'
    wrong.click()
    right.click()
    assert (wrong.evaluate(MARKED), right.evaluate(MARKED)) == ('"✗"', '"✓"')
    assert page.get_by_text("Yes: always.").is_visible()


def test_paper_has_the_choices_and_what_one_should_see(page):
    page.emulate_media(media="print")
    assert page.get_by_text("That one").is_visible()
    assert page.get_by_text("Nothing is kept.").is_visible()
    assert not page.get_by_text("Yes: always.").is_visible()
    assert not page.get_by_text("import this").is_visible()
