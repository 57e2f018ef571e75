"""What a reader may try in a live figure: goals, links, ways back; room on a phone."""

import json
import re

import numpy as np
import pytest
from book.test_widgets_words import show  # noqa: F401 (fixtures)
from live_figures import FIGURES, STATES, differences, example, study

from lstm_course import CELLS, init, widgets
from lstm_course.engines.page.text import cell_text
from lstm_course.gradcheck import numeric_gradient
from lstm_course.tasks import agreement
from lstm_course.trained.weights import pack, unpack
from lstm_course.unroll import unroll
from lstm_course.widgets import (
    Comparison,
    GateMicroscope,
    StateTable,
    StepWalker,
    UnitExplorer,
)

pytestmark = pytest.mark.browser

SET = """(values) => { for (const [label, value] of values) {
    const dial = document.querySelector(`[aria-label="${label}"]`);
    dial.value = value;
    dial.dispatchEvent(new Event("input", { bubbles: true })); } }"""
MET = "root => [...root.querySelectorAll('.goals .met')].map(e => e.dataset.goal)"
AFTER = 350  # ms until a figure has drawn


def dials(root, **values):
    """Turn dials by their label, blanks for underscores."""
    root.page.evaluate(SET, [[k.replace("_", " "), v] for k, v in values.items()])
    root.page.wait_for_timeout(AFTER)


def press(root, name, times=1):
    for _ in range(times):
        root.get_by_role("button", name=name, exact=True).click()
        root.page.wait_for_timeout(AFTER)


def choose(root, left, right):
    root.get_by_label("left cell", exact=True).select_option(left)
    root.get_by_label("right cell", exact=True).select_option(right)
    root.page.wait_for_timeout(AFTER)


def hold(root, sentence, value):
    root.get_by_label("Your sentence").fill(sentence)
    root.page.wait_for_timeout(AFTER)
    dials(root, Value_at_which_the_cell_state_is_held=value)


def last(root):
    press(root, "count")
    root.page.evaluate(SET, [["weight of the input, forget gate", -20]])
    root.page.wait_for_timeout(AFTER)


def down(root):
    press(root, "count")
    root.page.evaluate(SET, [["weight of the input, candidate", -3]])
    root.page.wait_for_timeout(AFTER)


def half(root):
    press(root, "forget")
    root.page.evaluate(SET, [["bias, forget gate", 1.9]])
    root.page.wait_for_timeout(AFTER)


def lab(root, gain, bias, length):
    values = {"gain of the recurrent weights": gain, "forget bias": bias}
    dials(root, **values | {"length, in steps": length})
    root.page.wait_for_timeout(3000)


def backward(root, steps):
    press(root, "backward")
    press(root, "Step ›", steps)


def reader(forget, empties=False):
    """A unit that writes a noun's number; `forget` at nouns; near may empty it."""
    W_x = np.zeros((agreement.K, 4))
    W_x[:, 0] = np.where(agreement.IS_NOUN, 8, -8)
    W_x[:, 1] = np.where(agreement.IS_NOUN, forget, 8)
    W_x[agreement.INDEX["near"], 1] = -8 if empties else 8
    W_x[:, 2] = 4 * agreement.NUMBER * agreement.IS_NOUN
    return {"W_x": W_x, "W_h": np.zeros((1, 4)), "b": np.array([0.0, 0, 0, 5])}


def one_unit(words, at, forget=8.0, empties=False):
    x = np.eye(agreement.K)[agreement.encode(words)]
    return StepWalker(reader(forget, empties), x, words, at=at)


def microscope():
    V = 6.0 * np.where(agreement.IS_VERB, agreement.NUMBER, 0)[:, None]
    v = np.zeros(agreement.K)
    return GateMicroscope(reader(-8), V, v, units={"number": 0}, held=3.0)


def coldly(root):
    dials(root, Temperature=0)
    for _ in range(5):
        press(root, "write on")
        root.page.wait_for_timeout(2500)


def until(root, condition):
    """Wait until a condition on the playground's page holds, and one second more."""
    root.page.wait_for_function(condition, timeout=120_000)
    root.page.wait_for_timeout(1000)


STEP = "+document.querySelector('.now b').textContent.split(' ')[1]"


def learned(root, discovery):
    """Start a discovery and train until it is made, or for 1,800 steps."""
    press(root, discovery)
    before = len(root.evaluate(MET))
    press(root, "train")
    met = "document.querySelectorAll('.goals .met').length"
    until(root, f"() => {met} > {before} || {STEP} > 1800")


