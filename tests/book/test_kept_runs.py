"""nbval runs every cell as a test, and the book shows what it saw, run once."""

import os
import subprocess
import sys

import notebooks
import order
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from book import sample

WIDGET = "import ipywidgets\nipywidgets.IntSlider(3)"


def nbval(root, folder, *options):
    """Run nbval over the notebooks in a folder: the finished process."""
    places = ("tests", "book/_ext", "scripts/side_by_side", ".")
    paths = os.pathsep.join(str(root / place) for place in places)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "kept_runs", "--nbval", "book",
         "--rootdir", ".", "-p", "no:cacheprovider", *options],
        env={**os.environ, "PYTHONPATH": paths, "MPLBACKEND": "agg"},
        cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def outputs(folder, name="a"):
    """(key, outputs and counts of cells, metadata) that the cache holds."""
    cache = notebooks.cache_of(folder)
    record = cache.match_cache_notebook(notebooks.read(folder / f"book/{name}.ipynb"))
    notebook = cache.get_cache_bundle(record.pk).nb
    cells = [(c.execution_count, c.outputs) for c in notebook.cells]
    return record.hashkey, cells, notebook.metadata


@pytest.mark.slow
def test_the_book_shows_what_nbval_saw_as_if_it_had_run_it(root, tmp_path):
    tagged = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]})
    cells = [new_markdown_cell("# A"), *sample.OUTPUTS, "", tagged, "5"]
    theirs, ours = (
        sample.few(tmp_path / name, a=cells, b=["'b'"]) for name in ("theirs", "ours")
    )
    done = nbval(root, ours)
    assert done.returncode == 0, done.stdout[-3000:]
    assert done.stdout.count("PASSED") == len(cells)  # a test for every cell
    before = outputs(ours)
    assert notebooks.fill(theirs) == notebooks.fill(ours) == []
    assert outputs(ours) == before
    key, shown, metadata = outputs(theirs)
    assert before[0] == key and before[2] == metadata
    errors = [pair.pop(-2) for pair in (before[1], shown)]
    assert before[1] == shown
    assert errors[0][1][0].ename == errors[1][1][0].ename == "ZeroDivisionError"


@pytest.mark.slow
def test_the_state_of_a_widget_is_kept_too(root, tmp_path):
    assert nbval(root, sample.few(tmp_path, a=[WIDGET])).returncode == 0
    (state,) = outputs(tmp_path)[2]["widgets"].values()
    (slider,) = (
        s for s in state["state"].values() if s["model_name"] == "IntSliderModel"
    )
    assert slider["state"]["value"] == 3


@pytest.mark.slow
def test_what_failed_or_ran_in_part_is_not_kept(root, tmp_path):
    folder = sample.few(tmp_path, a=["x = 1", "1 / 0"], b=["'b'", "'c'"])
    done = nbval(root, folder, "--deselect", "book/b.ipynb::Cell 0")
    assert done.returncode == 1 and "ZeroDivisionError" in done.stdout
    assert notebooks.cache_of(folder).list_cache_records() == []


def test_the_pages_are_built_behind_the_notebooks_and_beside_other_work():
    seconds = {
        "tests/book/test_axe.py": 500, "tests/test_long.py": 100, "tests/test_b.py": 9,
        "book/b.ipynb": 40, "book/a.ipynb": 60, "solutions/1/1.ipynb": 30,
        "tests/book/test_build.py": 90, "tests/book/test_links.py": 3,
    }  # fmt: skip
    waits = {name for name in seconds if name.startswith("tests/book")}
    assert order.ordered(seconds, waits, workers=3) == [
        "book/a.ipynb", "book/b.ipynb", "tests/test_long.py", "solutions/1/1.ipynb",
        "tests/book/test_build.py", "tests/book/test_axe.py", "tests/test_b.py",
        "tests/book/test_links.py",
    ]  # fmt: skip
