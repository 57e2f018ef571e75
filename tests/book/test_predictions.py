"""A Predict box asks, waits and answers; its page shows no answer before that."""

import pytest
from book.conftest import served
from book.sample import MARK, box, build, run
from nbformat.v4 import new_code_cell, new_markdown_cell

pytestmark = pytest.mark.browser

FIGURE = {"figure": {"caption": "A finding.", "name": "fig-inside"}}
DIFFER = {"find": r"differ: (\d)", "right": "0 if found[0] == 4 else 1"}
GAIN = {"find": r"gain ([\d.]+)", "near": 0.2}
CELLS = [
    new_markdown_cell("# A sample\n\n## First\n\nSee {numref}`fig-inside`."),
    box("How many of the four differ?", "4", "*none* of $h$.", kind=""),
    new_code_cell("# Your guess:", metadata={"tags": ["guess", "remove-cell"]}),
    run("differ()", "differ: 0\n", predict=DIFFER),
    run("draw()", picture=MARK, mystnb=FIGURE, tags=["hide-input"]),
    new_markdown_cell("None of them differs.\n\nFor a reason."),
    run("after()", "seen at once\n"),
    new_markdown_cell("## Second\n\nHow much is left?"),
    box("What is the gain?", kind=" number"),
    run("gain()", "gain 0.5\n", predict=GAIN),
    new_markdown_cell("Half of it.\n\n### No code\n\nThink."),
    box("What do you think?"),
    new_markdown_cell("It was easy.\n\nNot veiled."),
]


@pytest.fixture(scope="module")
def folder(root, tmp_path_factory):
    """The built sample: the folder of its pages."""
    folder = tmp_path_factory.mktemp("sample")
    done = build(root, folder, CELLS)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build/html"


@pytest.fixture(scope="module")
def address(folder):
    with served(folder) as site:
        yield f"{site}/book/01_sample.html"


@pytest.fixture
def page(start_visit, address):
    return start_visit().open(address)


# What a reader does not see (and a screen reader does not read), by its first words.
WAITING = """() => [...document.querySelectorAll('.veil > :not(.cover)')]
    .filter(e => !e.checkVisibility({ visibilityProperty: true }))
    .map(e => e.innerText || e.textContent).map(t => t.trim().slice(0, 8))"""
FIRST, SECOND, THIRD = 0, 1, 2
ALL = ["differ:", "Fig", "None of", "For a re", "gain 0.5", "Half of", "It was e"]


def waiting(page):
    texts = page.evaluate(WAITING)
    return [a for t in texts for a in ALL if t.startswith(a[:3])]


def commit(page, which, choice=None, text=None):
    form = page.locator("form.guess").nth(which)
    if choice is not None:
        form.locator("input").nth(choice).check()
    else:
        form.locator("[name=guess]").fill(text)
    form.locator("[type=submit]").click()
    return form.locator(".verdict").inner_text()


def summed(page):
    return page.locator("section.guesses p").inner_text()


def test_output_and_the_text_behind_it_wait_for_a_guess(page):
    assert waiting(page) == ALL


def test_code_and_what_comes_after_the_answer_do_not_wait(page):
    text = page.locator("article").inner_text()
    for seen in ("differ()", "seen at once", "How much is left?", "Not veiled."):
        assert seen in text


def test_a_guess_is_answered_and_its_veil_goes(page):
    assert commit(page, FIRST, choice=0).startswith("You said 4; it is none of")
    assert waiting(page) == ALL[4:]
    assert page.evaluate("document.activeElement.className") == "verdict"


def test_a_right_choice_is_called_right_not_by_colour_alone(page):
    said = commit(page, FIRST, choice=1)
    assert said.startswith("You said none") and said.endswith(", and so it is.")
    assert ".," not in said  # the full stop of the choice stays with the choice
    mark = "getComputedStyle(document.querySelector('.verdict'), '::before').content"
    assert page.evaluate(mark) == '"✓ "'


@pytest.mark.parametrize(
    "text, says",
    [
        ("0.5", "You said 0.5, and so it is."),
        ("0.6", "You said 0.6; it is 0.5: near enough."),
        ("-0.5", "You said -0.5; it is 0.5."),
    ],
)
def test_a_number_may_be_near(page, text, says):
    assert commit(page, SECOND, text=text) == says


def test_words_are_kept_and_not_judged(page):
    assert commit(page, THIRD, text="<i>easy") == "You said: <i>easy"
    assert waiting(page) == ALL[:-1]


