"""Terms and symbols that explain themselves where they stand.

``book/glossary.md`` explains each term once, the tables of ``book/notation.md`` each
symbol.  In every section of the other pages the first occurrence of a term, and of a
formula that is one symbol, becomes a link to its entry; ``terms.js`` shows the entry
beside it.  The entries say where the chapters use the word first.

Headings, captions, tables, code, links and the choices of a question stay as they are.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from section_search import line
from sphinx import addnodes

GLOSSARY, NOTATION = "book/glossary", "book/notation"
QUIET = {GLOSSARY, NOTATION, "book/bibliography", "book/cells_at_a_glance"}
UNMARKED = {"lstm"}  # it would be marked everywhere
BARE = "xhcifgo"  # symbols that stand for their step t, too
KEPT_OUT = (
    nodes.title, nodes.caption, nodes.reference, nodes.literal, nodes.literal_block,
    nodes.table, nodes.raw, nodes.math_block, addnodes.toctree, nodes.Admonition,
)  # fmt: skip
CHAPTER = re.compile(r"/\d\d_")


class Words:
    """What can be marked: entries by their place, and how they are found in a text."""

    def __init__(self, app):
        self.entries = {}  # (page, anchor): {term, text}
        self.forms, self.symbols = {}, {}  # lower case or TeX: (page, anchor)
        self.read_glossary(app.env.get_doctree(GLOSSARY))
        self.read_notation(app.env.get_doctree(NOTATION))
        longest = sorted(self.forms, key=len, reverse=True)
        words = "|".join(re.escape(f).replace(r"\ ", r"\s+") for f in longest)
        self.pattern = re.compile(rf"(?<![\w-])(?:{words})(?:e?s)?(?![\w-])", re.I)
        self.first = first_places(app, self)

    def read_glossary(self, doctree):
        for item in doctree.findall(nodes.definition_list_item):
            terms = list(item.findall(nodes.term))
            place = GLOSSARY, terms[0]["ids"][0]
            text = " ".join(line(p) for p in item.findall(nodes.paragraph))
            self.entries[place] = {"term": terms[0].astext(), "text": tidy(text)}
            for term in terms:
                self.forms[term.astext().lower()] = place

    def read_notation(self, doctree):
        for place, math, text in symbols(doctree):
            said = self.entries.setdefault(place, {"term": "", "text": text})
            said["term"] = ", ".join(filter(None, [said["term"], line(math)]))
            self.symbols[math.astext()] = place
            if math.astext()[0] in BARE:
                self.symbols.setdefault(math.astext()[0], place)

    def found(self, text):
        """(start, end, place) of every term in a text."""
        for match in self.pattern.finditer(text):
            word = " ".join(match[0].lower().split())
            ends = (word, word.removesuffix("s"), word.removesuffix("es"))
            form = next(form for form in ends if form in self.forms)
            if form not in UNMARKED:
                yield match.start(), match.end(), self.forms[form]


def tidy(text):
    return " ".join(text.split())


def symbols(doctree):
    """(place, math, meaning) of every row of the tables of symbols."""
    for row in doctree.findall(nodes.row):
        cells = list(row.findall(nodes.entry))
        found = list(cells[0].findall(nodes.math))
        head = row.parent.parent.children
        kind = next(n for n in head if isinstance(n, nodes.thead)).astext().split()[0]
        if not found or row.parent.tagname == "thead" or kind not in ("letter", "name"):
            continue
        name = re.sub(r"\W+", "-", found[0].astext()).strip("-")
        shape = f" Shape {line(cells[2].children[0])}." if len(cells) > 3 else ""
        text = tidy(line(cells[-1].children[0])) + "." + shape
        for math in found:
            yield (NOTATION, f"symbol-{name}"), math, text


def prose(node):
    """(section, text or formula) below a node, in order: what may be marked."""
    for child in node.children:
        boxed = isinstance(child, nodes.admonition)
        if isinstance(child, KEPT_OUT) and not boxed or child.tagname == "guess":
            continue
        if isinstance(child, (nodes.math, nodes.Text)):
            section = node
            while section.parent and not isinstance(section, nodes.section):
                section = section.parent
            yield section, child
        elif not isinstance(child, nodes.Text):
            yield from prose(child)


def marks(words, doctree):
    """(node, [(start, end, place)], section): each term once in a section."""
    seen = set()
    for section, node in list(prose(doctree)):
        if isinstance(node, nodes.math):
            place = words.symbols.get(node.astext().strip())
            hits = [(0, 0, place)] if place else []
        else:
            hits = list(words.found(str(node)))
        new = []
        for hit in hits:
            if (id(section), hit[2]) not in seen:
                seen.add((id(section), hit[2]))
                new.append(hit)
        if new:
            yield node, new, section


def first_places(app, words):
    """{place: (number, page, anchor)}: where the chapters use it first.

    A summary looks back: it counts where a word stands nowhere else.
    """
    chapters = filter(CHAPTER.search, app.env.toctree_includes[app.config.root_doc])
    early, late = {}, {}
    for page in chapters:
        for _, hits, section in marks(words, app.env.get_doctree(page)):
            number, anchor, title = numbered(app, page, section)
            first = late if title == "Summary" else early
            for *_, place in hits:
                first.setdefault(place, (number, page, anchor))
    return {**late, **early}


def numbered(app, page, section):
    """(number, anchor, title) of a section, or of the numbered one it stands in."""
    numbers = app.env.toc_secnumbers.get(page, {})
    while section.parent.parent and not numbers.get("#" + section["ids"][0]):
        section = section.parent
    anchor = "#" + section["ids"][0]
    number = numbers.get(anchor) or numbers.get("") or ()
    said = ".".join(map(str, number))
    said = said if len(number) > 1 else f"chapter {said}"
    return said, anchor, section.children[0].astext()


def resolve(app, doctree, page):
    """Mark a page; on the two pages of entries say where each is used first."""
    if not hasattr(app, "book_words") and GLOSSARY in app.env.found_docs:
        app.book_words = Words(app)
    words = getattr(app, "book_words", None)
    if page in (GLOSSARY, NOTATION) and words:
        say_where(app, words, doctree, page)
    elif page not in QUIET and words:
        for node, hits, _ in list(marks(words, doctree)):
            mark(app, page, node, hits)


def mark(app, page, node, hits):
    """Put links in the place of a text or a formula."""
    made, at = [], 0
    for start, end, (target, anchor) in hits:
        uri = f"{app.builder.get_relative_uri(page, target)}#{anchor}"
        link = nodes.reference("", "", internal=True, refuri=uri, classes=["term"])
        if isinstance(node, nodes.math):
            link["reftitle"] = spoken(app.book_words.entries[target, anchor])
            node.replace_self(link)
            link += node
            return
        link += nodes.Text(str(node)[start:end])
        made += [nodes.Text(str(node)[at:start]), link]
        at = end
    node.parent.replace(node, [*made, nodes.Text(str(node)[at:])])


def spoken(entry):
    """The name of a link that is a formula: "f_t, forget gate"."""
    return f"{entry['term']}, {re.split('[:.;]', entry['text'])[0]}"


def say_where(app, words, doctree, page):
    """Add "First in 2.4." to the entries of a page."""
    if page == GLOSSARY:
        for item in doctree.findall(nodes.definition_list_item):
            anchor = next(item.findall(nodes.term))["ids"][0]
            text = list(item.findall(nodes.paragraph))[-1]
            text += first_link(app, words, page, anchor, "You meet it first in ")
        return
    for (_, anchor), math, _ in list(symbols(doctree)):
        row = math
        while not isinstance(row, nodes.row):
            row = row.parent
        if not row["ids"]:
            row["ids"] = [anchor]
            text = row.children[-1].children[0]
            text += first_link(app, words, page, anchor, "; first in ")


def first_link(app, words, page, anchor, before):
    if (page, anchor) not in words.first:
        return []
    number, target, place = words.first[page, anchor]
    uri = app.builder.get_relative_uri(page, target) + place
    link = nodes.reference("", number, internal=True, refuri=uri)
    space = "" if before.startswith(";") else " "
    return [nodes.Text(space + before), link, *([nodes.Text(".")] * bool(space))]


def write(app, error):
    """The entries as a script: what ``terms.js`` shows."""
    words = getattr(app, "book_words", None)
    if error or not words:
        return
    said = {
        f"{Path(page).name}#{anchor}": {
            **entry, "first": words.first.get((page, anchor), [""])[0]
        }
        for (page, anchor), entry in words.entries.items()
    }  # fmt: skip
    text = "window.bookTerms = " + json.dumps(said, ensure_ascii=False)
    target = Path(app.outdir) / "_static/definitions.js"
    target.write_text(text, encoding="utf-8")


def depend(app, doctree):
    """Every page is made anew when an entry changes."""
    for page in (GLOSSARY, NOTATION):
        if page in app.env.found_docs:
            app.env.note_dependency(app.env.doc2path(page, base=False))


def load_script(app, pagename, templatename, context, doctree):
    if 'class="term' in context.get("body", ""):
        app.add_js_file("terms.js", defer="defer")


def setup(app):
    app.connect("doctree-read", depend)
    app.connect("env-updated", lambda app, env: {GLOSSARY, NOTATION} & env.found_docs)
    app.connect("doctree-resolved", resolve, priority=900)
    app.connect("html-page-context", load_script)
    app.connect("build-finished", write, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
