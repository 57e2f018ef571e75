"""The book as one document for paper: cover, contents, and every page in its order.

Ids carry the name of their page, so that links between pages become links within this
one document, and the browser that prints it makes the tags, the bookmarks and the
targets of links.  What is folded in the text is open, code that draws is left out, and
the replies of a quiz stand behind its last question; for all else the stylesheet of the
book says what it looks like on paper.
"""

import re
from copy import copy
from html import escape
from pathlib import Path
from urllib.parse import unquote

from bs4 import BeautifulSoup

STYLE = (Path(__file__).parent / "paper.css").read_text(encoding="utf-8")
MATHJAX = re.compile("mathjax", re.I)
NAMES = ("id", "for", "aria-labelledby", "aria-describedby", "aria-controls")
INSIDE = re.compile(r"url\(#")  # a picture's reference to a part of itself
SCREEN = "script, .headerlink, details.hide"
SHELL = """<!doctype html>
<html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">
<title>{title}</title>{head}<style>{style}</style></head>
<body>{cover}{contents}{articles}</body></html>"""
COVER = """<section class="front"><p class="title">{title}</p><p class="line">{line}</p>
<figure>{picture}</figure><p class="authors">{authors}</p><p>{edition}</p></section>"""
CONTENTS = """<nav class="toc-pages tex2jax_ignore mathjax_ignore">
<h1>Contents</h1>{lines}</nav>"""
PART = '<p class="part">{}</p>'
LINE = """<p class="{kind}"><a href="#{anchor}">{title}</a>
<span data-page-of="{anchor}">000</span></p>"""
FOOT = """@page p{number} {{ @bottom-left {{ content: "{title}" }} }}
[id="{name}"] {{ page: p{number} }}
"""


def document(html, parts, config, edition, picture):
    """The whole document: str.

    html: folder of the built pages; parts: [(caption, names of pages)] in order;
    config: title and author; edition: words for the foot of the cover; picture: SVG.
    """
    names = [name for _, part in parts for name in part]
    pages = {name: read(html, name) for name in names}
    texts = {name: article(page, name, names) for name, page in pages.items()}
    line = texts[names[0]].select_one("h1 + p")
    return SHELL.format(
        title=escape(config["title"]),
        head=head(pages.values()),
        style=STYLE + "".join(feet(texts)),
        cover=COVER.format(
            title=escape(config["title"]),
            line=line.decode_contents() if line else "",
            authors=escape(config["author"]),
            edition=escape(edition),
            picture=picture,
        ),
        contents=CONTENTS.format(lines="".join(contents(parts, texts))),
        articles="".join(map(str, texts.values())),
    )


def read(html, name):
    text = (html / f"{name}.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser")


def head(pages):
    """Styles of all pages, and what sets their formulas: str, each once."""
    tags = [t for p in pages for t in p.head.select("link[rel=stylesheet], script")]
    kept = [str(t) for t in tags if t.name == "link" or MATHJAX.search(str(t))]
    once = {
        re.sub(r"\?v=\w+", "", tag): tag for tag in kept
    }  # MathJax twice never ends
    return "".join(once.values())


def article(page, name, names):
    """The text of a page as it goes to paper: its tag."""
    text = page.select_one("article")
    for tag in text.select(SCREEN):
        tag.decompose()
    for choice in text.select("details.choice"):
        reply(page, choice)
    for fold in text.select("details"):
        fold["open"] = ""
    for tag in text.find_all(True):
        rename(tag, name, names)
    text["id"] = name
    return text


def reply(page, choice):
    """Leave a choice of a quiz in its place, and put its reply behind the last one."""
    question = choice.find_previous(lambda tag: tag.name == "p" and tag.strong)
    box = choice.parent.select_one(":scope > .replies")
    if not box:
        box = page.new_tag("div", attrs={"class": "replies"})
        choice.parent.append(box)
    mark = "✓" if "right" in choice["class"] else "✗"
    said = page.new_tag("p")
    said.append(f"{question.strong.get_text()} {mark} ")
    said.append(page.new_tag("b"))
    said.b.extend([copy(child) for child in choice.summary.children])
    summary = choice.summary.extract()
    box.extend([said, *choice.find_all(recursive=False)])
    choice.name = "p"
    choice.clear()
    choice.extend([*summary.children])


def rename(tag, name, names):
    """Put the page's name before an id and whatever points to one."""
    for key in NAMES:
        if tag.has_attr(key):
            tag[key] = " ".join(f"{name}.{part}" for part in as_list(tag[key]))
    for key, value in tag.attrs.items():
        if isinstance(value, str) and "url(#" in value:
            tag[key] = INSIDE.sub(f"url(#{name}.", value)
    for key in ("href", "xlink:href"):
        if tag.has_attr(key):
            tag[key] = target(tag[key], name, names)
    if tag.get("href") == "":
        del tag["href"]


def as_list(value):
    return value.split() if isinstance(value, str) else value


def target(href, name, names):
    """Where a link leads on paper: into this document, to the web, or nowhere ("")."""
    if re.match("https?:|mailto:", href):
        return href
    path, _, anchor = href.partition("#")
    page = name
    if path:
        folder = Path("/", name).parent
        page = (folder / unquote(path)).resolve().as_posix()[1:].removesuffix(".html")
    if page not in names:
        return ""
    return f"#{page}.{anchor}" if anchor else f"#{page}"


def contents(parts, texts):
    """The lines of the contents, without their pages yet: chapters with sections."""
    for caption, names in parts:
        if caption:
            yield PART.format(escape(caption))
        for name in names:
            yield line_of(texts[name].h1, name, "chapter")
            for number in texts[name].select("section > h2 > .section-number"):
                yield line_of(number.parent, number.parent.parent["id"], "section")


def line_of(heading, anchor, kind):
    title = heading.decode_contents().strip()
    return LINE.format(kind=kind, anchor=escape(anchor), title=title)


def feet(texts):
    """Styles that put the title of its page at the foot of every sheet."""
    for number, (name, text) in enumerate(texts.items()):
        title = " ".join(text.h1.get_text().split()).replace('"', r"\"")
        yield FOOT.format(number=number, name=name, title=title)
