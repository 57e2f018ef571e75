"""The figures that read words or compare cells: their numbers and their manners."""

import copy
from itertools import permutations

import numpy as np
import pytest

from lstm_course import CELLS, init, trace
from lstm_course.convert import count
from lstm_course.diagrams import sketch
from lstm_course.diagrams.truth.difference import mark
from lstm_course.engines.page.text import cell_text
from lstm_course.equations import equations
from lstm_course.ops import sigmoid
from lstm_course.tasks import agreement
from lstm_course.trained.weights import LARGEST, pack, unpack
from lstm_course.widgets import GateMicroscope, StepWalker, VariantDiff
from lstm_course.widgets.variant_diff import NAMES, record

in_a_browser = pytest.mark.browser
every_cell = pytest.mark.parametrize("cell", CELLS)
T, I, H, K = 9, 5, 6, agreement.K


PAGE = """<html data-content_root="./">
<meta name="viewport" content="width=device-width">"""


@pytest.fixture
def show(visit):
    """A function figure -> its frame, woken by its own HTML in a page of the book."""

    def wake(figure, width=1280):
        page = visit.page
        page.set_viewport_size({"width": width, "height": 900})
        page.set_content(PAGE + figure._repr_mimebundle_()[0]["text/html"])
        page.wait_for_selector("[data-alive] .lcw")
        page.wait_for_timeout(300)
        assert visit.errors == [] and visit.foreign == []
        return page.locator(".lcw")

    return wake


def weights(rng, size=H, words=I):
    """Random weights of an LSTM, a bias everywhere, rounded as in the page."""
    p = init("lstm", words, size, rng, gain=1.5)
    packed = pack(p | {"b": p["b"] + rng.normal(size=p["b"].shape)})
    return packed, unpack(packed)


def read(p, x, held=()):
    """h and c (T, H) of an LSTM, some units of c held: the reference, step by step."""
    h = c = np.zeros(len(p["W_h"]))
    units, values, kept = list(dict(held)), [*dict(held).values()], []
    for x_t in x:
        i, f, g, o = np.split(x_t @ p["W_x"] + h @ p["W_h"] + p["b"], 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        c[units] = values
        h = sigmoid(o) * np.tanh(c)
        kept.append((h, c))
    return [np.array(a) for a in zip(*kept, strict=True)]


def near(theirs, ours):
    """To 1e-12: tanh and exp may differ in their last bit."""
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=1e-12)


# ---- weights that travel in the page ----
def test_a_packed_weight_moves_by_half_a_scale_at_most():
    p = init("lstm", I, H, np.random.default_rng(3), gain=2.0) | {"none": np.zeros(3)}
    q = unpack(pack(p))
    for name, a in p.items():
        half = abs(a).max() / LARGEST / 2
        assert q[name].shape == a.shape
        assert abs(q[name] - a).max() <= half * (1 + 1e-9), name


@in_a_browser
def test_the_page_unpacks_the_very_numbers_of_python(js):
    packed, p = weights(np.random.default_rng(0))
    got = js("reading", "m.unpackAll(given.packed)", packed=packed)
    for name, a in p.items():
        np.testing.assert_array_equal(got[name], a)


# ---- an LSTM that reads ----
LSTM = cell_text(CELLS["lstm"], held=True)
READ = """m.stepsOf(m.readOn(new Function("return " + given.text)(),
    m.unpackFlat(given.p), given.x, given.p.W_h.shape[0], { held: given.held }))
    .map((step) => Object.fromEntries(
        Object.entries(step).map(([k, v]) => [k, Array.from(v)])))"""
EXAMINE = """(() => {
    const { V, v, ...p } = given.p;
    const spec = new Function("return " + given.text)();
    return m.examine({ spec, p: m.unpackFlat(p), out: m.unpackAll({ V, v }) },
        given.words, given.signs, given.held).map((now) =>
            ({ next: now.next, verb: now.verb, singular: now.singular })); })()"""


@in_a_browser
@pytest.mark.parametrize("seed", range(4))
def test_every_quantity_of_a_reading_is_the_package_s(js, seed):
    rng = np.random.default_rng(seed)
    packed, p = weights(rng)
    x = rng.normal(size=(T, I))
    got = js("gate_microscope", READ, p=packed, x=x.tolist(), held={}, text=LSTM)
    for name, values in trace("lstm", p, x[:, None]).items():
        near([step[name] for step in got], values[:, 0])


