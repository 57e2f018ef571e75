"""The whole book as one PDF, printed page by page by a headless browser.

    python scripts/pdf.py            after make book: writes _build/lstm-course.pdf

Links between pages lead to places in the PDF, bookmarks to every section; pages are
numbered through. Live figures are printed as their still pictures.
"""

import os
import shutil
import sys
from html import escape
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import yaml
from playwright.sync_api import sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import Fit

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
TARGET = ROOT / "_build" / "lstm-course.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAPER = {"format": "A4", "print_background": True}
MARGIN = {"top": "17mm", "bottom": "20mm", "left": "21mm", "right": "21mm"}
FOOT = """<style>@page {{ margin: 0 }} body {{ margin: 0; color: #444;
font: 8pt Inter, Helvetica, Arial, sans-serif }} div {{ box-sizing: border-box;
height: 297mm; padding: 281mm 27.5mm 0; display: flex; justify-content: space-between;
break-after: page }} div:last-child {{ break-after: auto }}</style>{}"""


def main():
    names, config = pages(), yaml.safe_load(read("_config.yml"))
    missing = [name for name in names if not (HTML / f"{name}.html").exists()]
    if missing:
        sys.exit(f"{missing[0]} is not built. Run make book first.")
    with sync_playwright() as play:
        browser = play.chromium.launch(**chromium())
        page = browser.new_page(color_scheme="light", reduced_motion="reduce")
        page.emulate_media(media="print")  # live figures stay pictures
        parts = {name: Part(page, name) for name in names}
        book = bound(parts)
        put_feet(book, parts, page)
    book.add_metadata({"/Title": config["title"], "/Author": config["author"]})
    book.compress_identical_objects()
    book.write(TARGET)
    shutil.copy(TARGET, HTML)  # the next build links to it
    size = TARGET.stat().st_size / 1e6
    print(f"The book is at {TARGET} ({len(book.pages)} pages, {size:.1f} MB)")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pages():
    """The book's pages in reading order, as the table of contents lists them."""
    toc = yaml.safe_load(read("book/_toc.yml"))
    return [toc["root"], *(c["file"] for p in toc["parts"] for c in p["chapters"])]


def chromium():
    """How to start the browser of this machine."""
    paths = [p for p in map(shutil.which, BROWSERS) if p]
    if not paths:
        sys.exit(f"No browser found among {', '.join(BROWSERS)}. Install chromium?")
    env = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    flags = ["--no-sandbox", "--disable-gpu"]
    return {"executable_path": paths[0], "args": flags, "env": env}


class Part(PdfReader):
    """One page of the book, printed; its titles with the spaces that bookmarks lose."""

    def __init__(self, page, name):
        page.goto((HTML / f"{name}.html").as_uri(), wait_until="load")
        page.evaluate("window.MathJax?.startup?.promise")
        page.evaluate("document.fonts.ready")
        found = page.locator(":is(h1, h2, h3, h4)").all_text_contents()
        self.titles = {squeezed(t): plain(t) for t in found}
        on_paper = page.locator("#jb-print-docs-body h1").text_content()
        numbered = page.locator("article h1").text_content()
        self.titles[squeezed(on_paper)] = plain(numbered)
        pdf = page.pdf(**PAPER, margin=MARGIN, outline=True, tagged=True)
        super().__init__(BytesIO(pdf))

    def title(self, entry):
        return self.titles.get(squeezed(entry.title), entry.title)


def plain(heading):
    """A heading without the link behind it."""
    return " ".join(heading.strip(" \n#").split())


def squeezed(heading):
    return plain(heading).replace(" ", "")


def bound(parts):
    """All pages in one book, with bookmarks and with links among themselves."""
    book, first, links = PdfWriter(), {}, []
    for name, part in parts.items():
        first[name] = len(book.pages)
        for page in part.pages:
            links += take_links(page, name, len(book.pages))
            book.add_page(page)
        bookmark(book, part, part.outline, first[name])
    for at, rect, name, anchor in links:
        place = parts[name].named_destinations.get(f"/{anchor}")
        target = parts[name].get_destination_page_number(place) if place else 0
        fit = Fit.xyz(top=place.top) if place else Fit.fit_horizontally()
        to = Link(rect=rect, target_page_index=first[name] + target, fit=fit)
        book.add_annotation(at, to)
    return book


def take_links(page, name, at):
    """Links into the book, taken off their page: (page, where, name, anchor)."""
    kept = []
    for note in page.get("/Annots") or []:
        note = note.get_object()
        target = address(note, name)
        if target:
            yield at, note["/Rect"], *target
        elif not str(note.get("/A", {}).get("/URI", "")).startswith("file:"):
            kept.append(note)
    if "/Annots" in page:
        page["/Annots"].clear()
        page["/Annots"].extend(kept)


def address(note, name):
    """(page, anchor) where a link leads inside the book, else None."""
    if "/Dest" in note:
        return name, unquote(str(note["/Dest"]).lstrip("/"))
    uri = unquote(str(note.get("/A", {}).get("/URI", "")))
    path, _, anchor = uri.removeprefix(unquote(HTML.as_uri()) + "/").partition("#")
    known = path.removesuffix(".html") in pages()
    return (path.removesuffix(".html"), anchor) if known else None


def bookmark(book, part, outline, first, above=None):
    """The outline of one part under the book's bookmarks."""
    item = None
    for entry in outline:
        if isinstance(entry, list):
            bookmark(book, part, entry, first, item)
            continue
        number = first + part.get_destination_page_number(entry)
        fit = Fit.xyz(top=entry.top)
        item = book.add_outline_item(
            title=part.title(entry), page_number=number, parent=above, fit=fit
        )


def put_feet(book, parts, page):
    """Title and page number at the foot of every page but the first."""
    titles = [p.title(p.outline[0]) for p in parts.values() for _ in p.pages]
    feet = [
        f"<div><span>{escape(title)}</span><span>{number}</span></div>"
        for number, title in enumerate(titles, 1)
    ]
    feet[0] = "<div></div>"
    page.set_content(FOOT.format("".join(feet)))
    printed_feet = PdfReader(BytesIO(page.pdf(**PAPER))).pages
    for sheet, foot in zip(book.pages, printed_feet, strict=True):
        sheet.merge_page(foot)


if __name__ == "__main__":
    main()
