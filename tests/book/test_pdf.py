"""The book as one PDF: cover, contents, bookmarks, tags, links that stay inside.

Most of it is asked of a book of three small chapters, which is built and printed in
seconds; that no page of the real one is missing, of the real one.
"""

import re
import shutil
import subprocess
import sys

import pytest
from book.conftest import one_at_a_time
from book.pages import PAGES
from book.sample import MARK, box, build, run
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell

pytestmark = pytest.mark.browser

MEMORY = """# The front page

**What it is, in one line.**

{ref}`On to the formula <book/02_loop:Watching $h_t$>`

```{memory}
One unit reads.
```
"""
QUIZ = """## Five questions

**1.** Which one?

<details class="choice"><summary>The wrong one</summary>

No: the wrong reply.

</details>
<details class="choice right"><summary>The right one $x$</summary>

Yes: the right reply.

</details>

**2.** And the last question?

<details class="choice right"><summary>The only one</summary>

Yes: the only reply.

</details>
"""
CHANGE = """## Changing

:::{admonition} Change one thing
:class: change
What if?

<details><summary>What you should see</summary>

The folded answer.

</details>
:::

:::{dropdown} Hint
The folded hint.
:::
"""
FIGURE = {"figure": {"caption": "A finding.", "name": "fig-mark"}}
DRAWN = MARK.replace("><", '><rect width="40" height="40"/><')
PAGE_LONG = "\n\n".join(["The state is read, changed and handed on. " * 12] * 12)
LOOP = [
    new_markdown_cell("# The loop\n\nA line.\n\n## First\n\n" + PAGE_LONG),
    new_markdown_cell("## Watching $h_t$\n\n" + PAGE_LONG),
    new_markdown_cell("## Behind the formula\n\n[back](01_sample) and on"),
    run("draw()", picture=DRAWN, mystnb=FIGURE, tags=["hide-input"]),
    new_markdown_cell(CHANGE),
    box("Which?", "this choice", "that choice"),
    run("print(1)", "1", predict={"find": "(1)", "right": "0"}),
    box("How many?", kind=" number"),
    run("print(7)", "7", predict={"find": "(7)"}),
    box("Why?"),
    new_markdown_cell("Because.\n\n" + QUIZ),
]
GATES = [new_markdown_cell("# The gates\n\n## $f_t$ forgets\n\nTo the end.")]
HEADINGS = [
    "Contents",
    "The front page",
    "2. The loop",
    "2.1. First",
    "2.2. Watching ht",
    "2.3. Behind the formula",
    "2.4. Changing",
    "2.5. Five questions",
    "3. The gates",
    "3.1. ft forgets",
]


def prints(folder, root):
    command = [sys.executable, "scripts/pdf.py", folder]
    return subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=500
    )


def printed(folder, root):
    from pypdf import PdfReader

    done = prints(folder, root)
    assert done.returncode == 0, done.stdout + done.stderr
    return PdfReader(folder / "_build/lstm-course.pdf")


