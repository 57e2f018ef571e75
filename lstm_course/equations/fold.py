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
    scope = {**free.builtins, **free.globals, **free.nonlocals}
    return (tree, scope) if isinstance(tree, ast.FunctionDef) else (None, {})


def meaning(node, scope):
    """What a name, or a name in a module, stands for in a scope; else None."""
    if isinstance(node, ast.Attribute):
        return getattr(meaning(node.value, scope), node.attr, None)
    return scope.get(node.id) if isinstance(node, ast.Name) else None


def called(function):
    """A function as a node: its name, which knows what it names."""
    node = ast.Name(getattr(function, "__name__", type(function).__name__))
    node.function = function
    return node


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
        return [(phase.names, ast.Call(called(phase.forward), args, []))]
    reader = _Statements(Fold(scope, fixed, (phase.forward,)), phase, tree)
    for statement in tree.body:
        getattr(reader, type(statement).__name__, reader.other)(statement)
    return reader.found


def _stored(tree):
    """The names that a statement gives values to, as often as it does."""
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    return [n.id for n in names if isinstance(getattr(n, "ctx", None), ast.Store)]


def _renamed(phase, tree):
    """Names inside a function of what it gives under another: inside -> given."""
    last = tree.body[-1]
    values = _parts(last.value) if isinstance(last, ast.Return) else []
    pairs = zip(phase.names, (getattr(v, "id", None) for v in values), strict=False)
    inside = {*_stored(tree)} - {*phase.names, *phase.args}
    return {v: n for n, v in pairs if v in inside and n in phase.gives}


def _parts(node):
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _only_return(tree):
    """What a function returns that does nothing else, else None."""
    body = tree.body[bool(ast.get_docstring(tree)) :]
    return body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None


def _default(value):
    """The default of a helper's argument as a node."""
    return called(value) if callable(value) else ast.Constant(value)


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
        self.renamed = _renamed(phase, tree)

    def Assign(self, statement):
        values = _parts(self.fold.visit(statement.value))
        for target in statement.targets:
            names = [getattr(t, "id", None) for t in _parts(target)]
            if None in names:  # a place in an array, a part of a list
                self.other(statement)
            elif len(names) == len(values):
                for name, value in zip(names, values, strict=True):
                    self.take(name, value)
            else:
                self.line(names, *values)

    def AugAssign(self, statement):
        old = ast.Name(getattr(statement.target, "id", ""))
        value = ast.BinOp(old, statement.op, statement.value)
        self.Assign(ast.Assign([statement.target], value))

    def AnnAssign(self, statement):
        if statement.value:
            self.Assign(ast.Assign([statement.target], statement.value))

    def Expr(self, statement):
        if not isinstance(statement.value, ast.Constant):  # a text says nothing
            self.other(statement)

    def Return(self, statement):
        values = _parts(self.fold.visit(statement.value))
        names, gives = self.phase.names, self.phase.gives
        if len(names) != len(values):
            return self.line(names, *values)
        for name, value in zip(names, values, strict=True):
            plain = isinstance(value, ast.Name | ast.Constant)
            if getattr(value, "id", "") != name and (name in gives or not plain):
                self.line([name], value)

    def take(self, name, value):
        """A name gets a value: as a line, or to be written out where it is used."""
        self.to_come[name] -= 1
        moment = self.to_come[name] or name in self.phase.args
        plain = isinstance(value, ast.Constant) or hasattr(value, "function")
        if moment or plain and name not in self.phase.gives:
            self.fold.values[name] = value
        else:
            self.line([self.renamed.get(name, name)], value)
            self.fold.values.pop(name, None)
            if name in self.renamed:
                self.fold.values[name] = ast.Name(self.renamed[name])

    def line(self, names, value):
        self.found.append((tuple(names), value))

    def other(self, statement):
        """What is no assignment: shown as it stands."""
        for name in _stored(statement):
            self.to_come[name] -= 1
            if name in self.fold.values:
                self.line([name], self.fold.values.pop(name))
        self.line((), statement)


class Fold(ast.NodeTransformer):
    """Put values in for names, write helpers out, and fold 0, 1 and open gates."""

    def __init__(self, scope, values, within=()):
        self.scope, self.values, self.within = scope, values, within

    def visit_Name(self, node):
        if node.id in self.values:
            return self.values[node.id]
        return self._known(node)

    def visit_Attribute(self, node):
        return self._known(ast.Attribute(self.visit(node.value), node.attr))

    def _known(self, node):
        """A number or a function in place of what names it."""
        known = meaning(node, self.scope)
        if isinstance(known, Real) and not isinstance(known, bool):
            return ast.Constant(known)
        return called(known) if callable(known) else node

    def visit_Call(self, node):
        called, args = self.visit(node.func), [self.visit(a) for a in node.args]
        named = {k.arg: self.visit(k.value) for k in node.keywords}
        function = getattr(called, "function", None)
        if function in GATES.values() and args and _held(args[0]) is not None:
            return ast.Constant(_held(args[0]))
        keywords = [ast.keyword(*pair) for pair in named.items()]
        out = self._written_out(function, args, named)
        return out or ast.Call(called, args, keywords)

    def _written_out(self, function, args, named):
        """What a helper of one return computes from its arguments, else None."""
        if not inspect.isfunction(function) or function in (*TABLE, *self.within):
            return None
        tree, scope = source(function)
        value = tree and _only_return(tree)
        try:
            bound = inspect.signature(function).bind(*args, **named)
        except TypeError:
            return None
        bound.apply_defaults()
        if not value or bound.args != tuple(bound.arguments.values()):
            return None
        values = {k: v if isinstance(v, ast.AST) else _default(v)
                  for k, v in bound.arguments.items()}
        return Fold(scope, values, (*self.within, function)).visit(value)

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
