"""Copies of the notebooks for Colab, with a first cell that installs the package.

    python scripts/colab.py FOLDER ADDRESS_OF_THE_REPOSITORY

The chapters and exercises hold no pip; the workflow colab.yml publishes these copies as
the branch `colab`, where the book's Colab buttons and links lead.
"""

import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent


def with_install(notebook, address):
    """The same notebook with one cell after the title."""
    cell = nbformat.v4.new_code_cell(f"%pip install -q git+{address}")
    cell.id = "install"
    notebook.cells.insert(1, cell)
    return notebook


def main(folder, address):
    for file in [*ROOT.glob("book/*.ipynb"), *ROOT.glob("exercises/*/*.ipynb")]:
        notebook = with_install(nbformat.read(file, as_version=4), address)
        target = Path(folder) / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
