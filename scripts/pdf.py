"""The whole book as one PDF, printed by a headless browser.

    python scripts/pdf.py            after make book: writes _build/lstm-course.pdf
    python scripts/pdf.py FOLDER     the same for another built book

All pages are printed as one document (see paper.py), so that tags, bookmarks and links
are the browser's own.  It is printed twice: the first print tells on which pages the
headings are, the second says so in its contents.  Live figures are still pictures.
"""

import os
import shutil
import sys
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import paper
import yaml
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject, TextStringObject

from lstm_course import diagrams

ROOT = Path(__file__).resolve().parent.parent
NAME = "lstm-course.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAPER = {"prefer_css_page_size": True, "print_background": True}
TAGS = {"tagged": True, "outline": True}
PRINTS = 4  # the contents' numbers settle at the second, or something is wrong
NUMBERS = """numbers => {
    for (const place of document.querySelectorAll("[data-page-of]")) {
        place.textContent = numbers[place.dataset.pageOf];
    } }"""
# Each within five minutes; a font is asked for itself, with no frame to be drawn.
READY = """async () => {
    const late = (what) => new Promise((done) => setTimeout(done, 300_000, what));
    const set = Promise.resolve(window.MathJax?.startup?.promise).then(() => "");
    const fonts = Promise.allSettled([...document.fonts].map((font) => font.load()));
    return (await Promise.race([set, late("Formulas")]))
        || (await Promise.race([fonts.then(() => ""), late("Fonts")]));
}"""
UNSET = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
        const verbatim = node.parentElement.closest("pre, code, script, style");
        const source = /\\\\begin\\{|\\$\\$|\\\\\\(/.test(node.data);
        if (source && !verbatim) return node.data.trim();
    } }"""
HEADINGS = """() => [...document.querySelectorAll(":is(h1, h2, h3, h4, h5, h6)")]
    .filter(h => h.checkVisibility()).map(h => h.textContent)"""


def main(root=ROOT):
    html, config = root / "_build" / "html", yaml.safe_load(read(root / "_config.yml"))
    parts = pages(yaml.safe_load(read(root / "book/_toc.yml")))
    names = [name for _, part in parts for name in part]
    missing = [name for name in names if not (html / f"{name}.html").exists()]
    if missing:
        sys.exit(f"{missing[0]} is not built. Run make book first.")
    text = paper.document(html, parts, config, edition(config), picture())
    beside = html / Path(names[0]).parent  # from here the addresses are seen
    with opened(text, beside / "paper.html") as page:
        pdf, titles = printed(page), page.evaluate(HEADINGS)
    book = finished(pdf, titles, config)
    book.write(root / "_build" / NAME)
    shutil.copy(root / "_build" / NAME, html)  # the next build links to it
    size = (html / NAME).stat().st_size / 1e6
    print(f"The book is at {html / NAME} ({len(book.pages)} pages, {size:.1f} MB)")


def read(path):
    return path.read_text(encoding="utf-8")


def pages(toc):
    """The book's pages in reading order: [(caption of a part, its pages)]."""
    parts = [(p["caption"], [c["file"] for c in p["chapters"]]) for p in toc["parts"]]
    return [("", [toc["root"]]), *parts]


def edition(config):
    version = yaml.safe_load(read(ROOT / "CITATION.cff"))["version"]
    address = config["repository"]["url"]
    return f"Version {version}, {config['copyright']} · MIT licence · {address}"


def picture():
    """The drawing on the cover: one step of an LSTM."""
    return diagrams.cell_diagram("lstm")


@contextmanager
def opened(text, sheet):
    """The document in a browser, as if at `sheet`: every formula set, every font there.

    No file is written there: who looks at the pages meanwhile finds only pages.
    """
    given = {"body": text, "content_type": "text/html; charset=utf-8"}
    with sync_playwright() as play:
        browser = play.chromium.launch(**chromium())
        page = browser.new_page(color_scheme="light", reduced_motion="reduce")
        page.route(sheet.as_uri(), lambda route: route.fulfill(**given))
        page.goto(sheet.as_uri(), wait_until="load", timeout=300_000)
        page.emulate_media(media="print")
        if late := page.evaluate(READY):
            sys.exit(f"{late} were not ready after five minutes. Run it again?")
        if source := page.evaluate(UNSET):
            sys.exit(f"A formula would be printed as its source: {source[:80]!r}.")
        yield page


def chromium():
    """How to start the browser of this machine."""
    paths = [p for p in map(shutil.which, BROWSERS) if p]
    if not paths:
        sys.exit(f"No browser found among {', '.join(BROWSERS)}. Install chromium?")
    env = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    flags = ["--no-sandbox", "--disable-gpu"]
    return {"executable_path": paths[0], "args": flags, "env": env}


def printed(page):
    """The PDF whose contents say the pages on which its headings are."""
    said = None
    for _ in range(PRINTS):
        pdf = PdfReader(BytesIO(page.pdf(**PAPER, **TAGS)))
        found = {
            name.removeprefix("/"): pdf.get_destination_page_number(place) + 1
            for name, place in pdf.named_destinations.items()
        }
        if found == said:
            return pdf
        page.evaluate(NUMBERS, found)
        said = found
    sys.exit(f"The contents' page numbers did not settle in {PRINTS} prints.")


def finished(pdf, titles, config):
    """The book with bookmarks that read as its headings do, and what it says of itself.

    The browser's bookmarks leave out spaces and formulas.
    """
    book = PdfWriter(clone_from=pdf)
    entries = list(bookmarks(book.root_object["/Outlines"]))
    if len(entries) != len(titles):
        sys.exit(f"{len(entries)} bookmarks, expected the {len(titles)} headings.")
    for entry, title in zip(entries, titles, strict=True):
        entry[NameObject("/Title")] = TextStringObject(" ".join(title.split()))
    book.add_metadata({"/Title": config["title"], "/Author": config["author"]})
    shown = {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    book.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(shown)
    book.page_mode = "/UseOutlines"
    return book


def bookmarks(above):
    """The entries of an outline in their order."""
    entry = above.get("/First")
    while entry:
        yield (entry := entry.get_object())
        yield from bookmarks(entry)
        entry = entry.get("/Next")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
