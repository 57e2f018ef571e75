"""The roofline: the page predicts what Python predicts, and shows what was measured."""

import itertools

import pytest
from book.test_widgets_words import show  # noqa: F401 (a fixture)
from live_figures import MACHINE, MEASURED, example

from lstm_course import CELLS, cost
from lstm_course.widgets import Roofline
from lstm_course.widgets.roofline import BOUNDS

SIZES = [(100, 32, 64, 128), (1, 1, 1, 1), (1000, 5, 7, 11), (3, 256, 300, 2048)]

in_a_browser = pytest.mark.browser


@in_a_browser
@pytest.mark.parametrize("way", cost.WAYS)
@pytest.mark.parametrize("machine", ["here", *cost.MACHINES])
def test_the_page_predicts_what_python_predicts(js, way, machine):
    figure = Roofline(machine=MACHINE, points=[], cell="peephole")
    names = ("counts", "machines")
    fixed = {k: getattr(figure, k) for k in names} | {"machine": machine, "way": way}
    for size, cell in itertools.product(SIZES, figure.counts):
        state = dict(zip("TBIH", size, strict=True)) | {"cell": cell}
        got = js("roofline", "m.predict(given)", **fixed, **state)
        work = cost.work(cell, *size, way=way)
        on = cost.machines.machine_of(figure.machines[machine])
        assert got["todo"] == pytest.approx(work._asdict(), rel=1e-12)
        assert got["parts"] == pytest.approx(cost.seconds(work, on), rel=1e-12)
        total, bound = cost.predict(work, on)
        assert (got["total"], got["bound"]) == (pytest.approx(total, rel=1e-12), bound)


@in_a_browser
def test_dials_menus_and_sentence_agree_with_python(show):  # noqa: F811
    root = show(example("Roofline"))
    root.get_by_label("cell", exact=True).select_option("gru")
    root.get_by_label("how it is run", exact=True).select_option("plain")
    root.get_by_label("units H", exact=True).press("ArrowRight")  # 128 to 256
    root.page.wait_for_timeout(350)
    ours = Roofline(cell="gru", way="plain", H=256, machine=MACHINE, points=[])
    seconds, bound = ours.predict()
    shown = root.locator(".bars .bound").get_attribute("data-bound")
    assert shown == bound
    text = root.locator(".say").inner_text().replace("\u00a0", " ")
    assert f"{seconds * 1e3:.0f} ms" in text and "GRU, plain loop" in text


@in_a_browser
def test_a_measured_size_is_gone_to_and_named_with_machine_and_date(show):  # noqa: F811
    root = show(example("Roofline"))
    assert root.locator(".mark").count() == 3  # training steps of cells on offer
    root.get_by_label("measured sizes", exact=True).select_option("1")
    root.page.wait_for_timeout(350)
    text = root.locator(".say").inner_text().replace("\u00a0", " ")
    assert f"Measured: 60 ms ({MEASURED['machine']}, {MEASURED['date']})" in text
    root.get_by_label("machine", exact=True).select_option("H100")
    root.page.wait_for_timeout(350)
    assert root.locator(".mark").count() == 0  # nobody measured that one


def test_points_are_training_steps_that_a_calm_machine_measured():
    restless = {"cell": "rnn", "size": [5, 4, 3, 2], "ms": 1.0, "ratio": None,
                "what": "forward + backward"}  # fmt: skip
    rows = [*MEASURED["rows"], restless]
    points = Roofline(machine=MACHINE, points=MEASURED | {"rows": rows}).points
    assert [(p["cell"], p["way"], p["ms"]) for p in points] == [
        ("lstm", "made", 20.0),
        ("lstm", "plain", 60.0),
        ("gru", "made", 20.0),
    ]


def test_rates_of_a_result_are_a_machine_of_their_own():
    figure = Roofline(machine="T4", points=MEASURED | {"rates": MACHINE})
    assert list(figure.machines) == ["book", *cost.MACHINES]
    assert figure.machine == "T4" and figure.machines["book"].items() >= MACHINE.items()


def test_without_a_machine_that_of_the_points_is_shown_and_this_one_offered():
    rates = MACHINE | {"name": "this machine, 1 thread"}
    figure = Roofline(points=MEASURED | {"rates": rates})
    assert list(figure.machines)[:2] == ["here", "book"] and figure.machine == "book"
    names = {m["name"] for m in figure.machines.values()}
    assert (
        len(names) == len(figure.machines) and "the measured machine, 1 thread" in names
    )


def test_without_a_machine_this_one_is_measured():
    figure = Roofline(points=[])
    rates = [v for v in figure.machines["here"].values() if not isinstance(v, str)]
    assert len(rates) == 7 and min(rates) > 0
    assert figure.predict()[0] > 0 and figure.predict()[1] in BOUNDS


def test_any_cell_is_offered_beside_the_usual_ones():
    figure = Roofline(machine="T4", points=[], cell=CELLS["mut1"])
    assert figure.cell == "mut1" and {"lstm", "mut1"} <= set(figure.names)


@pytest.mark.parametrize(
    "odd, message",
    [
        ({"machine": "T5"}, "machine is 'T5'.*T4, A100.*Leave it out"),
        ({"machine": {"name": "mine"}}, "machine is.*Expected a name"),
        ({"machine": MACHINE | {"call": 0.0}}, "call of the machine is 0.0"),
        ({"machine": MACHINE | {"cache": "fast"}}, "cache is 'fast'"),
        ({"points": [3]}, "points holds int.*bench --json"),
        ({"B": 0}, "B is 0.*at least 1"),
        ({"way": "fast"}, "no way 'fast'.*made, plain"),
        ({"cell": "lstn"}, "no cell named 'lstn'.*'lstm'"),
    ],
)
def test_what_is_odd_is_met_at_the_door(odd, message):
    with pytest.raises(ValueError, match=message):
        Roofline(**{"machine": "T4", "points": []} | odd)
