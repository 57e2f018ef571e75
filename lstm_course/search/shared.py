"""What is written twice gets a name; a gradient bears the name of what it is by."""

import ast
from collections import Counter

from .partial import names_in, put


def renamed(statements, results, wanted, gives):
    """Statements and results in which a result that is only a name bears its own.

    ``ds_i`` becomes ``dzi`` where the gradient by zi is just that.  What is no name
    becomes a statement if it is the gradient by a pre-activation.
    """
    own, new = {f"d{g}" for g in gives}, {}
    made = {name for name, _ in statements} - own
    for a, value in zip(wanted, results, strict=True):
        if getattr(value, "id", None) in made - {*new}:
            new[value.id] = f"d{a}"
    to = {old: ast.Name(name) for old, name in new.items()}
    statements = [(new.get(name, name), put(value, to)) for name, value in statements]
    results = [put(value, to) for value in results]
    for k, (a, value) in enumerate(zip(wanted, results, strict=True)):
        if a[0] == "z" and isinstance(value, ast.BinOp | ast.UnaryOp):
            statements.append((f"d{a}", value))
            results[k] = ast.Name(f"d{a}")
    return statements, results


def shared(statements, results):
    """The same where every product or function that is there twice is a statement."""
    statements, number = list(statements), 0
    while found := _twice(statements, results):
        text, first = found
        name, value = statements[first] if first < len(statements) else ("", None)
        is_one = value is not None and ast.unparse(value) == text
        if not is_one:
            name, number = f"part{number or ''}", number + 1
        hand, keep = _Replace(text, name), first if is_one else None
        statements = [
            (n, v if k == keep else hand.visit(v))
            for k, (n, v) in enumerate(statements)
        ]
        results = [hand.visit(v) for v in results]
        if not is_one:
            statements.insert(first, (name, ast.parse(text, mode="eval").body))
    return statements, results


def _twice(statements, results):
    """The longest expression that is worth a name, and before which statement."""
    values = [v for _, v in statements] + list(results)
    count, first = Counter(), {}
    for k, value in enumerate(values):
        for node in ast.walk(value):
            if _weighs(node):
                text = ast.unparse(node)
                count[text] += 1
                first.setdefault(text, k)
    last = {name: k for k, (name, _) in enumerate(statements)}
    names = Counter(name for name, _ in statements)
    for text in sorted((t for t in count if count[t] > 1), key=len, reverse=True):
        reads = names_in(ast.parse(text, mode="eval").body)
        k = first[text]
        again = k < len(statements) and names[statements[k][0]] > 1
        if all(last.get(n, -1) < k for n in reads) and not again:
            return text, k
    return None


def _weighs(node):
    """More than 1 - u."""
    if isinstance(node, ast.Call):
        return True
    return isinstance(node, ast.BinOp) and not isinstance(node.left, ast.Constant)


class _Replace(ast.NodeTransformer):
    def __init__(self, text, name):
        self.text, self.name = text, name

    def visit(self, node):
        if isinstance(node, ast.expr) and ast.unparse(node) == self.text:
            return ast.Name(self.name)
        return super().visit(node)
