"""Predict boxes are read as they are written; their answers come from the run."""

import pytest
from test_notebooks import guesses

BOX = """Text.

:::{{admonition}} Predict
:class: predict{kind}

How many? A list may stand in the question:

- of this
- of that

{end}
:::
"""


def test_a_list_at_the_end_of_a_box_is_its_choices():
    end = "Choose.\n\n- four of\n  them\n- *none*\n- $x$"
    source = BOX.format(kind="", end=end)
    assert guesses.boxes(source) == [("choices", ["four of", "*none*", "$x$"])]


def test_a_box_without_choices_asks_for_a_number_or_for_words():
    source = BOX.format(kind=" number", end="Now.") + BOX.format(kind="", end="Now.")
    assert guesses.boxes(source) == [("number", []), ("words", [])]


def test_an_answer_is_found_in_the_output_and_cannot_drift():
    predict = {"find": r"differ: (\d) of (\d)", "right": "int(found[1] - found[0])"}
    assert guesses.answer(predict, "so\ndiffer: 1 of 4\n", 4) == 3
    assert guesses.answer(predict, "so\ndiffer: 4 of 4\n", 4) == 0
    assert guesses.answer({"find": r"([-−,.\d]+) %"}, "1,250.5 %") == 1250.5
    assert guesses.answer({"find": r"([-−,.\d]+) %"}, "−3 %") == -3


@pytest.mark.parametrize(
    "predict, choices, says",
    [
        ({"find": "(never)"}, 0, "no such place"),
        ({"find": r"(\d)", "right": "int(found[0])"}, 3, "Expected one of 0 to 2"),
        ({"find": r"(\d)", "right": "found[0] / 2"}, 3, "3 choices"),
        ({"find": "(seen)"}, 0, "Expected a finite one"),
    ],
)
def test_what_gives_no_answer_says_why(predict, choices, says):
    with pytest.raises(ValueError, match=says):
        guesses.answer(predict, "seen: 7", choices)


def test_an_answer_cannot_reach_beyond_its_output():
    with pytest.raises(NameError):
        guesses.answer({"find": "(a)", "right": "open('b')"}, "a")
