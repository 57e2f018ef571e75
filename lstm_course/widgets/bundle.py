"""The script and the style sheet of a widget, each as one text.

The modules in js/, and those of engines/page, import from each other by lines like

    import { html, svg } from "./draw.js";

A bundle is the imported modules, each once, and then the module itself, without those
lines and without lines of comment, which a page need not carry.  All names at their
tops therefore share one scope; one given twice is a syntax error, which the browser
test would see.
"""

import base64
import gzip
import json
import re
from pathlib import Path

from .. import palette
from ..engines import page

FOLDER = Path(__file__).parent
ENGINE = Path(page.__file__).parent  # whose modules stand beside those in js/
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.M)
COMMENT = re.compile(r"^ *//.*\n", re.M)
EXPORT = re.compile(r"^export (?!default)", re.M)


def esm(name):
    """One ES module of js/NAME.js and all it imports: str."""
    parts = {}
    _collect(name, parts)
    own = parts.pop(name)
    return "\n".join([*(EXPORT.sub("", text) for text in parts.values()), own])


def script(name):
    """The same as a classic script, for a worker of a page from a file: str."""
    return EXPORT.sub("", esm(name))


def _collect(name, parts):
    """Put a module and before it what it imports into parts: {name: text}."""
    text = module(name)
    for other in IMPORT.findall(text):
        if other not in parts:
            _collect(other, parts)
    parts[name] = COMMENT.sub("", IMPORT.sub("", text))


def module(name):
    """The text of a module, of a figure or of the engine: str."""
    engine = ENGINE / f"{name}.js"
    return engine.read_text("utf-8") if engine.exists() else read(f"js/{name}.js")


def css(name):
    """The palette as variables, base.css, and css/PART.css of every part: str."""
    parts = {}
    _collect(name, parts)
    files = [f"css/{part}.css" for part in ("base", *parts)]
    texts = [read(f) for f in files if (FOLDER / f).exists()]
    return "\n".join([_colours(), *texts])


def read(file):
    """A file of this folder, "js/draw.js": str."""
    return (FOLDER / file).read_text(encoding="utf-8")


def packed(data):
    """Much in little: JSON, gzip, base64, which js/packed.js opens: str."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(gzip.compress(text, 9, mtime=0)).decode("ascii")


def _colours():
    """--p-f, --p-ink, ... in light and dark; in a page of the book the page's own."""
    light = _variables(palette.GATES | palette.PAGE)
    dark = _variables(palette.GATES_DARK | palette.PAGE_DARK)
    return (
        f".lcw {{{light}}}\n"
        f"@media (prefers-color-scheme: dark) {{ .lcw {{{dark}}} }}\n"
        f"{palette.under('light', '.lcw')} {{{light}}}\n"
        f"{palette.under('dark', '.lcw')} {{{dark}}}"
    )


def _variables(colours):
    page = {k: ("gate-" if k in palette.GATES else "") + k for k in colours}
    return " ".join(f"--p-{k}: var(--{page[k]}, {v});" for k, v in colours.items())
