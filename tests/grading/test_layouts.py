"""Every system's export is read right, or refused with a way out."""

import json
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest
from grading import sample

from lstm_course.__main__ import main
from lstm_course.grading.batch import Options
from lstm_course.grading.rows import last
from lstm_course.grading.submissions import layouts
from lstm_course.grading.submissions.roll import Roll

NAME = "90_sample"
X = f"{NAME}.ipynb"
TEXT = json.dumps(sample.notebook(sample.CELLS))
META = """
submission_9001:
  :submitters:
  - :name: Ada Lovelace
    :sid: '17'
    :email: ada@example.org
  :created_at: 2026-11-03 09:05:00.000000000 Z
submission_9002:
  :submitters:
  - :name: Alan Turing
    :email: alan@example.org
  - :name: Ada Lovelace
    :sid: '18'
  :created_at: 2026-11-04 09:05:00.000000000 Z
"""


def write(root, members):
    """Files below a folder; {name: text}, or names of right notebooks."""
    for name in members:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = members[name] if isinstance(members, dict) else None
        path.write_text(TEXT if text is None else text)
    return root


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name in members:
            text = members[name] if isinstance(members, dict) else None
            archive.writestr(name, TEXT if text is None else text)
    return path


def roll(**asked):
    return Roll(Options(set=NAME, **asked), sample.OVERLAY.read_text())


def counting(*paths, **asked):
    """student -> what counts of theirs."""
    made = roll(**asked)
    return {s["student"]: s for s in last(made.clear(paths), made.names)}


def unclear(*paths, **asked):
    return " ".join(roll(**asked).look(paths))


def nfd(text):
    """As a Mac writes it, accents apart from their letters."""
    return unicodedata.normalize("NFD", text)


