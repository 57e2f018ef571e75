"""What the bar of a folded cell says: why its code is there, not that it is hidden.

A cell with a figure says how it was drawn, the first one holds the imports; a cell may
say its own, ``{"mystnb": {"code_prompt_show": "…"}}``.
"""

from docutils import nodes

DRAWN, IMPORTS = "How this was drawn", "Imports"


def name_folds(app, doctree):
    """Write the bars of a page's folded cells."""
    cells = [
        n
        for n in doctree.findall(nodes.container)
        if n.get("nb_element") == "cell_code"
    ]
    for k, cell in enumerate(cells):
        own = cell["cell_metadata"].get("mystnb", {})
        if "hide_mode" not in cell or "code_prompt_show" in own:
            continue
        if "figure" in own:
            cell["prompt_show"] = cell["prompt_hide"] = DRAWN
        elif k == 0:
            cell["prompt_show"] = cell["prompt_hide"] = IMPORTS


def setup(app):
    app.connect("doctree-read", name_folds)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
