"""Changes of a genome, one at a time, as Jozefowicz et al. (2015) made them.

An activation becomes another one, an operation too; a node is inserted, taken away or
reads another name; a product reads other things; a gate comes or goes; a share becomes
what is left of one; a bias starts elsewhere.
"""

import ast

from .genome import Block, cell, key, tidy
from .partial import names_in, tree

ACTIVATIONS = ("tanh", "sigmoid", "same", "relu")
OPERATIONS = {"*": ast.Mult, "+": ast.Add, "-": ast.Sub}
SIGN = {op: sign for sign, op in OPERATIONS.items()}
BIASES = (-1.0, 0.0, 1.0, 2.0, 3.0)
READS = (("x", "h"), ("x",), ("h",), ("x", "a"), ("x", "q"), ("x", "h", "c"))
FIRST = {"a": [("a", "tanh(h_prev)")], "q": [("r", "sigmoid(zr)"), ("q", "r * h_prev")]}
LETTERS = "fuvwyspklm"
BLOCKS, LINES, LONG = 5, 9, 48  # the largest cell: blocks, lines, letters of a line
TRIES = 200


def mutate(g, rng):
    """A changed genome, and what was changed, in words.

    Parameters
    ----------
    g : Genome
    rng : numpy Generator

    Returns
    -------
    Genome, str

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_course.search.genome import STARTS
    >>> print(mutate(STARTS["hoard"], np.random.default_rng(0))[1])
    bias of g starts at 1 instead of 0
    """
    for _ in range(TRIES):
        change = KINDS[rng.integers(len(KINDS))]
        if (found := change(g, rng)) is None:
            continue
        new = tidy(found[0])
        if new is not None and key(new) != key(g) and _fits(new):
            return new, found[1]
    raise ValueError(
        f"No change of {g} was found in {TRIES} tries. Expected a genome with lines "
        "that can be changed. Is it a cell?"
    )


def _fits(g):
    """Not too large, and a cell at all."""
    small = len(g.blocks) <= BLOCKS and len(g.lines) <= LINES
    if not small or any(len(t) > LONG for _, t in g.lines):
        return False
    try:
        cell(g)
    except ValueError:
        return False
    return True


# ------------------------------------------------------------------ places in the lines


def places(g, kind):
    """Every node of a kind in the lines: list of (line, number in the line, node)."""
    found = []
    for k, (_, text) in enumerate(g.lines):
        for n, node in enumerate(_nodes(tree(text))):
            if isinstance(node, kind):
                found.append((k, n, node))
    return found


def _nodes(root):
    called = {id(n.func) for n in ast.walk(root) if isinstance(n, ast.Call)}
    nodes = [n for n in ast.walk(root) if isinstance(n, ast.expr)]
    return [n for n in nodes if id(n) not in called]


def put_at(g, k, number, new):
    """The genome in which one node of line k is another expression, given as text."""
    root = tree(g.lines[k][1])
    old = _nodes(root)[number]

    class Put(ast.NodeTransformer):
        def visit(self, node):
            return tree(new) if node is old else super().generic_visit(node)

    text = ast.unparse(Put().visit(root))
    lines = [*g.lines]
    lines[k] = (lines[k][0], text)
    return g._replace(lines=tuple(lines))


def known(g, k):
    """Names that line k may read."""
    old = ["h_prev"] + ["c_prev"] * any(n == "c" for n, _ in g.lines)
    return old + [n for n, _ in g.lines[:k]]


def _one(rng, items):
    items = list(items)
    return items[rng.integers(len(items))] if items else None


def _changed(g, k, number, node, new):
    """A change with its words; None where nothing is to be changed."""
    old = ast.unparse(node)
    if new is None or new == old:
        return None
    return put_at(g, k, number, new), f"in {g.lines[k][0]}, {old} becomes {new}"


def _called(function, text):
    """A function of an expression, as text."""
    if function == "same":
        return text
    if function == "relu":
        return f"positive({text}) * {text}"
    return f"{function}({text})"


# ------------------------------------------------------------------------- the changes


def activation(g, rng):
    """A function becomes another one, or goes."""
    if (at := _one(rng, places(g, ast.Call))) is None:
        return None
    inner = ast.unparse(at[2].args[0])
    return _changed(g, *at, _called(_one(rng, ACTIVATIONS), inner))


