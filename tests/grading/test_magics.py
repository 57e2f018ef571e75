"""Magics run nothing; Python that only looks like one stays as it is."""

import ast

import pytest

from lstm_course.grading.magics import parse


def run(source):
    names = {}
    exec(compile(parse(source), "cell", "exec"), names)
    return names


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "x = 1\n!rm -rf something",
        "x = 1\n%cd ..",
        "if True:\n    %load_ext autoreload\n    x = 1",
        "%%time\nx = 1",
        "%%capture out\nx = 1",
        "%time x = 1",
        "x = 1\nx?",
        "x = 1\n?x\nx??",
        "files = !ls\nx = 1",
        "n = %timeit -o f()\nx = 1",
        "\n\n%%timeit\nx = 1",
    ],
)
def test_a_magic_runs_nothing_and_the_rest_is_run(source):
    assert run(source)["x"] == 1


@pytest.mark.parametrize("name", ["bash", "html", "latex", "script perl", "R"])
def test_a_cell_in_another_language_is_empty(name):
    assert "x" not in run(f"%%{name}\nx = 1")


@pytest.mark.parametrize(
    "source",
    ["s = '''\n%time\n!ls\n'''", "x = 7 \\\n%4", "x = (7\n%\n4)", "# %time\nx = '?'"],
)
def test_python_that_looks_like_a_magic_is_kept(source):
    assert ast.dump(parse(source)) == ast.dump(ast.parse(source))


@pytest.mark.parametrize(
    "source", ["def f(:", "x = = 1", "%%time\ndef f(:", "x = 1\n  y = 2"]
)
def test_a_real_mistake_is_still_one(source):
    with pytest.raises(SyntaxError):
        parse(source)


def test_many_magics_in_one_cell_come_to_an_end():
    with pytest.raises(SyntaxError, match="too many"):
        parse("!ls\n" * 1000)


def test_a_cell_may_be_indented_as_a_whole():
    assert run("\n    x = 0\n    if True:\n        x = 1")["x"] == 1


def test_a_written_file_can_be_imported_later(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("%%writefile a.py\nx = 1\n%not python")
    run("%%writefile -a a.py\ny = 2")
    assert (tmp_path / "a.py").read_text() == "x = 1\n%not python\ny = 2\n"
