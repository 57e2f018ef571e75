r"""A cell's equations as TeX, made from the code that runs.

The arithmetic of ``forward`` is read as Python's own syntax tree.  What a cell holds
fixed is put in and folded away (a gate held open becomes 1, an absent peephole goes),
and a helper that is one ``return`` is written out.  So every variant shows its own
equations, and none can differ from what is computed.
"""

import ast
import inspect
import textwrap

from . import ops
from .doors import as_cell

NAMES = {ops.sigmoid: r"\sigma", ops.tanh: r"\tanh", ops.exp: r"\exp", ops.log: r"\log",
         ops.log_sigmoid: r"\log\sigma", ops.maximum: r"\max", ops.minimum: r"\min",
         ops.hard_sigmoid: r"\sigma_{0.2}", ops.hard_sigmoid6: r"\sigma_{1/6}",
         ops.step: r"\mathbb{1}_{>0}"}
SIGNS = {ast.Add: (1, " + "), ast.Sub: (1, " - "), ast.Mod: (2, r" \bmod "),
         ast.Mult: (3, r" \odot ")}
OPEN = 100.0  # a gate held at or beyond this is 1 to the last bit
ATOM = 9


def equations(cell):
    r"""The equations of one step of a cell, line by line.

    Parameters
    ----------
    cell : str or cell
        Of a stack, its top layer is shown.

    Returns
    -------
    list of str
        TeX without dollar signs; empty for a cell that is not made of phases.

    Examples
    --------
    >>> for line in equations("rnn"):
    ...     print(line)
    z_{h} = x_t W_x + h_{t-1} W_h + b
    h_t = \tanh(z_{h})
    """
    cell = as_cell(cell)
    cell = cell.layers[-1]
    lines, done = [], set()
    for phase in cell.phases:
        blocks = [b for b in cell.blocks if f"z{b}" in phase.args and b not in done]
        done.update(blocks)
        lines += products(cell, blocks) + arithmetic(cell, phase)
    if cell.extra:
        below = r"c_t \text{ of the layer below}"
        lines.insert(0, f"{name_of(cell, cell.extra)} = {below}")
    return lines


def products(cell, blocks):
    """One line for every run of blocks with the same products."""
    groups = []
    for b in blocks:
        terms = [t for t in cell.all_terms if b in t.blocks]
        reads = list(dict.fromkeys((t.source, t.param) for t in terms))
        if groups and groups[-1][1] == reads:
            groups[-1][0].append(b)
        else:
            groups.append(([b], reads))
    return [_line(cell, group, reads) for group, reads in groups]


def _line(cell, group, reads):
    reads = sorted(reads, key=lambda r: (r[0] is None, r[0] != "x"))  # x first, b last
    right = [name_of(cell, w) if s is None
             else f"{name_of(cell, cell.value_of(s))} {name_of(cell, w)}"
             for s, w in reads]
    left = r"\;".join(name_of(cell, f"z{b}") for b in group)
    left = f"{{[{left}]}}" if len(group) > 1 else left  # {}: no option of \\
    return left + " = " + " + ".join(right)


def arithmetic(cell, phase):
    """The lines of a phase's forward."""
    return [f"{name_of(cell, name)} = {render(cell, node)[0]}"
            for name, node in folded(cell, phase)]


def folded(cell, phase, form=None):
    """Pairs (name, folded expression) of a phase's forward, in its order."""
    fixed = {k: ast.Constant(v) for k, v in cell.fixed.items()}
    fold, pairs = (form or Fold)(_scope(phase.forward), fixed), []
    for statement in _syntax(phase.forward).body:
        values = _parts(statement.value)
        if isinstance(statement, ast.Return):  # what has no name yet
            found = zip(phase.names, values, strict=True)
            pairs += [(n, v) for n, v in found if not isinstance(v, ast.Name)]
        else:
            targets = _parts(statement.targets[0])
            pairs += [(t.id, v) for t, v in zip(targets, values, strict=True)]
    return [(name, fold.visit(value)) for name, value in pairs]


