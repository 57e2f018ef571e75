"""A chapter's number is the one in its file's name, whatever chapters stand before it.

``book/04_lstm_step_by_step`` is chapter 4 with sections 4.1, 4.2, ... and figures
4.1, 4.2, ... even where the table of contents has no chapters 2 and 3.
"""

import re

from docutils import nodes
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles as Collector

CHAPTER = re.compile(r"(?:^|/)(\d\d)_[^/]*$")


def renumber(env):
    """Put the file's number in front of every section number of a chapter."""
    for name, numbers in env.toc_secnumbers.items():
        match = CHAPTER.search(name)
        if not match:
            continue
        chapter = int(match[1])
        for anchor, number in numbers.items():
            numbers[anchor] = _start(number, chapter)
        for holder in (env.titles[name], *env.tocs[name].findall(nodes.reference)):
            if holder.get("secnumber"):
                holder["secnumber"] = _start(holder["secnumber"], chapter)


def _start(number, chapter):
    return type(number)((chapter, *number[1:])) if number else number


def wrap(app):
    """Renumber right after Sphinx has numbered, before it numbers the figures."""
    number = Collector.assign_section_numbers
    if getattr(number, "renumbers", False):
        return

    def assign(self, env):
        changed = number(self, env)
        renumber(env)
        return changed

    assign.renumbers = True
    Collector.assign_section_numbers = assign


def setup(app):
    app.connect("builder-inited", wrap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