def stretched(root):
    press(root, "taught by small gaps")
    press(root, "train")
    said = "document.querySelector('.now .key').textContent.match(/(\\d+) %/)?.[1]"
    for gap in ("10", "20"):  # when it knows the one before
        root.page.wait_for_function(f"() => +{said} >= 95", timeout=120_000)
        root.get_by_label("size of the task, as a number").fill(gap)
        now = root.page.evaluate(STEP)
        root.page.wait_for_function(f"() => {STEP} >= {now + 60}", timeout=60_000)
    met = "document.querySelectorAll('.goals .met').length"
    until(root, f"() => {met} || {STEP} > 1800")


def loud_start(root):
    press(root, "a start that explodes")
    root.get_by_label("gain, as a number", exact=True).fill("3")
    root.page.wait_for_timeout(1500)


def roofline():
    return example("Roofline")


def size(root, machine="", way="", **sizes):
    """Choose from the menus, and type sizes."""
    for label, value in (("machine", machine), ("how it is run", way)):
        if value:
            root.get_by_label(label, exact=True).select_option(value)
    for label, value in sizes.items():
        name = f"{label.replace('_', ' ')}, as a number"
        root.get_by_label(name, exact=True).fill(str(value))
    root.page.wait_for_timeout(AFTER)


def table():
    return example("StateTable")


def enter(root, cell, task, other=None):
    """Choose an entry of the table of states."""
    root.get_by_label("cell", exact=True).select_option(cell)
    root.get_by_label("task", exact=True).select_option(task)
    if other:
        root.get_by_label("compared with", exact=True).select_option(other)
    root.page.wait_for_timeout(AFTER)


def trials():
    return example("Comparison")


def opened(root, cell, trial):
    """Open a trial of a cell by the two tables."""
    if root.get_by_role("button", name="all cells").is_visible():
        press(root, "‹ all cells")
    for name in (cell, trial):
        head = root.page.locator("th", has_text=re.compile(f"^{name}"))
        root.locator(".list:visible tbody tr").filter(has=head).first.click()
        root.page.wait_for_timeout(AFTER)


def translated(root, source, target, layer="LSTM"):
    press(root, layer)
    root.get_by_label("from", exact=True).select_option(source)
    root.get_by_label("to", exact=True).select_option(target)
    root.page.wait_for_timeout(AFTER)


NARROW = {"variance, pixels squared": 0.05, "stride, pixels": 1.0}
WIDE = {"filters across and down": 3, "stride, pixels": 3.0}
ASIDE = {"variance, pixels squared": 0.05, "centre, column": -3.0}
SPEECH = "KING HENRY VI:\nMy lord, the king is dead."
FAR = "the king near the boy and the girl"
WAYS = {  # figure, goal, how it is met
    "last": (UnitExplorer, last),
    "down": (UnitExplorer, down),
    "half": (UnitExplorer, half),
    "loud": (widgets.GradientLab, lambda root: lab(root, 4, 8, 200)),
    "detour": (widgets.GradientLab, lambda root: lab(root, 1.2, 2, 100)),
    "plain": (widgets.GradientLab, lambda root: lab(root, 1.7, 1, 50)),
    "plural": (microscope, lambda root: hold(root, "the king", -0.9)),
    "back": (microscope, lambda root: hold(root, "the girls", 0.9)),
    "tip": (microscope, lambda root: hold(root, "the king", 0.05)),
    "one": (widgets.VariantDiff, lambda root: choose(root, "niaf", "peephole")),
    "equal": (widgets.VariantDiff, lambda root: choose(root, "niaf", "peephole")),
    "small": (widgets.VariantDiff, lambda root: choose(root, "lstm", "mingru")),
    "sure": (
        lambda: widgets.TextReader(text="Thou art my lord"),
        lambda root: root.locator(".strip span").nth(14).click(),
    ),
    "away": (
        lambda: widgets.TextReader(text=SPEECH, at=14),
        lambda root: root.get_by_label("Replace the chosen letter by").fill("j"),
    ),
    "loop": (lambda: widgets.TextReader(text="the "), coldly),
    "empty": (
        lambda: one_unit("the king near the girls", 2, empties=True),
        lambda root: press(root, "Step ›", 2),
    ),
    "cut": (
        lambda: one_unit("the king near the girls", 4, forget=-8.0),
        lambda root: backward(root, 1),
    ),
    "far": (lambda: one_unit(FAR, 7), lambda root: backward(root, 13)),
    "calls": (roofline, lambda root: size(root, way="plain", rows_B=1, units_H=32)),
    "bytes": (roofline, lambda root: size(root, rows_B=1, units_H=1024)),
    "lost": (table, lambda root: enter(root, "gru", "ab")),
    "parted": (table, lambda root: enter(root, "lstm", "parity", "mingru")),
    "deeper": (table, lambda root: enter(root, "mingru", "copy2")),
    "lowest": (trials, lambda root: opened(root, "mlstm", "★")),
    "twice": (trials, lambda root: opened(root, "mlstm", "★")),
    "ahead": (trials, lambda root: root.get_by_role("row", name="mlstm").click()),
    "idle": (roofline, lambda root: size(root, machine="H100", rows_B=1)),
    "cannot": (widgets.Playground, lambda root: learned(root, "the RNN that cannot")),
    "bias": (widgets.Playground, lambda root: learned(root, "a bias saves it")),
    "counts": (widgets.Playground, lambda root: learned(root, "who counts on?")),
    "parity": (
        widgets.Playground,
        lambda root: learned(root, "minGRU fails at parity"),
    ),
    "stretch": (widgets.Playground, stretched),
    "explodes": (widgets.Playground, loud_start),
    "copy": (widgets.DrawWindow, lambda root: dials(root, **NARROW)),
    "whole": (widgets.DrawWindow, lambda root: dials(root, **WIDE)),
    "edge": (widgets.DrawWindow, lambda root: dials(root, **ASIDE)),
    "turned": (widgets.RosettaStone, lambda root: translated(root, "torch", "keras")),
    "negated": (
        widgets.RosettaStone,
        lambda root: translated(root, "keras before", "haiku", "GRU"),
    ),
    "refused": (
        widgets.RosettaStone,
        lambda root: translated(root, "torch", "haiku", "GRU"),
    ),
}