def operation(g, rng):
    """Sum, difference or product become one another."""
    if (at := _one(rng, places(g, ast.BinOp))) is None:
        return None
    node, sign = at[2], _one(rng, OPERATIONS)
    new = ast.BinOp(node.left, OPERATIONS[sign](), node.right)
    return _changed(g, *at, ast.unparse(new))


def insert(g, rng):
    """Before a node, a function of it or an operation with what is known already."""
    at = _one(rng, places(g, ast.Name))
    other, text = _one(rng, known(g, at[0])), ast.unparse(at[2])
    if rng.random() < 1 / 3:
        return _changed(g, *at, _called(_one(rng, ("tanh", "sigmoid", "relu")), text))
    return _changed(g, *at, f"{text} {_one(rng, OPERATIONS)} {other}")


def remove(g, rng):
    """Of an operation, one side stays."""
    if (at := _one(rng, places(g, ast.BinOp))) is None:
        return None
    return _changed(g, *at, ast.unparse(_one(rng, (at[2].left, at[2].right))))


def rewire(g, rng):
    """A node reads another name."""
    at = _one(rng, [p for p in places(g, ast.Name) if p[2].id[0] != "z"])
    return None if at is None else _changed(g, *at, _one(rng, known(g, at[0])))


def complement(g, rng):
    """u becomes 1 - u, or the other way round."""
    at = _one(rng, [p for p in places(g, ast.Name) if p[2].id[0] != "z"])
    return None if at is None else _changed(g, *at, f"1.0 - {at[2].id}")


def product(g, rng):
    """A layer reads other things."""
    old, new = _one(rng, g.blocks), _one(rng, READS)
    if new == old.reads or ("c" in new and "c" not in g.states):
        return None
    block, first = old._replace(reads=new), list(g.first)
    blocks = [block if b.name == old.name else b for b in g.blocks]
    for source in {*new} & {*FIRST}:
        if all(n != source for n, _ in first):
            if source == "q" and any(b.name == "r" for b in blocks):
                return None
            first += FIRST[source]
            blocks += [Block("r", ("x", "h"))] if source == "q" else []
    words = f"layer {old.name} reads {' and '.join(map(_in_words, new))}"
    return g._replace(blocks=tuple(blocks), first=tuple(first)), words


def _in_words(source):
    return {"a": "tanh(h)", "q": "r * h"}.get(source, source)


def gate(g, rng):
    """A new gate multiplies a node."""
    taken = {b.name for b in g.blocks} | {n for n, _ in (*g.lines, *g.first)}
    name = next((k for k in LETTERS if k not in taken), None)
    at = _one(rng, [p for p in places(g, ast.Name) if p[2].id[0] != "z"])
    if name is None or at is None:
        return None
    k, number, node = at
    new = put_at(g, k, number, f"{name} * {node.id}")
    lines = list(new.lines)
    lines.insert(k, (name, f"sigmoid(z{name})"))
    block = Block(name, _one(rng, READS[:3]), _one(rng, BIASES))
    words = f"a new gate {name} multiplies {node.id} in {g.lines[k][0]}"
    words += f"; it reads {' and '.join(block.reads)}, bias {block.bias:g}"
    return new._replace(lines=tuple(lines), blocks=(*g.blocks, block)), words


def ungate(g, rng):
    """A gate goes: what it multiplied stays."""
    gates = [n for n, t in g.lines if t == f"sigmoid(z{n})"]
    if (name := _one(rng, gates)) is None:
        return None

    class Without(ast.NodeTransformer):
        def visit_BinOp(self, node):
            node = self.generic_visit(node)
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(node.op, ast.Mult) and getattr(one, "id", "") == name:
                    return other
            return node

    lines = [(n, ast.unparse(Without().visit(tree(t)))) for n, t in g.lines]
    if any(name in names_in(tree(t)) for _, t in lines):
        return None
    return g._replace(lines=tuple(lines)), f"gate {name} goes"


def bias(g, rng):
    """A bias starts elsewhere."""
    old, value = _one(rng, g.blocks), _one(rng, BIASES)
    if value == old.bias:
        return None
    blocks = [b._replace(bias=value) if b == old else b for b in g.blocks]
    words = f"bias of {old.name} starts at {value:g} instead of {old.bias:g}"
    return g._replace(blocks=tuple(blocks)), words


KINDS = (
    *(activation, operation, insert, remove, rewire, complement, product),
    *(gate, gate, ungate, bias, bias),
)
