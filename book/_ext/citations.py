"""Citations as authors write them: Elman (1990), and (Elman, 1990) in passing.

The list of sources is plain paragraphs to a screen reader: the roles that Sphinx gives
it are deprecated, and do not fit each other.
"""

from dataclasses import dataclass, field

from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle


def round_brackets():
    return BracketStyle(left="(", right=")")


@dataclass
class Round(AuthorYearReferenceStyle):
    bracket_parenthetical: BracketStyle = field(default_factory=round_brackets)
    bracket_textual: BracketStyle = field(default_factory=round_brackets)
    bracket_author: BracketStyle = field(default_factory=round_brackets)
    bracket_label: BracketStyle = field(default_factory=round_brackets)
    bracket_year: BracketStyle = field(default_factory=round_brackets)


def drop_roles(app, pagename, templatename, context, doctree):
    """Take the roles off the list of sources."""
    if "citation-list" in context.get("body", ""):
        body = context["body"].replace('<div role="list" class="cit', '<div class="cit')
        context["body"] = body.replace(' role="doc-biblioentry"', "")


def setup(app):
    register_plugin("sphinxcontrib.bibtex.style.referencing", "round", Round)
    app.connect("html-page-context", drop_roles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
