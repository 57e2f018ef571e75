"""What the book says about itself: to search engines, in previews, and to be cited.

Every page gets a description (its first paragraph) and the preview picture, which the
build draws: the unit of the first page as it reads its sentence.

    ```{how-to-cite}
    ```

writes the entry for a list of sources, made from CITATION.cff.  {pdf}`words` is a
link to the whole book as one PDF where ``make pdf`` made it, and nothing elsewhere.
"""

from html import escape
from pathlib import Path

import landing
import yaml
from docutils import nodes
from matplotlib import rc_context
from matplotlib.figure import Figure
from sphinx.util.docutils import SphinxDirective

from lstm_course import plots
from lstm_course.palette import GATES, PAGE

ROOT = Path(__file__).resolve().parent.parent.parent
PREVIEW, SIZE = "preview.png", (1200, 630)  # pixels: what previews ask for
PDF = "lstm-course.pdf"
LONGEST = 200  # characters of a description that are shown
BIBTEX = """@misc{{lstmcourse,
  title = {{{{{title}}}}},
  author = {{{{{author}}}}},
  year = {{{year}}},
  note = {{Version {version}}},
  url = {{{url}}}
}}"""


def describe(app, pagename, templatename, context, doctree):
    """Add description and preview to the head of a page."""
    if doctree is None:
        return
    found = doctree.findall(nodes.paragraph)
    words = " ".join(next(found, nodes.paragraph()).astext().split())
    if len(words) > LONGEST:
        words = words[:LONGEST].rpartition(" ")[0] + " …"
    title = next(doctree.findall(nodes.title), nodes.title()).astext()
    tags = {
        "description": words,
        "author": app.config.author,
        "og:title": title,
        "og:description": words,
        "og:type": "article",
        "og:site_name": app.config.html_title or app.config.project,
        "og:image": f"{address(app.config)}_static/{PREVIEW}",
        "twitter:card": "summary_large_image",
    }
    context["metatags"] += "".join(
        f'\n<meta {"property" if ":" in k else "name"}="{k}" content="{escape(v)}">'
        for k, v in tags.items()
    )


def offer_pdf(app, pagename, templatename, context, doctree):
    """Offer the whole book beside the page, where ``make pdf`` has put it."""
    if not (Path(app.outdir) / PDF).exists():
        return
    link = {"type": "link", "icon": "fas fa-book", "text": "whole book (.pdf)"}
    link |= {"url": context["pathto"](PDF, 1), "tooltip": "The whole book as one PDF"}
    for group in context.get("header_buttons", []):
        if group.get("icon") == "fas fa-download":
            group["buttons"].append(link)


def link_pdf(name, rawtext, text, lineno, inliner, options=None, content=None):
    """The role {pdf}`words`."""
    env = inliner.document.settings.env
    if not (Path(env.app.outdir) / PDF).exists():
        return [], []
    up = "../" * env.docname.count("/")
    return [nodes.reference(rawtext, text, refuri=up + PDF)], []


def address(config):
    """Where the book is served: html_baseurl, or the pages of its repository."""
    if config.html_baseurl:
        return config.html_baseurl.rstrip("/") + "/"
    name = config.html_theme_options["repository_url"].partition("github.com/")[2]
    owner, _, repository = name.partition("/")
    return f"https://{owner}.github.io/{repository}/"


def draw_preview(app):
    """Draw the preview picture into the folder of generated static files."""
    folder = Path(app.doctreedir).parent / "course_static"
    folder.mkdir(parents=True, exist_ok=True)
    run, words = landing.read(), [word for word, *_ in landing.SENTENCE]
    with rc_context({**plots.STYLE, "savefig.transparent": False, "font.size": 17}):
        fig = Figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100)
        fig.set_layout_engine("constrained", w_pad=0.4, h_pad=0.4)
        ax = fig.add_subplot()
        ax.plot(run["c"], color=GATES["c"], linewidth=5, marker="o", markersize=11)
        ax.fill_between(range(len(words)), run["c"], color=GATES["c"], alpha=0.15)
        ax.axhline(0, color=PAGE["muted"], linewidth=1)
        ax.set_xticks(range(len(words)), words, fontsize=22)
        ax.set_yticks([-1, 1], ["singular", "plural"])
        ax.set_title("The LSTM Course", fontsize=44, fontweight="bold", loc="left")
        ax.grid(False)
        fig.savefig(folder / PREVIEW)


class HowToCite(SphinxDirective):
    """The BibTeX entry of the course."""

    def run(self):
        self.env.note_dependency(str(ROOT / "CITATION.cff"))
        cff = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
        names = [
            a.get("name") or f"{a['given-names']} {a['family-names']}"
            for a in cff["authors"]
        ]
        entry = BIBTEX.format(
            title=cff["title"],
            author=" and ".join(names),
            year=cff["date-released"].year,
            version=cff["version"],
            url=self.config.html_theme_options["repository_url"],
        )
        return [nodes.literal_block(entry, entry, language="bibtex")]


def setup(app):
    app.add_directive("how-to-cite", HowToCite)
    app.add_role("pdf", link_pdf)
    app.connect("builder-inited", draw_preview)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", offer_pdf, priority=990)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
