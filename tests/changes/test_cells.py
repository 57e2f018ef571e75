"""How the tests of a chapter's changes run its cells."""

import pytest


def test_cells_run_in_one_namespace_and_say_what_they_print(cells):
    before = cells("01", "setup", "plain", "loop-run")
    assert before["W_h"].shape == (4, 4)
    assert before["printed"].count("very good") == 2


def test_a_change_changes_the_text_and_a_room_is_gone_on_in(cells):
    room = cells(
        "01", "setup", "plain", change={"(3, 4)": "(3, 5)", "size=4": "size=5"}
    )
    assert room["W_x"].shape == (3, 5) and "W_h" not in room
    later = cells(
        "01", "loop-run", change={"(4, 4)": "(5, 5)", "(4)": "(5)"}, room=room
    )
    assert later["h"].shape == (5,)


def test_a_change_that_finds_nothing_is_an_error(cells):
    with pytest.raises(ValueError, match="No cell holds 'no such text'"):
        cells("01", "setup", change={"no such text": ""})


def test_functions_of_a_cell_have_a_source_as_in_a_notebook(cells):
    room = cells("01", "setup", "paper-run", "step")
    assert room["inspect"].getsource(room["step"]).startswith("def step(p, x_t")
