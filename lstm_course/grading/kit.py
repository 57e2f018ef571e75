"""What a set of questions gives to the jail: names to watch, points, helpers."""

import ast
import functools
from pathlib import Path

OPS = Path(__file__).parents[1] / "ops.py"


class Kit:
    """All that the worker of one set is told at its start.

    Parameters
    ----------
    jail : jail.Jail
        Where it works; many kits may share one.
    helpers : tuple of str or None
        Functions of ``lstm_course.ops`` the submission may use; None: all of them.
    questions : tuple of Exercise
        Whose names the worker watches, and whose points ``check`` returns in the jail.
    """

    def __init__(self, jail, helpers=(), questions=()):
        self.jail, self.limits, self.kind = jail, jail.limits, jail.kind
        self.ops = ops(None if helpers is None else tuple(helpers))
        self.asked = tuple(e.function for e in questions if not e.manual)
        self.points = {e.id: float(e.points) for e in questions}
        self.functions = {e.id: e.function for e in questions if not e.manual}


@functools.cache
def ops(names):
    """The text of the named functions of ops, with imports and their own helpers."""
    text = OPS.read_text(encoding="utf-8")
    return text if names is None else excerpt(text, names)


def excerpt(text, names):
    tree = ast.parse(text)
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    wanted, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name in functions and name not in wanted:
            wanted.add(name)
            nodes = ast.walk(functions[name])
            todo += [n.id for n in nodes if isinstance(n, ast.Name)]
    keep = [
        n
        for n in tree.body
        if isinstance(n, ast.Import) or getattr(n, "name", None) in wanted
    ]
    return ast.unparse(ast.Module(keep, []))
