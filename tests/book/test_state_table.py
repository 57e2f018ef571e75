"""The table of states: the page counts as Python does, and can be walked by keys."""

import copy

import pytest
from book.test_widgets_words import show  # noqa: F401 (a fixture)
from live_figures import STATES, example

from lstm_course.experiments.record import wilson
from lstm_course.widgets import StateTable
from lstm_course.widgets.state_table import RIGHT, TIMES

in_a_browser = pytest.mark.browser
AFTER = 350  # ms until a figure has drawn


def entry(root, cell, task):
    return root.locator(f'td[data-at="{cell} {task}"]')


@in_a_browser
@pytest.mark.parametrize("times", TIMES)
def test_the_page_counts_the_runs_that_python_counts(js, times):
    rows = copy.deepcopy(STATES["rows"])
    rows[0]["accuracy"] = dict.fromkeys(rows[0]["accuracy"], RIGHT)  # just enough
    rows[4]["accuracy"] = dict.fromkeys(rows[4]["accuracy"], RIGHT - 1e-6)
    table = StateTable({"rows": rows}, times=times)
    given = {"tasks": table.tasks, "runs": table.runs, "times": times}
    for cell in table.names:
        for task in table.tasks:
            call = "m.solved(given, given.cell, given.task, given.times)"
            got = js("state_table", call, cell=cell, task=task, **given)
            assert tuple(got) == table.solved(cell, task), (cell, task)


@in_a_browser
def test_the_page_s_interval_is_the_study_s(js):
    for k in range(6):
        got = js("state_table", "m.wilson(given.k, 5)", k=k)
        assert got == pytest.approx(wilson(k, 5), abs=1e-12)


@in_a_browser
def test_an_entry_is_chosen_by_a_click_and_by_arrows(show):  # noqa: F811
    root = show(example("StateTable"))
    entry(root, "mingru", "copy2").click()
    root.page.wait_for_timeout(AFTER)
    assert entry(root, "mingru", "copy2").get_attribute("aria-selected") == "true"
    assert root.locator("td[tabindex='0']").count() == 1
    root.page.keyboard.press("ArrowUp")
    root.page.keyboard.press("ArrowLeft")
    root.page.wait_for_timeout(AFTER)
    assert entry(root, "gru", "copy").get_attribute("aria-selected") == "true"
    at = root.page.evaluate("document.activeElement.dataset.at")
    assert at == "gru copy"
    assert root.get_by_label("cell", exact=True).input_value() == "gru"
    text = root.locator(".say").inner_text()
    assert text.startswith("copy, trained on up to 24 steps, at least 95 % right at 48")
    assert "GRU, 16 units that carry 32 numbers: 3 of 3 runs (44 to 100 %" in text


@in_a_browser
def test_the_bar_moves_and_the_table_with_it(show):  # noqa: F811
    root = show(example("StateTable"))
    assert entry(root, "lstm", "ab").inner_text() == "0/3"
    root.get_by_role("button", name="1.5 ×", exact=True).click()
    root.page.wait_for_timeout(AFTER)
    assert entry(root, "lstm", "ab").inner_text() == "3/3"
    assert entry(root, "gru", "ab").inner_text() == "0/3"


@in_a_browser
def test_there_is_a_curve_for_every_run_of_both_cells(show):  # noqa: F811
    root = show(example("StateTable"))
    assert (
        root.locator(".curve.own").count() == 3 == root.locator(".other.curve").count()
    )
    root.get_by_label("compared with", exact=True).select_option("")
    root.page.wait_for_timeout(AFTER)
    assert root.locator(".curve").count() == 3
    root.get_by_label("cell", exact=True).select_option("mlstm")
    root.get_by_label("task", exact=True).select_option("copy2")
    root.page.wait_for_timeout(AFTER)
    assert root.locator(".curve").count() == 0
    assert "mLSTM was not run on this" in root.locator(".say").inner_text()


def cells_of(root):
    return root.locator("tbody th .short").all_inner_texts()