LAYOUTS = {
    "canvas": (
        ["lovelaceada_12_99999_90_sample.ipynb",
         "lovelaceada_LATE_12_100001_90_sample-1.ipynb",
         "turingalan_13_99998_90_sample.ipynb"],
        {"lovelaceada_12": "LATE_12_100001", "turingalan_13": "99998"}),
    "canvas in a folder": (
        [f"submissions/lovelaceada_12_345_{X}", f"submissions/turingalan_13_346_{X}"],
        {"lovelaceada_12": "345", "turingalan_13": "346"}),
    "canvas, names hidden": (
        [f"anon_aB3xY_5551_{X}", f"anon_aB3xY_15551_{X}", f"anon_Zz9xY_5553_{X}"],
        {"anon_aB3xY": "_15551_", "anon_Zz9xY": "5553"}),
    "moodle": (
        [f"Ada Lovelace_54321_assignsubmission_file_/{X}",
         f"Ada Lovelace_54322_assignsubmission_file_/{X}",
         f"王小明_3_assignsubmission_file_/{X}",
         f"O'Neill Zoë_4_assignsubmission_file_/{X}"],
        {"Ada Lovelace_54321": "", "Ada Lovelace_54322": "", "王小明_3": "",
         "O'Neill Zoë_4": ""}),
    "moodle, flat": (
        [f"Ada Lovelace_54321_assignsubmission_file_{X}",
         "Bob_9_assignsubmission_onlinetext_onlinetext.html"],
        {"Ada Lovelace_54321": "", "Bob_9": ""}),
    "moodle, blind": (
        [f"Participant_20001_assignsubmission_file_/{X}",
         f"Participant_20002_assignsubmission_file_/{X}"],
        {"Participant_20001": "", "Participant_20002": ""}),
    "moodle, one student in a folder": (
        [f"Export 1/Ada Lovelace_54321_assignsubmission_file_/{X}"],
        {"Ada Lovelace_54321": ""}),
    "blackboard": (
        [f"Exercise 4_gh002_attempt_2026-11-01-11-00-00_{X}",
         f"Exercise 4_gh002_attempt_2026-11-02-09-00-00_{X}",
         "Exercise 4_gh002_attempt_2026-11-02-09-00-00.txt",
         "Exercise 4_gh003_attempt_2026-11-01-11-00-00_answers.docx",
         "Exercise 4_gh003_attempt_2026-11-01-11-00-00.txt"],
        {"gh002": "11-02-09", "gh003": ""}),
    "brightspace": (
        [f"70001-123 - Ada Lovelace - Nov 3, 2026 905 AM/{X}",
         f"70001-123 - Ada Lovelace - Nov 3, 2026 1205 PM/{X}",
         f"70002-123 - Ada Lovelace - Nov 3, 2026 906 AM/{X}"],
        {"Ada Lovelace_70001": "1205 PM", "Ada Lovelace_70002": "906"}),
    "brightspace, flat": (
        [f"70001-123 - Ada Lovelace - Nov 3, 2026 905 AM - {X}",
         f"70002-123 - Zoë O'Neill - Nov 3, 2026 906 AM - {X}", "index.html"],
        {"Ada Lovelace_70001": "905", "Zoë O'Neill_70002": "906"}),
    "gradescope": (
        {f"assignment_1_export/submission_9001/{X}": None,
         f"assignment_1_export/submission_9002/{X}": None,
         "assignment_1_export/submission_metadata.yml": META},
        {"Ada Lovelace_17": "9001", "Ada Lovelace_18": "9002",
         "Alan Turing_alan@example.org": "9002"}),
    "gradescope without names": (
        [f"submission_9001/{X}", f"submission_9002/{X}"],
        {"submission_9001": "", "submission_9002": ""}),
    "nbgrader": (
        {f"submitted/{who}/ps4/x.ipynb": None for who in ("ada", "ada_")}
        | {"submitted/ada/ps4/timestamp.txt": "2026-11-03 12:00:00 UTC"},
        {"ada": "", "ada_": ""}),
    "nbgrader, inbound": (
        [f"ada+ps4+2026-11-03 12:00:00 UTC+6f1a/{X}",
         f"ada+ps4+2026-11-04 12:00:00.123456 UTC+0000/{X}",
         f"bob+ps4+2026-11-03 12:00:00 UTC/{X}"],
        {"ada": "11-04", "bob": ""}),
    "repositories": (
        [f"ps4-{who}/{part}/{X}" for who in ("ada", "bob")
         for part in ("book", "exercises/90_sample", "solutions/90_sample")],
        {"ps4-ada": "exercises", "ps4-bob": "exercises"}),
    "one repository": (
        [f"class/ps4-ada/{part}/{X}" for part in ("book", "exercises", "solutions")],
        {"ps4-ada": "exercises"}),
    "google": (
        [f"Ada Lovelace - {X}", f"Alan Turing - Copy of {X}", "Bob - Untitled0.ipynb"],
        {"Ada Lovelace": "", "Alan Turing": "", "Bob": ""}),
    "teams": (
        [f"{who}/Exercise 4/Version {k}/{X}"
         for who, k in (("Ada L", 2), ("Ada L", 10), ("Ada L", 9), ("Bob", 1))],
        {"Ada L": "Version 10", "Bob": ""}),
    "sakai": (
        {f"Ex 4/{who}/Submission attachment(s)/{X}": None
         for who in ("Lovelace, Ada(ada)", "Turing, Alan(alan)")}
        | {"Ex 4/Lovelace, Ada(ada)/timestamp.txt": "20261103120000123",
           "Ex 4/Turing, Alan(alan)/comments.txt": "fine"},
        {"Lovelace, Ada(ada)": "", "Turing, Alan(alan)": ""}),
    "by exercise, then student": (
        ["ps1/ada/x.ipynb", "ps1/bob/x.ipynb", "ps 4/ada/y.ipynb"],
        {"ada": "", "bob": ""}),
    "one student, by exercise": (
        ["ada/ps1/x.ipynb", "ada/ps2/y.ipynb"], {"ada": ""}),
    "numbers for names": (
        ["12345/x.ipynb", "12346/x.ipynb"], {"12345": "", "12346": ""}),
    "sakai, one student": (
        [f"Ex 4/Lovelace, Ada(ada)/Submission attachment(s)/{X}"],
        {"Lovelace, Ada(ada)": ""}),
    "teams, one student": (
        [f"Submitted files/Ada L/Exercise 4/Version {k}/{X}" for k in (1, 2)],
        {"Ada L": "Version 2"}),
    "google, no notebook": (
        {f"Ada Lovelace - {X}": None, "Bob - answers.pdf": "%PDF", "read.me": "x"},
        {"Ada Lovelace": "", "Bob": ""}),
    "files, an archive": (
        {f"ada_{X}": None, f"bob_{NAME}.tar.gz": "x"}, {"ada": "", "bob": ""}),
    "a feedback folder": (
        {f"Lovelace, Ada(ada)/{part} attachment(s)/{X}": None
         for part in ("Submission", "Feedback")},
        {"Lovelace, Ada(ada)": "Submission"}),
    "ilias": (
        [f"Lovelace_Ada_ada_123/{X}", f"Turing_Alan_alan_124/{X}"],
        {"Lovelace_Ada_ada_123": "", "Turing_Alan_alan_124": ""}),
    "other endings": (
        {"ada/x.ipynb.txt": None, "bob/x.json": None, "eve/work.rar": "Rar!",
         "zoe/x.ipynb": None, "zoe/data.json": "{}"},
        {"ada": "x.ipynb.txt", "bob": "x.json", "eve": "", "zoe": "x.ipynb"}),
    "nbgrader, a whole course": (
        [f"{part}/{who}ps4/{X}" for part in ("submitted", "autograded", "feedback")
         for who in ("ada/", "bob/")] + [f"source/ps4/{X}", f"release/ps4/{X}"],
        {"ada": "submitted", "bob": "submitted"}),
    "teams, with drafts": (
        [f"{part} files/{who}/Exercise 4/{X}" for part in ("Submitted", "Working")
         for who in ("Ada L", "Bob")],
        {"Ada L": "Submitted", "Bob": "Submitted"}),
    "blackboard, folders": (
        [f"Ex_{who}_attempt_2026-11-01-11-00-00/{X}" for who in ("gh2", "gh3")],
        {"gh2": "", "gh3": ""}),
    "google, downloaded": (
        [f"drive-download-20261103T120000Z-001/{who} - {X}" for who in ("Ada", "Bob")],
        {"Ada": "", "Bob": ""}),
    "names after the exercise's folder": (
        [f"homework/{who}_{X}" for who in ("ada", "bob")], {"ada": "", "bob": ""}),
    "two forms of Unicode": (
        [f"{nfd('Übung 4')}/ada/{X}", f"Übung 4/bob/{X}", f"Übung 4/zoë/{X}",
         f"Übung 4/{nfd('zoë')}/v2/{X}"], {"ada": "", "bob": "", "zoë": ""}),
    "archives in a flat export": (
        {"lovelaceada_12_345_work.7z": "7z", f"turingalan_13_346_{X}": None},
        {"lovelaceada_12": "", "turingalan_13": ""}),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_student_of_an_export_is_found_with_the_file_that_counts(
    tmp_path, layout
):
    members, expected = LAYOUTS[layout]
    for path in (write(tmp_path / "in", members), zipped(tmp_path / "e.zip", members)):
        found = counting(path)
        assert found.keys() == expected.keys()
        for student, part in expected.items():
            assert part in found[student]["file"]


def test_a_number_and_a_late_mark_are_kept(tmp_path):
    members, _ = LAYOUTS["canvas"]
    found = counting(write(tmp_path, members))
    assert found["lovelaceada_12"]["id"] == "12" and found["lovelaceada_12"]["late"]
    assert found["turingalan_13"]["id"] == "13" and not found["turingalan_13"]["late"]


@pytest.mark.parametrize(
    ("layout", "who", "when"),
    [
        ("nbgrader", "ada", datetime(2026, 11, 3, 12, tzinfo=UTC)),
        ("nbgrader, inbound", "bob", datetime(2026, 11, 3, 12, tzinfo=UTC)),
        ("gradescope", "Ada Lovelace_17", datetime(2026, 11, 3, 9, 5, tzinfo=UTC)),
        ("blackboard", "gh002", datetime(2026, 11, 2, 9)),
        ("brightspace", "Ada Lovelace_70001", datetime(2026, 11, 3, 12, 5)),
        ("sakai", "Lovelace, Ada(ada)", datetime(2026, 11, 3, 12)),
    ],
)
def test_the_time_is_the_one_that_the_system_states(tmp_path, layout, who, when):
    found = counting(write(tmp_path, LAYOUTS[layout][0]))[who]
    assert found["stated"] and found["when"] == when.timestamp()


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("Nov 3, 2026 905 AM", "Nov 3, 2026 105 PM"),
        ("3. Nov. 2026 905", "3. Nov. 2026 1305"),
        ("3 mars 2026 09h05", "3 août 2026 09h05"),
        ("3 de julio de 2026 0905", "2 de noviembre de 2026 0905"),
        ("3 juin, 2026 9 05", "3 juil., 2026 9 05"),
        ("NOV 3, 2026 905 A.M.", "NOV 3, 2026 905 P.M."),
        ("2026年11月3日 905 上午", "2026年11月3日 905 下午"),
        ("2026-11-03 905", "2026-11-03 1005"),
        ("03-11-2026 90512", "03-11-2026 90513"),
    ],
)
def test_attempts_of_brightspace_are_told_apart_in_any_language(tmp_path, early, late):
    for home, end in (("folders", "/"), ("flat", " - ")):
        names = [f"70001-123 - Ada - {when}{end}{X}" for when in (late, early)]
        found = counting(write(tmp_path / home, names))
        assert list(found) == ["Ada_70001"] and found["Ada_70001"]["stated"]
        assert late in found["Ada_70001"]["file"]