@pytest.mark.parametrize("goal", WAYS)
def test_a_goal_is_not_met_at_first_and_can_be_met(goal, show):  # noqa: F811
    make, meet = WAYS[goal]
    root = show(make())
    assert root.evaluate(MET) == []
    meet(root)
    root.page.wait_for_timeout(AFTER)
    assert goal in root.evaluate(MET), root.locator(".say").inner_text()


def test_every_goal_has_a_way(show):  # noqa: F811
    found = set()
    plain = (UnitExplorer, widgets.GradientLab, widgets.VariantDiff, widgets.TextReader)
    plain += (widgets.DrawWindow, widgets.Playground, widgets.RosettaStone)
    for make in (*plain, microscope, roofline, table, trials):
        found |= set(goals_of(show(make())))
    assert found | set(goals_of(show(one_unit(FAR, 7)))) == set(WAYS)


def goals_of(root):
    return root.evaluate(MET.replace(".met", "li"))


def test_a_refused_memory_breaks_nothing(visit, show):  # noqa: F811
    visit.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw Error(); } })"
    )
    root = show(UnitExplorer())
    down(root)
    assert root.evaluate(MET) == ["down"]


def test_reset_leads_back_to_the_start(show):  # noqa: F811
    root = show(UnitExplorer("latch"))
    dial = root.get_by_label("bias, forget gate", exact=True)
    before = dial.input_value()
    dials(root, **{"bias, forget gate": -3})
    assert dial.input_value() != before
    press(root, "reset")
    assert dial.input_value() == before


@pytest.mark.parametrize("name", ["UnitExplorer", "GradientLab"])
def test_presets_keep_their_order_through_a_stored_notebook(show, name):  # noqa: F811
    figure = getattr(widgets, name)()
    root = show(figure)
    shown = root.locator("button[aria-pressed]").all_inner_texts()
    assert shown == list(figure.presets) != sorted(shown)


# ---- the way back, against finite differences ----
BACK = """m.backOn(new Function("return " + given.text)(), m.unpackFlat(given.p),
    given.x, 3, 4, 1, given).map((step) => Object.fromEntries(
        Object.entries(step).map(([k, v]) => [k, Array.from(v)])))"""


