"""A book that is built again is the book that would be built anew."""

import json
import runpy
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from book import sample

SECTIONS = "_build/html/_static/sections.js"
FIRST = [new_markdown_cell("# One\n\nWords.\n\n## A part\n\nMore."), new_code_cell("1")]
OTHER = [new_markdown_cell("# Two\n\nBehind it.\n\n## A second part\n\nAnd code.")]
CHANGED = [new_markdown_cell("# Two\n\nOne changed sentence.\n\n## A new part\n\nEnd.")]


def sections(folder):
    text = (folder / SECTIONS).read_text(encoding="utf-8")
    return json.loads(text.partition(" = ")[2])


@pytest.mark.slow
def test_search_finds_the_changed_sentence_and_keeps_the_other_pages(root, tmp_path):
    again, anew = tmp_path / "again", tmp_path / "anew"
    assert sample.build(root, again, FIRST, {"02_other": OTHER}).returncode == 0
    sample.notebook(again, "02_other", *CHANGED)
    assert sample.run_jupyter_book(root, again).returncode == 0
    assert sample.build(root, anew, FIRST, {"02_other": CHANGED}).returncode == 0
    assert sections(again) == sections(anew)
    first, other = sections(again)
    assert [s[2] for s in other["sections"]] == ["Two", "A new part"]
    assert other["sections"][0][3] == "One changed sentence."
    assert [s[2] for s in first["sections"]] == ["One", "A part"]
    (again / SECTIONS).unlink()  # every page is there, but the script is gone
    assert sample.run_jupyter_book(root, again).returncode == 0
    assert sections(again) == sections(anew)


def test_a_notebook_that_fails_ends_the_build_before_a_page_is_written(
    root, monkeypatch, capsys
):
    script = runpy.run_path(root / "scripts/book.py")
    build, names = script["build"], script["build"].__globals__
    monkeypatch.setitem(names, "write_pages", lambda: pytest.fail("pages are written"))
    monkeypatch.setitem(names, "quiet_environment", lambda: None)
    monkeypatch.setattr(names["stale"], "forget", lambda root: None)
    said = "book/a.ipynb: an error in Cell 3:\n\nZeroDivisionError: division by zero"
    monkeypatch.setattr(names["notebooks"], "fill", lambda: [said])
    with pytest.raises(SystemExit, match="not built: 1 of its notebooks failed"):
        build()
    assert capsys.readouterr().out.count(said) == 1


@pytest.mark.parametrize("status", [0, 1])
def test_the_status_of_jupyter_book_is_that_of_the_build(
    root, monkeypatch, tmp_path, status
):
    script = runpy.run_path(root / "scripts/book.py")
    build, names = script["build"], script["build"].__globals__
    monkeypatch.setattr("jupyter_book.cli.main.main", lambda *options: sys.exit(status))
    monkeypatch.setitem(names, "quiet_environment", lambda: None)
    monkeypatch.setattr(names["stale"], "forget", lambda root: None)
    monkeypatch.setattr(names["notebooks"], "fill", lambda: [])
    monkeypatch.setitem(names, "BUILT", tmp_path)
    monkeypatch.chdir(tmp_path)  # and back, behind this test
    (tmp_path / ".doctrees").mkdir()
    if status == 0:
        build()
    else:  # pages already read would not warn again
        with pytest.raises(SystemExit):
            build()
    assert (tmp_path / ".doctrees").exists() == (status == 0)
