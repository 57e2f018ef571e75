"""Partial derivatives of an expression, and sums and products that stay short.

Expressions are those of ``equations.fold``.  A function's derivative is its row of
``ops.TABLE``, in terms of its output; what has none there, because it is another one
for each argument, stands in ``PARTIALS``.
"""

import ast
from functools import reduce

from ..ops import TABLE

# Of f(a) or f(a, b) with the value y, by each argument.
PARTIALS = {
    "exp": ("y",),
    "log": ("1.0 / a",),
    "abs": ("positive(a) - positive(-a)",),
    "positive": ("0.0",),
    "maximum": ("positive(a - b)", "1.0 - positive(a - b)"),
    "minimum": ("positive(b - a)", "1.0 - positive(b - a)"),
}
for _f, _row in TABLE.items():
    if _row.derivative:
        PARTIALS[_f.__name__] = (f"{_row.derivative.__name__}(y)",)


def tree(text):
    """An expression from its text."""
    return ast.parse(text, mode="eval").body


def names_in(node):
    """The quantities an expression reads, each once, in order: list of str."""
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    found = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    return list(dict.fromkeys(n.id for n in found if id(n) not in called))


def put(node, values):
    """An expression with other expressions in place of names: a new tree."""

    class Put(ast.NodeTransformer):
        def visit_Name(self, node):
            return values.get(node.id, node)

    return Put().visit(tree(ast.unparse(node)))


# ------------------------------------------------------------------ sums and products


def is_number(node, value):
    return isinstance(node, ast.Constant) and node.value == value


def _sign(node):
    """(whether it begins with a minus, the rest)."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return True, node.operand
    if isinstance(node, ast.Constant) and node.value < 0:
        return True, ast.Constant(-node.value)
    return False, node


def minus(node):
    """-node."""
    negative, rest = _sign(node)
    return rest if negative or is_number(rest, 0) else ast.UnaryOp(ast.USub(), node)


def times(a, b):
    """a * b, without factors of 1, signs in front, written from left to right."""
    if is_number(a, 0) or is_number(b, 0):
        return ast.Constant(0.0)
    (negative, a), (other, b) = _sign(a), _sign(b)
    product = _product(a, b)
    return minus(product) if negative != other else product


def _product(a, b):
    if is_number(a, 1) or is_number(b, 1):
        return b if is_number(a, 1) else a
    if isinstance(b, ast.BinOp) and isinstance(b.op, ast.Mult):
        return times(times(a, b.left), b.right)
    if isinstance(b, ast.BinOp) and isinstance(b.op, ast.Div):
        return ast.BinOp(times(a, b.left), ast.Div(), b.right)
    if isinstance(b, ast.Constant):
        a, b = b, a
    return ast.BinOp(a, ast.Mult(), b)


def plus(*terms):
    """The sum, what is positive first."""
    terms = [t for t in terms if not is_number(t, 0)]
    terms.sort(key=lambda t: _sign(t)[0])
    return reduce(_add, terms) if terms else ast.Constant(0.0)


def _add(a, b):
    negative, rest = _sign(b)
    (first, mine), (other, theirs) = _first_factor(a), _first_factor(rest)
    op = ast.Sub() if negative else ast.Add()
    if mine and theirs and ast.unparse(first) == ast.unparse(other):
        return ast.BinOp(first, ast.Mult(), ast.BinOp(mine, op, theirs))
    return ast.BinOp(a, op, rest)


def _first_factor(node):
    """(what a product begins with, the rest), or (node, None)."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return node, None
    first, rest = _first_factor(node.left)
    return first, node.right if rest is None else times(rest, node.right)


# ----------------------------------------------------------------- partial derivatives


