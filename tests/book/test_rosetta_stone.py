"""The live figure of the Rosetta stone: its arithmetic, and what moves."""

from dataclasses import replace

import numpy as np
import pytest
from book.test_widgets_words import show  # noqa: F401 (fixtures)

from lstm_course import convert
from lstm_course.rosetta import moved
from lstm_course.widgets import RosettaStone

pytestmark = pytest.mark.browser
STEPS = """Object.values(given.forms).map(forms => Object.values(forms).map(form =>
  Object.entries(form.values).map(([group, values]) => [group, form.title,
    form.why[group], m.step(form, values, given),
    group === form.group
      ? m.step(form, m.own(form, values, given.second), given) : null])))"""
PLACE = """root => [...root.querySelectorAll(".number:not(.gone)")]
  .map(e => e.querySelector("text").textContent + e.style.transform).sort()"""


def h_of(group):
    """One step of a group's layer as the package computes it."""
    layer = moved.layer_of(group)
    states = [np.array([[moved.STATE[k]]]) for k in layer.states]
    layer = replace(layer, start=tuple(states))
    return convert.run([layer], np.array(moved.X)[None, None])[0][0, 0]


def test_a_step_in_the_page_is_the_package_s_in_every_form(js):
    found = js("rosetta_stone", STEPS, **moved.data())
    seen = {"": 0, "reset": 0, "inner": 0}
    for group, title, why, h, own in (row for k in found for f in k for row in f):
        off = abs(np.array(h) - h_of(group)).max()
        assert (off > 1e-3) if why else (off < 1e-12), (group, title)
        if own:  # two biases are rounded to two digits, their sum is what it was
            assert abs(np.array(own) - h_of(group)).max() < 1e-12, title
        seen[why] += 1
    assert all(seen.values())


def test_numbers_move_are_summed_and_said(show):  # noqa: F811
    root = show(RosettaStone(source="torch", target="haiku"))
    before = root.evaluate(PLACE)
    root.get_by_role("button", name="move to Haiku").click()
    root.get_by_text("1 is taken off the forget gate's bias").wait_for()
    after = root.evaluate(PLACE)
    forms = moved.forms("lstm")
    assert len(before) == len(moved.values(forms["torch"], "lstm"))
    assert len(after) == len(moved.values(forms["haiku"], "lstm"))
    assert not set(before) & set(after)
    assert root.locator(".changed").count() == len("ifgo") * 2  # the biases alone
    assert "linear.w" in root.locator("svg.plot title").text_content()
    same = [row.inner_text().split("\t")[1:] for row in root.locator("tbody tr").all()]
    assert same[0] == same[1] != same[2]
    duration = "getComputedStyle(document.querySelector('.number')).transitionDuration"
    for motion, moves in (("no-preference", True), ("reduce", False)):
        root.page.emulate_media(reduced_motion=motion)
        assert (root.page.evaluate(duration) != "0s") == moves
