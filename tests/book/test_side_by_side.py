"""Notebooks run side by side, once, and Jupyter Book finds in its cache what they gave.

Each book here has a few notebooks of a few cells, in a folder of its own.
"""

import io

import notebooks
import pytest
import stale
from nbformat.v4 import new_code_cell, new_markdown_cell
from progress import Progress, spoken, time_left

from book import sample

MEETING = """from pathlib import Path
from time import monotonic, sleep
Path("{me}").touch()
end = monotonic() + 60
while not Path("{other}").exists():
    assert monotonic() < end, "the other does not run beside me"
    sleep(0.05)"""
CAPTION = "**Figure.** It goes up and down."


def executed(folder):
    """{name: what its last run in the cache printed}."""
    cache = notebooks.cache_of(folder)
    found = {}
    for record in cache.list_cache_records():
        cells = cache.get_cache_bundle(record.pk).nb.cells
        printed = [o.text for cell in cells for o in cell.outputs if "text" in o]
        found[record.uri.rsplit("/", 1)[-1].removesuffix(".ipynb")] = "".join(printed)
    return found


@pytest.mark.slow
def test_two_run_at_once_and_what_measures_speed_runs_alone_at_the_end(tmp_path):
    speed = "import os\ninterleaved = os.path.exists\n"
    speed += "print(interleaved('a is done'), interleaved('b is done'))"
    folder = sample.few(
        tmp_path,
        speed=[speed],
        a=[MEETING.format(me="a", other="b"), "Path('a is done').touch()"],
        b=[MEETING.format(me="b", other="a"), "Path('b is done').touch()"],
    )
    assert notebooks.fill(folder, jobs=2) == []
    assert executed(folder) == {"a": "", "b": "", "speed": "True True\n"}


@pytest.mark.slow
def test_an_error_names_notebook_and_cell_and_the_others_are_kept(tmp_path):
    wrong = [new_markdown_cell("# Wrong"), "x = 1", "print(x)\n1 / 0", "x"]
    folder = sample.few(tmp_path, wrong=wrong, right=["print('right')"])
    (said,) = notebooks.fill(folder, jobs=2)
    assert said.startswith("book/wrong.ipynb: an error in Cell 1:\n")
    assert said.count("ZeroDivisionError: division by zero") == 1 and "1 / 0" in said
    assert executed(folder) == {"right": "right\n"}
    sample.notebook(folder, "wrong", "print('mended')")
    assert notebooks.fill(folder) == []
    assert executed(folder) == {"right": "right\n", "wrong": "mended\n"}


@pytest.mark.slow
def test_a_kernel_that_dies_is_an_error_of_its_cell(tmp_path):
    folder = sample.few(tmp_path, dies=["import os", "os._exit(3)"])
    (said,) = notebooks.fill(folder)
    assert said.startswith("book/dies.ipynb: an error in Cell 1:")
    assert "DeadKernelError" in said


@pytest.mark.slow
def test_only_other_code_runs_again(tmp_path, monkeypatch):
    shown = {"mystnb": {"figure": {"name": "fig-a"}, "image": {"alt": "a number"}}}
    figure = new_code_cell("import time\ntime.time_ns()", metadata=shown)
    caption = new_markdown_cell(CAPTION, metadata={"tags": ["caption"]})
    folder = sample.few(tmp_path, a=[figure, caption], b=["'b'"])
    ran = []
    run = notebooks.results
    monkeypatch.setattr(notebooks, "results", lambda *a: (ran.extend(a[1]), run(*a))[1])
    notebooks.fill(folder)
    assert sorted(ran) == ["book/a.ipynb", "book/b.ipynb"]
    first = kept(folder, "a")
    caption.source = "**Figure.** Other words."
    figure.metadata["tags"] = ["hide-input"]
    sample.notebook(folder, "a", figure, caption, new_markdown_cell("More text."))
    del ran[:]
    notebooks.fill(folder)
    again = kept(folder, "a")
    assert ran == [] and again.cells[0].outputs == first.cells[0].outputs
    assert again.cells[0].metadata.mystnb.figure.caption == "Other words."
    figure.source += " + 1"
    sample.notebook(folder, "a", figure, caption)
    notebooks.fill(folder)
    assert ran == ["book/a.ipynb"]
    figure.metadata["tags"] = ["raises-exception"]
    sample.notebook(folder, "a", figure, caption)
    notebooks.fill(folder)
    assert ran == ["book/a.ipynb"] * 2


def kept(folder, name):
    """What the cache gives a page for this notebook."""
    notebook = notebooks.read(folder / f"book/{name}.ipynb")
    return notebooks.cache_of(folder).merge_match_into_notebook(notebook)[1]


