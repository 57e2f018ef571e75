"""What every page of the book needs: all of it local, none of it asked from a host.

* the palette of the package as CSS variables;
* MathJax and its fonts, see ``formulas``; of the theme's icons those that are shown,
  see ``icons``;
* out: the live-code button's scripts, which declare a constant twice, source maps, the
  state of widgets, which only a kernel would use, and the script that draws icons (0.5
  MB compressed) the theme's fonts have already drawn.

A library that Jupyter Book finds below a ``_static`` folder before the build may become
a tag on every page and break MathJax; so that goes there after it.
"""

import re
from pathlib import Path

import formulas
import icons
from docutils import nodes

from lstm_course import palette

OUT = ("thebe", "@jupyter-widgets")
EMPTY = "scripts/fontawesome.js"


def add_palette(app):
    """Write palette.css into a folder of its own and add that to the static paths."""
    folder = Path(app.doctreedir).parent / "course_static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "palette.css").write_text(palette.css(), encoding="utf-8")
    app.config.html_static_path.append(str(folder))
    app.add_css_file("palette.css", priority=100)


def drop_scripts(app, pagename, templatename, context, doctree):
    """Take off the page the scripts it does not need; send Colab to its own branch."""
    out = OUT if has_formulas(doctree) else (*OUT, "mathjax")
    for kind in ("script_files", "css_files"):
        context[kind] = [s for s in context[kind] if not named(s, out)]
    for button in _links(context.get("header_buttons", [])):
        if "colab" in button.get("url", ""):  # see scripts/colab.py
            button["url"] = re.sub(r"/blob/[^/]+/", "/blob/colab/", button["url"])


def has_formulas(doctree):
    """Are there any on the page itself? Sphinx asks for the pages below it, too."""
    kinds = (nodes.math, nodes.math_block)
    return doctree is not None and any(isinstance(n, kinds) for n in doctree.findall())


def named(script, words):
    body = getattr(script, "attributes", {}).get("body") or ""
    name = str(getattr(script, "filename", None) or script)
    return any(word in f"{name} {body}".lower() for word in words)


def _links(buttons):
    for button in buttons:
        yield button
        yield from _links(button.get("buttons", []))


def copy_local(app, error):
    """After the build: MathJax into _static, what is not needed away."""
    if error or app.builder.format != "html":
        return
    html = Path(app.outdir)
    static = html / "_static"
    formulas.write(static)
    (static / EMPTY).write_text("", encoding="utf-8")
    for file in static.rglob("*.map"):
        file.unlink()
    icons.keep_used(html)


def setup(app):
    app.connect("builder-inited", add_palette)
    app.connect("html-page-context", drop_scripts, priority=999)
    app.connect("build-finished", copy_local)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
