"""Claims about the cells at a glance: what it shows is what the code computes."""

import re

import pytest

from lstm_course import CELLS, convert, ops
from lstm_course.cells import Cell, Phase, lstm, lstm1997, peephole
from lstm_course.equations import equations
from lstm_course.table import at_a_glance, sections

OPTIONS = {
    **CELLS,
    "peephole at o": peephole.make("o"),
    "1997's squashing": lstm1997.make("1997", True),
    "hard gates": lstm.make(gate=ops.hard_sigmoid),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_parameter_appears_in_the_equations(name):
    cell, text = OPTIONS[name], "\n".join(equations(OPTIONS[name]))
    for parameter in cell.layers[-1].shapes(10, 6):
        base, _, sub = parameter.partition("_")
        shown = f"{base}_{{{sub}}}" if len(sub) > 1 else parameter
        assert re.search(rf"{re.escape(shown)}(?!\w)", text), (parameter, text)


def test_a_removed_part_is_removed_from_the_equations():
    assert r"c_t = f_t \odot c_{t-1} + g_t" in equations("nig")
    assert not any(line.startswith("i_t") for line in equations("nig"))
    assert r"g_t = z_{g}" in equations("niaf")
    assert sorted(equations("np")) == sorted(equations("lstm"))  # o after c there
    assert r"o_t = \sigma(z_{o} + c_t \odot w_{co})" in equations(peephole.make("o"))


def test_the_table_has_one_row_for_every_cell_with_its_count():
    rows = at_a_glance(32, 100).splitlines()[2:]
    assert [re.match(r"\| \*\*(\w+)\*\*", row)[1] for row in rows] == list(CELLS)
    for row, cell in zip(rows, CELLS.values(), strict=True):
        entries = re.split(r"(?<!\\)\|", row)[1:-1]
        assert entries[2].strip() == f"{convert.count(cell, 32, 100):,}"
        power = int(re.search(r"10\^\{(-\d+)\}", entries[3])[1])
        assert power <= -7, f"the gradient of {cell.name} is off: {entries[3]}"


def test_a_cell_with_a_wrong_backward_shows_in_the_table():
    def forward(zh):
        return ops.tanh(zh)

    def backward(dh, h):
        return dh * (1.0 - h)  # not the derivative

    wrong = Cell(
        "wrong",
        "h = x W_x + h W_h + b",
        Phase(forward, backward, "h"),
        doc="A toy.\n\nWhat it is for: to be caught.",
    )
    row = at_a_glance(cells={"wrong": wrong}).splitlines()[2]
    assert "To be caught." in row and "13,300" in row
    assert int(re.search(r"10\^\{(-?\d+)\}", row)[1]) > -4


@pytest.mark.parametrize("name", CELLS)
def test_every_room_says_what_it_is_for_and_where_it_comes_from(name):
    assert "What it is for:" in CELLS[name].doc
    purpose, source = sections(CELLS[name].doc)
    assert len(purpose) > 10 and re.search(r"\d{4}", source), (purpose, source)