class Fold(ast.NodeTransformer):
    """Put values in for names, write helpers out, and fold 0, 1 and open gates."""

    def __init__(self, scope, values):
        self.scope, self.values = scope, values

    def visit_Name(self, node):
        return self.values.get(node.id, node)

    def visit_Call(self, node):
        f, args = self.function(node.func), [self.visit(a) for a in node.args]
        if f is ops.sigmoid and _is_open(args[0]):
            return ast.Constant(1.0)
        if f not in NAMES and (tree := _one_return(f)):
            inner = dict(zip([a.arg for a in tree.args.args], args, strict=True))
            return type(self)(_scope(f), inner).visit(tree.body[-1].value)
        plain = ast.unparse(node.func).replace("_", r"\_")
        return ast.Call(ast.Constant(NAMES.get(f, _upright(plain))), args, [])

    def function(self, node):
        """The function that a call names, as f or as module.f."""
        if isinstance(node, ast.Attribute):
            return getattr(self.function(node.value), node.attr, None)
        return self.scope.get(node.id) if isinstance(node, ast.Name) else None

    def visit_BinOp(self, node):
        a, b, op = self.visit(node.left), self.visit(node.right), type(node.op)
        if op is ast.Mult and (_is(a, 0) or _is(b, 0)):
            return ast.Constant(0.0)
        if (op is ast.Mult and _is(a, 1)) or (op is ast.Add and _is(a, 0)):
            return b
        if (op is ast.Mult and _is(b, 1)) or (op in (ast.Add, ast.Sub) and _is(b, 0)):
            return a
        return ast.BinOp(a, node.op, b)


def render(cell, node):
    """A folded expression -> (TeX, rank); a lower rank needs brackets in a product."""
    if isinstance(node, ast.Constant):
        return f"{node.value:g}", ATOM
    if isinstance(node, ast.Name):
        return name_of(cell, node.id), ATOM
    if isinstance(node, ast.Call):
        args = ", ".join(render(cell, a)[0] for a in node.args)
        return f"{node.func.value}({args})", ATOM
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        a, b = (render(cell, n)[0] for n in (node.left, node.right))
        return rf"\frac{{{a}}}{{{b}}}", ATOM
    if isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        rank, sign = SIGNS[type(node.op)]
        number = isinstance(node.left, ast.Constant) and rank == 3
        a = _bracket(*render(cell, node.left), rank)
        b = _bracket(*render(cell, node.right), rank + isinstance(node.op, ast.Sub))
        return a + (r"\," if number else sign) + b, rank
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return "-" + _bracket(*render(cell, node.operand), 2), 1
    return rf"\text{{{ast.unparse(node)}}}", ATOM


def name_of(cell, name):
    r"""Python's name of a quantity -> TeX: c_prev -> c_{t-1}, w_ci -> w_{ci}."""
    if name.endswith("_prev"):
        return f"{_upright(name.removesuffix('_prev'))}_{{t-1}}"
    if name == cell.extra or (name[0] == "z" and name[1:] in cell.blocks):
        return f"z_{{{name[1:]}}}"
    weights = {t.param for t in cell.all_terms} | {*cell.vectors, *cell.constants}
    if name in weights:
        base, _, sub = name.partition("_")
        sub = f"{{{sub}}}" if len(sub) > 1 else sub
        text = _upright(base) + f"_{sub}" * bool(sub)
        return rf"(M \odot {text})" if name in cell.masks else text
    return f"{_upright(name)}_t"


def _upright(name):
    return name if len(name) == 1 else rf"\mathrm{{{name}}}"


def _bracket(text, rank, needed):
    return f"({text})" if rank < needed else text


def _is(node, value):
    return isinstance(node, ast.Constant) and node.value == value


def _is_open(node):
    """Is this a number far above 0, or a sum with one?"""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_open(node.left) or _is_open(node.right)
    return isinstance(node, ast.Constant) and node.value >= OPEN


def _syntax(function):
    """The syntax tree of a function."""
    return ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]


def _one_return(function):
    """The syntax of a function that is one return after its text, else None."""
    tree = _syntax(function) if inspect.isfunction(function) else None
    if not isinstance(tree, ast.FunctionDef):
        return None
    one = len(tree.body) == 1 + bool(ast.get_docstring(tree))
    return tree if one and isinstance(tree.body[-1], ast.Return) else None


def _scope(function):
    """What a function's free names mean."""
    found = inspect.getclosurevars(function)
    return {**found.builtins, **found.globals, **found.nonlocals}


def _parts(node):
    return node.elts if isinstance(node, ast.Tuple) else [node]
