"""What a variant changes, as it is shown in chapter 5."""

import pytest

from lstm_course import CELLS
from lstm_course.cells import gru, peephole
from lstm_course.equations.changes import code, code_changes, equation_changes, tex


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_differs_from_itself_in_nothing(name):
    assert equation_changes(name, name) == code_changes(name, name) == []


@pytest.mark.parametrize("name", CELLS)
def test_the_changes_turn_one_text_into_the_other(name):
    marked = code_changes(name, "lstm")
    gone = {line for sign, line in marked if sign == "-"}
    new = {line for sign, line in marked if sign == "+"}
    assert set(code("lstm")) - gone | new == set(code(name))


def test_a_single_peephole_changes_a_single_line():
    assert code_changes(peephole.make("f")) == [
        ("-", "f = sigmoid(zf)"),
        ("+", "f = sigmoid(zf + c_prev * w_cf)"),
    ]


def test_a_gate_that_is_gone_is_in_no_line():
    gone, *changed = [c for c in code_changes("nfg", "peephole") if "W_x" not in c[1]]
    assert gone == ("-", "f = sigmoid(zf + c_prev * w_cf)")
    assert changed == [("-", "c = f * c_prev + i * g"), ("+", "c = c_prev + i * g")]


def test_the_two_updates_of_a_gru_differ_in_the_last_line():
    (_, old), (_, new) = code_changes(gru.make(update="takes_new"), "gru")
    assert old == "h = u * h_prev + (1.0 - u) * n"
    assert new == "h = (1.0 - u) * h_prev + u * n"


def test_marked_equations_are_one_block_of_tex():
    block = tex(equation_changes("noaf", "peephole"))
    assert block.startswith("$$") and block.endswith("$$")
    assert block.count(r"\\") == 1 and r"+ \quad & h_t = o_t \odot c_t" in block
