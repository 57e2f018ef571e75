"""MathJax, in the parts that the book needs and in one file.

sphinx-mathjax-offline brings whole sets (303 kB compressed, with a menu and every
package of TeX).  The book needs half of one: its formulas are base TeX and amsmath.  A
page without a formula loads none of it.
"""

from importlib.util import find_spec
from pathlib import Path
from shutil import copytree

SOURCE = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static/mathjax"
PARTS = (  # startup goes first: it has the loader, which waits for nothing
    "startup",
    "core",
    "input/tex-base",
    "input/tex/extensions/ams",
    "input/tex/extensions/newcommand",
    "output/chtml",
    "output/chtml/fonts/tex",
    "a11y/assistive-mml",
)
FONTS = "output/chtml/fonts/woff-v2"
NAME = "mathjax/formulas.js"


def write(static):
    """Put MathJax and its fonts into the static files of a built book."""
    parts = [(SOURCE / f"{part}.js").read_text(encoding="utf-8") for part in PARTS]
    copytree(SOURCE / FONTS, static / "mathjax" / FONTS, dirs_exist_ok=True)
    (static / NAME).write_text(";\n".join(parts), encoding="utf-8")