@pytest.mark.parametrize(
    "text", ["2026-11-03 12:00:00.5 CET", "2026", "Nov 2026", "2026-13-40", "", "4 2 1"]
)
def test_a_time_that_is_not_clear_is_none(text):
    assert layouts.moment(text) == 0.0


def test_folders_of_several_people_are_asked_about(tmp_path):
    names = [f"on time/ada/{X}", f"on time/bob/{X}", f"late/eve/{X}"]
    path = write(tmp_path, names)
    with pytest.raises(ValueError, match="on time may be one student or several"):
        counting(path)
    found = counting(path, pattern="{any}/{student}/{file}")
    assert sorted(found) == ["ada", "bob", "eve"]
    drafts = [f"ada/v1/{X}", f"ada/v2/{X}", f"bob/draft/{X}", f"bob/final/{X}"]
    assert sorted(counting(write(tmp_path / "drafts", drafts))) == ["ada", "bob"]


def test_who_sent_no_notebook_is_said_to_have_sent_what(tmp_path):
    for layout, who, said in (
        ("blackboard", "gh003", "docx"), ("other endings", "eve", "only a zip"),
        ("archives in a flat export", "lovelaceada_12", "work.7z"),
    ):  # fmt: skip
        found = counting(write(tmp_path / layout, LAYOUTS[layout][0]))
        assert said in found[who]["error"]