@in_a_browser
def test_a_press_on_a_head_sorts_and_a_second_one_turns_round(show):  # noqa: F811
    root = show(example("StateTable"))
    assert cells_of(root) == ["lstm", "gru", "mingru", "mlstm"]
    head = root.get_by_role("button", name="2 layers", exact=True)
    head.focus()
    for first, way in (("gru", "descending"), ("lstm", "ascending")):
        root.page.keyboard.press("Enter")
        root.page.wait_for_timeout(AFTER)
        assert cells_of(root)[0] == first and cells_of(root)[-1] == "mlstm"  # not run
        column = root.get_by_role("columnheader", name="2 layers")
        assert column.get_attribute("aria-sort") == way
        assert head.evaluate("e => e === document.activeElement")
    assert "Sorted by copy, 2 layers: first LSTM" in root.locator(".say").inner_text()


@in_a_browser
def test_cells_are_left_out_and_arrows_walk_what_is_shown(show):  # noqa: F811
    root = show(example("StateTable"))
    root.get_by_text("Cells: all").click()
    root.get_by_label("LSTM", exact=True).uncheck()
    root.get_by_label("minGRU", exact=True).uncheck()
    root.page.wait_for_timeout(AFTER)
    assert cells_of(root) == ["gru", "mlstm"]
    assert root.get_by_text("Cells: 2 of 4").is_visible()
    assert entry(root, "gru", "parity").get_attribute("aria-selected") == "true"
    entry(root, "gru", "parity").focus()
    root.page.keyboard.press("ArrowDown")
    root.page.wait_for_timeout(AFTER)
    assert entry(root, "mlstm", "parity").get_attribute("aria-selected") == "true"
    root.get_by_role("button", name="none", exact=True).click()
    root.get_by_role("button", name="all", exact=True).click()
    root.page.wait_for_timeout(AFTER)
    assert len(cells_of(root)) == 4


@in_a_browser
@pytest.mark.parametrize(
    "sort, order",
    [("", "bcad"), ("n", "abcd"), ("-n", "cbad"), ("s", "abcd"), ("-s", "bacd")],
)
def test_rows_are_ordered_and_what_has_no_value_comes_last(js, sort, order):
    rows = [
        {"name": "b", "n": 2, "s": "z"},
        {"name": "c", "n": 3, "s": None},
        {"name": "a", "n": 1, "s": "a"},
        {"name": "d", "n": None, "s": None},
    ]
    call = "m.ordered(given.rows, given.sort, (row, key) => row[key])"
    got = js("table", call, rows=rows, sort=sort)
    assert "".join(row["name"] for row in got) == order


@in_a_browser
def test_on_a_phone_the_chosen_row_is_in_sight(show):  # noqa: F811
    rows = [r | {"cell": f"cell{k}"} for k in range(20) for r in STATES["rows"][:3]]
    root = show(StateTable({"rows": rows}, cell="cell19", other="cell3"), width=390)
    box, row = (
        part.bounding_box()
        for part in (root.locator(".grid"), entry(root, "cell19", "parity"))
    )
    assert box["y"] < row["y"] and row["y"] + row["height"] <= box["y"] + box["height"]


def test_the_still_picture_is_the_same_table():
    table = StateTable(STATES, times=1.5)
    picture = table.picture()
    assert picture.count("<tr>") == 1 + len(table.names)
    entries = [table.solved(c, t) for c in table.names for t in table.tasks]
    for text in ("3/3", "0/3"):
        k = int(text[0])
        assert picture.count(f">{text}<") == entries.count((k, 3)) > 0


@pytest.mark.parametrize(
    "odd, message",
    [
        ({"results": [3]}, "results is a list whose rows lack 'task'.*record.load"),
        ({"results": {"rows": [{"task": "S3"}]}}, "rows lack 'cell'"),
        ({"cell": "lstn"}, "cell is 'lstn'.*'lstm', 'gru'.*Write cell='lstm'"),
        ({"task": "copy3"}, "task is 'copy3'.*'copy2'"),
        ({"other": "rnn"}, "other is 'rnn'"),
        ({"times": 3}, "times is 3.*1.0, 1.5, 2.0"),
    ],
)
def test_what_is_odd_is_met_at_the_door(odd, message):
    with pytest.raises(ValueError, match=message):
        StateTable(**{"results": STATES} | odd)


def test_without_a_result_it_says_how_to_make_one(monkeypatch, tmp_path):
    monkeypatch.setattr("lstm_course.places.BOOK", tmp_path)
    with pytest.raises(ValueError, match="python -m lstm_course.experiments state"):
        StateTable()
