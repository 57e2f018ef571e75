"""Search that answers with sections, from a server and from the disk.

Sphinx' own index answers with pages, and our pages are chapters.  After the build every
section becomes one entry: number, title, its words and its code.  The entries are a
script, ``_static/sections.js``, because a page opened from the disk may load scripts
and nothing else; ``search.js`` asks for it when a reader begins to search.  Entries of
pages that a build does not write anew stay as they are.
"""

import json
import re
from pathlib import Path

from docutils import nodes

SCRIPT = "window.bookSections = "
TEMPLATES = Path(__file__).parent / "templates"
SIGNS = {
    "sigma": "σ", "odot": "⊙", "cdot": "·", "partial": "∂", "top": "ᵀ", "approx": "≈",
    "prod": "∏", "sum": "∑", "rho": "ρ", "pm": "±", "ne": "≠", "le": "≤", "ge": "≥",
    "dots": "…", "ldots": "…", "cdots": "…", "to": "→", "times": "×", "lvert": "|",
    "rvert": "|", "mathrm": "", "operatorname": "", "mathbb": "", "text": "",
    "quad": " ", "qquad": " ", "left": "", "right": "", "_": "_",
}  # fmt: skip
SKIPPED = (nodes.title, nodes.section, nodes.raw, nodes.math_block, nodes.comment)


def plain(tex):
    """A formula of a line of text, as it can be read without TeX: str."""
    tex = re.sub(r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", tex)
    tex = re.sub(r"\\t?frac ?(\d)(\d)", r"\1/\2", tex)
    tex = re.sub(r"\\(?:begin|end)\{[^}]*\}|\\\\|&", " ", tex)
    tex = re.sub(r"\\([a-zA-Z]+|_)", lambda m: SIGNS.get(m[1], m[1]), tex)
    return " ".join(re.sub(r"\\.|[{}]", "", tex).split())


def words(node):
    """(prose, code) below a node, subsections left out: two lists of str."""
    prose, code = [], []
    for child in node.children:
        if isinstance(child, SKIPPED) or child.get("nb_element") == "cell_code_output":
            continue
        if isinstance(child, nodes.literal_block):
            code += [] if "hide_mode" in node.parent else [child.astext()]
        elif isinstance(child, nodes.TextElement):
            prose.append(line(child))
        else:
            for mine, theirs in zip((prose, code), words(child), strict=True):
                mine += theirs
    return prose, code


def line(node):
    """The text of a paragraph, its formulas readable."""
    if isinstance(node, nodes.math):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return str(node)
    return "".join(line(c) for c in node.children if not isinstance(c, nodes.raw))


def entries(numbers, doctree):
    """The sections of a page: lists [anchor, number, title, prose, code].

    A section below the numbered ones has the number of the one that it stands in.
    """
    found = {}
    for section in doctree.findall(nodes.section):
        above = found.get(section.parent)
        anchor = "#" + section["ids"][0] if above else ""
        number = ".".join(map(str, numbers.get(anchor) or ())) or (above or "  ")[1]
        title = line(next(section.findall(nodes.title)))
        prose, code = (" ".join(" ".join(t).split()) for t in words(section))
        found[section] = [anchor, number.strip(), title, prose, code]
    return list(found.values())


def note(app, doctree, page):
    """Keep the entries of a page that is written."""
    numbers = app.env.toc_secnumbers.get(page, {})
    app.course_sections[app.builder.get_target_uri(page)] = entries(numbers, doctree)


def write(app, error):
    """Write the entries of all pages, in reading order."""
    if error or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static/sections.js"
    before = target.read_text(encoding="utf-8") if target.exists() else SCRIPT + "[]"
    before = {p["page"]: p["sections"] for p in json.loads(before.removeprefix(SCRIPT))}
    sections, root = before | app.course_sections, app.config.root_doc
    found = []
    for page in [root, *app.env.toctree_includes.get(root, [])]:
        uri = app.builder.get_target_uri(page)
        if uri not in sections:  # its page is there, but the script is gone
            app.env.get_and_resolve_doctree(page, app.builder)
            sections[uri] = app.course_sections[uri]
        found.append({"page": uri, "sections": sections[uri]})
    target.write_text(SCRIPT + json.dumps(found, ensure_ascii=False), encoding="utf-8")


def setup(app):
    app.course_sections = {}
    app.connect("config-inited", lambda app, c: c.templates_path.append(str(TEMPLATES)))
    app.connect("doctree-resolved", note, priority=990)
    app.connect("build-finished", write)
    app.add_js_file("search.js", defer="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": False}