@in_a_browser
def test_a_held_unit_changes_the_page_s_reading_as_it_changes_ours(js):
    rng = np.random.default_rng(5)
    packed, p = weights(rng)
    x, held = rng.normal(size=(T, I)), {1: -1.7, 4: 2.3}
    got = js("gate_microscope", READ, p=packed, x=x.tolist(), held=held, text=LSTM)
    for name, ours in zip("hc", read(p, x, held), strict=True):
        near([step[name] for step in got], ours)
    assert not np.allclose(read(p, x)[0], read(p, x, held)[0])


@in_a_browser
@pytest.mark.parametrize("held", [{}, {2: 1.5}])
def test_chances_of_words_and_of_singular_verbs_are_ours(js, held):
    rng = np.random.default_rng(8)
    packed, p = weights(rng, words=K)
    packed |= pack({"V": rng.normal(size=(K, H)), "v": rng.normal(size=K)})
    p, words = unpack(packed), rng.integers(1, K, size=T)
    signs = np.where(agreement.IS_VERB, agreement.NUMBER, 0)
    got = js("gate_microscope", EXAMINE, p=packed, text=LSTM, words=words.tolist(),
             signs=signs.tolist(), held=held)  # fmt: skip
    e = np.exp(read(p, np.eye(K)[words], held)[0] @ p["V"].T + p["v"])  # (T, K)
    near([step["next"] for step in got], e / e.sum(axis=1, keepdims=True))
    one, many = (e[:, signs == s].sum(axis=1) for s in (1, -1))
    near([step["verb"] for step in got], (one + many) / e.sum(axis=1))
    near([step["singular"] for step in got], one / (one + many))


# ---- the step walker ----
def walker(**traits):
    rng = np.random.default_rng(11)
    x = np.eye(K)[agreement.encode("the king near the girls")]
    p = init("lstm", K, H, rng, gain=2.0)
    return StepWalker(p, x, "the king near the girls", units={"two": 2}, **traits)


def on_lines(root):
    """What stands on the lines that are known by now: dict name -> text."""
    return root.evaluate("""root => Object.fromEntries(
        [...root.querySelectorAll("[data-value]")].filter(e => e.textContent)
        .map(e => [e.dataset.value, e.textContent]))""")


@in_a_browser
def test_the_numbers_on_the_lines_are_those_of_python(js, show):
    figure = walker(at=3, step=3)
    for name, text in on_lines(show(figure)).items():
        ours = figure.values()[name]
        written = ours if name == "x" else f"{ours:.2f}".replace("-", "−")
        assert text in (written, written.replace("−0.00", "0.00")), name
    call = f"m.unitAt({READ.partition('.map')[0]}, 3, 2)"
    got = js("step_walker", call, p=figure.weights, x=figure.x, held={}, text=LSTM)
    ours = {k: v for k, v in figure.values().items() if k != "x"}
    assert set(ours) <= set(got)
    near([got[k] for k in ours], list(ours.values()))


@in_a_browser
def test_four_steps_fill_the_diagram_and_a_fifth_is_the_next_word(show):
    root = show(walker())
    known = [set(on_lines(root))]
    for _ in range(4):
        root.locator("button:enabled").first.press("ArrowRight")
        root.page.wait_for_timeout(300)
        known.append(set(on_lines(root)))
    forget, update, output, shown = known[0], known[2], known[3], known[1]
    assert forget == {"x", "h_prev", "c_prev", "f"} == known[4]
    assert shown - forget == {"i", "g"}
    assert update - shown == {"kept", "written", "c"}
    assert output - update == {"o", "squashed", "h"}
    assert on_lines(root)["x"] == "king"


@in_a_browser
@pytest.mark.parametrize("key, place", [("ArrowDown", "king"), ("ArrowUp", "the")])
def test_arrow_keys_walk_by_words_too(show, key, place):
    root = show(walker())
    root.get_by_role("button", name="Step ›").press(key)
    root.page.wait_for_timeout(300)
    assert on_lines(root)["x"] == place


@in_a_browser
def test_only_what_a_step_does_is_lit(show):
    root = show(walker(at=2, step=2))
    dim = root.evaluate("""root => [...root.querySelectorAll("g.dim")]
        .map(g => g.dataset.part)""")
    assert {"o", "f", "gate_out", "squash"} <= set(dim)
    assert not {"keep", "plus", "kept", "written", "c_out"} & set(dim)


