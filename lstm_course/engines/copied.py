"""A cell's own functions, copied as text into a module that is compiled."""

import ast
from types import FunctionType

from ..equations.fold import meaning, source
from ..ops import TABLE

MACHINE = ("exp", "tanh", "log")  # which every compiled module brings along


class Copier(ast.NodeTransformer):
    """Copies functions, and what they call, line by line; a hand is a class below this.

    ``texts`` are those copied so far, ``names`` under which name.  Where the text of a
    function of ``ops`` is about arrays, that on one number is copied.
    """

    decorator = ""

    def __init__(self):
        self.texts, self.names, self.scope = [], {}, {}

    def copy(self, function):
        """-> the name of a function's copy."""
        if function in TABLE and function.__name__ in MACHINE:
            return function.__name__
        if function not in self.names:
            tree, scope = source(
                getattr(TABLE.get(function), "number", None) or function
            )
            if tree is None:
                raise ValueError(
                    f"The text of {function.__name__!r} cannot be read, so that no "
                    "loop is made of it. Expected a function written with def in a "
                    "file or a notebook. Pass compiled=False?"
                )
            self._write(function, tree, scope)
        return self.names[function]

    def _write(self, function, tree, scope):
        outside, self.scope = self.scope, scope
        tree.body = [self.visit(line) for line in tree.body]
        tree.name, tree.decorator_list = f"{function.__name__}_{len(self.texts)}", []
        tree.returns, self.scope = None, outside
        self.names[function] = tree.name
        self.texts.append(f"{self.decorator}\n{ast.unparse(tree)}\n")

    def visit_Name(self, node):
        known = meaning(node, self.scope)
        if isinstance(known, FunctionType):
            return ast.Name(self.copy(known))
        number = isinstance(known, int | float)
        return self.number(known) if number else self.generic_visit(node)

    visit_Attribute = visit_Name  # ops.tanh

    def visit_Constant(self, node):
        return self.number(node.value)

    def number(self, value):
        """A number in the precision of the module."""
        return ast.Constant(float(value))