@pytest.fixture(scope="module")
def folder(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pdf")
    more = {"02_loop": LOOP, "03_gates": GATES}
    done = build(root, folder, [new_markdown_cell(MEMORY)], more)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def pdf(folder, root):
    return printed(folder, root)


@pytest.fixture(scope="module")
def text(pdf):
    return "\n".join(page.extract_text() for page in pdf.pages)


def entries(pdf, outline=None):
    """The bookmarks in their order."""
    for entry in pdf.outline if outline is None else outline:
        yield from entries(pdf, entry) if isinstance(entry, list) else [entry]


def test_the_cover_says_title_and_authors(pdf):
    cover = pdf.pages[0].extract_text()
    assert "The LSTM Course" in cover and "The LSTM Course authors" in cover
    assert "What it is, in one line." in cover
    assert (pdf.metadata.title, pdf.metadata.author) == (
        "The LSTM Course", "The LSTM Course authors",
    )  # fmt: skip


def test_every_heading_has_a_bookmark_that_reads_like_it(pdf):
    assert [entry.title for entry in entries(pdf)] == HEADINGS


def test_the_contents_say_the_pages_of_all_headings_formulas_or_not(pdf):
    places = [pdf.get_destination_page_number(entry) + 1 for entry in entries(pdf)][1:]
    said = re.findall(r" (\d+)$", pdf.pages[1].extract_text(), re.M)
    assert list(map(int, said)) == places
    assert len(set(places)) > 4  # they are spread over pages, so that one may be wrong
    for entry, number in zip(HEADINGS[1:], places, strict=True):
        words = re.sub(r"\b[hf]t\b", "", entry).split()[-1]
        assert words in pdf.pages[number - 1].extract_text()


def test_the_foot_has_the_number_that_the_contents_use_and_the_title(pdf):
    for number, page in enumerate(pdf.pages[1:], 2):
        assert re.search(
            rf"^{number}(Contents|The front page|[23]\. The )", page.extract_text()
        )


def tags(node):
    """The structure of a tagged PDF: (kind, its alternative text) of all elements."""
    node = node.get_object()
    if not hasattr(node, "get"):
        return
    if "/S" in node:
        yield str(node["/S"]), str(node.get("/Alt", ""))
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        yield from tags(kid) if not isinstance(kid, int) else []


def test_the_pdf_is_tagged(pdf):
    root = pdf.root_object
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en"
    found = list(tags(root["/StructTreeRoot"]))
    kinds = [kind for kind, _ in found]
    assert kinds.count("/H1") == 4 and kinds.count("/H2") == 6
    assert ("/Figure", "a mark") in found
    assert all("/StructParents" in page for page in pdf.pages)


def test_folds_are_open_and_replies_stand_behind_the_last_question(text):
    assert "The folded answer." in text and "The folded hint." in text
    assert "draw()" not in text
    last = text.index("And the last question?")
    for reply in ("wrong reply.", "right reply.", "only reply."):
        assert text.index(reply) > last


def test_nothing_on_paper_waits_for_a_click(pdf, text):
    assert "this choice" in text and "keys" in text
    screen = r"Commit|Show me|Your guess|Forget my|start again|keep\n|Link to this"
    assert not re.search(screen, text)
    assert "/AcroForm" not in pdf.root_object


def links(pdf):
    return [n.get_object() for p in pdf.pages for n in p.get("/Annots") or []]


def test_links_lead_to_places_in_the_book_or_to_the_web(pdf):
    inside = [str(n["/Dest"]) for n in links(pdf) if "/Dest" in n]
    assert set(inside) <= set(pdf.named_destinations)
    assert inside.count("/book/02_loop.watching-h-t") == 2  # contents, front page
    assert "/book/01_sample" in inside
    outside = [n["/A"]["/URI"] for n in links(pdf) if "/URI" in n.get("/A", {})]
    assert all(uri.startswith("http") for uri in outside)


def test_a_formula_that_would_be_printed_as_its_source_ends_it(folder, root, tmp_path):
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    page = tmp_path / "_build/html/book/03_gates.html"
    text = page.read_text("utf-8")
    page.write_text(text.replace("To the end.", "To \\(the end."), "utf-8")
    done = prints(tmp_path, root)
    assert "as its source: 'To \\\\(the end.'" in done.stderr and done.returncode == 1


def test_mathjax_is_loaded_once_however_pages_write_its_address(root, monkeypatch):
    monkeypatch.syspath_prepend(root / "scripts")
    import paper

    pages = [
        BeautifulSoup(
            f'<head><script src="mathjax/formulas.js{v}"></script></head>',
            "html.parser",
        )
        for v in ("", "?v=17f72c22", "")
    ]
    assert paper.head(pages).count("formulas.js") == 1


@pytest.fixture(scope="module")
def whole(html, root, tmp_path_factory):
    """Printed from a copy: another test builds the pages anew meanwhile."""
    folder = tmp_path_factory.mktemp("whole")
    with one_at_a_time(root / "_build" / "lock"):
        shutil.copytree(html, folder / "_build" / "html")
    (folder / "book").mkdir()
    for name in ("_config.yml", "book/_toc.yml"):
        shutil.copy(root / name, folder / name)
    return printed(folder, root)


def title(html, name):
    """The title of a page as the book shows it."""
    text = (html / f"{name}.html").read_text("utf-8")
    h1 = BeautifulSoup(text, "html.parser").select_one("article h1")
    h1.select_one(".headerlink").extract()
    return " ".join(h1.get_text().split())


@pytest.mark.slow
def test_every_page_of_the_book_is_in_it(whole, html):
    top = [entry.title for entry in whole.outline if not isinstance(entry, list)]
    assert top == ["Contents", *(title(html, name) for name in PAGES)]