@pytest.mark.parametrize(
    "members",
    [
        [f"Copy of {X}", "Copy of 90_sample (1).ipynb"],
        [X, "90_sample (1).ipynb", "90_sample(2).ipynb"],
        ["Untitled.ipynb", "Untitled1.ipynb"],
        ["Untitled.ipynb", X],
        [f"{NAME}_ada.ipynb", f"{NAME}_bob.ipynb"],
        [f"Ada Lovelace - {X}", "Ada Lovelace - 90_sample (1).ipynb"],
        [f"HW_{a}_attempt_2026-11-01-11-00-00_{X}" for a in ("ada_l", "bob_l")],
    ],
)
def test_what_may_be_anybody_s_is_asked_about(tmp_path, members):
    path = write(tmp_path / "in", members)
    with pytest.raises(ValueError, match="--pattern") as refused:
        counting(path)
    assert members[0] in str(refused.value)


def test_what_was_asked_about_can_be_answered(tmp_path):
    two = [f"HW_{a}_attempt_2026-11-01-11-00-00_{X}" for a in ("ada_l", "bob_l")]
    path = write(tmp_path / "in", two)
    found = counting(path, pattern="HW_{student}_attempt_{time}_{file}")
    assert sorted(found) == ["ada_l", "bob_l"]
    path = write(tmp_path / "after", [f"{NAME}_{who}.ipynb" for who in ("ada", "bob")])
    assert sorted(counting(path, pattern=f"{NAME}_{{student}}.ipynb")) == ["ada", "bob"]
    path = write(tmp_path / "ada", [X, "90_sample (1).ipynb"])
    assert list(counting(path, layout="one")) == ["ada"]


def test_numbers_that_programs_add_say_no_set(tmp_path):
    names = ["ada/Exercise 4 (1).ipynb", "bob/Ex 4/Version 2/x.ipynb",
             "lovelaceada_12_345_Exercise 4-1.ipynb"]  # fmt: skip
    made = Roll(Options())
    for name in names:
        path = write(tmp_path / name[:3], {name: '{"nbformat": 4, "cells": []}'})
        (entry,) = [s for s, _ in made.entries([path])]
        assert entry["set"] == "04_lstm_step_by_step", name


