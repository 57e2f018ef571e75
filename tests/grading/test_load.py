"""A submission's file is read with care: code or a reason, nothing else."""

import io
import json
import os
import zipfile

import pytest
from grading import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_course.grading import load
from lstm_course.grading.submissions import find as collect
from lstm_course.grading.submissions.owners import Owners

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["cells", "source", "input", "cell_type", "nbformat",
                         "worksheets", "metadata", "x"]), inner, max_size=5),
    max_leaves=15,
)  # fmt: skip
versions = st.sampled_from([3, 4]) | anything
kinds = st.sampled_from(["code", "markdown"]) | anything
cells = st.fixed_dictionaries(
    {"cell_type": kinds, "source": anything, "input": anything}
)


def code(data):
    """The cells, or None where the file is refused."""
    try:
        return load.cells(data)
    except load.Unreadable as e:
        assert str(e)
        return None


def is_code(found):
    return found is None or all(
        type(source) is str and source.encode("utf-8") is not None for source in found
    )


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_random_bytes_are_refused(data):
    assert code(data) is None


@given(anything)
@settings(max_examples=200, deadline=None)
def test_random_json_is_refused_or_gives_code(tree):
    assert is_code(code(json.dumps(tree).encode()))


@given(versions, st.lists(cells | anything, max_size=4), anything)
@settings(max_examples=300, deadline=None)
def test_nearly_notebooks_are_refused_or_give_code(version, rows, extra):
    tree = {"nbformat": version, "cells": rows, "worksheets": [{"cells": rows}, extra]}
    for data in (tree, tree | {"worksheets": [{"cells": rows}]}):
        assert is_code(code(json.dumps(data).encode()))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_notebook_is_refused_or_gives_code(data):
    whole = bytearray(json.dumps(sample.notebook(sample.CELLS)).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    assert is_code(code(bytes(whole)))


def test_the_cells_come_in_the_order_of_the_file():
    made = sample.notebook(["b", "a", "c"])
    assert code(json.dumps(made).encode()) == ["b", "a", "c"]


def test_cells_without_code_are_left_out():
    made = sample.notebook(["a", "b"])
    made["cells"][0]["cell_type"] = "markdown"
    assert code(json.dumps(made).encode()) == ["b"]


def test_a_link_is_not_followed(tmp_path):
    target = sample.write(tmp_path / "a.ipynb", sample.CELLS)
    (tmp_path / "b.ipynb").symlink_to(target)
    with pytest.raises(load.Unreadable, match="link"):
        load.read(tmp_path / "b.ipynb")


def test_a_named_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "a.ipynb")
    with pytest.raises(load.Unreadable, match="regular"):
        load.read(tmp_path / "a.ipynb")


