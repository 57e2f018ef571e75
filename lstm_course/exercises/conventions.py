"""What classes may differ in: order of blocks and of axes, layout of weights, ends.

Each function takes the seed of a class and gives a ``Convention``; where one takes
``words`` first, it is ``words(choice)``, the texts of the question at hand.
"""

import re
from dataclasses import dataclass

import numpy as np

from .variants import Convention, nested

LSTM, GRU = "ifgo", "run"
FUSED = ("W_x", "W_h", "b", "b_h")
FORMS = (("{}", ", "), ("z{}", ", "), ("dz{}", ", "), ("z_{}", "\\ "), ("m_{}", "\\ "))


def draw(seed, what, options):
    """One of the options for what a class has to agree on, such as "layout"."""
    rng = np.random.default_rng([seed, *what.encode()])
    return options[rng.integers(len(options))]


def order(seed, blocks=LSTM):
    """A random order of the blocks, never the usual one: str.

    The u of a GRU does not stay in the middle, where 05.4 would be what it was.
    """
    rng = np.random.default_rng(seed)
    while True:
        new = "".join(rng.permutation(list(blocks)))
        if new != blocks and (blocks != GRU or new[1] != "u"):
            return new


def blocks_of(blocks, words=lambda new: ()):
    """Blocks of fused parameters in another order: maker."""

    def make(seed):
        new = order(seed, blocks)
        return Convention(
            says=f"The blocks lie in the order ${', '.join(new)}$.",
            words=words(new),
            text=lambda text: in_words(text, blocks, new),
            out=nested(lambda a: reordered(a, blocks, new)),
            back=nested(lambda a: reordered(a, new, blocks)),
            answer=nested(lambda a: reordered(a, blocks, new)),
            axes=lambda axes: {k: _renamed(v, blocks, new) for k, v in axes.items()},
        )

    return make


def _renamed(names, blocks, new):
    return tuple(" ".join(new) if n == " ".join(blocks) else n for n in names)


def reordered(value, old, new):
    """A dict of parameters with its blocks brought from old to new; else the value."""
    if not isinstance(value, dict) or "W_x" not in value:
        return value
    return {k: _columns(a, old, new) if k in FUSED else a for k, a in value.items()}


def _columns(a, old, new):
    if a.shape[-1] % len(old):  # a known mistake, of another shape
        return a
    blocks = dict(zip(old, np.split(a, len(old), axis=-1), strict=True))
    return np.concatenate([blocks[k] for k in new], axis=-1)


def in_words(text, old, new):
    """A text with the order of the blocks written out in the new way."""
    for form, between in FORMS:
        usual, other = (between.join(map(form.format, o)) for o in (old, new))
        text = text.replace(usual, other)
    return text


@dataclass(frozen=True)
class Layout:
    """Where time lies in a sequence, (T, B, I) in the book."""

    axes: tuple  # of the book, in the order of the class
    first: str  # "the batch first"
    step: str  # how step t is indexed
    time: int  # axis of time

    def shape(self, last):
        names = ("T", "B", last)
        return f"({', '.join(names[k] for k in self.axes)})"

    def out(self, a):
        """A sequence of the book, laid out anew; what is no sequence stays."""
        whole = isinstance(a, np.ndarray) and a.ndim == 3
        return np.array(a.transpose(self.axes), order="C") if whole else a

    def back(self, a):
        whole = isinstance(a, np.ndarray) and a.ndim == 3
        back = np.argsort(self.axes)
        return np.array(a.transpose(back), order="C") if whole else a

    def text(self, text):
        text = text.replace("time first", self.first)
        for last in "IHK":
            text = text.replace(f"(T, B, {last})", self.shape(last))
        shown = rf"\1[{self.step}, \2]".replace("..., t, \\2", "..., \\2")
        return re.sub(r"\b(d?[hcxfig])\[(t|t [-+] 1|-1)\]", shown, text)

    @property
    def turned(self):
        """The code that brings an array of the book into this layout."""
        return f".transpose{self.axes}"


LAYOUTS = (
    Layout((1, 0, 2), "the batch first", ":", 1),  # torch's batch_first
    Layout((1, 2, 0), "time last", "...", 2),  # as convolutions have it
)


def sequences(words=lambda layout: (), elsewhere=lambda layout: ()):
    """Sequences with the batch first, or with time last: maker."""

    def make(seed):
        layout = draw(seed, "layout", LAYOUTS)
        return Convention(
            says=f"Sequences have {layout.first}: what is $(T, B, H)$ in the "
            f"book is ${layout.shape('H')}$ here.",
            words=words(layout),
            elsewhere=elsewhere(layout),
            text=layout.text,
            out=nested(layout.out),
            back=nested(layout.back),
            answer=nested(layout.out),
            axes=lambda axes: {k: _permuted(v, layout) for k, v in axes.items()},
        )

    return make


def _permuted(names, layout):
    return tuple(names[k] for k in layout.axes) if len(names) == 3 else names


def torch_weights(*words):
    """Weights with one row for each new unit, as torch stores them: maker."""

    def text(text):
        text = re.sub(r"\b(x_t W_x|h_\{t-1\} W_h)\b(?!\^)", r"\1^\\top", text)
        text = text.replace("`W_x` $(I, H)$", "`W_x` $(H, I)$")
        return re.sub(r"\b(x @ W_x|h_prev @ W_h)\b(?!\.T)", r"\1.T", text)

    flip = nested(transposed)
    return lambda seed: Convention(
        says="Weights lie as torch stores them, one row for each new unit: `W_x` is "
        "$(H, I)$, and $x_t$ meets $W_x^\\top$.",
        words=words,
        text=text,
        out=flip,
        back=flip,
        answer=flip,
        axes=lambda axes: {
            k: v[::-1] if k.startswith("grads[W_") else v for k, v in axes.items()
        },
    )


def transposed(value):
    """A dict of parameters with its matrices transposed; else the value."""
    if not isinstance(value, dict) or "W_x" not in value:
        return value
    return {k: np.array(a.T, order="C") for k, a in value.items()}


SHARES = (("a tenth", 10), ("a quarter", 4), ("a fifth", 5))  # what is left at the end


def share_left(edits, words, elsewhere=lambda name, n: ()):
    """How long a memory lasts: until a tenth is left, say, not a half: maker."""

    def make(seed):
        name, n = draw(seed, "share", SHARES)
        return Convention(
            says=f"A memory lasts until **{name}** of it is left, not a half.",
            words=words(name, n),
            elsewhere=elsewhere(name, n),
            edits=edits(1 / n),
        )

    return make
