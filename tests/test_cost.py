"""What a layer costs, against sums made by hand and against what runs."""

import json

import numpy as np
import pytest
import torch

from lstm_course import CELLS, cost, places
from lstm_course.cost import here
from lstm_course.cost.machines import machine_of

SIZE = T, B, I, H = 5, 3, 4, 6


@pytest.mark.parametrize("cell, blocks", [("rnn", 1), ("lstm", 4), ("gru", 3)])
def test_products_are_two_operations_for_each_weight_and_row(cell, blocks):
    forth = cost.work(cell, *SIZE, grad=False).products
    assert forth == 2 * T * B * blocks * (I * H + H * H)
    both = cost.work(cell, *SIZE).products
    assert both == forth + 2 * T * B * blocks * (I * H + 2 * H * H)


@pytest.mark.parametrize(
    "cell, forth, back",
    [("rnn", 1, 0), ("lstm", 5, 1), ("gru", 3, 0), ("slstm", 6, 1)],
)
def test_exponentials_are_counted_in_the_cell_s_own_lines(cell, forth, back):
    n = cost.counts(cell)
    assert (n.forth, n.back) == (forth, back)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_has_a_cost(cell):
    n = cost.counts(cell)
    assert n.by_x + n.by_h > 0 and n.forth > 0 and n.operations > 3
    assert n.kept >= len(CELLS[cell].states)


@pytest.mark.parametrize("cell", ["lstm", "gru", "mut1", "depth_gated"])
def test_weights_are_those_of_the_cell(cell):
    n, shapes = cost.counts(cell, I, H), CELLS[cell].shapes(I, H).values()
    learned = sum(np.prod(s) for s in shapes if len(s) == 2)
    assert n.by_x * I * H + n.by_h * H * H == pytest.approx(learned)


def test_a_plain_loop_is_called_at_every_step_and_a_made_one_once():
    once, twice = (
        {way: cost.work("gru", n, *SIZE[1:], way=way) for way in cost.WAYS}
        for n in (T, 2 * T)
    )
    assert twice["plain"].calls == 2 * once["plain"].calls > 0
    assert (once["made"].calls, once["made"].layers) == (0, 1)
    assert twice["made"].layers == 1 and once["plain"].layers == 0


def test_a_bound_is_divided_by_its_own_number_of_the_machine():
    work, m = cost.work("lstm", *SIZE, way="plain"), cost.MACHINES["T4"]
    before = cost.seconds(work, m)
    for field, bound in (("call", "calls"), ("step", "waiting")):
        after = cost.seconds(work, m._replace(**{field: 2 * getattr(m, field)}))
        assert {k for k in after if after[k] != before[k]} == {bound}
        assert after[bound] == pytest.approx(2 * before[bound])
    faster = m._replace(products=2 * m.products, functions=2 * m.functions)
    assert cost.seconds(work, faster)["arithmetic"] * 2 == pytest.approx(
        before["arithmetic"]
    )
    wider = m._replace(cache=2 * m.cache, memory=2 * m.memory)
    assert cost.seconds(work, wider)["traffic"] * 2 == pytest.approx(before["traffic"])


def test_the_bound_that_is_named_takes_most():
    slow = cost.MACHINES["T4"]._replace(step=1.0)
    seconds, bound = cost.predict(cost.work("lstm", *SIZE), slow)
    assert bound == "waiting" and 10.0 < seconds < 10.1


def test_operations_of_a_plain_loop_are_about_those_torch_is_asked_for():
    """Within a factor of two: a slice, a view, a product with a bias count or not."""
    from torch.utils._python_dispatch import TorchDispatchMode

    from lstm_course.recurrent import Recurrent

    class Counting(TorchDispatchMode):
        calls = 0

        def __torch_dispatch__(self, function, kinds, args=(), kwargs=None):
            Counting.calls += 1
            return function(*args, **(kwargs or {}))

    for cell in ("rnn", "lstm", "gru", "peephole"):
        asked = []
        for steps in (10, 20):
            layer = Recurrent(cell, I, H, seed=0, compiled=False)
            Counting.calls = 0
            with Counting():
                layer(torch.randn(steps, B, I))
            asked.append(Counting.calls)
        each = (asked[1] - asked[0]) / 10
        assert 0.5 < cost.counts(cell).operations / each < 2, (cell, each)


def test_what_was_measured_for_the_book_was_to_be_expected_within_a_factor_of_two():
    """Of every training step of the made loop: the numbers lie still, no clock runs."""
    file = places.BOOK / "results" / "speed" / "layers.json"
    result = json.loads(file.read_text("utf-8"))
    machine, found = machine_of(result["rates"]), {}
    for row in result["rows"]:
        if row["what"] == "forward + backward":
            seconds, _ = cost.predict(cost.work(row["cell"], *row["size"]), machine)
            found[row["cell"], row["name"]] = 1e3 * seconds / row["ms"]
    assert len(found) > 10
    assert {k: v for k, v in found.items() if not 0.5 < v < 2} == {}


def test_a_machine_is_measured_in_seven_numbers():
    machine = here.measure()
    assert machine.products > 1e8 and machine.functions > 1e6
    assert machine.cache > 1e7 and machine.memory > 1e7
    assert 1e-8 < machine.call < machine.layer and 1e-9 < machine.step < 1e-3
    assert here.measure() is machine
