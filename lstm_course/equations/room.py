"""What a cell's text says: its products and its arithmetic, line by line."""

import ast
from functools import reduce
from typing import NamedTuple

from ..cells.products import parse
from .fold import fold


class Line(NamedTuple):
    """Names and the expression they stand for; several where one product gives them."""

    names: tuple
    value: ast.AST


def lines(cell):
    """One step of a cell that is no stack: list of Line."""
    found, done = [], set()
    for phase in cell.arithmetic:
        blocks = [b for b in cell.blocks if f"z{b}" in phase.args and b not in done]
        done.update(blocks)
        found += products(cell, blocks) + _phase(cell, phase)
    if cell.extra:
        below = ast.Constant(" of the layer below")
        found.insert(0, Line((cell.extra,), _times(ast.Name("c"), below)))
    return found


def arithmetic(cell):
    """The same without the products."""
    return [line for phase in cell.arithmetic for line in _phase(cell, phase)]


def _phase(cell, phase):
    return [Line(*pair) for pair in fold(phase, cell.fixed)]


def products(cell, blocks):
    """One line for every run of blocks with the same products."""
    groups = []
    for b in blocks:
        terms = [t for t in terms_of(cell) if b in t.blocks]
        reads = list(dict.fromkeys((t.source, t.param) for t in terms))
        if groups and groups[-1][1] == reads:
            groups[-1][0].append(f"z{b}")
        else:
            groups.append(([f"z{b}"], reads))
    return [Line(tuple(names), _sum(cell, reads)) for names, reads in groups]


def terms_of(cell):
    """A cell's products, also where a step by hand carries them out."""
    return cell.all_terms or parse(cell.reads, cell.states, ())[1]


def _sum(cell, reads):
    reads = sorted(reads, key=lambda r: (r[0] is None, r[0] != "x"))  # x first, b last
    return total([_product(cell, *pair) for pair in reads])


def _product(cell, source, param):
    weight = ast.Name(param)
    if param in cell.masks:
        weight = ast.BinOp(ast.Name("M"), ast.Mult(), weight)
    return _times(ast.Name(cell.value_of(source)), weight) if source else weight


def _times(a, b):
    """A matrix product, or what is written like one."""
    return ast.BinOp(a, ast.MatMult(), b)


def total(terms):
    """The sum of expressions, as one."""
    return reduce(lambda a, b: ast.BinOp(a, ast.Add(), b), terms)


def summands(node):
    """The expressions of which one is the sum: list."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*summands(node.left), node.right]
    return [node]


def symbol(cell, name):
    """Python's name of a quantity -> (letter or word, what hangs below it).

    c_prev -> c, t-1; zi -> z, i; w_ci -> w, ci; h -> h, t.
    """
    if name.endswith("_prev"):
        return name.removesuffix("_prev"), "t-1"
    if name == cell.extra or (name[0] == "z" and name[1:] in cell.blocks):
        return "z", name[1:]
    lasting = {t.param for t in terms_of(cell)} | {*cell.vectors, *cell.constants, "M"}
    if name in lasting:
        base, _, below = name.partition("_")
        return base, below
    return name, "t"