def partial(node, name, out=None):
    """The derivative of an expression, whose value is called ``out``, by a name.

    Examples
    --------
    >>> ast.unparse(partial(tree("u * n + (1.0 - u) * h_prev"), "u", "h"))
    'n - h_prev'
    >>> ast.unparse(partial(tree("tanh(zg)"), "zg", "g"))
    'd_tanh(g)'
    """
    if isinstance(node, ast.Name):
        return ast.Constant(float(node.id == name))
    if isinstance(node, ast.Constant | ast.Compare):
        return ast.Constant(0.0)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return minus(partial(node.operand, name, out))
    if isinstance(node, ast.Call):
        return _through_call(node, name, out)
    rule = RULES.get(type(getattr(node, "op", None)))
    if rule is None or not isinstance(node, ast.BinOp):
        raise _unknown(node)
    a, b = partial(node.left, name, out), partial(node.right, name, out)
    return rule(node.left, node.right, a, b)


def _through_call(node, name, out):
    """By the chain rule, argument by argument."""
    word = getattr(node.func, "id", "")
    if word not in PARTIALS or len(node.args) != len(PARTIALS[word]) or node.keywords:
        raise _unknown(node)
    known = dict(zip("ab", node.args, strict=False))
    known["y"] = ast.Name(out) if out else node
    terms = []
    for text, arg in zip(PARTIALS[word], node.args, strict=True):
        terms.append(times(put(tree(text), known), partial(arg, name, out)))
    return plus(*terms)


def _power(x, n, dx, dn):
    if not is_number(dn, 0) or not isinstance(n, ast.Constant):
        raise _unknown(ast.BinOp(x, ast.Pow(), n))
    lower = ast.BinOp(x, ast.Pow(), ast.Constant(n.value - 1.0))
    return times(times(n, lower), dx)


def _quotient(x, y, dx, dy):
    whole = ast.BinOp(dx, ast.Div(), y) if not is_number(dx, 0) else dx
    square = ast.BinOp(y, ast.Mult(), y)
    below = times(x, dy)
    below = below if is_number(below, 0) else ast.BinOp(below, ast.Div(), square)
    return plus(whole, minus(below))


RULES = {
    ast.Add: lambda x, y, dx, dy: plus(dx, dy),
    ast.Sub: lambda x, y, dx, dy: plus(dx, minus(dy)),
    ast.Mult: lambda x, y, dx, dy: plus(times(y, dx), times(x, dy)),
    ast.Div: _quotient,
    ast.Pow: _power,
    ast.Mod: lambda x, y, dx, dy: dx,  # between the jumps
}


def _unknown(node):
    return ValueError(
        f"No derivative is known of {ast.unparse(node)!r}. Expected sums, products, "
        "quotients, powers with a number above, and functions of lstm_course.ops: "
        f"{', '.join(sorted(PARTIALS))}. Write it with these?"
    )


# ------------------------------------------------------------------------- flat lines


def flat(lines):
    """Lines in which a function stands alone on the right, of names: new pairs.

    ``h = o * tanh(c)`` becomes ``tanh_c = tanh(c)`` and ``h = o * tanh_c``;
    ``i = sigmoid(zi + c_prev)`` becomes ``s_i = zi + c_prev`` and ``i = sigmoid(s_i)``.
    """
    hand = _Flat(lines)
    for name, value in lines:
        value = tree(ast.unparse(value))
        if isinstance(value, ast.Call):
            value.args = [hand.named(hand.visit(a), f"s_{name}") for a in value.args]
        else:
            value = hand.visit(value)
        hand.lines.append((name, value))
    return hand.lines


class _Flat(ast.NodeTransformer):
    """Gives inner calls names, lines of their own before the line they stand in."""

    def __init__(self, lines):
        self.lines, self.taken, self.known = [], {n for n, _ in lines}, {}

    def visit_Call(self, node):
        node.args = [self.named(self.visit(a), "s") for a in node.args]
        below = "_".join(n.id for n in node.args if isinstance(n, ast.Name))
        return self.named(node, f"{getattr(node.func, 'id', 'f')}_{below}")

    def named(self, node, name):
        """The name of an expression that is more than a name or a number."""
        if isinstance(node, ast.Name | ast.Constant):
            return node
        text = ast.unparse(node)
        if text not in self.known:
            while name in self.taken:
                name += "_"
            self.known[text] = name
            self.taken.add(name)
            self.lines.append((name, node))
        return ast.Name(self.known[text])
