"""The table of all cells, made from lstm_course.CELLS while the book is built.

```{cells-table}
```
"""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from lstm_course.table import at_a_glance

WIDTHS = (32, 44, 12, 12)  # per cent


class CellsTable(SphinxDirective):
    """``{cells-table}``: the Markdown of ``at_a_glance()``, put into the page."""

    def run(self):
        box = nodes.container(classes=["cells-table"])
        lines = at_a_glance().splitlines()
        self.state.nested_parse(StringList(lines, "lstm_course.table"), 0, box)
        for table in box.findall(nodes.table):
            table["classes"].append("colwidths-given")
        for column, width in zip(box.findall(nodes.colspec), WIDTHS, strict=True):
            column["colwidth"] = width
        return [box]


def setup(app):
    app.add_directive("cells-table", CellsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
