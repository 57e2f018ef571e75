"""The trials of a study: counted as Python counts, opened by hand and by keys."""

import copy
import json
import math
import re

import numpy as np
import pytest
from book.test_widgets_words import show  # noqa: F401 (a fixture)
from live_figures import differences, example, study

from lstm_course import CELLS
from lstm_course.widgets import Comparison

in_a_browser = pytest.mark.browser
AFTER = 350  # ms until a figure has drawn
TASKS = "adding copying temporal_order embedded_reber gap_language parity permutations "
TASKS += "characters digits"
SUMS = """(async () => {
  const rows = await m.readTrials(given.trials);
  const one = (cell) => m.sumUp(rows.filter((r) => r.cell === cell
    && r.task === given.task));
  return given.cells.map((cell) => { const { top, ...sums } = one(cell);
    return { ...sums, top: top.map(({ draw }) => draw) }; });
})()"""


def row(root, first):
    """The line of the table that begins with a word."""
    head = root.page.locator("th", has_text=re.compile(rf"^★?{first}$"))
    return root.locator(".list:visible tbody tr").filter(has=head)


def said(root):
    return root.locator(".say").inner_text()


def lines(root):
    """The lines of the table that is seen: their first words."""
    return root.locator(".list:visible tbody th").all_inner_texts()


def press(root, name):
    root.get_by_role("button", name=name, exact=True).click()
    root.page.wait_for_timeout(AFTER)


def chosen(root):
    return root.locator(".list:visible tr[aria-selected=true] th").inner_text()


# ---- the numbers ----
@in_a_browser
def test_the_page_sums_up_as_python_does(js):
    rows = study(draws=45)  # a tenth, rounded up, is five
    figure = Comparison(rows)
    for task in figure.tasks:
        cells = list(figure.names)
        given = {"trials": figure.trials, "task": task, "cells": cells}
        for cell, got in zip(cells, js("trials", SUMS, **given), strict=True):
            ours = figure.line(cell, task)
            assert got["n"] == ours["n"] and got["diverged"] == ours["diverged"] > 0
            for name in ("best", "median", "accuracy", "weights", "seconds"):
                assert got[name] == pytest.approx(ours[name], rel=6e-3), name
            mine = [r for r in rows if (r["task"], r["cell"]) == (task, cell)]
            best = sorted(mine, key=lambda r: r["loss"])[:5]
            assert got["top"] == [r["draw"] for r in best]


@in_a_browser
def test_a_cell_of_which_all_trials_diverged_has_numbers_too(js):
    rows = [r | {"test": math.inf, "loss": math.inf} for r in study(draws=3)]
    figure = Comparison(rows)
    given = {"trials": figure.trials, "task": "adding", "cells": ["gru"]}
    [got] = js("trials", SUMS, **given)
    assert (got["best"], got["diverged"], got["top"]) == (None, 3, [])
    assert got["median"] == math.inf and figure.line("gru")["best"] is None
    assert "∞" in figure.picture() and "–" in figure.picture()


def test_four_thousand_trials_weigh_less_than_700_kilobytes():
    rng = np.random.default_rng(1)
    rows = study(CELLS, TASKS.split(), 20)
    for row in rows:
        row["curve"] = list(np.exp(rng.normal(size=20)))
    figure = Comparison(rows, differences(CELLS, TASKS.split()))
    state = figure.get_state(["trials", "names", "tasks", "apart"])
    assert len(rows) == 4140 and len(json.dumps(state)) < 700_000