def write_zip(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


TEXT = json.dumps(sample.notebook(sample.CELLS))


@pytest.mark.parametrize(
    ("member", "who"),
    [
        ("Ada L_17_assignsubmission_file_/work.ipynb", "Ada L_17"),
        ("Ada L_17_assignsubmission_file_/deep/90_sample.ipynb", "Ada L_17"),
        ("lovelaceada_123_456_90_sample.ipynb", "lovelaceada_123"),
        ("lovelaceada_LATE_123_789_90_sample-1.ipynb", "lovelaceada_123"),
        ("ada/90_sample/90_sample.ipynb", "ada"),
        ("ada.ipynb", "ada"),
        ("../ada/90_sample.ipynb", "ada"),
        ("/ada/90_sample.ipynb", "ada"),
        ("ad\u202ea/90_sample.ipynb", "ad\ufffda #"),
        ("90_sample/ada.ipynb", "ada"),
        ("submitted/ada/90_sample/90_sample.ipynb", "ada"),
        ("90_sample.ipynb", "export"),
    ],
)
def test_the_student_is_read_from_the_place_in_the_export(tmp_path, member, who):
    path = write_zip(tmp_path / "export.zip", {member: TEXT})
    (found,) = collect.find([path], ["90_sample"])
    assert not found.error
    assert found.student[: len(who)] == who if "#" in who else found.student == who
    assert len(load.cells(found.data)) == len(sample.CELLS)


def test_single_files_and_folders_of_different_students_stay_apart(tmp_path):
    for name in ("ada", "bob"):
        sample.write(tmp_path / name / "90_sample.ipynb", [name])
    folders = [tmp_path / "ada", tmp_path / "bob"]
    for paths in (folders, [f / "90_sample.ipynb" for f in folders]):
        found = list(collect.find(paths, ["90_sample"]))
        assert [s.student for s in found] == ["ada", "bob"]
        assert len({s.name for s in found}) == 2


def unpacked(path, folder):
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


def test_system_files_are_no_submissions(tmp_path):
    names = [".ipynb_checkpoints/a.ipynb", "__MACOSX/ada/._a.ipynb",
             ".git/x.ipynb", "._b.ipynb", "marks.csv"]  # fmt: skip
    path = write_zip(tmp_path / "export.zip", dict.fromkeys(names, TEXT))
    assert list(collect.find([path])) == []
    assert list(collect.find([unpacked(path, tmp_path / "folder")])) == []


def test_a_zip_inside_an_export_belongs_to_its_owner(tmp_path):
    inner = io.BytesIO()
    write_zip(inner, {"bob/90_sample.ipynb": TEXT})
    path = write_zip(tmp_path / "e.zip", {"ada_90_sample.zip": inner.getvalue()})
    (found,) = collect.find([path], ["90_sample"])
    assert found.student == "ada" and found.data


def test_a_broken_export_is_refused_with_a_next_step(tmp_path):
    path = tmp_path / "export.zip"
    path.write_bytes(b"PK no zip")
    with pytest.raises(ValueError, match="Download it again"):
        list(collect.find([path]))


@pytest.mark.parametrize(
    "name",
    ["04.ipynb.txt", "04.ipynb.json", "04_lstm_step_by_step.json",
     "lovelaceada_123_456_04_lstm_step_by_step.json", "04_gates (1).json"],
)  # fmt: skip
def test_a_notebook_under_an_odd_ending_is_one(name):
    assert load.is_notebook(name)


@pytest.mark.parametrize("name", ["package.json", "results.json", "a_12.json", "a.txt"])
def test_other_files_are_no_notebooks(name):
    assert not load.is_notebook(name)


def test_a_notebook_under_an_odd_ending_is_found(tmp_path):
    for name in ("90_sample.ipynb.txt", "90_sample.json"):
        sample.write(tmp_path / name[-4:] / "ada" / name, sample.CELLS)
        (found,) = collect.find([tmp_path / name[-4:]], ["90_sample"])
        assert not found.error and load.cells(found.data) == sample.CELLS


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_python_writes_for_odd_numbers_is_read(value):
    text = TEXT[:-1] + f', "x": [{value}]}}'
    assert load.cells(text.encode()) == sample.CELLS


def test_the_python_that_saved_a_notebook_is_told_where_it_is_newer():
    for version, newer in (("3.99.1", "3.99"), ("3.9.1", ""), ("2.7.1", "")):
        made = sample.notebook(["x"], metadata={"language_info": {"version": version}})
        assert load.newer_python(json.dumps(made).encode()) == newer
    assert load.newer_python(TEXT.encode()) == ""


@pytest.mark.parametrize("name", ["clas", "class.tar.gz", "class/a.ipynb.zip.txt"])
def test_what_is_no_submission_is_refused_and_becomes_no_student(tmp_path, name):
    sample.write(tmp_path / "class/ada.ipynb", sample.CELLS)
    if name != "clas":
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match="Is the path right"):
        list(collect.find([tmp_path / name]))


def test_two_names_never_become_one():
    names = ["ad\u202ea", "ad\u202da", "ad\ufffda", "x" * 300, "x" * 301, "\udc80", "é"]
    made = {Owners([]).whose((name, "a.ipynb")).student for name in names}
    assert len(made) == len(names)


def test_a_student_s_name_is_never_empty():
    assert Owners([]).whose(("_assignsubmission_file_", "a.ipynb")).student
    assert Owners([], ["90_sample"]).whose(("90_sample.ipynb",)).student
