"""Chapters of a few cells, built as the book is, to try what a page is made of."""

import os
import subprocess
import sys

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

JUPYTER_BOOK = "from jupyter_book.cli.main import main; main()"
BOX = """:::{{admonition}} Predict
:class: predict{kind}

{question}
{choices}
:::
"""
PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
MARK = '<svg role="img" aria-label="a mark" width="40" height="40"></svg>'


OUTPUTS = [  # one of each kind
    "import sys\nprint('a line')\nprint('a note', file=sys.stderr)\n2 + 3",
    "from IPython.display import display, clear_output\n"
    "shown = display('first', display_id=True)\nshown.update('second')",
    "print('gone')\nclear_output()\nprint('there')",
    "from lstm_course import plots\nplots.use_style()\n"
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "from IPython.display import HTML\nHTML('<b>bold</b>')",
]


def few(folder, **named):
    """The sources of a book of these notebooks, {name: cells}, for its runs alone."""
    (folder / "book").mkdir(parents=True, exist_ok=True)
    execute = {"execute_notebooks": "cache", "cache": "_build/.jupyter_cache"}
    config = yaml.safe_dump({"execute": {**execute, "timeout": 90}})
    (folder / "_config.yml").write_text(config, encoding="utf-8")
    first, *others = (f"book/{name}" for name in named)
    chapters = [{"file": name, "sections": []} for name in others]
    toc = {"format": "jb-book", "root": first, "parts": [{"chapters": chapters}]}
    (folder / "book/_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    for name, cells in named.items():
        notebook(folder, name, *cells)
    return folder


def notebook(folder, name, *cells):
    """Write a notebook of these cells; a string is code."""
    cells = [new_code_cell(c) if isinstance(c, str) else c for c in cells]
    nbformat.write(
        new_notebook(cells=cells, metadata=PYTHON), folder / f"book/{name}.ipynb"
    )


def box(question, *choices, kind=""):
    choices = "".join(f"\n- {c}" for c in choices)
    return new_markdown_cell(BOX.format(question=question, choices=choices, kind=kind))


def run(source, printed="", picture="", **metadata):
    """A code cell that has run: what it printed, and its picture."""
    outputs = [new_output("stream", text=printed)] if printed else []
    if picture:
        data = {"text/html": picture, "text/plain": "<Figure>"}
        outputs.append(new_output("display_data", data=data))
    return new_code_cell(source, metadata=metadata, outputs=outputs, execution_count=1)


def build(root, folder, cells, more=None):
    """Build a first page of these cells in a folder: the finished process.

    more: {name: cells} of chapters behind it.
    """
    write(root, folder, cells, more)
    return run_jupyter_book(root, folder)


def write(root, folder, cells, more=None, execute="off"):
    """The sources of such a book; execute: Jupyter Book's word for what it runs."""
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    config["execute"]["execute_notebooks"] = execute
    config["bibtex_bibfiles"] = [str(root / "book/references.bib")]
    config["html"]["favicon"] = str(root / config["html"]["favicon"])
    sphinx = config["sphinx"]
    for name in sphinx["local_extensions"]:
        sphinx["local_extensions"][name] = str(root / "book/_ext")
    sphinx["config"]["html_static_path"] = [str(root / "book/_static")]
    (folder / "book").mkdir(parents=True, exist_ok=True)
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    toc = {"format": "jb-book", "root": "book/01_sample"}
    if more:
        chapters = [{"file": f"book/{name}"} for name in more]
        toc["parts"] = [{"caption": "More", "numbered": 2, "chapters": chapters}]
    (folder / "book/_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    for name, these in {"01_sample": cells, **(more or {})}.items():
        notebook(folder, name, *these)


def run_jupyter_book(root, folder):
    """Build the book in this folder: the finished process."""
    command = [sys.executable, "-c", JUPYTER_BOOK, "build", ".", "-q", "-W"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.run(
        [*command, "--toc", "book/_toc.yml", "--keep-going"],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
