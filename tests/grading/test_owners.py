"""In every shape of an export each student is found once, and nobody is lost."""

import io
import json
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from grading import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_course.grading.submissions import find as collect
from lstm_course.grading.submissions.owners import Owners

SETS = ["90_sample", "91_other"]
TEXT = json.dumps(sample.notebook(sample.CELLS))
ADA, BOB = "Ada Lovelace_17_assignsubmission_file_", "Bob_18_assignsubmission_file_"


def write(path, members):
    """A zip of these members; other values than None are its bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in members:
            data = members[name] if isinstance(members, dict) else None
            archive.writestr(name, TEXT if data is None else data)
    return path


def zipped(*names):
    file = io.BytesIO()
    write(file, names)
    return file.getvalue()


def students(path):
    """How many notebooks each student has; those without one have 0."""
    made = Counter()
    for s in collect.find([path], SETS):
        made[s.student] += bool(s.data)
    return dict(made)


def both_ways(tmp_path, members):
    """The students in a zip, which must be those in the folder that it unpacks to."""
    path = write(tmp_path / "class.zip", members)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "class")
    assert students(path) == students(tmp_path / "class")
    return students(path)


@pytest.mark.parametrize("name", ["submitted", "90_sample", "91_other"])
def test_a_student_named_like_a_container_is_graded_once(tmp_path, name):
    files = [f"{n}/90_sample.ipynb" for n in ("ada", name, "zoe")]
    assert both_ways(tmp_path, files) == {"ada": 1, name: 1, "zoe": 1}


@pytest.mark.parametrize("name", ["submitted", "90_sample"])
def test_such_a_student_may_have_folders_as_well(tmp_path, name):
    files = [f"{n}/90_sample/90_sample.ipynb" for n in ("ada", name)]
    files += [f"{name}/notes/draft.ipynb"]
    assert both_ways(tmp_path, files) == {"ada": 1, name: 2}


part = st.sampled_from(["ada", "bob", "submitted", "90_sample", "a_1_234_x", ".d"])
trees = st.sets(st.lists(part, min_size=1, max_size=4).map("/".join), min_size=1)


@given(trees)
@settings(max_examples=200, deadline=None)
def test_every_notebook_is_found_exactly_once_whatever_the_folders_are(tree):
    file = io.BytesIO()
    write(file, [f"{name}.ipynb" for name in tree])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "class.zip")
        path.write_bytes(file.getvalue())
        found = [s.name.removeprefix(f"{path}/") for s in collect.find([path], SETS)]
    seen = {f"{name}.ipynb" for name in tree if "/." not in name}
    assert len(found) == len(set(found)) and seen <= set(found)


@given(st.sets(part, min_size=3), st.sampled_from(["", "/90_sample", "/submitted"]))
@settings(max_examples=100, deadline=None)
def test_no_two_folders_of_a_class_become_one_student(names, inner):
    places = [(*f"{name}{inner}".split("/"), "90_sample.ipynb") for name in names]
    owners = Owners(places, SETS)
    assert len({owners.whose(place).student for place in places}) == len(names)


def test_a_student_s_name_does_not_say_for_which_set_the_notebook_is(tmp_path):
    path = write(tmp_path / "class.zip", ["ada/x.ipynb", "91_other/90_sample.ipynb"])
    places = {s.student: s.place for s in collect.find([path], SETS)}
    assert places["91_other"] == "class.zip/90_sample.ipynb"


@pytest.mark.parametrize(
    "pattern",
    [
        "{}/90_sample.ipynb",
        "{}/90_sample/90_sample.ipynb",
        "submitted/{}/90_sample/90_sample.ipynb",
        "90_sample/{}/work.ipynb",
        "90_sample/{}.ipynb",
        "{}.ipynb",
        "{}_90_sample.ipynb",
        "class/{}/90_sample.ipynb",
        "class/90_sample/{}/work.ipynb",
        "term/class/{}/work.ipynb",
        "submissions (3)/{}_assignsubmission_file_/Übung 1.ipynb",
        "group A/{}_17_assignsubmission_file_/work.ipynb",
        "{}_17_assignsubmission_file_work.ipynb",
        "{}_12_345{}_Übung 1 - 90_sample-1.ipynb",
        "class/{}_LATE_12_345{}_work.ipynb",
    ],
)
def test_a_class_is_told_apart_in_every_usual_layout(tmp_path, pattern):
    names = ["ada", "submittedbob", "jürgen"]
    files = [pattern.format(name, k) for k, name in enumerate(names)]
    found = both_ways(tmp_path, files)
    assert [who.partition("_")[0] for who in found] == sorted(names)
    assert set(found.values()) == {1}


def test_the_sets_of_one_student_stay_together(tmp_path):
    files = [f"{n}/{n}.ipynb" for n in SETS]
    assert both_ways(tmp_path, files) == {"class": 2}
    (tmp_path / "more").mkdir()
    files = [f"mia/{n}" for n in files]
    assert both_ways(tmp_path / "more", files) == {"mia": 2}


def test_folders_beside_those_of_students_may_hold_students(tmp_path):
    files = ["90_sample/ada/a.ipynb", "90_sample/bob/b.ipynb", "eve/90_sample.ipynb"]
    assert both_ways(tmp_path, files) == {"ada": 1, "bob": 1, "eve": 1}
    notes = []
    list(collect.find([tmp_path / "class"], SETS, notes))
    assert notes == ["90_sample was read as a folder of students: ada, bob…"]


def test_who_handed_in_no_notebook_is_named_with_what_there_is(tmp_path):
    files = {f"{ADA}/a.pdf": "%PDF", f"{ADA}/b.py": "1", f"{BOB}/90_sample.ipynb": None,
             "Eve_9_assignsubmission_file_/": "", "turingalan_1_2345_x.docx": "PK",
             "zoe/.ipynb_checkpoints/90_sample-checkpoint.ipynb": None}  # fmt: skip
    found = both_ways(tmp_path, files)
    assert found == {"Ada Lovelace_17": 0, "Bob_18": 1, "Eve_9": 0, "turingalan_1": 0,
                     "zoe": 0}  # fmt: skip
    errors = {s.student: s.error for s in collect.find([tmp_path / "class"], SETS)}
    assert errors["Ada Lovelace_17"] == "There is no notebook here, only a.pdf, b.py."
    assert errors["Eve_9"] == "There is no notebook here, only an empty folder."


def test_text_beside_a_notebook_is_no_second_student(tmp_path):
    files = [f"{ADA}/90_sample.ipynb", f"{ADA}/data.csv", f"{BOB}/x.ipynb", "read.me",
             "Ada Lovelace_17_assignsubmission_onlinetext_/text.html"]  # fmt: skip
    assert both_ways(tmp_path, files) == {"Ada Lovelace_17": 1, "Bob_18": 1}


@pytest.mark.parametrize("name", [".ada", ".ada/x", ".x y/.z/a"])
def test_a_student_whose_name_begins_with_a_dot_is_graded(tmp_path, name):
    found = both_ways(tmp_path, ["bob/90_sample.ipynb", f"{name}.ipynb"])
    assert found == {"bob": 1, name.partition("/")[0]: 1}


def test_hidden_notebooks_count_only_where_there_are_no_others(tmp_path):
    files = ["ada/.~90_sample.ipynb", "ada/90_sample.ipynb", "bob/.old.ipynb"]
    assert both_ways(tmp_path, files) == {"ada": 1, "bob": 1}
    (path,) = [s.name for s in collect.find([tmp_path / "class"]) if s.student == "ada"]
    assert path.endswith("ada/90_sample.ipynb")


def test_a_folder_named_like_a_notebook_is_one_student(tmp_path):
    files = ["ada.ipynb/90_sample.ipynb", "bob/90_sample.ipynb"]
    assert both_ways(tmp_path, files) == {"ada.ipynb": 1, "bob": 1}


def test_what_lies_too_deep_is_said(tmp_path):
    path = tmp_path / "class" / "/".join(["ada", *"bcdefghijk"]) / "90_sample.ipynb"
    sample.write(path, sample.CELLS)
    sample.write(tmp_path / "class/bob/90_sample.ipynb", sample.CELLS)
    assert students(tmp_path / "class") == {"ada": 0, "bob": 1}


def test_a_late_file_of_canvas_belongs_to_the_same_student(tmp_path):
    late = "lovelaceada_LATE_123_4567_90_sample-1.ipynb"
    one = write(tmp_path / "a.zip", ["lovelaceada_123_456_90_sample.ipynb"])
    two = write(tmp_path / "b.zip", [late])
    assert students(one) == students(two) == {"lovelaceada_123": 1}


def test_two_exports_side_by_side_are_of_the_same_students(tmp_path):
    names = ["lovelaceada_12_345_x.ipynb", "turingalan_13_346_x.ipynb"]
    files = [f"{folder}/{name}" for folder in ("one", "one (1)") for name in names]
    assert both_ways(tmp_path, files) == {"lovelaceada_12": 2, "turingalan_13": 2}


def test_names_with_numbers_are_no_canvas_export(tmp_path):
    names = ["ws_2025_100_ada", "ws_2025_100_bob"]
    assert both_ways(tmp_path, [f"{n}.ipynb" for n in names]) == dict.fromkeys(names, 1)


def test_exports_in_a_folder_are_read_like_exports(tmp_path):
    for k, name in enumerate(SETS):
        files = {f"{who}/{name}.ipynb": None for who in (ADA, BOB)}
        write(tmp_path / f"{k}.zip", files)
    assert students(tmp_path) == {"Ada Lovelace_17": 2, "Bob_18": 2}


def test_zips_of_students_are_theirs_in_every_shape(tmp_path):
    work = zipped("home/90_sample.ipynb", "home/__MACOSX/._90_sample.ipynb")
    files = {f"{ADA}/work.zip": work, "turingalan_1_2345_work.ZIP": work,
             "zoe.zip": zipped("x.txt")}  # fmt: skip
    found = both_ways(tmp_path, files)
    assert found == {"Ada Lovelace_17": 1, "turingalan_1": 1, "zoe": 0}


def test_a_class_zipped_into_another_zip_is_refused_in_words(tmp_path):
    inner = zipped(f"{ADA}/a.ipynb", f"{BOB}/a.ipynb")
    path = write(tmp_path / "all.zip", {"1.zip": inner})
    (found,) = collect.find([path], SETS)
    assert "whole class" in found.error


def test_one_name_in_two_spellings_of_unicode_is_one_student(tmp_path):
    one, two = (write(tmp_path / f"{k}.zip", [f"{name}/a.ipynb"])
                for k, name in enumerate(["J\u00fcrgen", "Ju\u0308rgen"]))  # fmt: skip
    assert students(one) == students(two) == {"J\u00fcrgen": 1}


def test_umlauts_of_a_program_that_names_no_encoding_are_read(tmp_path):
    path = write(tmp_path / "a.zip", [f"{c}/a.ipynb" for c in "xy"])
    data = path.read_bytes().replace(b"x/a.ipynb", "ü".encode() + b"a.ipynb")
    data = data.replace("üa.ipynb".encode(), "ü".encode() + b"/.ipynb")
    path.write_bytes(data)
    assert students(path) == {"ü": 1, "y": 1}


def test_a_zip_says_the_time_that_its_unpacked_files_have(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("ada.ipynb", (2026, 7, 1, 12, 30, 0)), TEXT)
        archive.writestr(zipfile.ZipInfo("bob.ipynb"), TEXT)  # of 1980: no time at all
    ada, bob = collect.find([path])
    assert time.localtime(ada.when)[:5] == (2026, 7, 1, 12, 30)
    assert bob.when == 0
