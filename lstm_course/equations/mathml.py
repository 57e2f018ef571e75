"""MathML, which a browser sets by itself.

A gate or state gets its colour, as ``class="p-f"``.
"""

import re
from html import escape

from ..palette import GATES
from .hand import Hand

PIECE = re.compile(r"\d+(?:\.\d+)?|\S")


def mathml(pieces):
    """Pieces of a line as ``<math>`` elements, between which it may be broken: str."""
    return " ".join(f'<math displaystyle="true">{piece}</math>' for piece in pieces)


def _sign(sign):
    form = ' form="infix"' if sign == "+" else ""  # also where a line goes on with it
    return f'<mo stretchy="false"{form}>{escape(sign.replace("-", "−"))}</mo>'


def _letters(text):
    """Letters, numbers and signs in a row."""
    kinds = [
        (s, "mn" if s[0].isdigit() else "mi" if s.isalpha() else "")
        for s in PIECE.findall(text)
    ]
    shown = [f"<{k}>{s}</{k}>" if k else _sign(s) for s, k in kinds]
    return shown[0] if len(shown) == 1 else f"<mrow>{''.join(shown)}</mrow>"


def _with(base, below):
    return f"<msub>{base}{_letters(below)}</msub>" if below else base


class MathML(Hand):
    """Lines as elements, without the ``<math>`` around them."""

    space, scale = (f'<mspace width="{w}em"></mspace>' for w in (0.28, 0.17))
    minus, turned = _sign("-"), _sign("⊤")

    def sign(self, sign):
        return _sign(sign) if sign else ""

    def number(self, value):
        return self.minus * (value < 0) + f"<mn>{abs(value):g}</mn>"

    def upright(self, text):
        return f'<mtext class="up">{escape(text)}</mtext>'

    def symbol(self, base, below):
        """A gate or state of a time step, or the z of one, in its colour."""
        gate = below if base == "z" else base * (below[:1] == "t")
        colour = f' class="p-{gate}"' if gate in GATES else ""
        letter = f"<mi{colour}>{base}</mi>" if len(base) == 1 else self.upright(base)
        return _with(letter, below)

    def function(self, word, below):
        *words, last = (f"<mi>{w}</mi>" for w in word.split())
        return "".join(words) + _with(last, below)

    def quotient(self, a, b):
        return f"<mfrac><mrow>{self(a)}</mrow><mrow>{self(b)}</mrow></mfrac>"

    def root(self, a):
        return f"<msqrt>{self(a)}</msqrt>"

    def raised(self, base, above):
        return f"<msup><mrow>{base}</mrow><mrow>{above}</mrow></msup>"

    def brackets(self, text, pair="()"):
        """In rows of their own: a sign that comes first in one is no infix."""
        left, right = map(_sign, pair)
        return f"<mrow>{left}<mrow>{text}</mrow>{right}</mrow>"
