"""The one reader of a cell's own lines: from a function's text to expressions.

An expression is a tree of Python's own syntax, of few kinds:

    ast.Constant     a number
    ast.Name         a quantity; where it is called, a function: ``node.function``
    ast.Call         a function of ops, or one that keeps its name
    ast.UnaryOp      a sign
    ast.BinOp        sum and product, quotient and power
    ast.Compare      1 where it holds, else 0
    ast.Attribute    a matrix on its side, ``k.mT``

Everything else Python has is left as it is; a hand writes it as Python.
"""

import ast
import inspect
import operator
import textwrap
from collections import Counter
from numbers import Real

from ..ops import GATES, TABLE

OPEN = 100.0  # a gate held at or beyond this is 1, or 0, to the last bit
NEUTRAL = {ast.Add: 0, ast.Sub: 0, ast.Mult: 1, ast.Div: 1, ast.Pow: 1}  # on the right
ON_NUMBERS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def source(function):
    """A function's own lines: (their syntax tree, what its free names mean).

    The tree is None where there is no text to read: of a lambda, of what is built in.
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        free = inspect.getclosurevars(function)
    except (TypeError, OSError, SyntaxError):
        return None, {}
    if not isinstance(tree, ast.FunctionDef):
        return None, {}
    tree.body = tree.body[bool(ast.get_docstring(tree)) :]
    return tree, {**free.builtins, **free.globals, **free.nonlocals}


def meaning(node, scope):
    """What a name, or a name in a module, stands for in a scope; else None."""
    if isinstance(node, ast.Attribute):
        return getattr(meaning(node.value, scope), node.attr, None)
    return scope.get(node.id) if isinstance(node, ast.Name) else None


def fold(phase, fixed):
    """What a phase's forward computes: pairs (names, expression), in its order.

    A name that only stands for a number, or for a value of a moment, is written out
    where it is used; so is an argument that is changed.  What is returned under
    another name gets a line of its own only where a state or a product needs it.
    """
    tree, scope = source(phase.forward)
    fixed = {k: ast.Constant(v) for k, v in fixed.items()}
    if tree is None:
        args = [fixed.get(a, ast.Name(a)) for a in phase.args]
        return [(phase.names, ast.Call(_called(phase.forward), args, []))]
    reader = _Statements(Fold(scope, fixed, (phase.forward,)), phase, tree)
    for statement in tree.body:
        reader.read(statement)
    return reader.found


def _called(function):
    """A function as a node: its name, which knows what it names."""
    node = ast.Name(getattr(function, "__name__", type(function).__name__))
    node.function = function
    return node


def _assigned(statement):
    """(names, expression) of a plain assignment, else ([], None)."""
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.AugAssign):
        value = ast.BinOp(statement.target, statement.op, value)
    elif not isinstance(statement, ast.Assign | ast.AnnAssign) or not value:
        return [], None
    targets = getattr(statement, "targets", None) or [statement.target]
    names = [getattr(t, "id", None) for t in _parts(targets[0])]
    return (names, value) if len(targets) == 1 and None not in names else ([], None)


def _stored(tree):
    """The names that a statement gives values to, as often as it does."""
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    return [n.id for n in names if isinstance(getattr(n, "ctx", None), ast.Store)]


def _parts(node):
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _is(node, value):
    return isinstance(node, ast.Constant) and node.value == value


def _held(node):
    """1 or 0 where a gate's argument is a number far from 0, or a sum with one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _held(node.left) if _held(node.left) is not None else _held(node.right)
    held = isinstance(node, ast.Constant) and abs(node.value) >= OPEN
    return float(node.value > 0) if held else None


class _Statements:
    """Reads one statement after the other."""

    def __init__(self, fold, phase, tree):
        self.fold, self.phase, self.found = fold, phase, []
        self.to_come = Counter(_stored(tree))

    def read(self, statement):
        names, value = _assigned(statement)
        back = isinstance(statement, ast.Return)
        if not names and not back:
            return self.other(statement)
        values = _parts(self.fold.visit(statement.value if back else value))
        names, take = (self.phase.names, self.give) if back else (names, self.take)
        if len(names) != len(values):
            return self.line(names, *values)
        for pair in zip(names, values, strict=True):
            take(*pair)

    def take(self, name, value):
        """A name gets a value: as a line, or to be written out where it is used."""
        self.to_come[name] -= 1
        plain = isinstance(value, ast.Constant) or hasattr(value, "function")
        moment = self.to_come[name] or name in self.phase.args
        if moment or (plain and name not in self.phase.gives):
            self.fold.values[name] = value
        else:
            self.fold.values.pop(name, None)
            self.line([name], value)

    def give(self, name, value):
        """What is returned: a line where it has none, unless it is only kept."""
        plain = isinstance(value, ast.Name | ast.Constant)
        if getattr(value, "id", "") != name and (name in self.phase.gives or not plain):
            self.line([name], value)

    def other(self, statement):
        """What is no assignment: shown as it stands."""
        for name in _stored(statement):
            self.to_come[name] -= 1
            if name in self.fold.values:
                self.line([name], self.fold.values.pop(name))
        self.line((), statement)

    def line(self, names, value):
        self.found.append((tuple(names), value))


class Fold(ast.NodeTransformer):
    """Put values in for names, write helpers out, and fold 0, 1 and open gates."""

    def __init__(self, scope, values, within=()):
        self.scope, self.values, self.within = scope, values, within

    def visit_Name(self, node):
        return self.values.get(node.id) or self._known(node)

    def visit_Attribute(self, node):
        return self._known(ast.Attribute(self.visit(node.value), node.attr))

    def _known(self, node):
        """A number or a function in place of what names it."""
        known = meaning(node, self.scope)
        if isinstance(known, Real) and not isinstance(known, bool):
            return ast.Constant(known)
        return _called(known) if callable(known) else node

    def visit_Call(self, node):
        call = self.generic_visit(node)
        function = getattr(call.func, "function", None)
        if function in GATES.values() and call.args:
            if (held := _held(call.args[0])) is not None:
                return ast.Constant(held)
        return self._written_out(function, call) or call

    def _written_out(self, function, call):
        """What a helper of one return computes from plain arguments, else None."""
        if not inspect.isfunction(function) or function in (*TABLE, *self.within):
            return None
        tree, scope = source(function)
        alone = tree and len(tree.body) == 1 and isinstance(tree.body[0], ast.Return)
        names = [a.arg for a in tree.args.args] if alone else []
        if not names or call.keywords or len(names) != len(call.args):
            return None
        values = dict(zip(names, call.args, strict=True))
        return Fold(scope, values, (*self.within, function)).visit(tree.body[0].value)

    def visit_UnaryOp(self, node):
        value = self.visit(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(value, ast.Constant):
            return ast.Constant(-value.value)
        return ast.UnaryOp(node.op, value)

    def visit_BinOp(self, node):
        a, b, op = self.visit(node.left), self.visit(node.right), type(node.op)
        if op is ast.Mult and (_is(a, 0) or _is(b, 0)):
            return ast.Constant(0.0)
        if (op is ast.Mult and _is(a, 1)) or (op is ast.Add and _is(a, 0)):
            return b
        if op in NEUTRAL and _is(b, NEUTRAL[op]):
            return a
        if op in ON_NUMBERS and all(isinstance(n, ast.Constant) for n in (a, b)):
            return ast.Constant(ON_NUMBERS[op](a.value, b.value))
        return ast.BinOp(a, node.op, b)
