"""Predict boxes that ask, wait, and answer.

A box becomes a form.  What would give the answer away is veiled until the reader has
committed to a guess or asks to be shown: the outputs of the code below, and the text
right behind them, up to the next heading, box or code.  What is right is looked up in
those outputs (see ``guesses``); the build stops where it is not there.

Without scripts and on paper the box is the list it is in the notebook, and nothing is
veiled.  ``book/_static/predict.js`` does the rest.
"""

from hashlib import sha256
from html import escape

import guesses
from docutils import nodes
from sphinx.errors import ExtensionError

EARLY = """<script>
document.documentElement.classList.add("asks");
addEventListener("load", () =>
  window.guesses || document.documentElement.classList.remove("asks"));
</script>"""
FORM = """
<form class="guess" id="guess-{key}" autocomplete="off" data-page="{page}"
 data-key="{key}" data-kind="{kind}" data-right="{right}" data-near="{near:g}">
<fieldset><legend>Your guess</legend>
"""
FORM_END = """
</fieldset>
<p class="act"><button type="submit">Commit</button>
<button type="button" class="show">Show me</button></p>
<p class="verdict" role="status" tabindex="-1"></p>
</form>
"""
NUMBER = (
    '<label>Your guess <input name="guess" type="number" step="any" required></label>'
)
FEW_WORDS = (
    '<label>Your guess, in a few words <textarea name="guess" rows="2" required>'
    "</textarea></label>"
)
CHOICE = '<li><label><input type="radio" name="guess" value="{k}" required><span>'
COVER = """
<div class="cover"><p>Your guess first. <a href="#guess-{key}">To the question</a>
<button type="button">Show me</button></p></div>
"""
SUM = """
<section class="guesses" data-page="{page}" aria-label="Your guesses" hidden>
<p role="status"></p>
<button type="button">Forget my guesses in this chapter</button>
</section>
"""


class guess(nodes.Element):
    """The form of one box; its children are the choices."""


class choice(nodes.TextElement):
    """One of the choices."""


class veil(nodes.Element):
    """What waits for a guess."""


def ask(app, doctree):
    """Give every Predict box of a page its form, and veil what it waits for."""
    blocks = list(flat(doctree))
    boxes = [k for k, block in enumerate(blocks) if is_box(block)]
    for k in boxes:
        rest = blocks[k + 1 :]
        waiting = veiled(rest)
        predict, output = found(rest, waiting)
        try:
            form = made(blocks[k], app.env.docname, predict, output)
        except (ValueError, NameError, KeyError) as error:
            question = " ".join(blocks[k].astext().split())
            page = app.env.docname
            raise ExtensionError(f"{page}, “{question[:80]}…”: {error}") from error
        blocks[k] += form
        for first, block in enumerate(waiting):
            wrap(block, veil(key=form["key"], covered=first == 0))
    if boxes:
        blocks[boxes[0]].insert(0, nodes.raw("", EARLY, format="html"))
        text = SUM.format(page=app.env.docname)
        next(doctree.findall(nodes.section)).append(nodes.raw("", text, format="html"))


def flat(node):
    """The blocks of a page in the order in which they are read, titles among them."""
    for child in node.children:
        if isinstance(child, nodes.section):
            yield from flat(child)
        else:
            yield child


def is_box(block):
    return isinstance(block, nodes.admonition) and "predict" in block["classes"]


def outputs(cell):
    return [n for n in cell.children if n.get("nb_element") == "cell_code_output"]


def is_cell(block):
    return isinstance(block, nodes.Element) and block.get("nb_element") == "cell_code"


def veiled(rest):
    """Of the blocks below a box, those that give its answer away."""
    waiting, text = [], []
    for block in rest:
        if isinstance(block, (nodes.title, nodes.Admonition)) or (
            text and is_cell(block)
        ):
            break
        if is_cell(block):
            waiting += outputs(block)
        elif waiting:
            text.append(block)
    if waiting:
        return waiting + text
    return [b for b in rest[: len_of_text(rest)] if isinstance(b, nodes.paragraph)][:1]


def len_of_text(rest):
    """How many blocks stand before the next heading."""
    stops = (k for k, b in enumerate(rest) if isinstance(b, nodes.title))
    return next(stops, len(rest))


def found(rest, waiting):
    """The metadata of the answer that belongs to a box, and the text of its cell."""
    for block in rest:
        if is_box(block):
            break
        predict = is_cell(block) and block["cell_metadata"].get("predict")
        if predict:
            shown = [o for o in outputs(block) if o in waiting]
            texts = [t.astext() for o in shown for t in o.findall(nodes.literal_block)]
            return predict, "\n".join(texts)
    return None, ""


def made(box, page, predict, output):
    """The form of a box; a list of choices moves into it."""
    kind = "number" if "number" in box["classes"] else "words"
    if isinstance(box.children[-1], nodes.bullet_list):
        kind = "choices"
    if (kind == "words") != (predict is None):
        raise ValueError(
            f"The box asks for {kind}, and the metadata of the code below are "
            f"{predict}. Expected an answer for choices and numbers, none for words. "
            'Write {"predict": {"find": …}} there, or give the box its choices?'
        )
    key = sha256(box.astext().encode()).hexdigest()[:8]
    form = guess(kind=kind, key=key, page=page, right="", near=guesses.NEAR)
    if kind == "choices":
        items = box.children[-1].children
        box.remove(box.children[-1])
        form += [choice("", "", *item.children[0].children) for item in items]
    if predict:
        form["right"] = guesses.answer(predict, output, len(form.children))
        form["near"] = predict.get("near", guesses.NEAR)
    return form


def wrap(block, around):
    block.parent.replace(block, around)
    around += block


def write_form(self, node):
    values = {**node.attributes, "page": escape(node["page"])}
    if isinstance(node["right"], float):
        values["right"] = f"{node['right']:.6g}"
    inside = {"choices": "<ul>", "number": NUMBER, "words": FEW_WORDS}[node["kind"]]
    self.body.append(FORM.format(**values) + inside)


def end_form(self, node):
    self.body.append("</ul>" * (node["kind"] == "choices") + FORM_END)


def write_choice(self, node):
    self.body.append(CHOICE.format(k=node.parent.index(node)))


def end_choice(self, node):
    self.body.append("</span></label></li>\n")


def write_veil(self, node):
    self.body.append(f'<div class="veil" data-guess="{node["key"]}">')
    if node["covered"]:
        self.body.append(COVER.format(key=node["key"]))


def end_veil(self, node):
    self.body.append("</div>\n")


def load_script(app, pagename, templatename, context, doctree):
    if doctree and next(doctree.findall(guess), None):
        app.add_js_file("predict.js", defer="defer")


def setup(app):
    app.add_node(guess, html=(write_form, end_form))
    app.add_node(choice, html=(write_choice, end_choice))
    app.add_node(veil, html=(write_veil, end_veil))
    app.connect("doctree-read", ask)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
