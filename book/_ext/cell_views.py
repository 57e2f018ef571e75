"""How the page shows a notebook's cells.

An SVG says its cell's alternative text: MyST-NB gives ``mystnb.image.alt`` to PNG
outputs only, here SVG drawings get the same words as ``aria-label`` where they have
none, and its long lines are written in fewer letters (``thin_lines``).  And the mark of
a checked output, a comment for the test, stays off the page.
"""

import re
from html import escape

import thin_lines
from docutils import nodes

OPENING = re.compile(r"<svg\b(?![^>]*aria-label)")
CHECKED = re.compile(r"^# NBVAL_CHECK_OUTPUT\n+")


def view(app, doctree):
    for cell in doctree.findall(nodes.container):
        shown = cell.get("cell_metadata", {}).get("mystnb", {})
        if alt := shown.get("image", {}).get("alt"):
            for drawn in cell.findall(nodes.raw):
                _replace(drawn, OPENING, f'<svg aria-label="{escape(alt)}"')
        if cell.get("nb_element") == "cell_code":
            for drawn in cell.findall(nodes.raw):
                _write(drawn, thin_lines.thin(drawn.astext()))
            for block in cell.findall(nodes.literal_block):
                _replace(block, CHECKED, "")


def _replace(node, pattern, new):
    _write(node, pattern.sub(lambda match: new, node.astext(), count=1))


def _write(node, text):
    if text != node.astext():
        node.rawsource = text
        node.children = [nodes.Text(text)]


def setup(app):
    app.connect("doctree-read", view)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
