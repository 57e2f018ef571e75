"""An editor below a question: what is typed runs in the page, and no host hears of it.

A small module stands in for Pyodide, which no package of Python's index brings: it
takes what Pyodide takes and answers with what it was asked.  Where LSTM_COURSE_PYODIDE
names a real distribution, with NumPy, the last test asks that one.
"""

import json
import os

import pytest
from book.conftest import served
from book.sample import build
from exercises.class_answers import public
from exercises.wrong_answers import WRONG
from nbformat.v4 import new_markdown_cell

pytestmark = pytest.mark.browser
REAL = os.environ.get("LSTM_COURSE_PYODIDE")
STAND_IN = """
const read = async (at) => new Uint8Array(await (await fetch(at)).arrayBuffer());
export async function loadPyodide({ indexURL, packages, env, createPyodideModule }) {
  const made = createPyodideModule ? await createPyodideModule() : "fetched";
  const lock = await read(indexURL + "pyodide-lock.json");
  const list = JSON.parse(new TextDecoder().decode(lock));
  const wheel = await read(indexURL + list.packages[packages[0]].file_name);
  const files = {};
  let course;
  const FS = {
    analyzePath: (name) => ({ exists: name in files }),
    readFile: (name) => files[name],
    writeFile: (name, text) => (files[name] = text),
  };
  const answer = (given, typed, id) => {
    for (; typed === "while True: pass"; ) ;
    if (typed === "break") throw new Error("fatal");
    if (id) files[env.LSTM_COURSE_PROGRESS] = `{"points of": "${id}"}`;
    const seen = [given.split("\\n")[0], typed, id, made, wheel.length, course > 9e4];
    return `${id ? (typed === "right" ? "✓ " : "✗ ") : ""}${JSON.stringify(seen)}`;
  };
  const unpackArchive = (bytes) => (course = bytes.byteLength);
  return { FS, unpackArchive, pyimport: () => ({ answer }) };
}
"""
LOCK = {"packages": {"numpy": {"depends": [], "file_name": "numpy.whl"}}}
FILES = {
    "pyodide.mjs": STAND_IN,
    "pyodide.asm.mjs": "export default async () => 'built in';",
    "pyodide.asm.wasm": "\0asm",
    "python_stdlib.zip": "PK",
    "pyodide-lock.json": json.dumps(LOCK),
    "numpy.whl": "seven b",
}
SAMPLE = new_markdown_cell(
    "# A sample\n\n## 1.1\n\n```{try} 01.1\n```\n\n```{try} 03.1\n```"
)


