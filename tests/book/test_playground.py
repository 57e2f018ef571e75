"""The playground: a cell trains in a worker of the page, and goes on in Python."""

import json

import pytest
from book.test_widgets_goals import STEP, press, until
from book.test_widgets_words import show  # noqa: F401 (a fixture)

from lstm_course import CELLS, widgets
from lstm_course.engines.page.text import cell_text

pytestmark = pytest.mark.browser

TASKS = """(ms) => new Promise((done) => { // how long the page was busy, each time
  const [tasks, now] = [[], document.querySelector(".now")];
  let drawn = 0;
  const watch = new PerformanceObserver((list) =>
    tasks.push(...list.getEntries().map((e) => e.duration)));
  watch.observe({ entryTypes: ["longtask"] });
  new MutationObserver(() => { drawn += 1; }).observe(now, { childList: true });
  setTimeout(() => done([tasks.sort((a, b) => b - a), drawn]), ms);
})"""
NEXT = """(() => { // the loss of the batch after so many steps
  const numbers = Object.entries(given.p).map(([k, v]) => [k, Float64Array.from(v)]);
  const cell = new Function("return " + given.text)();
  const task = m.makeTask("parity", given.options);
  const learner = m.makeLearner(cell, Object.fromEntries(numbers),
                                { ...given.sizes, kind: task.kind });
  learner.step = given.step;
  return m.judge(learner, m.batchOf(learner, task)).loss;
})()"""
SLOWER = 4  # times, as on an old telephone


def playground(**traits):
    settings = {"left": "lstm", "right": "", "size": 5} | traits
    return widgets.Playground(**settings)


def right(root):
    """The share of right answers as the page says it, in per cent."""
    text = root.locator(".now").inner_text()
    return int(text.partition(": ")[2].partition(" %")[0])


def test_sixteen_units_learn_a_gap_of_five(show):  # noqa: F811
    root = show(playground())
    press(root, "train")
    until(root, f"() => {STEP} >= 900")
    press(root, "pause")
    assert right(root) >= 95


def test_its_sentence_follows_what_goes_on(show):  # noqa: F811
    root = show(playground())
    said = root.locator(".say").inner_text
    assert said().startswith("Nothing has been learned yet")
    press(root, "train")
    until(root, f"() => {STEP} >= 30")
    assert said().startswith("It learns, up to step 3000. Press pause")
    press(root, "pause")
    root.page.wait_for_timeout(500)
    assert said().startswith(f"After {root.page.evaluate(STEP)} steps, LSTM")
    press(root, "train on")
    until(root, f"() => {STEP} >= 60")
    assert said().startswith("It learns")
    press(root, "begin again")
    root.page.wait_for_timeout(500)
    assert said().startswith("Nothing") and root.page.evaluate(STEP) == 0
    assert root.get_by_role("button", name="right cell").is_disabled()


def test_a_chapter_s_playground_has_one_discovery_and_two_plots(show):  # noqa: F811
    root = show(widgets.Playground("parity", compact=True), width=390)
    assert root.locator(".plot").count() == 2 and root.locator(".goals li").count() == 1
    assert root.evaluate("r => r.getBoundingClientRect().height") < 700
    press(root, "train")
    until(root, f"() => {STEP} >= 40")
    assert "minGRU" in root.locator(".now").inner_text()


@pytest.mark.parametrize(
    "given, why",
    [({"discovery": "parities"}, "no discovery 'parities'.*parity"),
     ({"task": "copying"}, "no task 'copying'.*latch"),
     ({"right": "gruu"}, "no cell named 'gruu'.*'gru'")],
)  # fmt: skip
def test_what_the_playground_has_not_is_refused(given, why):
    with pytest.raises(ValueError, match=why):
        widgets.Playground(**given)


@pytest.mark.parametrize("cell", ["mlstm", "depth_gated", "clockwork", "mut2", "fgr"])
@pytest.mark.parametrize("task, size", [("adding", 12), ("embedded_reber", 0)])
def test_odd_cells_train_too(show, cell, task, size):  # noqa: F811
    root = show(playground(left=cell, right="rnn", task=task, size=size))
    press(root, "train")
    until(root, f"() => {STEP} >= 100")
    assert "stopped" not in root.locator(".say").inner_text()
    losses = root.page.evaluate(
        "[...document.querySelectorAll('.now .key')].map(e => e.textContent)"
    )
    assert len(losses) == 2 and not any("NaN" in text for text in losses)


def test_messages_do_not_stall_a_page_four_times_slower(show):  # noqa: F811
    root = show(playground(left="depth_gated", right="mlstm", width=32))
    session = root.page.context.new_cdp_session(root.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    press(root, "train")
    tasks, drawn = root.page.evaluate(TASKS, 4000)
    before = int(root.page.evaluate(STEP))
    press(root, "pause")
    root.page.wait_for_timeout(1500)
    stopped = int(root.page.evaluate(STEP))
    root.page.wait_for_timeout(800)
    assert drawn >= 8  # messages came all the time
    assert [*tasks, 0, 0, 0][2] < 100, tasks  # ms; two may have met a busy machine
    assert 0 < before <= stopped == int(root.page.evaluate(STEP))


def test_a_run_goes_on_in_python_where_it_stopped(show, js, tmp_path):  # noqa: F811
    figure = playground(left="depth_gated", task="parity", size=9, width=8)
    root = show(figure)
    press(root, "train")
    until(root, f"() => {STEP} >= 60")
    press(root, "pause")
    root.page.wait_for_timeout(500)
    with root.page.expect_download() as saved:
        press(root, "go on in Python")
    saved.value.save_as(tmp_path / "run.ipynb")
    cells = json.loads((tmp_path / "run.ipynb").read_text())["cells"]
    step = int(root.page.evaluate(STEP))
    assert f"for {step} steps" in "".join(cells[0]["source"])
    space = {}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]).replace("steps=200", "steps=10"), space)
    (T, K), H = (9, 2), 8
    options = {"least": 3, "most": T}
    given = {"p": {k: v.tolist() for k, v in space["numbers"].items()}, "step": step}
    sizes = {"T": T, "B": 16, "I": 2, "H": H, "K": K, "seed": figure.seed}
    text = cell_text(CELLS["depth_gated"])
    loss = js("engine", NEXT, text=text, options=options, sizes=sizes, **given)
    assert space["history"].loss[0] == pytest.approx(loss, rel=1e-3)  # float32 there
