"""Live figures for every cell of CELLS: one page, every cell, Python's numbers."""

import json

import numpy as np
import pytest
from book.test_widgets_words import show  # noqa: F401 (a fixture)

from lstm_course import CELLS, init
from lstm_course.tasks import agreement
from lstm_course.widgets import GateMicroscope, GradientLab, StepWalker, UnitExplorer
from lstm_course.widgets.any_cell import FAMILIES, quantities
from lstm_course.widgets.unit_explorer import one_unit

in_a_browser = pytest.mark.browser
SENTENCE, H, UNIT = "the king near the girls", 4, 2


def number(text):
    return float(text.replace("−", "-"))


def chosen(root, name):
    """Choose a cell, and wait until the figure has drawn it."""
    root.get_by_label("cell", exact=True).select_option(name)
    root.page.evaluate("new Promise(d => setTimeout(d, 120))")


def weights(cell, I, H, seed=0):
    """Random weights with every bias and peephole in use."""
    rng = np.random.default_rng(seed)
    p = init(cell, I, H, rng, gain=1.5)
    return {k: v + 0.4 * rng.normal(size=v.shape) for k, v in p.items()}


RENDER = """async ([esm, css, states]) => {
    const style = document.createElement("style");
    style.textContent = `${css} .place { position: absolute; top: 0; width: 800px }`;
    document.head.append(style);
    const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const figure = (await import(url)).default;
    for (const state of states) {
        const el = document.body.appendChild(document.createElement("div"));
        el.className = "place";
        const hear = {};
        await figure.render({ el, model: {
            get: (k) => state[k], save_changes() {}, off() {},
            set(k, v) { state[k] = v; (hear[`change:${k}`] ?? []).forEach(f => f()); },
            on(e, f) { (hear[e] ??= []).push(f); } } });
    }
    await new Promise(d => setTimeout(d, 400));
}"""


def side_by_side(visit, figures):
    """All figures in one page, one upon the other."""
    states = []
    for figure in figures:
        own = [k for k in figure.keys if not k.startswith("_") and k != "layout"]
        states.append(json.loads(json.dumps({k: getattr(figure, k) for k in own})))
    visit.page.set_content("<!doctype html>")
    visit.page.evaluate(RENDER, [figures[0]._esm, figures[0]._css, states])
    assert visit.errors == []


def test_every_cell_belongs_to_one_family_and_has_words_for_its_quantities():
    assert sorted(sum(FAMILIES.values(), ())) == sorted(CELLS)
    for name, cell in CELLS.items():
        shown = quantities(cell)
        assert len({of["name"] for of in shown}) == len(shown) > 0
        assert all(of["words"] != of["name"] for of in shown), name


@pytest.mark.parametrize("figure", [UnitExplorer, GradientLab])
def test_an_unknown_cell_is_refused_with_the_nearest(figure):
    with pytest.raises(ValueError, match=r"no cell named 'gruu'.*'gru'"):
        figure(cell="gruu")


def test_weights_of_another_size_are_refused():
    with pytest.raises(ValueError, match="W_x of this gru.*3 numbers.*list of 3"):
        UnitExplorer(cell="gru", W_x=[1.0])
    with pytest.raises(ValueError, match="no 'w_ci'"):
        UnitExplorer(cell="gru", w_ci=[1.0])


LAST = """root => Object.fromEntries([...root.querySelectorAll(".quantity")].map(row =>
    [row.dataset.row, row.querySelector("svg text.value").textContent]))"""


@in_a_browser
def test_a_unit_of_every_cell_shows_python_s_numbers(show, visit):  # noqa: F811
    root = show(UnitExplorer("count"))
    for name in reversed(CELLS):  # those without a c before any goal is met
        chosen(root, name)
        ours, seen = UnitExplorer("count", cell=name), root.evaluate(LAST)
        values = ours.trace()
        names = [of["name"] for of in quantities(one_unit(name))]
        assert list(seen) == ["x", *names, "gradient"], name
        for word in names:
            assert abs(number(seen[word]) - values[word][-1]) < 0.0051, (name, word)
        dials = root.locator(".dial").count()
        assert dials >= 2 and visit.errors == [], name
        equations = " ".join(root.locator(".equation").all_inner_texts())
        assert "undefined" not in equations and "NaN" not in equations, name


