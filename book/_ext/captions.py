"""A figure's caption is the Markdown cell below it, so that every reader has it.

In JupyterLab, Colab and on GitHub it stands where it is; in the page it becomes the
caption of the figure above.  Such a cell is tagged ``caption`` and begins with
``**Figure.**``.
"""

import json

MARK = "**Figure.** "


def is_caption(cell):
    return "caption" in cell["metadata"].get("tags", [])


def captioned(cells):
    """Cells without those of captions, whose words go to the figure above: list."""
    kept = []
    for cell in cells:
        if not is_caption(cell):
            kept.append(cell)
            continue
        words = " ".join("".join(cell["source"]).split())
        above = kept[-1]["metadata"].get("mystnb", {}).get("figure") if kept else None
        if above is None or not words.startswith(MARK):
            raise ValueError(
                f"Cell {cell.get('id')!r} is no caption. Expected '{MARK}' and a "
                "sentence, right below the code of a figure, which has a name in its "
                f"metadata. Got {words[:60]!r}. See CONTRIBUTING.md, Notebooks?"
            )
        above["caption"] = words.removeprefix(MARK)
    return kept


def read(app, docname, source):
    if app.env.doc2path(docname).endswith(".ipynb"):
        notebook = json.loads(source[0])
        notebook["cells"] = captioned(notebook["cells"])
        source[0] = json.dumps(notebook)


def setup(app):
    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