@in_a_browser
@pytest.mark.parametrize("motion, plays", [("reduce", 0), ("no-preference", 1)])
def test_nothing_plays_for_readers_who_want_less_motion(visit, show, motion, plays):
    visit.page.emulate_media(reduced_motion=motion)
    root = show(walker())
    assert root.get_by_role("button", name="Play").count() == plays
    if plays:
        root.get_by_role("button", name="Play").press("Enter")
        root.get_by_role("button", name="Pause").wait_for()
        root.page.wait_for_timeout(1400)
        assert "i" in on_lines(root)
        root.get_by_role("button", name="Pause").press("Enter")


@pytest.mark.parametrize("words", ["one two", ["a", "b", "c", "d"]])
def test_a_walk_wants_a_word_for_each_step(words):
    p = init("lstm", 3, 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match="3 steps.*words"):
        StepWalker(p, np.eye(3), words)


@pytest.mark.parametrize("trait", ["unit", "at", "step"])
def test_a_place_that_is_not_there_is_refused(trait):
    with pytest.raises(ValueError, match=f"{trait} is 6.*from 0 to [345]"):
        walker(**{trait: 6})


# ---- the gate microscope ----
@pytest.fixture
def lens():
    """A hand-made reader that copies the number of the last noun with one unit."""
    W_x = np.zeros((K, 4))
    W_x[agreement.IS_NOUN, 0], W_x[~agreement.IS_NOUN, 0] = 8, -8  # write at nouns
    W_x[agreement.IS_NOUN, 1], W_x[~agreement.IS_NOUN, 1] = -8, 8  # else keep
    W_x[:, 2] = 4 * agreement.NUMBER
    p = {"W_x": W_x, "W_h": np.zeros((1, 4)), "b": np.array([0.0, 0, 0, 5])}
    V = 6.0 * np.where(agreement.IS_VERB, agreement.NUMBER, 0)[:, None]
    return GateMicroscope(p, V, np.zeros(K), units={"number": 0})


def due(root):
    """What the last column says, row by row."""
    return root.locator("tbody td.due").all_inner_texts()


@in_a_browser
def test_the_microscope_s_table_is_what_python_reads(lens, show):
    root = show(lens)
    figures = root.locator("tbody tr").evaluate_all(
        "rows => rows.map(r => [...r.querySelectorAll('.figure')]"
        ".map(e => Number(e.textContent.replace('−', '-'))))"
    )
    ours = np.stack([lens.read()[name] for name in "figcoh"], axis=1)  # (T, 6)
    np.testing.assert_allclose(figures, ours, atol=0.005 + 1e-9)  # two digits
    assert due(root)[1].startswith("singular") and due(root)[4].startswith("plural")


@in_a_browser
def test_an_unknown_word_is_refused_by_name_and_others_offered(lens, show):
    root = show(lens, width=390)
    box = root.get_by_label("Your sentence")
    box.fill("the kinf near the dog ")
    root.page.wait_for_timeout(300)
    help = root.locator(".help").inner_text()
    assert "“kinf”" in help and f"{K - 1} words" in help
    assert root.locator("tbody tr").count() == 1  # read so far: the
    root.get_by_role("button", name="king", exact=True).first.press("Enter")
    root.page.wait_for_timeout(300)
    assert box.input_value() == "the king "
    assert root.locator(".help").is_hidden()
    assert root.locator("tbody tr").count() == 2


@in_a_browser
def test_half_a_word_is_no_mistake_yet(lens, show):
    root = show(lens)
    root.get_by_label("Your sentence").fill("the ki")
    root.page.wait_for_timeout(300)
    assert root.locator(".help").is_hidden()
    assert root.get_by_role("button", name="kings", exact=True).first.is_visible()


@in_a_browser
def test_a_held_unit_turns_the_verb_and_letting_go_turns_it_back(lens, show):
    root = show(lens)
    root.get_by_label("Your sentence").fill("the king near the girls")
    root.page.wait_for_timeout(300)
    free = due(root)
    switch = root.get_by_role("checkbox")
    switch.press("Space")
    root.page.wait_for_timeout(400)
    assert all(text.startswith("singular") for text in due(root) if text)
    assert due(root) != free
    assert "One unit turns the verb" in root.locator(".say").inner_text()
    switch.press("Space")
    root.page.wait_for_timeout(300)
    assert due(root) == free


@in_a_browser
def test_moving_the_dial_takes_hold(lens, show):
    root = show(lens)
    root.get_by_label("Value at which the cell state is held", exact=True).press(
        "ArrowLeft"
    )
    root.page.wait_for_timeout(300)
    assert root.get_by_role("checkbox").is_checked()


