"""Text with subscripts, as a diagram writes it: ``c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t``."""

from .hand import SINGLE, Hand

ABOVE = str.maketrans("0123456789.−", "⁰¹²³⁴⁵⁶⁷⁸⁹·⁻")


class Plain(Hand):
    """Lines of letters and signs."""

    space, scale, minus, turned = " ", " · ", "−", "ᵀ"

    def sign(self, sign):
        sign = sign.replace("-", "−")
        return ", " if sign == "," else f" {sign} " if sign else " "

    def number(self, value):
        return f"{value:g}".replace("-", "−")

    def upright(self, text):
        return text

    def symbol(self, base, below):
        below = below if below == "t" else f"{{{below}}}"
        return base + f"_{below}" * (below != "{}")

    @staticmethod
    def function(word, below):
        return word + f"_{{{below}}}" * bool(below)

    def quotient(self, a, b):
        return f"{self(a, 3)} / {self(b, 5)}"

    def root(self, a):
        return f"√{self(a, SINGLE)}"

    def raised(self, base, above):
        if above == self.turned or set(above) <= {*"0123456789.−"}:
            return base + above.translate(ABOVE)
        return f"{base}^({above})"