def test_the_way_back_is_the_gradient(js):
    rng = np.random.default_rng(2)
    packed = pack(init("lstm", 4, 3, rng, gain=1.5))
    p, x = unpack(packed), rng.normal(size=(5, 4))
    ways = js("step_walker", BACK, p=packed, x=x.tolist(), dh=0.7, dc=-0.4,
              text=cell_text(CELLS["lstm"]))  # fmt: skip
    state = {k: np.zeros(3) for k in "hc"}

    def loss():
        start = (state["h"][None], state["c"][None])
        _, (h, c), _ = unroll("lstm", p, x[:, None], start)
        return 0.7 * h[0, 1] - 0.4 * c[0, 1]

    for name in "hc":
        ours = numeric_gradient(loss, state[name])
        np.testing.assert_allclose(ways[0][f"{name}_prev"], ours, atol=1e-7)
    bias = numeric_gradient(loss, p["b"])
    theirs = [np.sum([w[f"z{k}"] for w in ways], axis=0) for k in "ifgo"]
    np.testing.assert_allclose(np.concatenate(theirs), bias, atol=1e-7)


def test_one_s_own_sentence_is_read(show):  # noqa: F811
    root = show(one_unit("the king near the girls", 1))
    box = root.get_by_label("A sentence of your own")
    box.fill("the nunn")
    box.press("Enter")
    assert "“nunn”. Perhaps nun" in root.locator(".own .help").inner_text()
    box.fill("the nuns praise the boy")
    box.press("Enter")
    root.page.wait_for_timeout(AFTER)
    words = root.locator(".word > span:last-child").all_inner_texts()
    assert words == ["the", "nuns", "praise", "the", "boy"]


# ---- on a phone ----
BELOW = """root => {
    const parts = [...root.children].filter(e => e.checkVisibility()
        && !e.matches(".say, .goals, .ways, .own, [role=status]"));
    return parts.at(-1).getBoundingClientRect().bottom
        - root.getBoundingClientRect().top; }"""
SMALL = """root => [...root.querySelectorAll("svg text")]
    .filter(t => t.textContent.trim() && t.checkVisibility())
    .map(t => [t.getScreenCTM().a * parseFloat(getComputedStyle(t).fontSize),
               t.textContent]).filter(([size]) => size < 10.95)"""
SENTENCE = "the king near the girls praises himself and the nuns that the boy sees"


def figures():
    """Each as large as in its chapter."""
    plain = ("UnitExplorer", "GradientLab", "VariantDiff", "TextReader", "DrawWindow")
    plain += ("Playground", "RosettaStone")
    rows = [r for r in STATES["rows"] if r["cell"] == "lstm"]
    tasks = ("parity", "mod3", "S3", "A5", "ab", "abc", "recall")  # and copy, copy2
    rows = [r | {"task": t} for t in tasks for r in rows[:3]] + rows[6:]
    many = [r | {"cell": cell} for cell in CELLS for r in rows]
    return {n: getattr(widgets, n)() for n in plain} | {
        "StepWalker": one_unit(SENTENCE, 4),
        "GateMicroscope": microscope(),
        "Roofline": roofline(),
        "Comparison": Comparison(study(CELLS), differences(CELLS)),
        "StateTable": StateTable({"rows": many}, cell="mlstm"),
    }


@pytest.mark.parametrize("name", FIGURES)
def test_on_a_phone_cause_and_effect_are_on_one_screen(show, name):  # noqa: F811
    root = show(figures()[name], width=390)
    assert root.evaluate(BELOW) <= 700
    assert root.evaluate(SMALL) == []


@pytest.mark.parametrize("width", [390, 700])
@pytest.mark.parametrize("name", FIGURES)
def test_a_place_keeps_its_height_when_it_wakes(show, name, width):  # noqa: F811
    root = show(figures()[name], width=width)
    room = figures()[name].room[width > 600]
    height = root.evaluate("r => r.getBoundingClientRect().height")
    assert room - 150 < height <= room


# ---- a state in the address ----
def test_a_link_brings_its_state_and_nothing_odd(show, visit):  # noqa: F811
    root = show(UnitExplorer())
    dials(root, **{"bias, forget gate": 3})
    press(root, "copy link")
    address = root.page.evaluate("location.hash")
    assert address.startswith("#live-unit?")
    odd = "&weights=" + json.dumps({"b": [99, 0, 0, 0]}) + "&x=7&nobody=1&cell=["
    for more, bias in (("", "3"), (odd, "3")):
        visit.page.evaluate("a => { location.hash = a; }", address + more)
        again = show(UnitExplorer())
        assert again.get_by_label("bias, forget gate", exact=True).input_value() == bias
