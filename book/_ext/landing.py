"""The live figure of the first page: one LSTM unit carries a number through a sentence.

    ```{memory}
    Caption: the finding.
    ```

The unit is the package's own LSTM cell with weights set by hand.  The page shows its
run as it is; where a reader turns a dial, landing.js runs the engine's text of it.
"""

import json
from html import escape
from math import exp, log
from pathlib import Path

import numpy as np
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from lstm_course import CELLS, trace
from lstm_course.engines.page.text import cell_text
from lstm_course.widgets import bundle

# Word, its other form, and what the unit is told: is it the subject, is it another
# noun, and is its number plural (+1) or singular (-1).
SENTENCE = [
    ("the", "", (0, 0, 0)),
    ("keys", "key", (1, 0, 1)),
    ("near", "", (0, 0, 0)),
    ("the", "", (0, 0, 0)),
    ("old", "", (0, 0, 0)),
    ("door", "doors", (0, 1, -1)),
    ("of", "", (0, 0, 0)),
    ("the", "", (0, 0, 0)),
    ("house", "houses", (0, 1, -1)),
]
KEEP, OTHERS = 0.98, 0.01  # where the two dials stand: f, and i at the other nouns
SHUT, READ_OUT = -6.0, 6.0  # a shut gate's bias; the weight from h to the verb


def logit(share):
    """The bias that holds a gate at this share."""
    return log(share / (1 - share))


def unit(keep=KEEP, others=OTHERS):
    """The weights: W_x (3, 4), W_h (1, 4), b (4,), blocks i f g o."""
    open_for_subject, open_for_others = -2 * SHUT, logit(others) - SHUT
    return {
        "W_x": [[open_for_subject, 0, 0, 0], [open_for_others, 0, 0, 0], [0, 0, 2, 0]],
        "W_h": [[0, 0, 0, 0]],
        "b": [SHUT, logit(keep), 0, -SHUT],
    }


def read(keep=KEEP, others=OTHERS, words=SENTENCE):
    """Let the unit read: dict of lists i, f, c, h, and the probability of "are"."""
    p = {name: np.array(value, float) for name, value in unit(keep, others).items()}
    x = np.array([[features] for *_, features in words], float)
    run = trace(CELLS["lstm"], p, x)
    found = {name: run[name][:, 0, 0].tolist() for name in "ifch"}
    return {**found, "are": 1 / (1 + exp(-READ_OUT * found["h"][-1]))}


def html():
    """The figure before its script wakes: the unit's run, nothing to press."""
    run, before = read(), 0.0
    words = []
    for k, (word, other, features) in enumerate(SENTENCE):
        state = {"k": k, "i": run["i"][k], "f": run["f"][k]}
        state |= {"before": before, "after": run["c"][k]}
        values = ";".join(f"--{name}:{value:.4g}" for name, value in state.items())
        words.append(WORD.format(style=values, inside=form(word, other, features)))
        before = run["c"][k]
    data = {"unit": unit(), "readOut": READ_OUT, "x": [x for *_, x in SENTENCE]}
    return FIGURE.format(
        data=escape(json.dumps(data)),
        words="".join(words),
        keep=KEEP,
        others=OTHERS,
        are=f"{run['are']:.4g}",
        said=f"{100 * run['are']:.0f}",
        script=script(),
    )


def script():
    """The cell, the engine's loops and landing.js in one scope: str."""
    own = (Path(__file__).parent / "landing.js").read_text(encoding="utf-8")
    lstm = f"const LSTM = {cell_text(CELLS['lstm'])};"
    return "\n".join(["{", lstm, bundle.script("layer"), own, "}"])


def form(word, other, features):
    """A word, or a noun that can be put into the other number."""
    if not other:
        return f'<span class="form">{word}</span>'
    kind = "subject" if features[0] else "other noun"
    return (
        f'<button type="button" class="form" disabled data-other="{other}" '
        f'title="{kind}: change its number">{word}</button>'
    )


WORD = """
<div class="word" style="{style}">{inside}
<span class="belt" aria-hidden="true"><i></i></span>
<span class="light in" aria-hidden="true"></span>
<span class="light keep" aria-hidden="true"></span></div>"""
FIGURE = """
<div class="memory" data-figure="{data}" style="--are:{are}">
<div class="sentence" role="group" aria-label="A sentence, read word by word">
<div class="signs"><span>plural</span><span>singular</span></div>{words}
<div class="verb"><span class="are">are</span><span class="is">is</span></div></div>
<div class="dials" hidden>
<label class="in"><span>input gate: let other nouns in</span>
<input type="range" min="0.01" max="0.99" step="0.01" value="{others}">
<output></output></label>
<label class="keep"><span>forget gate: keep</span>
<input type="range" min="0.01" max="0.99" step="0.01" value="{keep}">
<output></output></label>
<button type="button">start again</button></div>
<p class="said" role="status">The unit says <b>are</b>, with {said} %.</p>
<script>{script}</script></div>"""


class Memory(SphinxDirective):
    """The figure with its caption."""

    has_content = True

    def run(self):
        text, _ = self.state.inline_text(" ".join(self.content), self.lineno)
        figure = nodes.figure(classes=["live"])
        figure += [nodes.raw("", html(), format="html"), nodes.caption("", "", *text)]
        self.set_source_info(figure)
        return [figure]


def setup(app):
    app.add_directive("memory", Memory)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