def test_a_network_for_another_language_is_refused():
    p = init("lstm", 5, 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match="5 words.*41"):
        GateMicroscope(p, np.zeros((5, 2)), np.zeros(5))


# ---- any two cells ----
@in_a_browser
def test_the_page_finds_the_differences_that_python_marks(js):
    cells = js("packed", "m.open(given.cells)", cells=VariantDiff().cells)
    call = """given.pairs.map(([a, b]) =>
        [[...m.newParts(given.cells[a], given.cells[b])],
         m.newLines(...[a, b].map(n => given.cells[n].lines.map(([text]) => text)))])"""
    pairs = list(permutations(CELLS, 2))
    sketches = {name: sketch(name) for name in CELLS}
    got = js("variant_diff", call, cells=cells, pairs=pairs)
    for (a, b), (parts, lines) in zip(pairs, got, strict=True):
        marked = copy.deepcopy(sketches[a])
        mark(marked, copy.deepcopy(sketches[b]))
        assert set(parts) == marked.new, (a, b)
        assert lines == [k not in equations(b) for k in equations(a)], (a, b)


@every_cell
def test_a_cell_travels_with_all_its_equations_and_numbers(cell):
    data = record(CELLS[cell], 32, 100)
    n = count(cell, 32, 100)
    assert data["total"] == n == sum(k for *_, k in data["counts"])
    assert len(data["counts"]) == len(n.parts)
    assert len(data["lines"]) == len(equations(cell))
    assert "<style" not in data["body"] and " id=" not in data["body"]


@in_a_browser
@pytest.mark.parametrize("width", [390, 1280])
def test_two_cells_are_chosen_by_name_and_swapped_by_a_key(show, width):
    root = show(VariantDiff(left="lstm", right="peephole"), width=width)
    assert root.locator("[data-part].new").count() > 3
    root.get_by_label("right cell", exact=True).select_option("coupled")
    root.page.wait_for_timeout(300)
    assert "39,900" in root.locator("table").nth(1).inner_text()
    root.get_by_role("button", name="Swap the two cells").press("Enter")
    root.page.wait_for_timeout(300)
    assert root.get_by_label("left cell", exact=True).input_value() == "coupled"
    assert "39,900" in root.locator("table").first.inner_text()
    fresh = root.locator("ol").first.locator(".fresh").all_inner_texts()
    lines, base = equations("coupled"), equations("lstm")
    assert len(fresh) == sum(line not in base for line in lines)


@every_cell
def test_a_cell_has_a_name_in_words(cell):
    assert NAMES[cell] != cell and "_" not in NAMES[cell]


@in_a_browser
def test_a_subscript_lies_below_its_letter(show):
    root = show(VariantDiff())
    below = root.evaluate("""root => {
        const [x, t] = root.querySelector("msub").children;
        const bottom = e => e.getBoundingClientRect().bottom;
        return (bottom(t) - bottom(x)) / parseFloat(getComputedStyle(x).fontSize); }""")
    assert 0.1 < below < 0.6
    assert "LSTM with peepholes learns 53,500" in root.locator(".say").inner_text()


def test_an_unknown_cell_is_refused():
    with pytest.raises(ValueError, match="no cell named 'gruu'.*'gru'"):
        VariantDiff(right="gruu")


# ---- in chapter 4 ----
@in_a_browser
@pytest.mark.parametrize("over", ["http", "file"])
def test_the_trained_network_answers_in_its_chapter(start_visit, site, html, over):
    visit = start_visit()
    start = site if over == "http" else html.as_uri()
    page = visit.open_all(f"{start}/book/04_lstm_step_by_step.html")
    page.locator(".live-figure").first.scroll_into_view_if_needed()
    root = page.locator(".step_walker")
    root.wait_for()
    root.get_by_role("button", name="Step ›").press("ArrowUp")
    page.wait_for_timeout(200)
    assert on_lines(root)["x"] == "himself"
    page.locator(".live-figure").nth(1).scroll_into_view_if_needed()
    root = page.locator(".gate_microscope")
    root.wait_for()
    root.get_by_label("Your sentence").fill("the queen beside the monks")
    page.wait_for_timeout(200)
    assert due(root)[-1].startswith("singular")
    root.get_by_role("checkbox").check()
    page.wait_for_timeout(200)
    assert due(root)[-1].startswith("plural")
    assert (visit.errors, visit.foreign) == ([], [])
