"""The years of recurrent networks, made from the bibliography while the book is built.

```{timeline}
```

An entry of references.bib is in it that says what it gave:

    gives     what, in a few words
    room      the file of the course that builds it
    taught    the page of the book that teaches it

What was measured is computed here from the book's results, each time anew.
"""

import json
from pathlib import Path

import numpy as np
from docutils import nodes
from docutils.statemachine import StringList
from pybtex.database import parse_file
from sphinx.util.docutils import SphinxDirective

BOOK = Path(__file__).resolve().parent.parent
HEAD = "| Year | What it gave | Here | Measured here |\n|---|---|---|---|"


def rows(name):
    """The runs of one result of the book."""
    result = json.loads((BOOK / "results" / f"{name}.json").read_text("utf-8"))
    return result.get("rows") or result["runs"]


def values(name, value, **where):
    """One value of every run that agrees with ``where``: ndarray."""
    return np.array([r[value] for r in rows(name) if where.items() <= r.items()])


def best_rate(name, **where):
    """Mean accuracy at the better learning rate."""
    rates = {r["lr"] for r in rows(name)}
    return max(values(name, "accuracy", lr=lr, **where).mean() for lr in rates)


def wrote(name, digits, **where):
    """Mean share of numbers of so many digits written without a fault."""
    lengths = (2, 4, 6, 8, 10, 12, 16, 20, 24)
    return values(name, "right", **where)[:, lengths.index(digits)].mean()


def held(cell, task):
    """How many seeds of a cell have solved a task of the study of states."""
    solved = values("state", "solved", cell=cell, task=task, layers=1)
    return f"{solved.sum()} of {len(solved)}"


# key of the bibliography: (result, what it says)
MEASURED = {
    "hochreiter1997": (
        "state",
        lambda: f"as many b and c as a, seeds that count on: {held('lstm1997', 'abc')}",
    ),
    "gers2000peephole": (
        "state",
        lambda: (
            "as many b as a, seeds that count on: with peepholes "
            f"{held('peephole', 'ab')}, without {held('lstm', 'ab')}"
        ),
    ),
    "saxe2014": (
        "starts",
        lambda: (
            "words 20 back, right: "
            f"{best_rate('starts', gap=20, start='orthogonal', clip=1.0):.0%}"
        ),
    ),
    "cho2014": (
        "state",
        lambda: (
            "selective copying at twice the length, symbols right: GRU "
            f"{answered('gru', 'copy', '48'):.0%}, LSTM "
            f"{answered('lstm', 'copy', '48'):.0%}"
        ),
    ),
    "koutnik2014": (
        "state",
        lambda: (
            f"seeds: parity {held('clockwork', 'parity')}, counting mod 3 "
            f"{held('clockwork', 'mod3')}"
        ),
    ),
    "jozefowicz2015": (
        "state",
        lambda: (
            f"recall of 8 pairs: MUT1 {answered('mut1'):.0%}, LSTM "
            f"{answered('lstm'):.0%}"
        ),
    ),
    "yao2015": (
        "state",
        lambda: f"orders of three things, seeds: {held('depth_gated', 'S3')}",
    ),
    "greff2017": (
        "state",
        lambda: (
            "counting mod 3, seeds: without a forget gate "
            f"{held('nfg', 'mod3')}, without peepholes {held('np', 'mod3')}"
        ),
    ),
    "grazzi2025": (
        "state",
        lambda: (
            f"parity, seeds: mLSTM {held('mlstm', 'parity')}, sLSTM "
            f"{held('slstm', 'parity')}"
        ),
    ),
    "hochreiter1991": (
        "gap",
        lambda: f"words 20 back, right: RNN {best_rate('gap', gap=20, cell='rnn'):.0%}",
    ),
    "bengio1994": (
        "latching",
        lambda: (
            "a bit over 300 steps, right: uniform start "
            f"{best_rate('latching', T=300, start='uniform'):.0%}, orthogonal "
            f"{best_rate('latching', T=300, start='orthogonal'):.0%}"
        ),
    ),
    "gers2000": (
        "continual",
        lambda: (
            "endless strings, remembered at the end: without the gate "
            f"{last('lstm1997'):.0%}, with it {last('lstm'):.0%}"
        ),
    ),
    "le2015": (
        "starts",
        lambda: (
            "words 20 back, right: "
            f"{best_rate('starts', gap=20, start='identity, relu'):.0%}"
        ),
    ),
    "graves2013": (
        "shakespeare_characters",
        lambda: (
            "Shakespeare, nats a character: "
            f"{np.mean(values('shakespeare_characters', 'carried')):.3f}"
        ),
    ),
    "gal2016": (
        "dropout",
        lambda: (
            "nats won by one mask for all steps: "
            f"{new('nowhere') - new('around, same units'):.2f}"
        ),
    ),
    "sutskever2014": (
        "telephone",
        lambda: (
            "numbers of 16 digits: forward "
            f"{wrote('telephone', 16, way='forward', H=128):.0%}, from the end "
            f"{wrote('telephone', 16, way='reversed', H=128):.0%}"
        ),
    ),
    "bahdanau2015": (
        "lookback",
        lambda: (
            "numbers of 20 digits: one vector of 32 units "
            f"{wrote('telephone', 20, way='forward', H=32):.0%}, looking back "
            f"{wrote('lookback', 20, H=32):.0%}"
        ),
    ),
    "xu2015": (
        "captions",
        lambda: (
            "words right: the mean of all places "
            f"{end('captions', 'words', way='mean', strength=0.0):.0%}, attention "
            f"{end('captions', 'words', way='attention', strength=0.0):.0%}"
        ),
    ),
    "kalchbrenner2015": (
        "addition",
        lambda: (
            "sums right at the better of two rates: stacked "
            f"{end('addition', 'sums', net='stacked', lr=0.01):.1%}, tied grid "
            f"{end('addition', 'sums', net='tied grid', lr=0.01):.1%}"
        ),
    ),
    "gregor2015": (
        "painting",
        lambda: (
            "nats a picture: with windows "
            f"{values('painting', 'bound', way='window')[0]:.1f}, without "
            f"{values('painting', 'bound', way='whole')[0]:.1f}"
        ),
    ),
    "chung2015": (
        "strokes",
        lambda: (
            "bound, nats a step: no latent variables "
            f"{values('strokes', 'bound', net='lstm').mean():.2f}, VRNN "
            f"{values('strokes', 'bound', net='vrnn').mean():.2f}"
        ),
    ),
    "bayer2014": (
        "strokes",
        lambda: (
            f"bound, nats a step: {values('strokes', 'bound', net='storn').mean():.2f}"
        ),
    ),
    "vaswani2017": (
        "head",
        lambda: (
            "nats a letter: an LSTM "
            f"{values('head', 'windows', model='none').mean():.3f}, with a head "
            f"{values('head', 'windows', model='head').mean():.3f}"
        ),
    ),
    "weiss2018": (
        "state",
        lambda: (
            "as many b as a, seeds that count on: LSTM of 1997 "
            f"{held('lstm1997', 'ab')}, GRU {held('gru', 'ab')}"
        ),
    ),
    "feng2024": (
        "state",
        lambda: (
            f"parity, seeds: minGRU {held('mingru', 'parity')}, GRU "
            f"{held('gru', 'parity')}"
        ),
    ),
    "beck2024": (
        "state",
        lambda: (
            "recall of 8 pairs: mLSTM "
            f"{answered('mlstm'):.0%}, LSTM {answered('lstm'):.0%}"
        ),
    ),
    "merrill2024": (
        "state",
        lambda: (
            f"sixty arrangements, seeds: LSTM {held('lstm', 'A5')}, mLSTM "
            f"{held('mlstm', 'A5')}"
        ),
    ),
}


