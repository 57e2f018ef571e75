"""Directives of the book: pictures that lstm_course.diagrams draws during the build.

    ```{diagram} lstm                 ```{legend}
    :highlight: forget                Caption.
    Caption: the finding.             ```
    ```

The SVG carries its own title and description and follows the page's light and dark
colours, so it is put into the page as it is.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from lstm_course import diagrams


class Picture(SphinxDirective):
    """A figure around one SVG; the content is its caption."""

    has_content = True
    option_spec = {"name": directives.unchanged, "class": directives.class_option}

    def svg(self):
        raise NotImplementedError

    def run(self):
        figure = nodes.figure(classes=["diagram", *self.options.get("class", [])])
        figure += nodes.raw("", self.svg(), format="html")
        if self.content:
            text, _ = self.state.inline_text(" ".join(self.content), self.lineno)
            figure += nodes.caption("", "", *text)
        self.set_source_info(figure)
        self.add_name(figure)
        return [figure]


class Diagram(Picture):
    """A cell's diagram: ``{diagram} NAME``, one part lit by ``:highlight:``."""

    required_arguments = 1
    option_spec = {**Picture.option_spec, "highlight": directives.unchanged}

    def svg(self):
        parts = set(self.options.get("highlight", "").split())
        return diagrams.cell_diagram(self.arguments[0], highlight=parts or None)


class Legend(Picture):
    """The diagram language: ``{legend}``."""

    def svg(self):
        return diagrams.legend()


def setup(app):
    app.add_directive("diagram", Diagram)
    app.add_directive("legend", Legend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