@pytest.fixture(scope="module")
def folder(root, tmp_path_factory):
    """A built page with two questions, and Python in it."""
    made, given = tmp_path_factory.mktemp("try"), tmp_path_factory.mktemp("pyodide")
    for name, text in FILES.items():
        (given / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSTM_COURSE_PYODIDE", REAL or str(given))
        done = build(root, made, [SAMPLE])
    assert done.returncode == 0, done.stdout + done.stderr
    return made / "_build/html"


@pytest.fixture(scope="module")
def address(folder):
    with served(folder) as site:
        yield f"{site}/book/01_sample.html"


class Editor:
    """The form of one question."""

    def __init__(self, page, which=0):
        self.page, self.form = page, page.locator("form.try").nth(which)

    def type(self, text):
        self.form.locator("textarea").fill(text)
        return self

    def press(self, button):
        self.form.get_by_role("button", name=button, exact=True).click()
        return self

    def said(self, seconds=30):
        """What stands there when it has run."""
        idle = self.form.get_by_role("button", name="Check", exact=True)
        self.page.wait_for_function(
            "b => !b.disabled", arg=idle.element_handle(), timeout=1000 * seconds
        )
        return self.form.locator(".said").inner_text()

    def mark(self):
        return self.form.locator(".said").get_attribute("data-mark")


stand_in = pytest.mark.skipif(bool(REAL), reason="a real distribution is asked")


@stand_in
@pytest.mark.parametrize("as_file", [False, True], ids=["http", "file"])
def test_what_is_typed_goes_to_python_and_its_answer_is_shown(
    start_visit, folder, address, as_file
):
    visit = start_visit()
    page = visit.open((folder / "book/01_sample.html").as_uri() if as_file else address)
    editor = Editor(page)
    assert "def rnn_step(p, x, h_prev)" in editor.form.locator("textarea").input_value()
    said = editor.type("1 + 1").press("Run").said()
    seen = ["import numpy as np", "1 + 1", "built in", len(FILES["numpy.whl"]), True]
    assert json.loads(said) == [*seen[:2], None, *seen[2:]] and editor.mark() == ""
    said = editor.type("right").press("Check").said()
    assert said.startswith("✓") and '"01.1"' in said and editor.mark() == "right"
    other = Editor(page, 1).type("wrong").press("Check")
    assert other.said().startswith("✗") and other.mark() == "wrong"
    assert (visit.foreign, visit.errors) == ([], [])


@stand_in
def test_a_loop_without_end_is_stopped_and_python_comes_back(start_visit, address):
    visit = start_visit()
    editor = Editor(visit.open(address)).type("while True: pass").press("Run")
    visit.page.wait_for_function(
        "document.querySelector('.said').innerText == 'Running.'"
    )
    assert editor.press("Stop").said() == "Stopped."
    assert '"2"' in editor.type("2").press("Run").said()
    assert "fatal" in editor.type("break").press("Run").said()
    assert '"3"' in editor.type("3").press("Run").said()
    assert visit.errors == []


@stand_in
def test_what_is_typed_and_what_was_won_stay_on_the_machine(start_visit, address):
    visit = start_visit()
    Editor(visit.open(address)).type("right").press("Check").said()
    page = visit.open(address)
    assert page.evaluate("localStorage['python progress']") == '{"points of": "01.1"}'
    editor = Editor(page)
    area = editor.form.locator("textarea")
    assert area.input_value() == "right"
    editor.press("Start over")
    assert area.input_value().startswith("def rnn_step")
    assert page.evaluate("localStorage['try 01.1']") is None


@stand_in
def test_the_editor_is_one_for_python_and_lets_the_keyboard_go(start_visit, address):
    page = start_visit().open(address)
    area = Editor(page).type("").form.locator("textarea")
    area.press_sequentially("def f():\nreturn 1")
    area.press("Tab")
    assert area.input_value() == "def f():\n    return 1    "
    area.press("Escape")
    area.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Check"
    area.press("Control+Enter")
    assert Editor(page).said()


@stand_in
def test_without_python_in_the_book_nothing_is_fetched_before_a_reader_agrees(
    start_visit, address, folder
):
    visit, asked = start_visit(), []
    script = (folder / "_static/python/page.js").read_text("utf-8")
    said = json.loads(script.partition(" = ")[2].partition(";\n")[0])
    without = script.replace(json.dumps(said["built"]), "[]", 1)

    def host(route):
        asked.append(name := route.request.url.removeprefix(said["host"]))
        headers = {"Access-Control-Allow-Origin": "*"}
        kind = "text/javascript" if name.endswith("mjs") else "text/plain"
        route.fulfill(body=FILES[name], headers=headers, content_type=kind)

    visit.page.route("**/python/page.js", lambda route: route.fulfill(body=without))
    visit.page.context.route(f"{said['host']}**", host)
    editor = Editor(visit.open(address)).type("4").press("Run")
    box = editor.form.locator(".asked")
    assert "cdn.jsdelivr.net" in box.inner_text() and "13 MB" in box.inner_text()
    editor.press("No")
    assert not box.is_visible() and asked == []
    answer = editor.press("Run").press("Fetch Python").said()
    assert json.loads(answer)[3] == "fetched"
    assert asked == ["pyodide.mjs", "pyodide-lock.json", "numpy.whl"]
    assert (visit.foreign, visit.errors) == ([], [])


def test_a_folder_that_is_no_distribution_is_refused_with_what_it_needs(tmp_path):
    from python_in_page import distribution

    with pytest.raises(FileNotFoundError, match="pyodide.mjs is not in .* Unpack"):
        distribution(tmp_path)


@pytest.mark.skipif(not REAL, reason="LSTM_COURSE_PYODIDE names no distribution")
def test_python_itself_pays_the_right_answer_and_names_the_mistake(
    start_visit, address
):
    editor = Editor(start_visit().open(address))
    answer = editor.type(public("01.1")).press("Check").said(120)
    assert answer.startswith("✓ Exercise 01.1, rnn_step: 10 of 10 points")
    id, edits, told, _ = next(row for row in WRONG if row[0] == "01.1")
    answer = editor.type(public(id, *edits)).press("Check").said()
    assert answer.startswith("✗") and told in answer