def test_folders_of_one_name_are_no_one_student(tmp_path):
    paths = [write(tmp_path / who / "ps4", [X]) for who in ("ada", "bob")]
    assert sorted(counting(*paths)) == ["ada", "bob"]
    paths = [write(tmp_path / who / "mine", [X]) for who in ("ada", "bob")]
    assert "one student or several" in unclear(*paths)
    assert sorted(counting(*(p / X for p in paths))) == ["ada", "bob"]


def test_two_whole_clones_are_no_one_student(tmp_path):
    parts = [f"lstm-course-main/{p}/{X}" for p in ("book", "exercises", "solutions")]
    paths = [zipped(tmp_path / f"{who}.zip", parts) for who in ("ada", "bob")]
    assert "one student or several" in unclear(*paths)
    assert list(counting(paths[0])) == ["lstm-course-main"]
    folder = tmp_path / "zips"
    folder.mkdir()
    for path in paths:
        path.rename(folder / path.name)
    found = counting(folder)
    assert sorted(found) == ["ada", "bob"]
    assert all(s["rank"] == 2 for s in found.values())


def test_copies_and_numbers_of_programs_are_no_part_of_a_name(tmp_path):
    names = ["ada_90_sample (1).ipynb", "Copy of bob_90_sample.ipynb"]
    assert sorted(counting(write(tmp_path, names))) == ["ada", "bob"]


def test_a_pattern_that_fits_not_all_is_refused(tmp_path):
    path = write(tmp_path, [f"HW_ada_{X}", f"other/{X}"])
    with pytest.raises(ValueError, match="does not fit other/90_sample.ipynb"):
        counting(path, pattern="HW_{student}_{file}")


@pytest.mark.parametrize("pattern", ["{file}", "{student}{student}", "{students}/x"])
def test_a_pattern_that_says_no_student_is_refused(pattern):
    with pytest.raises(ValueError, match="student"):
        layouts.Pattern(pattern)


def test_a_layout_is_taken_by_name(tmp_path):
    path = write(tmp_path, [f"ada/one_two_three_4/{X}", "bob/a_12_345_x.ipynb"])
    assert sorted(counting(path, layout="folders")) == ["ada", "bob"]
    with pytest.raises(ValueError, match="Expected one of moodle"):
        counting(path, layout="moodel")


def test_a_damaged_list_of_names_is_refused(tmp_path):
    names = {f"submission_1/{X}": None, "submission_metadata.yml": "a: ["}
    path = write(tmp_path, names)
    with pytest.raises(ValueError, match="Download it again"):
        counting(path)


def test_a_student_s_own_solutions_folder_is_their_work(tmp_path):
    path = write(tmp_path, [f"ada/solutions/{X}", f"bob/{X}"])
    assert all(not s["error"] for s in counting(path).values())


def test_two_students_called_like_parts_of_the_course_are_two(tmp_path):
    path = write(tmp_path, [f"{who}/{X}" for who in ("solutions", "exercises")])
    assert sorted(counting(path)) == ["exercises", "solutions"]


def test_the_course_s_own_folder_of_solutions_can_be_graded(tmp_path, monkeypatch):
    write(tmp_path / "solutions", [f"{NAME}/{X}"])
    monkeypatch.chdir(tmp_path)
    found = counting("solutions")
    assert list(found) == ["solutions"] and not found["solutions"]["error"]


def test_a_clone_without_exercises_brings_nobody_points(tmp_path):
    path = write(tmp_path, [f"ada/book/{X}", f"ada/solutions/{X}", f"bob/{X}"])
    assert "nobody's own work" in counting(path)["ada"]["error"]


def test_the_list_is_shown_and_nothing_is_written(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "in", [f"ada/{X}", f"bob/{X}"])
    assert main(["grade", "in", "--list", "--set", "04_lstm_step_by_step"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown] == ["student", "ada", "bob"]
    write(tmp_path / "in2", ["Untitled.ipynb", "Untitled1.ipynb"])
    assert main(["grade", "in2", "--list", "--set", "04_lstm_step_by_step"]) == 2
    assert "Nothing says whose" in capsys.readouterr().out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "in2"]
