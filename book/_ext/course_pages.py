"""What every page of the book needs: all of it local, none of it asked from a host.

* the palette of the package as CSS variables;
* MathJax and its fonts, from the installed sphinx-mathjax-offline;
* the scripts in ``book/_widgets``, loaded only by pages that show a widget;
* out: the live-code button's scripts, which declare a constant twice, source maps, and
  the script that draws icons (0.5 MB compressed) the theme's fonts have already drawn.

A library that Jupyter Book finds below a ``_static`` folder before the build may become
a tag on every page and break MathJax; so MathJax and widgets go there after it.
"""

import re
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree

from lstm_course import palette

MATHJAX = ("tex-chtml-full.js", "output/chtml/fonts/woff-v2")
WIDGETS = Path(__file__).parent.parent / "_widgets"
OUT = ("thebe",)
EMPTY = "scripts/fontawesome.js"


def add_palette(app):
    """Write palette.css into a folder of its own and add that to the static paths."""
    folder = Path(app.doctreedir).parent / "course_static"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "palette.css").write_text(palette.css(), encoding="utf-8")
    app.config.html_static_path.append(str(folder))
    app.add_css_file("palette.css", priority=100)


def drop_scripts(app, pagename, templatename, context, doctree):
    """Take the live-code scripts off the page; send Colab to its own branch."""
    context["script_files"] = [s for s in context["script_files"] if not _out(s)]
    context["css_files"] = [s for s in context["css_files"] if not _out(s)]
    for button in _links(context.get("header_buttons", [])):
        if "colab" in button.get("url", ""):  # see scripts/colab.py
            button["url"] = re.sub(r"/blob/[^/]+/", "/blob/colab/", button["url"])


def _out(script):
    body = getattr(script, "attributes", {}).get("body") or ""
    name = str(getattr(script, "filename", None) or script)
    return any(word in f"{name} {body}".lower() for word in OUT)


def _links(buttons):
    for button in buttons:
        yield button
        yield from _links(button.get("buttons", []))


def copy_local(app, error):
    """After the build: MathJax and widgets into _static, what is not needed away."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    source = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static/mathjax"
    for part in MATHJAX:
        _copy(source / part, static / "mathjax" / part)
    if WIDGETS.is_dir():
        _copy(WIDGETS, static / "widgets")
    (static / EMPTY).write_text("", encoding="utf-8")
    for file in static.rglob("*.map"):
        file.unlink()


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        copytree(source, target, dirs_exist_ok=True)
    else:
        target.write_bytes(source.read_bytes())


def setup(app):
    app.connect("builder-inited", add_palette)
    app.connect("html-page-context", drop_scripts, priority=999)
    app.connect("build-finished", copy_local)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
