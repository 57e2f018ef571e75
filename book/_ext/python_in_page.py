"""An editor below a question, whose Python runs in the page and is judged there.

    ```{try} 04.1
    ```

Python for browsers is Pyodide.  ``scripts/book.py build --python-in-page FOLDER`` puts
the files of its distribution that are needed into the book; they are scripts that hold
their bytes as text, because a page that was opened as a file may load nothing else.  In
a book without them the page asks its reader before it fetches them from Pyodide's host.
"""

import ast
import base64
import io
import json
import os
import zipfile
from html import escape
from importlib.util import find_spec
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from lstm_course import in_page

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = "LSTM_COURSE_PYODIDE"  # the variable by which scripts/book.py names it
VERSION = "314.0.7"  # what a reader may fetch
HOST = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
CORE = (
    "pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip",
    "pyodide-lock.json",
)  # fmt: skip
FORM = """\
<form class="try" data-exercise="{id}" data-given="{given}" hidden>
<label><span>Write it here. Python runs in this page.</span>
<textarea spellcheck="false" autocapitalize="off" autocomplete="off" rows="{rows}">
{starter}</textarea></label>
<p class="act"><button type="submit">Check</button>
<button type="button" name="run">Run</button>
<button type="button" name="stop" hidden>Stop</button>
<button type="button" name="again">Start over</button></p>
<div class="asked" hidden></div>
<pre class="said" role="status" tabindex="0"></pre></form>"""


class Try(SphinxDirective):
    """The form of one question; its script shows it."""

    required_arguments = 1

    def run(self):
        file, given, starter = cells(self.arguments[0])
        self.env.note_dependency(str(file))
        html = FORM.format(
            id=self.arguments[0],
            given=escape(given),
            starter=escape(starter),
            rows=starter.count("\n") + 7,
        )
        return [nodes.raw("", html, format="html")]


def cells(id):
    """(file, what was given before, the cell to fill in) of a question's notebook."""
    (file,) = ROOT.glob(f"exercises/{id[:2]}_*/*.ipynb")
    notebook = nbformat.reads(file.read_text("utf-8"), as_version=4)
    first, *code = [c for c in notebook.cells if c.cell_type == "code"]
    asked = next(k for k, cell in enumerate(code) if f'check("{id}",' in cell.source)
    before = [c.source for c in code[: asked - 1] if "nbgrader" not in c.metadata]
    given = [first.source, *(part for source in before for part in kept(source))]
    return file, "\n".join(given), code[asked - 1].source


def kept(source):
    """The functions of a cell that is given, without what it shows."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            yield ast.get_source_segment(source, node)


def course():
    """What of this project a page needs, with what it imports: bytes of a ZIP file."""
    made = io.BytesIO()
    beside = Path(find_spec("platformdirs").origin).parent
    files = {file: in_page.HOME.parent for file in in_page.shipped()}
    files |= {file: beside.parent for file in sorted(beside.glob("*.py"))}
    files |= {in_page.HOME / "in_page.py": in_page.HOME}
    with zipfile.ZipFile(made, "w") as archive:
        for file, home in files.items():  # without times: the same bytes every day
            entry = zipfile.ZipInfo(file.relative_to(home).as_posix())
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def distribution(folder):
    """{name: path} of the files of a Pyodide distribution that NumPy needs."""
    paths = {name: Path(folder) / name for name in CORE}
    if paths["pyodide-lock.json"].exists():
        locked = json.loads(paths["pyodide-lock.json"].read_text("utf-8"))["packages"]
        names = wheels(locked, "numpy")
        paths |= {name: Path(folder) / name for name in names}
    if missing := [name for name, path in paths.items() if not path.exists()]:
        raise FileNotFoundError(
            f"--python-in-page {folder}: {missing[0]} is not in that folder. It needs "
            f"{', '.join(paths)}. Unpack pyodide-{VERSION}.tar.bz2, a release of "
            "Pyodide, and give the folder that it makes?"
        )
    return paths


def wheels(locked, name):
    """The wheel of a package and those that it needs, by a distribution's own list."""
    needs = [w for other in locked[name]["depends"] for w in wheels(locked, other)]
    return list(dict.fromkeys([*needs, locked[name]["file_name"]]))


def write(app, error):
    """Put the scripts into the built book; what an earlier build put there goes."""
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / "python"
    found = distribution(os.environ[FOLDER]) if os.environ.get(FOLDER) else {}
    files = {name: path.read_bytes() for name, path in found.items()}
    written = {f"{name}.js": script(name, data) for name, data in files.items()}
    written["course.zip.js"] = script("course.zip", course())
    written["page.js"] = page(list(files))
    folder.mkdir(parents=True, exist_ok=True)
    for old in set(folder.iterdir()) - {folder / name for name in written}:
        old.unlink()
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")


def script(name, data):
    """A script which hands these bytes to the page."""
    text = base64.b64encode(data).decode()
    return f"PYTHON.files[{json.dumps(name)}] = {json.dumps(text)};\n"


def page(built):
    """The page's own script: where Python is, what its worker does, and the forms."""
    worker = (HERE / "python_worker.js").read_text("utf-8")
    said = {"built": built, "host": HOST, "files": {}, "worker": worker}
    forms = (HERE / "python_in_page.js").read_text("utf-8")
    return f"globalThis.PYTHON = {json.dumps(said)};\n{forms}"


def attach(app, name, template, context, doctree):
    if 'class="try"' in context.get("body", ""):
        app.add_js_file("python/page.js", loading_method="defer")


def setup(app):
    app.add_directive("try", Try)
    app.connect("html-page-context", attach)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
