r"""TeX."""

import ast

from .hand import BINDS, Hand

WORDS = {w: rf"\{w}" for w in "tanh exp log max min".split()}
WORDS |= {"σ": r"\sigma", "𝟙": r"\mathbb{1}"}
SIGNS = {
    "⊙": r" \odot ",
    "mod": r" \bmod ",
    "": " ",
    ",": ", ",
    "≥": r" \ge ",
    "≤": r" \le ",
    "≠": r" \ne ",
}
PAIRS = {
    "||": (r"\lvert ", r"\rvert"),  # a bar would end the entry of a table
    "[]": ("{[", "]}"),
}  # and a bracket after \\ is an option


class Tex(Hand):
    """Lines without dollar signs."""

    binds, pairs = BINDS | {ast.Div: 8}, PAIRS
    space, scale, minus, turned = r"\;", r"\,", "-", r"\top"

    def sign(self, sign):
        return SIGNS.get(sign, f" {sign} ")

    def upright(self, text):
        return rf"\text{{{_escaped(text)}}}"

    def symbol(self, base, below):
        base = base if len(base) == 1 else rf"\mathrm{{{_escaped(base)}}}"
        if len(below) > 1 or base == "z":
            below = f"{{{below}}}"
        return base + f"_{below}" * bool(below)

    def function(self, word, below):
        words = [WORDS.get(w, rf"\mathrm{{{w}}}") for w in word.split()]
        return "".join(words) + f"_{{{below}}}" * bool(below)

    def quotient(self, a, b):
        return rf"\frac{{{self(a)}}}{{{self(b)}}}"

    def root(self, a):
        return rf"\sqrt{{{self(a)}}}"

    def raised(self, base, above):
        return f"{base}^{{{above}}}"


def _escaped(text):
    """Python as TeX's upright text."""
    text = text.replace("\\", r"\backslash ").replace("^", r"\wedge ")
    for sign in "_&#%{}$":
        text = text.replace(sign, f"\\{sign}")
    return text
