"""What a page makes of code cells: bars that say why code is folded, prose that wraps.

A folded cell with a figure says how it was drawn, the first one holds the imports; a
cell may say its own, ``{"mystnb": {"code_prompt_show": "…"}}``.  What a cell prints
wraps on a narrow page where it is prose; columns and arrays keep their lines.
"""

import re

from docutils import nodes

DRAWN, IMPORTS = "How this was drawn", "Imports"
COLUMNS = re.compile(r"\S {2,}\S|^ |\[\[|^[-+] ", re.M)


def cells(doctree):
    found = doctree.findall(nodes.container)
    return [n for n in found if n.get("nb_element") == "cell_code"]


def name_folds(cell, first):
    """Write the bar of a folded cell."""
    own = cell["cell_metadata"].get("mystnb", {})
    if "hide_mode" not in cell or "code_prompt_show" in own:
        return
    if "figure" in own:
        cell["prompt_show"] = cell["prompt_hide"] = DRAWN
    elif first:
        cell["prompt_show"] = cell["prompt_hide"] = IMPORTS


def mark_prose(cell):
    for printed in cell.findall(nodes.literal_block):
        if "output" in printed["classes"] and not COLUMNS.search(printed.astext()):
            printed["classes"].append("prose")


def dress(app, doctree):
    for k, cell in enumerate(cells(doctree)):
        name_folds(cell, first=k == 0)
        mark_prose(cell)


def setup(app):
    app.connect("doctree-read", dress)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
