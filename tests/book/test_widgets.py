"""Live figures: their arithmetic against the package, their pages under a reader."""

import gzip
import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from live_figures import FIGURES, example

from lstm_course import CELLS, init, jacobian, trace, widgets
from lstm_course.engines.page.text import cell_text
from lstm_course.palette import PAGE, PAGE_DARK
from lstm_course.widgets.any_cell import quantities
from lstm_course.widgets.gradient_lab import along_path, keeps, start_bias
from lstm_course.widgets.unit_explorer import one_unit

pytestmark = pytest.mark.browser

every_figure = pytest.mark.parametrize("name", FIGURES)
T, I, H = 7, 4, 8

# A figure in an empty page, with a model that notes what Python would be told.
RENDER = """async ([esm, css, state]) => {
  document.head.innerHTML = '<meta name="viewport" content="width=device-width">';
  document.head.append(Object.assign(document.createElement("style"),
                                     { textContent: css }));
  const hear = {}, told = [], unsaved = {};
  window.told = told;
  window.model = {
    get: (k) => state[k],
    set(k, v) {
      state[k] = unsaved[k] = v;
      (hear["change:" + k] ?? []).forEach(f => f());
    },
    save_changes() { told.push({ ...unsaved }); },
    on(e, f) { (hear[e] ??= []).push(f); },
    off(e, f) { hear[e] = (hear[e] ?? []).filter(g => g !== f); },
  };
  window.hearers = () => Object.values(hear).flat().length;
  document.body.innerHTML = "<div id=place></div>";
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const el = document.getElementById("place");
  window.stop = await (await import(url)).default.render({ model: window.model, el });
}"""
DRAWN = """(root) => [...root.querySelectorAll("path, text, circle, .say, output")]
  .map(e => e.getAttribute("d") + e.getAttribute("cy") + e.textContent).join()"""


def lists(p):
    return {k: v.tolist() for k, v in p.items()}


def random_case(cell, seed=0):
    """Parameters with a bias everywhere, and x (T, 1, I)."""
    rng = np.random.default_rng(seed)
    p = init(cell, I, H, rng, gain=1.5)
    p = {k: v + 0.3 * rng.normal(size=v.shape) for k, v in p.items()}
    return p, rng.normal(size=(T, 1, I)), rng


# ---- the arithmetic: 1e-12, because tanh may differ in its last bit ----
READ = """given.cases.map(({ text, p, x, state, H }) => {
  const cell = new Function("return " + text)();
  const flat = Object.fromEntries(
    Object.entries(p).map(([k, v]) => [k, Float64Array.from(v.flat(9))]));
  return m.stepsOf(m.readOn(cell, flat, x, H, { state })).map((step) =>
    Object.fromEntries(Object.entries(step).map(([k, v]) => [k, Array.from(v)])));
})"""


