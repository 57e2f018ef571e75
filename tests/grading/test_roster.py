"""The list of an LMS comes back with points, as it was otherwise."""

import csv
import io

import pytest

from lstm_course.grading.reports.roster import Roster

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,90_sample (77),Final Score\r\n"
    "    Points Possible,,,,,50,(read only)\r\n"
    '"Lovelace, Ada",12,,ada@example.org,A,,\r\n'
    '"Turing, Alan",13,,alan@example.org,A,7,x\r\n'
    '"O\'Neill, Zoë",14,,zoe@example.org,A,,\r\n'
)
MOODLE = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,"
    "Feedback comments\n"
    "Participant 54321,Ada Lovelace,ada@example.org,Submitted,,100.00,\n"
    "Participant 54322,Ada Lovelace,ada2@example.org,Submitted,,100.00,\n"
    "Participant 54323,王小明,wang@example.org,No submission,,100.00,\n"
)


def row(student, id, points=60.0, status="graded", name="90_sample"):
    return {"student": student, "id": id, "set": name, "points": points, "max": 100.0,
            "status": status}  # fmt: skip


def roster(tmp_path, text):
    path = tmp_path / "class.csv"
    path.write_bytes(text.encode())
    return Roster(path)


def read(filled):
    return list(csv.DictReader(io.StringIO(filled.text.lstrip("\ufeff"), newline="")))


def test_canvas_gets_points_on_its_own_scale_and_nothing_else_changes(tmp_path):
    rows = [row("lovelaceada_12", "12"), row("turingalan_13", "13", status="graded")]
    filled = roster(tmp_path, CANVAS).filled(rows)
    before = list(csv.reader(io.StringIO(CANVAS, newline="")))
    after = list(csv.reader(io.StringIO(filled.text, newline="")))
    changed = [
        (old[0], k, y)
        for old, new in zip(before, after, strict=True)
        for k, (x, y) in enumerate(zip(old, new, strict=True))
        if x != y
    ]
    assert changed == [("Lovelace, Ada", 5, "30"), ("Turing, Alan", 5, "30")]
    assert filled.text.count("\r\n") == 5
    assert filled.missing == ["O'Neill, Zoë"]


def test_moodle_tells_two_of_one_name_apart_by_number(tmp_path):
    filled = roster(tmp_path, MOODLE).filled([row("Ada Lovelace_54322", "54322")])
    assert [line["Grade"] for line in read(filled)] == ["", "60", ""]
    assert filled.missing == ["Ada Lovelace", "王小明"]
    assert filled.text[0] == "\ufeff"


def test_a_name_that_two_have_gets_no_points(tmp_path):
    filled = roster(tmp_path, MOODLE).filled([row("Ada Lovelace", "")])
    assert [line["Grade"] for line in read(filled)] == [""] * 3
    assert any("Ada Lovelace" in note for note in filled.notes)


def test_the_name_before_the_at_sign_is_one(tmp_path):
    filled = roster(tmp_path, CANVAS).filled([row("zoe", "")])
    assert read(filled)[-1]["90_sample (77)"] == "30"


def test_not_executed_writes_no_zero_and_is_not_missing(tmp_path):
    rows = [row("lovelaceada_12", "12", 0.0, "not executed")]
    filled = roster(tmp_path, CANVAS).filled(rows)
    assert read(filled)[1]["90_sample (77)"] == ""
    assert "Lovelace, Ada" not in filled.missing


def test_a_column_is_named_or_made_and_said(tmp_path):
    other = CANVAS.replace("90_sample", "Week 4")
    rows = [row("lovelaceada_12", "12")]
    named = roster(tmp_path, other).filled(rows, "Week 4")
    assert read(named)[1]["Week 4 (77)"] == "30"
    filled = roster(tmp_path, other).filled(rows)
    assert read(filled)[1]["90_sample"] == "60" and "--column" in filled.notes[0]
    with pytest.raises(ValueError, match="columns are named"):
        roster(tmp_path, other).filled(rows, "Week 5")


def test_a_worksheet_for_two_sets_is_refused(tmp_path):
    rows = [row("a", "54321"), row("a", "54321", name="91_other")]
    with pytest.raises(ValueError, match="--set"):
        roster(tmp_path, MOODLE).filled(rows)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "name;points\n"])
def test_another_table_is_refused(tmp_path, text):
    with pytest.raises(ValueError, match="Export it again"):
        roster(tmp_path, text)


def test_a_worksheet_with_semicolons_stays_one(tmp_path):
    text = MOODLE.replace(",", ";")
    filled = roster(tmp_path, text).filled([row("x", "54321", 55.5)])
    assert "54321;Ada Lovelace;ada@example.org;Submitted;55.5;" in filled.text