@in_a_browser
@pytest.mark.parametrize(
    "low, high, log, ticks",
    [
        (0.0, 1.0, "false", [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-2, 4, "false", [-2, -1, 0, 1, 2, 3, 4]),
        (1e-3, 0.1, "true", [1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1]),
        (1e-7, 10, "true", [1e-6, 1e-4, 0.01, 1]),
    ],
)
def test_ticks_are_round_numbers(js, low, high, log, ticks):
    got = js("marks", f"m.tickValues({low}, {high}, {log}, 7)")
    assert got == pytest.approx(ticks, abs=1e-12)


@in_a_browser
def test_no_two_cells_have_the_same_mark(js):
    call = "given.k.map((k) => JSON.stringify([m.markOf(k).colour, "
    call += "m.markOf(k).path(0, 0, 4)]))"
    assert len(set(js("marks", call, k=list(range(35))))) == 35


@in_a_browser
@pytest.mark.parametrize(
    "x, text",
    [(None, "–"), (0, "0"), (64, "64"), (0.0123, "0.012"), (0.1234, "0.123"),
     (-0.5, "−0.500"), (12.34, "12"), (4870, "4.9k"), (123456, "123k"), (2.5e9, "2.5G"),
     (1e-4, "10⁻⁴"), (3.2e-5, "3·10⁻⁵")],
)  # fmt: skip
def test_a_number_takes_few_letters(js, x, text):
    assert js("trials", "m.brief(given.x)", x=x) == text


@in_a_browser
def test_a_loss_of_zero_has_its_place_on_a_scale_of_powers(js):
    call = "given.x.map(m.axisOf(['loss', '', true], given.x, [0, 100]).at)"
    assert js("scatter", call, x=[0, 1e-4, 1]) == pytest.approx([0, 0, 100])
    assert js("scatter", call, x=[-1, 0, 1]) == pytest.approx([0, 50, 100])


# ---- the table ----
@in_a_browser
def test_a_line_opens_the_trials_of_its_cell_and_a_trial_its_card(show):  # noqa: F811
    root = show(example("Comparison"))
    assert lines(root) == ["mlstm", "lstm", "gru", "rnn"]  # best first
    row(root, "rnn").click()
    root.page.wait_for_timeout(AFTER)
    assert root.get_by_text("8 trials of tanh RNN").is_visible()
    assert len(lines(root)) == 8 and sum("★" in line for line in lines(root)) == 3
    assert "among the best" in root.locator(".star").first.get_attribute("title")
    row(root, "6").click()
    root.page.wait_for_timeout(AFTER)
    card = root.locator(".trial").inner_text()
    assert "Trial 6: tanh RNN" in card and "its own start" in card and "∞" in card
    assert "learning rate 0.052" in card and "rnn" in card and "lstm" in card
    press(root, "‹ all cells")
    assert lines(root)[0] == "mlstm" and chosen(root) == "rnn"


@in_a_browser
def test_heads_sort_and_say_so(show):  # noqa: F811
    root = show(example("Comparison"))
    press(root, "gain")
    head = root.get_by_role("columnheader", name="gain")
    assert head.get_attribute("aria-sort") == "descending"
    assert lines(root)[-1] == "lstm"  # against itself there is no gain
    assert "Sorted by gain: first" in said(root)
    press(root, "cell")
    assert lines(root) == ["gru", "lstm", "mlstm", "rnn"]
    press(root, "cell")
    assert lines(root) == ["rnn", "mlstm", "lstm", "gru"]


@in_a_browser
def test_the_table_is_walked_by_keys(show):  # noqa: F811
    root = show(example("Comparison"))
    assert root.locator(".list:visible tr[tabindex='0']").count() == 1
    root.locator(".list:visible tr[tabindex='0']").focus()
    root.page.keyboard.press("ArrowDown")
    root.page.wait_for_timeout(AFTER)
    assert chosen(root) == "rnn" and "tanh RNN: 8 trials, 2 of them" in said(root)
    root.page.keyboard.press("Enter")
    root.page.wait_for_timeout(AFTER)
    assert root.get_by_text("8 trials of tanh RNN").is_visible()
    root.locator(".list:visible tr[tabindex='0']").focus()
    root.page.keyboard.press("End")
    root.page.wait_for_timeout(AFTER)
    assert chosen(root) == "7" and "Trial 7" in root.locator(".trial").inner_text()
    at = root.page.evaluate("document.activeElement.getAttribute('aria-selected')")
    assert at == "true"


@in_a_browser
def test_the_interval_is_told_where_there_is_one(show):  # noqa: F811
    root = show(example("Comparison"))
    assert "it stands +5 places of 100 above LSTM (95 %: −10 to +20)" in said(root)
    root = show(Comparison(study()))
    assert "places of 100" not in said(root)
    assert root.get_by_role("button", name="gain").count() == 0


# ---- the points ----
@in_a_browser
def test_there_is_a_point_for_every_trial_and_the_best_are_filled(show):  # noqa: F811
    root = show(example("Comparison"))
    dots = root.locator(".dots .dot")
    assert dots.count() == 4 * 8
    assert root.locator(".dots .top").count() == 4 * 3
    assert root.locator(".dots .far").count() == 2 * 8  # neither chosen nor baseline
    assert root.locator(".ring").count() == 2
    for y in ("accuracy", "loss"):
        root.get_by_label("upwards", exact=True).select_option(y)
    for x in ("width", "operations", "noise", "clip"):
        root.get_by_label("to the right", exact=True).select_option(x)
        root.page.wait_for_timeout(AFTER)
        assert dots.count() == 4 * 8
        assert "NaN" not in root.locator(".plot").inner_html()


@in_a_browser
def test_a_point_is_opened_by_a_press_and_walked_by_keys(show):  # noqa: F811
    root = show(example("Comparison"))
    plot = root.locator(".plot")
    plot.focus()
    root.page.keyboard.press("Home")
    root.page.wait_for_timeout(AFTER)
    text = plot.get_attribute("aria-valuetext")
    assert text.startswith("GRU, trial 0: test loss") and "LSTM at the same" in text
    root.page.keyboard.press("ArrowRight")
    root.page.wait_for_timeout(AFTER)
    assert plot.get_attribute("aria-valuenow") == "2"
    assert "Trial 1: GRU" in root.locator(".trial").inner_text()
    last = root.locator(".dots .dot.far").last
    box = last.bounding_box()
    root.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    root.page.wait_for_timeout(AFTER)
    assert "GRU" not in root.locator(".trial .head").inner_text()


@in_a_browser
def test_a_trial_s_curve_stands_beside_its_pair_s(show):  # noqa: F811
    root = show(example("Comparison"))
    points = "e => e.getAttribute('d').split(' ').length"
    assert root.locator(".curve.own").evaluate(points) == 10
    assert root.locator(".curve.other").evaluate(points) == 10
    row(root, "lstm").click()  # the baseline has no pair
    root.page.wait_for_timeout(AFTER)
    assert root.locator(".curve.other").get_attribute("d") == ""
    row(root, "7").click()
    root.page.wait_for_timeout(AFTER)
    assert root.locator(".curve.own").evaluate(points) == 3  # it diverged


# ---- what is left out ----
@in_a_browser
def test_what_is_left_out_counts_no_longer(show):  # noqa: F811
    root = show(example("Comparison"))
    root.get_by_text("Settings: all").click()
    ends = root.get_by_label("learning rate, to", exact=True)
    ends.focus()
    for _ in range(31):
        root.page.keyboard.press("ArrowLeft")
    root.page.wait_for_timeout(AFTER)
    assert "16 of 32 trials" in said(root) and "places of 100" not in said(root)
    assert root.get_by_text("Settings: 1 narrowed").is_visible()
    assert root.locator(".dots .dot").count() == 16
    root.page.keyboard.press("End")
    root.get_by_label("how it ended", exact=True).select_option("diverged")
    root.page.wait_for_timeout(AFTER)
    assert root.locator(".dots .dot").count() == 7
    root.get_by_label("how it started", exact=True).select_option("own")
    root.get_by_text("Cells: all").click()
    root.get_by_label("gru", exact=True).uncheck()
    root.page.wait_for_timeout(AFTER)
    assert lines(root) == ["rnn"]
    assert "Of LSTM no trial is shown" in said(root)
    press(root, "none")
    assert "No trial is left" in root.locator(".trial").inner_text()
    press(root, "reset")
    assert root.locator(".dots .dot").count() == 32 and len(lines(root)) == 4


@in_a_browser
def test_one_thumb_stops_at_the_other(show):  # noqa: F811
    root = show(example("Comparison"))
    root.get_by_text("Settings: all").click()
    low = root.get_by_label("forget bias, from", exact=True)
    high = root.get_by_label("forget bias, to", exact=True)
    high.focus()
    for _ in range(20):
        root.page.keyboard.press("ArrowLeft")
    low.focus()
    root.page.keyboard.press("End")
    root.page.wait_for_timeout(AFTER)
    assert low.input_value() == high.input_value() == "40"


@in_a_browser
def test_a_link_brings_task_trial_and_ranges(show, visit):  # noqa: F811
    only = json.dumps({"lr": [0.002, 0.05]}, separators=(",", ":"))
    link = f'#live-comparison?task="parity"&cell="rnn"&trial="3.0"&only={only}&x="bias"'
    visit.page.evaluate("a => { location.hash = a; }", link + '&sort="nobody"')
    root = show(example("Comparison"))
    assert "parity: " in said(root) and "of 32 trials" in said(root)
    assert "Trial 3: tanh RNN" in root.locator(".trial").inner_text()
    assert root.get_by_label("to the right", exact=True).input_value() == "bias"


# ---- Python ----
def test_the_still_picture_is_the_same_table():
    figure = Comparison(study(), task="parity")
    picture = figure.picture()
    assert picture.count("<tr>") == 1 + 4
    assert picture.index(">mlstm<") < picture.index(">lstm<")
    assert f"{figure.line('gru')['best']:.3g}" in picture
    nothing = {"loss": 0.0, "test": 0.0}
    rows = [r | nothing if r["cell"] == "gru" else r for r in study()]
    picture = Comparison(rows).picture()
    assert picture.index(">gru<") < picture.index(">mlstm<")  # nothing is the least


@pytest.mark.parametrize(
    "odd, message",
    [
        ({"rows": []}, "rows holds 0 trials that lack 'task'.*study.table.read"),
        ({"rows": [{"task": "adding"}]}, "1 trials that lack 'cell'"),
        ({"task": "reading"}, "task is 'reading'.*'adding', 'parity'"),
        ({"cell": "lstn"}, "cell is 'lstn'.*Write cell='rnn'"),
        ({"baseline": "np"}, "baseline is 'np'"),
        ({"colour": "red"}, "no 'colour'"),
    ],
)
def test_what_is_odd_is_met_at_the_door(odd, message):
    with pytest.raises(ValueError, match=message):
        Comparison(**{"rows": study()} | odd)


def test_rows_are_left_as_they_were():
    rows = study()
    before = copy.deepcopy(rows)
    Comparison(rows)
    assert rows == before