@in_a_browser
def test_the_lab_shows_every_cell(show, visit):  # noqa: F811
    root = show(GradientLab(length=20, networks=1, size=8))
    plot = root.get_by_role("slider", name="lag at which")
    spoken = set()
    for name in CELLS:
        chosen(root, name)
        spoken.add(plot.get_attribute("aria-valuetext"))
        assert "NaN" not in root.locator(".say").inner_text() and visit.errors == []
    assert len(spoken) == len(CELLS)  # no two alike
    chosen(root, "rnn")
    assert root.get_by_label("forget bias", exact=True).is_disabled()


ALL = """([what, times]) => Promise.all([...document.querySelectorAll(".lcw")].map(
    async (root) => {
        const found = [...root.querySelectorAll("button, input[type=checkbox]")]
            .find(e => (e.textContent || e.type) === what);
        const count = times ?? root.querySelectorAll(".steps li:not([hidden])").length;
        for (let k = 0; k < count; k++) {
            found.click();
            await new Promise(d => setTimeout(d, 60));
        }
    }))"""
ON_LINES = """() => [...document.querySelectorAll(".lcw")].map(root =>
    Object.fromEntries([...root.querySelectorAll("[data-value]")]
        .filter(e => e.textContent).map(e => [e.dataset.value, e.textContent])))"""
WORDS = "() => [...document.querySelectorAll('.lcw')].map(root => root.innerText)"
FIGURES_OF = """() => [...document.querySelectorAll(".lcw")].map(root =>
    [...root.querySelectorAll("tbody tr")].map(r =>
        [...r.querySelectorAll(".figure")].map(e => e.textContent)))"""


def press_all(page, what, times=None):
    """The same button of every figure, as often as it has steps."""
    page.evaluate(ALL, [what, times])
    page.wait_for_timeout(600)


@in_a_browser
def test_a_walk_through_every_cell_shows_python_s_numbers(visit):
    x = np.eye(agreement.K)[agreement.encode(SENTENCE)]
    made = {name: weights(name, agreement.K, H, k) for k, name in enumerate(CELLS)}
    figures = [
        StepWalker(p, x, SENTENCE, units={"two": UNIT}, cell=name, at=len(x) - 1)
        for name, p in made.items()
    ]
    side_by_side(visit, figures)
    press_all(visit.page, "Step ›")
    texts = visit.page.evaluate(WORDS)
    for figure, seen in zip(figures, visit.page.evaluate(ON_LINES), strict=True):
        ours = figure.values()
        assert seen.pop("x") == ours["x"] and "h" in seen, figure.cell
        for word in {*seen} & {*ours}:
            assert abs(number(seen[word]) - ours[word]) < 0.0051, (figure.cell, word)
    press_all(visit.page, "backward", 1)
    press_all(visit.page, "Step ›", 3)
    for text in texts + visit.page.evaluate(WORDS):
        assert "NaN" not in text and "undefined" not in text
    assert visit.errors == []


@in_a_browser
def test_a_microscope_on_every_cell_shows_and_holds_what_python_does(visit):
    rng = np.random.default_rng(1)
    V, v = rng.normal(size=(agreement.K, H)), np.zeros(agreement.K)
    figures = [
        GateMicroscope(weights(name, agreement.K, H, k), V, v, units={"two": UNIT},
                       cell=name, sentence=SENTENCE)
        for k, name in enumerate(CELLS)
    ]  # fmt: skip
    side_by_side(visit, figures)
    seen = visit.page.evaluate(FIGURES_OF)
    press_all(visit.page, "checkbox", 1)
    held = visit.page.evaluate(FIGURES_OF)
    for figure, free, bound in zip(figures, seen, held, strict=True):
        ours, path = figure.read(), CELLS[figure.cell].cell_path
        shown = [[number(t) for t in row] for row in free]
        np.testing.assert_allclose(shown, np.transpose([*ours.values()]), atol=0.0051)
        at = [*ours].index("h" if path == "C" else path)
        assert {number(row[at]) for row in bound} == {figure.held}, figure.cell
    assert visit.errors == []
