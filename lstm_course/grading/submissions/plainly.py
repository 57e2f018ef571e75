"""A function's tree as most would write it, so that a disguise changes nothing.

Annotations go, as do ``pass``, constants that stand alone and a name that is returned
at once; ``x += y`` is ``x = x + y`` and ``a, b = x, y`` two lines; ``np.add`` and its
like are signs; keywords are sorted; what was imported has its full name.
"""

import ast
from itertools import pairwise

SIGNS = {"dot": ast.MatMult, "matmul": ast.MatMult, "add": ast.Add, "subtract": ast.Sub,
         "multiply": ast.Mult, "divide": ast.Div, "true_divide": ast.Div,
         "power": ast.Pow}  # fmt: skip
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef)


def imported(node):
    """Name -> full name of what an import statement binds: dict."""
    if isinstance(node, ast.Import):
        short = {m.name.partition(".")[0]: m.name.partition(".")[0]
                 for m in node.names if not m.asname}  # fmt: skip
        return short | {m.asname: m.name for m in node.names if m.asname}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return {}


class Plainly(ast.NodeTransformer):
    """Rewrites a tree in place; ``known`` maps names to what was imported by them."""

    def __init__(self, known):
        self.known = known

    def visit(self, node):
        node = super().visit(node)
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = _without_last_name(body)
        return node

    def visit_Pass(self, node):
        return None

    def visit_Expr(self, node):
        alone = isinstance(node.value, ast.Constant)
        return None if alone else self.generic_visit(node)

    def visit_AnnAssign(self, node):
        if node.value is None:
            return None
        return self.visit(ast.Assign([node.target], node.value))

    def visit_AugAssign(self, node):
        value = ast.BinOp(node.target, node.op, node.value)
        return self.visit(ast.Assign([node.target], value))

    def visit_Assign(self, node):
        self.generic_visit(node)
        target, value = node.targets[0], node.value
        sides = [t.elts for t in (target, value) if isinstance(t, ast.Tuple)]
        if len(sides) < 2 or len(node.targets) > 1 or len(set(map(len, sides))) > 1:
            return node
        if any(isinstance(e, ast.Starred) for side in sides for e in side):
            return node
        return [ast.Assign([t], v) for t, v in zip(*sides, strict=True)]

    def visit_Call(self, node):
        self.generic_visit(node)
        node.keywords.sort(key=lambda k: k.arg or "")
        name, two = self.full(node.func), len(node.args) == 2 and not node.keywords
        sign = SIGNS.get(name.removeprefix("numpy.")) if two else None
        return ast.BinOp(node.args[0], sign(), node.args[1]) if sign else node

    def visit_Name(self, node):
        return ast.Name(self.known.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node):
        self.generic_visit(node)
        return ast.Name(self.full(node), node.ctx) if self._is_known(node) else node

    def _is_known(self, node):
        first = self.full(node).partition(".")[0]
        return first in {full.partition(".")[0] for full in self.known.values()}

    def full(self, node):
        """``np.linalg.norm`` as it was imported, "" for what is no such name."""
        if isinstance(node, ast.Attribute):
            before = self.full(node.value)
            return before and f"{before}.{node.attr}"
        return node.id if isinstance(node, ast.Name) else ""


def _without_last_name(body):
    """``t = value; return t`` as ``return value``."""
    kept = list(body)
    for before, last in pairwise(body):
        if isinstance(last, ast.Return) and isinstance(last.value, ast.Name):
            one = isinstance(before, ast.Assign) and len(before.targets) == 1
            target = before.targets[0] if one else None
            if isinstance(target, ast.Name) and target.id == last.value.id:
                kept[kept.index(before) :] = [ast.Return(before.value)]
                break
    return kept
