"""How an expression is written, whatever the language.

A hand walks the tree.  Its language says how it writes a number, a symbol with what
hangs below it, a function's word, a sign, a quotient, what is raised, and brackets.
What has no sign in mathematics is written as Python, upright.
"""

import ast
from inspect import isfunction

from ..ops import TABLE
from .room import summands, symbol, total

BINDS = {
    ast.Add: 1,
    ast.Sub: 1,
    ast.USub: 1,
    ast.Mod: 2,
    ast.Mult: 3,
    ast.Div: 3,
    ast.MatMult: 4,
    ast.Pow: 5,
}
SINGLE = 9  # what never needs brackets
SIGNS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mod: "mod",
    ast.Mult: "⊙",
    ast.MatMult: "",
    ast.Gt: ">",
    ast.Lt: "<",
    ast.GtE: "≥",
    ast.LtE: "≤",
    ast.Eq: "=",
    ast.NotEq: "≠",
}
STRICT = (ast.Sub, ast.Mod, ast.MatMult)  # a - (b - c) keeps its brackets


class Hand:
    """Writes the expressions of a cell; a language of its own is a class below this."""

    binds, pairs = BINDS, {}
    LONG = 4  # summands of a line that is not broken

    def __init__(self, cell):
        self.cell = cell

    def line(self, line):
        """A Line with its left side."""
        return self.left(line.names) + self(line.value)

    def pieces(self, line, first, more):
        """A Line whose long sum goes on below: ``first`` summands, then ``more``."""
        terms = summands(line.value)
        if len(terms) <= self.LONG:
            return [self.line(line)]
        rest = [terms[k : k + more] for k in range(first, len(terms), more)]
        start = self.left(line.names) + self(total(terms[:first]))
        return [start, *(self.sign("+") + self(total(cut)) for cut in rest)]

    def left(self, names):
        """What stands before the expression."""
        shown = [self(ast.Name(n)) for n in names]
        if len(shown) > 1:
            shown = [self.brackets(self.space.join(shown), "[]")]
        return "".join(text + self.sign("=") for text in shown)

    def __call__(self, node, needed=0):
        text = getattr(self, type(node).__name__, self.python)(node)
        return self.brackets(text) if self.rank(node) < needed else text

    def rank(self, node):
        """How tightly a node binds."""
        op = ast.USub if _negative(node) else type(getattr(node, "op", None))
        return self.binds.get(op, SINGLE)

    def brackets(self, text, pair="()"):
        left, right = self.pairs.get(pair, pair)
        return left + text + right

    def number(self, value):
        return f"{value:g}"

    def python(self, node):
        return self.upright(" ".join(ast.unparse(node).split()))

    def Constant(self, node):
        word = not isinstance(node.value, int | float)
        return self.upright(str(node.value)) if word else self.number(node.value)

    def Name(self, node):
        if hasattr(node, "function"):
            return self.upright(node.id)
        return self.symbol(*symbol(self.cell, node.id))

    def Call(self, node):
        function = getattr(node.func, "function", None)
        if node.keywords:
            return self.python(node)
        args = self.sign(",").join(map(self, node.args))
        if function is abs:
            return self.brackets(args, "||")
        row = TABLE.get(function) if isfunction(function) else None
        word = self.function(row.word, row.below) if row else self(node.func)
        return word + self.brackets(args)

    def Attribute(self, node):
        value = self(node.value, SINGLE)
        if node.attr in ("T", "mT"):
            return self.raised(value, self.turned)
        return value + self.upright(f".{node.attr}")

    def UnaryOp(self, node):
        if not isinstance(node.op, ast.USub):
            return self.python(node)
        return self.minus + self(node.operand, BINDS[ast.Mod])

    def BinOp(self, node):
        op, a, b = type(node.op), node.left, node.right
        if op is ast.Div:
            return self.quotient(a, b)
        if op is ast.Pow and isinstance(b, ast.Constant) and b.value == 0.5:
            return self.root(a)
        if op is ast.Pow:
            return self.raised(self(a, SINGLE), self(b))
        if op not in SIGNS:
            return self.python(node)
        if op is ast.Mult and isinstance(b, ast.Constant):
            a, b = b, a  # the number first
        scale, rank = op is ast.Mult and isinstance(a, ast.Constant), BINDS[op]
        sign = self.scale if scale else self.sign(SIGNS[op])
        strict = op in STRICT or _negative(b)
        return self(a, rank) + sign + self(b, rank + strict)

    def Compare(self, node):
        op, values = type(node.ops[0]), [node.left, *node.comparators]
        if op not in SIGNS or len(values) > 2:
            return self.python(node)
        return self.brackets(self.sign(SIGNS[op]).join(map(self, values)), "[]")


def _negative(node):
    """Does it begin with a minus sign?"""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub)
    return isinstance(node, ast.Constant) and str(node.value)[:1] == "-"