def end(name, value, **where):
    """Mean of the last of several values."""
    return values(name, value, **where)[:, -1].mean()


def answered(cell, task="recall", size="8"):
    """Mean share of right answers at one size, in the study of states."""
    runs = values("state", "accuracy", cell=cell, task=task, layers=1)
    return np.mean([r[size] for r in runs])


def last(cell):
    return values("continual", "remembered", cell=cell, lesson="streams")[:, -1].mean()


def new(place):
    return values("dropout", "new", place=place).min(axis=1).mean()


def lines(bibliography):
    """The table as Markdown: one row for each entry that says what it gave."""
    found = [
        (int(e.fields["year"]), key, e.fields)
        for key, e in parse_file(bibliography).entries.items()
        if "gives" in e.fields
    ]
    for year, key, fields in sorted(found, key=lambda f: f[:2]):
        page = fields["taught"]
        here = [f"{{doc}}`chapter {int(page[:2])} <{page}>`"]
        if "room" in fields:
            here.append(f"{{source}}`{Path(fields['room']).name} <{fields['room']}>`")
        number = ""
        if key in MEASURED:
            name, say = MEASURED[key]
            number = f"{say()} ({{source}}`{name} <book/results/{name}.json>`)"
        gave = f"{{cite:t}}`{key}`: {fields['gives']}"
        yield f"| {year} | {gave} | {', '.join(here)} | {number} |"


class Timeline(SphinxDirective):
    """``{timeline}``: a row for each year's find."""

    def run(self):
        box = nodes.container(classes=["timeline"])
        bibliography = BOOK / "references.bib"
        text = [*HEAD.splitlines(), *lines(bibliography)]
        self.env.note_dependency(str(bibliography))
        self.state.nested_parse(StringList(text, "references.bib"), 0, box)
        return [box]


def setup(app):
    app.add_directive("timeline", Timeline)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
