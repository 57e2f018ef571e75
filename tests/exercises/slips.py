"""Random small mistakes in the text of a solution: one slip each, from a seed."""

import ast
import re

ENDLESS = re.compile(r"(\w+)\.append\(-?\1\)")  # NumPy would unfold it for ever
OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
TURNED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.Gt, ast.GtE: ast.Lt,
          ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}  # fmt: skip


def slip(source, rng):
    """The source of a function with one random mistake, and what it is."""
    text = "x.append(x)"
    while ENDLESS.search(text):
        tree = ast.parse(source)
        places = list(_places(tree.body[0]))
        node, field, new, what = places[rng.integers(len(places))]
        if isinstance(field, tuple):
            getattr(node, field[0])[field[1]] = new
        else:
            setattr(node, field, new)
        text = ast.unparse(ast.fix_missing_locations(tree))
    return text, what


def _places(function):
    """(node, field, replacement, description) of every possible slip."""
    names = _values(function)
    for node in ast.walk(function):
        for field, child in _children(node):
            for new, what in _slips(child, names):
                yield node, field, new, f"{what} for {ast.unparse(child)}"


def _children(node):
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            yield field, value
        elif isinstance(value, list):
            rows = enumerate(value)
            yield from (((field, k), v) for k, v in rows if isinstance(v, ast.expr))


def _values(function):
    """Names of the function's own variables and arguments."""
    stored = {n.id for n in ast.walk(function)
              if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}  # fmt: skip
    return sorted(stored | {a.arg for a in function.args.args})


def _slips(child, names):
    if isinstance(child, ast.BinOp):
        yield child.left, "missing term"
        yield child.right, "missing term"
        if type(child.op) in OTHER:
            yield _with(child, op=OTHER[type(child.op)]()), "wrong operation"
    elif isinstance(child, ast.UnaryOp) and isinstance(child.op, ast.USub):
        yield child.operand, "wrong sign"
    elif isinstance(child, ast.Compare) and type(child.ops[0]) in TURNED:
        yield _with(child, ops=[TURNED[type(child.ops[0])]()]), "turned comparison"
    elif isinstance(child, ast.Constant) and type(child.value) is int:
        yield ast.Constant(child.value + 1), "wrong index"
    elif isinstance(child, ast.Constant) and type(child.value) is float:
        yield ast.Constant(child.value * 1.1), "wrong number"
    elif isinstance(child, ast.Constant) and type(child.value) is bool:
        yield ast.Constant(not child.value), "wrong truth"
    elif isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
        if child.id in names:
            near = [n for n in names if n != child.id]
            yield from ((ast.Name(n, ast.Load()), "swapped name") for n in near)
            yield ast.UnaryOp(ast.USub(), child), "wrong sign"


def _with(node, **fields):
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})
