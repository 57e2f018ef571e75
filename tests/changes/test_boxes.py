"""Every "Change one thing" says what one should see, and a test keeps it true."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

BOOK = Path(__file__).resolve().parents[2] / "book"
CHAPTERS = sorted(file.name[:2] for file in BOOK.glob("[0-9][0-9]_*.ipynb"))
BOX = re.compile(r"^:::\{admonition\} Change one thing\n(.*?)^:::$", re.M | re.S)
FOLD = re.compile(
    r"^<details><summary>What you should see</summary>\n\n\S.*?\n\n</details>\n\Z",
    re.M | re.S,
)


def boxes(root, chapter):
    """(id of the cell, text of the box) of every Change box."""
    (file,) = (root / "book").glob(f"{chapter}_*.ipynb")
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.cell_type == "markdown":
            yield from ((cell.id, text) for text in BOX.findall(cell.source))


def tried(root, chapter):
    """Names of the functions in the chapter's file of tests."""
    file = root / f"tests/changes/test_chapter_{int(chapter)}.py"
    tree = ast.parse(file.read_text(encoding="utf-8") if file.exists() else "")
    return {f.name for f in tree.body if isinstance(f, ast.FunctionDef)}


def test_a_fold_ends_its_box_and_is_not_empty():
    fold = "<details><summary>What you should see</summary>\n\n{}\n\n</details>\n"
    assert FOLD.search("Do it.\n\n" + fold.format("Three."))
    assert not FOLD.search("Do it.\n\n" + fold.format(""))
    assert not FOLD.search("Do it.\n\n" + fold.format("Three.") + "\nMore.\n")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_change_box_says_what_one_should_see(root, chapter):
    found = list(boxes(root, chapter))
    assert len(found) >= 5
    assert [name for name, text in found if not FOLD.search(text)] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_change_box_is_tried_by_a_test_of_its_name(root, chapter):
    wanted = {f"test_{name.replace('-', '_')}" for name, _ in boxes(root, chapter)}
    assert wanted - tried(root, chapter) == set()
