"""Odd forms of a notebook's cells and of its file; none changes what is answered."""

import ast
import json
import random
import re

import nbformat

CHECK = re.compile(r"check\(.*\)\s*")


def split(cells):
    """One statement per cell."""
    for cell in cells:
        yield from (ast.get_source_segment(cell, n) for n in ast.parse(cell).body)


def shuffled(cells):
    rest = cells[1:]
    random.Random(0).shuffle(rest)
    return [cells[0], *rest]


def by_star(cells):
    """Everything imported with a star."""
    text = re.sub(r"^(from lstm_course\S* import).*", r"\1 *", cells[0], flags=re.M)
    return [text, *cells[1:]]


def by_module(cells):
    """``check`` called as a name of its module."""
    first = "import lstm_course.check as lc\nfrom lstm_course import ops, check"
    return [first, *(f"lc.{c}" if CHECK.fullmatch(c) else c for c in cells)]


ORDERS = {
    "merged": lambda cells: ["\n".join(cells)],
    "merged but for the first": lambda cells: [cells[0], "\n".join(cells[1:])],
    "split": lambda cells: list(split(cells)),
    "shuffled": shuffled,
    "backwards": lambda cells: cells[::-1],
    "imports last": lambda cells: [*cells[1:], cells[0]],
    "twice": lambda cells: cells * 2,
    "each twice": lambda cells: [c for c in cells for _ in "ab"],
    "without checks": lambda cells: [c for c in cells if not CHECK.fullmatch(c)],
    "empty cells": lambda cells: [x for c in cells for x in (c, "", " \n", "# x")],
    "star imports": by_star,
    "module of check": by_module,
    "indented": lambda cells: [f"  {c}".replace("\n", "\n  ") for c in cells],
    "line ends of Windows": lambda cells: [c.replace("\n", "\r\n") for c in cells],
    "line ends of old Macs": lambda cells: [c.replace("\n", "\r") for c in cells],
    "a mark of the file": lambda cells: ["\ufeff" + c for c in cells],
    "cells of VS Code": lambda cells: [f"# %%\n{c}\n#%% [markdown]" for c in cells],
    "prompts": lambda cells: [
        ">>> " + c.strip().replace("\n", "\n... ") for c in cells if "\n\n" not in c
    ] + [c for c in cells if "\n\n" in c],
}  # fmt: skip


def each(change):
    """Every cell changed in place by ``change(cell)``."""

    def changed(notebook):
        for cell in notebook["cells"]:
            change(cell)
        return notebook

    return changed


def about(**metadata):
    return each(lambda cell: cell["metadata"].update(metadata))


def source(change):
    return each(lambda cell: cell.update(source=change("".join(cell["source"]))))


def of_notebook(**changed):
    return lambda notebook: notebook | changed


def minor(number):
    """As a program of format 4.number writes it: ids came with 4.5."""

    def changed(notebook):
        for cell in notebook["cells"] if number < 5 else ():
            cell.pop("id", None)
        return notebook | {"nbformat_minor": number}

    return changed


def old(notebook):
    """The same in format 3."""
    whole = nbformat.reads(json.dumps(notebook), as_version=4)
    return json.loads(nbformat.writes(nbformat.convert(whole, 3), version=3))


TRACE = {"output_type": "error", "ename": "E", "evalue": "x", "traceback": ["\x1b["]}


def with_outputs(cell):
    shown = {"image/png": "iVBO" * 9999, "application/json": {"a": float("nan"),
             "b": [float("inf"), -float("inf")]}}  # fmt: skip
    if cell["cell_type"] == "code":
        cell["execution_count"] = 99
        cell["outputs"] = [
            {"output_type": "stream", "name": "stdout", "text": ["x\n"] * 3},
            {"output_type": "display_data", "data": shown, "metadata": {}},
            TRACE,
        ]


def with_others(notebook):
    kinds = ({"cell_type": "raw", "source": "---\njupyter: x\n---", "metadata": {}},
             {"cell_type": "code", "source": None}, {"cell_type": "code"},
             {"cell_type": "heading", "level": 1, "source": "x"},
             {"cell_type": "sql", "source": "SELECT"})  # fmt: skip
    return notebook | {"cells": [*kinds, *notebook["cells"]]}


COLAB = {"id": "aBcD", "cellView": "form", "colab": {"height": 35},
         "outputId": "x", "executionInfo": {"status": "ok", "user": {}}}  # fmt: skip
DEEPNOTE = {"cell_id": "x", "deepnote_cell_type": "code", "source_hash": "a"}
FORMS = {
    **{f"format 4.{n}": minor(n) for n in (0, 1, 2, 3, 4, 5, 99)},
    "format 3": old,
    "no metadata at all": each(lambda cell: cell.pop("metadata")),
    "sources as text": source(str),
    "sources as lines": source(lambda text: text.splitlines(True)),
    "Windows in the cells": source(lambda text: text.replace("\n", "\r\n")),
    "kernel of conda": of_notebook(metadata={"kernelspec": {"name": "conda-ml-py"}}),
    "kernel of R": of_notebook(metadata={"language_info": {"name": "R"}}),
    "Colab": about(**COLAB),
    "VS Code, plain text": about(vscode={"languageId": "plaintext"}),
    "Deepnote": about(**DEEPNOTE),
    "Kaggle": about(_uuid="8f28", trusted=True, **{"_kg_hide-input": True}),
    "slides and tags": about(slideshow={"slide_type": "skip"}, tags=["skip-execution"]),
    "locked": about(editable=False, deletable=False, jupyter={"source_hidden": True}),
    "outputs with NaN": each(with_outputs),
    "cells of other kinds": with_others,
    "all cells are code": each(lambda cell: cell.update(cell_type="code")),
    "attachments": each(lambda cell: cell.update(attachments={"a.png": {}})),
    "a huge number": of_notebook(metadata={"n": int("9" * 3000), "x": 1e400}),
}


def saved(**how):
    return lambda text: json.dumps(json.loads(text), **how).encode()


BYTES = {
    "a mark of UTF-8": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "white space around": lambda text: f"\n\n  {text}\n\n\t\n".encode(),
    "one line": saved(separators=(",", ":")),
    "sorted": saved(sort_keys=True, indent=4, ensure_ascii=False),
}