def test_every_quantity_of_every_cell_is_the_package_s(js):
    cases, ours = [], {}
    for seed, (name, cell) in enumerate(CELLS.items()):
        p, x, _ = random_case(name, seed)
        text = cell_text(cell, (H,))
        cases.append({"text": text, "p": lists(p), "x": x[:, 0].tolist(), "H": H})
        ours[name] = trace(name, p, x)
    got = js("any_cell", READ, cases=cases)
    for (name, q), steps in zip(ours.items(), got, strict=True):
        shown = [k["name"] for k in quantities(CELLS[name])]
        sums = [f"z{b}" for b in CELLS[name].layers[-1].blocks]
        assert {*shown} <= {*steps[0]} & {*q} and {*sums} <= {*steps[0]}
        for word in {*q} & {*steps[0]}:
            theirs, values = [s[word] for s in steps], q[word].reshape(T, -1)
            values = np.repeat(values, H // values.shape[1], axis=1)
            np.testing.assert_allclose(theirs, values, rtol=0, atol=1e-12)


DECAY = """given.cases.map(({ text, p, x, H }) => {
  const cell = new Function("return " + text)();
  const flat = Object.fromEntries(
    Object.entries(p).map(([k, v]) => [k, Float64Array.from(v.flat(9))]));
  return m.decay(m.readOn(cell, flat, x, H), given.lags);
})"""


def test_norms_over_lags_are_the_package_s_for_every_cell(js):
    cases, ours, lags = [], {}, [0, 1, 4, 7]
    for seed, (name, cell) in enumerate(CELLS.items()):
        p, x, _ = random_case(name, seed)
        text = cell_text(cell, (H,))
        cases.append({"text": text, "p": lists(p), "x": x[:, 0].tolist(), "H": H})
        J = [jacobian(name, p, x, T - lag, T)[0] for lag in lags]
        own = np.array(J)[:, *along_path(cell, H)]
        held = [jacobian(name, p, x, T - k, T, direct=True).max() for k in lags]
        ours[name] = np.linalg.norm(own, 2, axis=(1, 2)), held
    got = js("gradient_lab", DECAY, cases=cases, lags=lags)
    for (name, (total, held)), theirs in zip(ours.items(), got, strict=True):
        np.testing.assert_allclose(theirs["total"], total, 1e-4, err_msg=name)
        np.testing.assert_allclose(theirs["direct"], held, 1e-10, err_msg=name)


MEASURE = """given.map((traits) => {
  const make = (text) => new Function("return " + text)();
  const given = { ...traits, spec: make(traits.text), rnn: make(traits.plain) };
  const { own, rnn, x } = m.networks(given, 1);
  const rows = (p) => Object.fromEntries(
    Object.entries(p).map(([k, v]) => [k, Array.from(v)]));
  return { x, ...m.measure(given), own: rows(own), plain: rows(rnn) };
})"""


def test_the_gradient_lab_measures_what_the_package_measures(js):
    settings = [("lstm", 1.0, 0.0), ("gru", 1.0, 3.0), ("coupled", 4.0, 1.0)]
    traits = [
        {"cell": c, "gain": g, "bias": b, "length": 30, "size": 8, "networks": 2,
         "seed": 0, "inputs": 16, "keeps": keeps(CELLS[c]),
         "text": cell_text(CELLS[c], (8,)), "plain": cell_text(CELLS["rnn"])}
        for c, g, b in settings
    ]  # fmt: skip
    got = js("gradient_lab", MEASURE.replace("given.map", "given.all.map"), all=traits)
    for (name, gain, bias), found in zip(settings, got, strict=True):
        like = init(
            name, 16, 8, np.random.default_rng(0), gain, start_bias(CELLS[name], bias)
        )
        own = found["own"]
        p = {k: np.reshape(own[k], v.shape).astype(float) for k, v in like.items()}
        np.testing.assert_array_equal(p["b"], like["b"], name)
        assert abs(p["W_x"]).max() <= np.sqrt(6 / 24) and p["W_x"].std() > 0.2
        for block in np.split(p["W_h"], p["W_h"].shape[1] // 8, axis=1):
            np.testing.assert_allclose(block @ block.T, gain**2 * np.eye(8), atol=1e-12)
        x, part = np.array(found["x"])[:, None], along_path(CELLS[name], 8)
        J = [jacobian(name, p, x, 30 - k, 30)[0] for k in found["lags"]]
        norms = np.linalg.norm(np.array(J)[:, *part], 2, axis=(1, 2))
        np.testing.assert_allclose(found["total"][1], norms, rtol=1e-4)


def test_networks_of_the_lab_are_those_of_every_build_before(js):
    """Weights of seed 0, written down when every cell came to the lab."""
    traits = {"gain": 1.0, "bias": 1.0, "length": 2, "size": 4, "networks": 1}
    traits |= {"seed": 0, "inputs": 3, "keeps": ["f", 1], "cell": "lstm"}
    texts = {"text": cell_text(CELLS["lstm"]), "plain": cell_text(CELLS["rnn"])}
    found = js("gradient_lab", MEASURE.replace("given.map", "given.all.map"),
               all=[traits | texts])[0]  # fmt: skip
    got = [found["x"][0][0], found["own"]["W_x"][0], found["own"]["W_h"][-1]]
    got += [found["plain"]["W_h"][-1], found["plain"]["W_x"][-1]]
    before = [-0.04500713908163487, 0.46437123577650613, -0.12681182907637378]
    before += [-0.10265466806753591, 0.8968820523477868]
    np.testing.assert_allclose(got, before, rtol=0, atol=1e-14)


UNIT = """m.run({ spec: new Function("return " + given.text)(), shown: given.shown },
               given.weights, given.x)"""


def unit_of(unit):
    cell = one_unit(unit.cell)
    return {"text": cell_text(cell, (1,)), "shown": quantities(cell),
            "weights": unit.weights, "x": unit.x}  # fmt: skip


@pytest.mark.parametrize("preset", widgets.UnitExplorer().presets)
def test_the_unit_explorer_computes_what_the_package_computes(js, preset):
    unit = widgets.UnitExplorer(preset)
    got = js("unit_explorer", UNIT, **unit_of(unit))
    ours = {"x": unit.x, "gradient": unit.gradient()} | unit.trace()
    for name, values in got.items():
        np.testing.assert_allclose(values, ours[name], rtol=0, atol=1e-12)
    assert set(got) == {*"xifgoch", "gradient"}


def test_a_unit_that_hears_itself_has_the_gradient_of_all_paths(js):
    unit = widgets.UnitExplorer(W_h=[4.0, -6.0, 2.0, 3.0], b=[-1.0, 2.0, 0.5, 0.0])
    got = js("unit_explorer", UNIT, **unit_of(unit))["gradient"]
    assert np.ptp(unit.gradient() / np.cumprod(unit.trace()["f"][::-1])[::-1]) > 0.1
    np.testing.assert_allclose(got, unit.gradient(), rtol=0, atol=1e-12)


# ---- the figures, each in an empty page ----
def show(visit, name, width=1280):
    figure = example(name)
    own = [k for k in figure.keys if not k.startswith("_") and k != "layout"]
    state = json.loads(json.dumps({k: getattr(figure, k) for k in own}))
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.page.set_content("<!doctype html>")
    visit.page.evaluate(RENDER, [figure._esm, figure._css, state])
    visit.page.wait_for_timeout(300)
    return visit.page.locator(".lcw")


def turn(root):
    """Use the figure's first control by keyboard."""
    if root.locator("input[type=range]:visible").count():
        root.locator("input[type=range]:visible").first.focus()
        root.page.keyboard.press("ArrowRight")
    else:
        root.locator("button:enabled:visible").first.focus()
        root.page.keyboard.press("Enter")


def changes(root, before):
    root.page.wait_for_function(
        f"([root, before]) => ({DRAWN})(root) !== before",
        arg=[root.element_handle(), before], timeout=5000,
    )  # fmt: skip
    return True


@every_figure
@pytest.mark.parametrize("width", [390, 1280])
def test_a_figure_fits_its_page(visit, name, width):
    root = show(visit, name, width)
    assert root.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.errors == [] and visit.foreign == []


@every_figure
def test_a_key_turns_a_figure_and_python_is_told(visit, name):
    root = show(visit, name)
    before = root.evaluate(DRAWN)
    turn(root)
    assert changes(root, before)
    assert root.page.evaluate("told.length") > 0
    assert visit.errors == []


@every_figure
def test_a_figure_is_named_and_so_is_every_control(visit, name):
    root = show(visit, name)
    assert root.get_attribute("role") == "group" and root.get_attribute("aria-label")
    nameless = root.evaluate("""root =>
      [...root.querySelectorAll("input, button, select, [role=slider], svg[role=img]")]
      .filter(e => !(e.ariaLabel || e.labels?.length || e.textContent.trim()
                     || e.getAttribute("aria-labelledby") || e.querySelector("title")))
      .map(e => e.outerHTML)""")
    assert nameless == []


@every_figure
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_a_figure(visit, name, theme):
    root = show(visit, name)
    paper = (PAGE if theme == "light" else PAGE_DARK)["paper"]
    root.page.evaluate(f"""document.documentElement.dataset.theme = "{theme}";
                           document.body.style.background = "{paper}" """)
    root.page.wait_for_timeout(300)
    found = Axe().run(root.page, context=".lcw").response["violations"]
    grave = [v for v in found if v["impact"] in ("serious", "critical")]
    assert {v["id"]: [n["html"] for n in v["nodes"]] for v in grave} == {}


@every_figure
def test_keys_do_not_reach_the_notebook_around_a_figure(visit, name):
    root = show(visit, name)
    root.page.evaluate("""() => { window.leaked = 0;
        document.addEventListener("keydown", () => window.leaked++); }""")
    turn(root)
    assert root.page.evaluate("leaked") == 0


@every_figure
def test_a_figure_that_is_closed_listens_no_longer(visit, name):
    show(visit, name)
    assert visit.page.evaluate("hearers()") > 0
    assert visit.page.evaluate("stop(), hearers()") == 0


def test_a_figure_follows_python(visit):
    root = show(visit, "UnitExplorer")
    before = root.evaluate(DRAWN)
    root.page.evaluate(
        "model.set('weights', { ...model.get('weights'), b: [4, 10, 0, 10] })"
    )
    assert changes(root, before)
    dial = root.get_by_label("bias, input gate", exact=True)
    assert dial.input_value() == "4"


def test_a_number_beside_a_dial_is_typed(visit):
    root = show(visit, "UnitExplorer")
    typed = root.get_by_label("bias, forget gate, as a number")
    typed.focus()
    root.page.keyboard.type("1.386")  # in place of what was there
    told = root.page.evaluate("told")
    assert told[-1]["weights"]["b"][1] == 1.386 and typed.input_value() == "1.386"
    root.get_by_text("f = σ(1.386)").wait_for()
    for written, value in (("99", "12.0"), ("", "12.0"), ("-0.25", "-0.25")):
        typed.fill(written)
        typed.press("Enter")
        assert typed.input_value() == value
    assert root.page.evaluate("model.get('weights').b[1]") == -0.25
    root.get_by_label("bias, forget gate", exact=True).press("ArrowRight")
    assert typed.input_value() == "-0.1"


def test_keys_read_the_gradient_lab_at_a_lag(visit):
    root = show(visit, "GradientLab")
    values = root.locator("svg.plot > text:not(.label)").all_text_contents
    plot = root.get_by_role("slider", name="lag at which")
    at_the_end = values()
    plot.focus()
    root.page.keyboard.press("ArrowLeft")
    assert plot.get_attribute("aria-valuenow") == "48"
    assert "lag 48: LSTM, all paths" in plot.get_attribute("aria-valuetext")
    assert root.get_by_text("values at lag 48").is_visible() and values() != at_the_end
    root.page.keyboard.press("Home")
    assert plot.get_attribute("aria-valuenow") == "0"
    root.page.keyboard.press("Tab")
    assert values() == at_the_end


def test_a_point_of_the_input_is_moved_by_keys_and_by_hand(visit):
    root = show(visit, "UnitExplorer")
    root.get_by_label("input at step 24").focus()
    root.page.keyboard.press("ArrowLeft")
    root.page.keyboard.press("End")  # step 23 to 1
    assert root.page.evaluate("model.get('x')[22]") == 1
    box = root.locator("svg.input").bounding_box()
    root.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 8)
    assert min(root.page.evaluate("model.get('x')")) == -1
    written = root.locator(".say").inner_text
    root.page.wait_for_timeout(300)
    assert "steps 1 and 23" in written()


@pytest.mark.parametrize("media", ["print", "screen"])
def test_a_figure_wakes_from_its_html_and_on_paper_stays_a_picture(visit, media):
    page = visit.page
    page.emulate_media(media=media)
    page.set_content(example("UnitExplorer")._repr_mimebundle_()[0]["text/html"])
    page.wait_for_timeout(600)
    assert page.locator(".lcw").count() == (media == "screen")
    assert page.locator(".live-figure svg").first.is_visible()
    assert page.locator(".asleep:visible").count() == 0 and visit.errors == []


# ---- the figures in the pages of the book ----
PLACE = 'class="live-figure"'
AWAKE = "k => 'alive' in document.querySelectorAll('.live-figure')[k].dataset"


@pytest.fixture(scope="session")
def alive(html):
    """The pages with live figures."""
    files = sorted((html / "book").rglob("*.html"))
    found = [f for f in files if PLACE in f.read_text(encoding="utf-8")]
    assert {"02_long_term_dependencies", "03_gates_and_cell_state"} <= {
        f.stem for f in found
    }
    return found


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_figures_of_a_page_live(start_visit, site, html, alive, over):
    for file in alive:
        visit = start_visit()
        address = f"{site}/{file.relative_to(html).as_posix()}"
        page = visit.open_all(address if over == "http" else file.as_uri())
        places = page.locator(".live-figure")
        for k in range(places.count()):
            places.nth(k).scroll_into_view_if_needed()
            if places.nth(k).locator(".wake").count():
                places.nth(k).locator(".wake").click()
            page.wait_for_function(AWAKE, arg=k)
            root = places.nth(k).locator(".lcw")
            page.wait_for_timeout(300)
            before = root.evaluate(DRAWN)
            turn(root)
            assert changes(root, before), file.stem
        assert (visit.errors, visit.foreign) == ([], []), file.stem


def test_a_figure_sleeps_until_it_is_near(start_visit, site, html, alive):
    page = start_visit().open(f"{site}/{alive[0].relative_to(html).as_posix()}")
    assert page.locator(".live-figure").count() > 0
    assert page.locator(".live-figure[data-alive]").count() == 0


def test_without_scripts_a_picture_with_words_stands_there(browser, alive):
    context = browser.new_context(java_script_enabled=False)
    for file in alive:
        page = context.new_page()
        page.goto(file.as_uri())
        for place in page.locator(".live-figure").all():
            picture = place.locator("svg, img, table").first
            assert picture.is_visible() and picture.bounding_box()["width"] > 200
    context.close()


def test_live_pages_stay_small(alive):
    for file in alive:
        text = file.read_text(encoding="utf-8")
        assert "widget-state+json" not in text
        assert not re.search(r"html-manager|embed-amd|require(\.min)?\.js", text)
        assert len(gzip.compress(text.encode())) < 250_000, file.stem
