"""HTML for a line of text: ``<i>c</i><sub>t−1</sub>``, with places for numbers."""

from html import escape

from .hand import SINGLE, Hand


class Inline(Hand):
    """Lines of letters and signs; a page puts numbers in place of some names.

    Parameters
    ----------
    cell : cell
    places : set of str
        Names that are left to the page, as ``<span data-q="zi"></span>``.
    times : str
        The sign of an elementwise product.
    """

    space, scale, minus, turned = " ", " ", "−", "<sup>⊤</sup>"

    def __init__(self, cell, places=(), times=" "):
        super().__init__(cell)
        self.places, self.times = set(places), times

    def Name(self, node):
        if node.id in self.places:
            return f'<span data-q="{node.id}"></span>'
        return super().Name(node)

    def sign(self, sign):
        if sign == ",":
            return ", "
        if sign == "⊙":
            return self.times
        return f" {escape(sign.replace('-', '−'))} " if sign else " "

    def number(self, value):
        return f"{value:g}".replace("-", "−")

    def upright(self, text):
        return escape(text)

    def symbol(self, base, below):
        """A letter of this step stands without its t."""
        letter = f"<i>{base}</i>" if len(base) == 1 else base
        below = below.replace("-", "−")
        return letter + f"<sub>{below}</sub>" * (below not in ("", "t"))

    def function(self, word, below):
        return word + f"<sub>{below}</sub>" * bool(below)

    def quotient(self, a, b):
        return f"{self(a, 3)} / {self(b, 5)}"

    def root(self, a):
        return f"√{self(a, SINGLE)}"

    def raised(self, base, above):
        above = above if above == self.turned else f"<sup>{above}</sup>"
        return base + above