@pytest.mark.parametrize(
    ("file", "runs", "pages"),
    [
        ("lstm_course/ops.py", False, False),
        ("book/results/study.json", False, False),
        ("book/_ext/landing.js", True, False),
        ("book/_toc.yml", True, False),
        ("lstm_course/__pycache__/ops.pyc", True, True),
        ("book/index.md", True, True),
    ],
)
def test_what_a_changed_file_makes_stale_is_made_anew(tmp_path, file, runs, pages):
    for name in (
        file,
        "book/_toc.yml",
        "_build/.jupyter_cache/a",
        "_build/.doctrees/a",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    stale.forget(tmp_path)
    for name in (".jupyter_cache/a", ".doctrees/a"):
        (tmp_path / "_build" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "_build" / name).touch()
    stale.forget(tmp_path)
    assert (tmp_path / "_build/.doctrees").exists()  # nothing has changed
    (tmp_path / file).write_text("after")
    stale.forget(tmp_path)
    assert (tmp_path / "_build/.jupyter_cache").exists() == runs
    assert (tmp_path / "_build/.doctrees").exists() == pages


def test_the_longest_of_earlier_runs_goes_first(tmp_path):
    folder = sample.few(
        tmp_path, a=["1"] * 9, b=["1"], c=["1"] * 2, d=["here.measure()"]
    )
    notebooks.remember(folder, "book/b.ipynb", 60)
    notebooks.remember(folder, "book/d.ipynb", 90)
    seconds = notebooks.remembered(folder)
    expected = {
        name: seconds.get(name) or notebooks.guessed(folder / name)
        for name in notebooks.listed(folder)
    }
    together, alone = notebooks.in_order(folder, expected)
    assert together == ["book/b.ipynb", "book/a.ipynb", "book/c.ipynb"]
    assert alone == ["book/d.ipynb"]


def test_the_time_left_is_that_of_the_process_that_ends_last():
    assert time_left([50, 30, 30], 2) == 60
    assert time_left([50, 30, 30], 1) == 110
    assert time_left([], 2) == 0
    assert spoken(59.6) == "1 min 0 s" and spoken(4.4) == "4 s"


def test_progress_is_told_in_plain_lines_and_learns_from_what_is_done(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("progress.time.monotonic", lambda: clock[0])
    out = io.StringIO()
    tell = Progress({"book/a.ipynb": 60, "book/b.ipynb": 30}, ["book/a.ipynb"],
                    ["book/b.ipynb"], 1, out)  # fmt: skip
    tell.show(["book/a.ipynb"])
    clock[0] = 20
    tell.show(["book/a.ipynb"])
    tell.done("book/a.ipynb", 120, failed=False)  # half as fast as thought
    tell.show(["book/b.ipynb"])
    assert out.getvalue().splitlines() == [
        "2 notebooks to run; 1 alone, they measure speed. About 1 min 30 s left.",
        "running a. About 1 min 30 s left.",
        "running a. About 1 min 10 s left.",
        "1 of 2: a took 2 min 0 s",
        "running b. About 1 min 0 s left.",
    ]


@pytest.mark.slow
def test_what_ran_here_is_what_the_page_would_have_run(root, tmp_path):
    """The same notebook once by MyST-NB, once by us: one key, the same outputs."""
    shown = {"mystnb": {"figure": {"name": "fig-a"}, "image": {"alt": "a line"}}}
    cells = [new_markdown_cell("# A book"), *map(new_code_cell, sample.OUTPUTS[:3])]
    cells += [new_code_cell(sample.OUTPUTS[3], metadata=shown)]
    cells += [new_markdown_cell(CAPTION, metadata={"tags": ["caption"]})]
    cells += [new_code_cell(sample.OUTPUTS[4], metadata={"tags": ["hide-input"]})]
    built = {}
    for name in ("theirs", "ours"):
        folder = tmp_path / name
        sample.write(root, folder, cells, execute="cache")
        assert name == "theirs" or notebooks.fill(folder) == []
        before = files(folder)
        made = sample.run_jupyter_book(root, folder)
        assert made.returncode == 0, made.stdout + made.stderr
        assert name == "theirs" or files(folder) == before != {}
        cache = notebooks.cache_of(folder)
        (record,) = cache.list_cache_records()
        built[name] = record.hashkey, plain(cache.get_cache_bundle(record.pk).nb)
    assert built["theirs"] == built["ours"]


def files(folder):
    """When each notebook of the cache was written."""
    found = (folder / "_build/.jupyter_cache").rglob("*.ipynb")
    return {f: f.stat().st_mtime_ns for f in found}


def plain(notebook):
    """A notebook without names of cells, which the cache does not keep."""
    for cell in notebook.cells:
        cell.pop("id", None)
    return notebook