def test_nobody_commits_to_nothing(page):
    page.locator("form.guess [type=submit]").first.click()
    assert waiting(page) == ALL


def test_the_page_does_not_move_when_a_veil_goes(page):
    height = "[...document.querySelectorAll('.veil')].map(v => v.offsetTop)"
    before = page.evaluate(height)
    commit(page, FIRST, choice=0)
    commit(page, SECOND, text="3")
    assert page.evaluate(height) == pytest.approx(before, abs=2)


def test_who_asks_is_shown(page):
    page.locator(".cover button").nth(1).click()
    assert waiting(page) == ALL[:4] + ALL[6:]
    verdict = page.locator(".verdict").nth(1).inner_text()
    assert verdict == "Shown without a guess: it is 0.5."


def test_a_box_is_answered_by_keys(page):
    page.locator("form.guess input").first.focus()
    for key in ("Space", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert waiting(page) == ALL[4:]


def test_a_guess_outlives_the_visit_and_can_be_forgotten(page):
    commit(page, FIRST, choice=0)
    commit(page, SECOND, text="0.5")
    page.reload()
    assert waiting(page) == ALL[6:]
    assert summed(page).startswith("1 of 2 guesses right or near; look again at First.")
    page.locator("section.guesses button").click()
    assert waiting(page) == ALL
    page.reload()
    assert waiting(page) == ALL and "right" not in summed(page)


def test_another_question_has_no_guess_yet(page):
    commit(page, FIRST, choice=0)
    page.evaluate("""() => {
        const kept = Object.keys(localStorage).find(k => k.startsWith('guess '));
        localStorage.setItem(kept.slice(0, -8) + '01234567', localStorage[kept]);
        localStorage.removeItem(kept) }""")
    page.reload()
    assert waiting(page) == ALL


def test_a_link_into_what_waits_shows_it(page, start_visit, address):
    page.locator("p a[href='#fig-inside']").first.click()
    page.wait_for_function("location.hash")
    assert waiting(page) == ALL[4:]
    page = start_visit().open(f"{address}#fig-inside")
    assert waiting(page) == ALL[4:]


def test_a_browser_that_keeps_nothing_still_answers(start_visit, address):
    visit = start_visit()
    visit.page.add_init_script("""Object.defineProperty(window, 'localStorage',
        { get() { throw new DOMException('no', 'SecurityError') } })""")
    page = visit.open(address)
    assert commit(page, FIRST, choice=0).startswith("You said 4")
    assert summed(page).startswith("0 of 1")
    assert waiting(page) == ALL[4:]  # the theme has errors of its own there


def test_on_paper_everything_shows_and_nothing_asks(page):
    page.emulate_media(media="print")
    assert waiting(page) == []
    assert not page.locator(
        "form.guess :is(input, textarea, button)"
    ).first.is_visible()
    assert page.locator("form.guess li").first.inner_text().strip() == "4"


@pytest.mark.parametrize("lost", ["scripts", "predict.js"])
def test_without_the_script_everything_shows(browser, address, lost):
    with browser.new_context(java_script_enabled=lost != "scripts") as context:
        context.route("**/predict.js*", lambda route: route.abort())
        page = context.new_page()
        page.goto(address, wait_until="load")
        text = page.locator("article").inner_text()
        assert "differ: 0" in text and "None of them differs." in text
        assert page.locator("form.guess :is(input, button)").first.is_hidden()


def test_a_page_without_boxes_loads_nothing_for_them(root, tmp_path):
    done = build(root, tmp_path, [new_markdown_cell("# A page\n\n## First\n\nText.")])
    text = (tmp_path / "_build/html/book/01_sample.html").read_text("utf-8")
    assert done.returncode == 0 and "predict.js" not in text and "asks" not in text


@pytest.mark.parametrize(
    "printed, predict, says",
    [
        ("differ: none\n", DIFFER, "no such place"),
        ("differ: 0\n", {**DIFFER, "right": "2"}, "Expected one of 0 to 1"),
        ("differ: 0\n", None, "Expected an answer for choices"),
    ],
)
def test_a_box_whose_answer_is_not_in_the_run_stops_the_build(
    root, tmp_path, printed, predict, says
):
    metadata = {"predict": predict} if predict else {}
    cells = [*CELLS[:3], run("differ()", printed, **metadata), CELLS[5]]
    done = build(root, tmp_path, [new_markdown_cell("# A sample"), *cells[1:]])
    assert done.returncode != 0
    assert says in done.stdout + done.stderr and "How many of the four" in done.stderr
