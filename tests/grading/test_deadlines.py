"""Lateness costs what the overlay says, and only where the time is known."""

from datetime import datetime

import pytest

from lstm_course.grading.deadlines import Deadlines

SET = "90_sample"
RULES = {"DUE": {SET: "2026-11-03 23:59"}, "LATE": {24: 0.9, 72: 0.5},
         "EXTRA_TIME": {"ada": 48, "17": 24}}  # fmt: skip


def handed_in(text, **more):
    made = {"student": "bob", "id": "", "set": SET, "stated": True, "late": False}
    return made | {"when": datetime.fromisoformat(text).timestamp()} | more


def late(submission, rules=RULES):
    found = Deadlines(rules, [SET]).late(submission)
    return found.text, found.share


@pytest.mark.parametrize(
    ("when", "more", "expected"),
    [
        ("2026-11-03 23:59", {}, ("", 1.0)),
        ("2026-11-04 05:59", {}, ("6.0 h", 0.9)),
        ("2026-11-06 05:59", {}, ("54.0 h", 0.5)),
        ("2026-11-09 05:59", {}, ("126.0 h", 0.0)),
        ("2026-11-05 11:59", {"student": "ada"}, ("", 1.0)),
        ("2026-11-05 11:59", {"id": "17"}, ("12.0 h", 0.9)),
        ("2026-11-09 05:59", {"stated": False}, ("", 1.0)),
        ("2026-11-01 05:59", {"late": True}, ("late", 1.0)),
        ("2026-11-09 05:59", {"set": "other"}, ("", 1.0)),
    ],
)
def test_what_is_kept_follows_from_the_hours(when, more, expected):
    assert late(handed_in(when, **more)) == expected


def test_without_steps_lateness_is_only_said():
    rules = {"DUE": "2026-11-03 23:59"}
    assert late(handed_in("2026-11-04 23:59"), rules) == ("24.0 h", 1.0)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"DUE": {"91": "2026-11-03"}}, "90_sample"),
        ({"DUE": "3.11.2026"}, "2026-11-03 23:59"),
        ({"LATE": {24: 90}}, "from 0 to 1"),
        ({"LATE": 0.9}, "dictionary"),
        ({"EXTRA_TIME": ["ada"]}, "dictionary"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rules, said):
    with pytest.raises(ValueError, match=said):
        Deadlines(rules, [SET])


def test_extra_time_for_nobody_is_said():
    rules = Deadlines(RULES, [SET])
    assert "17" in rules.unknown([{"student": "ada", "id": ""}])
    assert rules.unknown([{"student": "ada", "id": "17"}]) == ""
