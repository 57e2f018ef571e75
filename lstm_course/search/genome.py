"""A genome: a cell as plain data, and the Cell that is made of it.

    blocks   i, g, o: which of x, h, c feed each, and its start bias
    lines    c = c_prev + i * g, and so on: a name and the text of an expression
    first    lines before the products, which a block may read: a = tanh(h_prev)
    states   what is carried from step to step, h first

Text is all there is; ``cell`` writes the forward, derives the backward, and what comes
out is a ``Cell`` like any other.
"""

import ast
from functools import lru_cache, partial
from typing import NamedTuple

from ..cells.cell import Cell, Phase
from ..cells.written import function
from .derive import SCOPE, backward
from .partial import names_in, put, tree


class Block(NamedTuple):
    """One layer: what it reads, and what its bias starts at."""

    name: str
    reads: tuple
    bias: float = 0.0


class Genome(NamedTuple):
    """A cell as data; every part can be compared, kept in a set and written as JSON."""

    blocks: tuple
    lines: tuple
    first: tuple = ()
    states: tuple = ("h", "c")

    def block(self, name):
        return next(b for b in self.blocks if b.name == name)


def genome(blocks, lines, first=(), states=("h", "c")):
    """A Genome from lists, as JSON has them.

    Examples
    --------
    >>> genome([["h", ["x", "h"], 0.0]], [["h", "tanh(zh)"]], states=["h"]).lines
    (('h', 'tanh(zh)'),)
    """
    blocks = tuple(Block(n, tuple(r), float(b)) for n, r, b in blocks)
    lines, first = (tuple((n, t) for n, t in part) for part in (lines, first))
    return Genome(blocks, lines, first, tuple(states))


def plain(g):
    """The same as a dict of lists, for JSON."""
    return {
        "blocks": [[b.name, list(b.reads), b.bias] for b in g.blocks],
        "lines": [list(line) for line in g.lines],
        "first": [list(line) for line in g.first],
        "states": list(g.states),
    }


BOTH = ("x", "h")
STARTS = {  # none has a gate that multiplies what was there
    "plain": genome([["h", BOTH, 0]], [["h", "tanh(zh)"]], states=["h"]),
    "write": genome(
        [["i", BOTH, 0], ["g", BOTH, 0], ["o", BOTH, 0]],
        [["i", "sigmoid(zi)"], ["g", "tanh(zg)"], ["o", "sigmoid(zo)"], ["c", "i * g"],
         ["h", "o * tanh(c)"]],
        states=["h"],
    ),
    "hoard": genome(
        [["i", BOTH, 0], ["g", BOTH, 0], ["o", BOTH, 0]],
        [["i", "sigmoid(zi)"], ["g", "tanh(zg)"], ["o", "sigmoid(zo)"],
         ["c", "c_prev + i * g"], ["h", "o * tanh(c)"]],
    ),
}  # fmt: skip


# ------------------------------------------------------------------------- as a Cell


@lru_cache(2000)
def cell(g, name="mutant"):
    """The Cell of a genome, its backward derived.

    Examples
    --------
    >>> cell(STARTS["hoard"])
    <cell mutant: i g o = x W_x + h W_h + b>
    """
    read = {s for b in g.blocks for s in b.reads}
    given = [n for n, _ in g.first if n in read]
    phases = [_phase(g.first, given)] if g.first else []
    phases.append(_phase(g.lines, g.states))
    starts = {b.name: b.bias for b in g.blocks if b.bias}
    made = Cell(name, reads(g), phases, states=" ".join(g.states), bias=starts)
    made.made_by = partial(cell, g, name)
    return made


def _phase(lines, gives):
    names = [n for n, _ in lines]
    read = [n for _, text in lines for n in names_in(tree(text)) if n not in names]
    args = sorted(dict.fromkeys(read), key=lambda n: n[0] != "z")
    out = [*gives, *(n for n in names if n not in gives)]
    text = [f"def forward({', '.join(args)}):", *(f"{n} = {t}" for n, t in lines)]
    text.append(f"return {', '.join(out)}")
    forward = function("forward", "\n    ".join(text), SCOPE)
    phase = Phase(forward, None, " ".join(gives), " ".join(out[len(gives) :]))
    back = function("backward", backward(phase), SCOPE)
    return Phase(forward, back, " ".join(gives), " ".join(out[len(gives) :]))


def reads(g):
    """The lines of products: those that feed the most blocks first.

    Examples
    --------
    >>> b = [["f", ["x"], 1], ["g", ["x", "h"], 0]]
    >>> print(reads(genome(b, [["c", "f"], ["h", "c"]])))
    f g = x W_x + b
    g = h W_h
    """
    fed = {}
    for source in ("x", "h", "c", *(n for n, _ in g.first), "b"):
        to = tuple(b.name for b in g.blocks if source == "b" or source in b.reads)
        fed.setdefault(to, []).append(source)
    fed.pop((), None)
    lines = [
        f"{' '.join(to)} = " + " + ".join("b" if s == "b" else f"{s} W_{s}" for s in of)
        for to, of in sorted(fed.items(), key=lambda pair: -len(pair[0]))
    ]
    return "\n".join(lines)


# ----------------------------------------------------------------------- in good order


def tidy(g):
    """The same cell without lines and blocks that nothing reads, and states that are
    none.  None where no cell is left: h must depend on x."""
    lines, first = (tuple((n, _short(t)) for n, t in p) for p in (g.lines, g.first))
    blocks, states = g.blocks, g.states
    for _ in range(4):  # what falls away makes other things fall
        lines = _read_by(lines, {*states})
        first = _read_by(first, {s for b in blocks for s in b.reads})
        read = {n for _, t in (*first, *lines) for n in names_in(tree(t))}
        sources = {*"xh", *(n for n, _ in first), *(["c"] if "c" in states else [])}
        blocks = tuple(
            b._replace(reads=tuple(s for s in b.reads if s in sources))
            for b in blocks
            if f"z{b.name}" in read
        )
        states = _states(lines, first, blocks)
    if not any("x" in b.reads for b in blocks) or not all(b.reads for b in blocks):
        return None
    return Genome(blocks, tuple(lines), tuple(first), states)


def _read_by(lines, needed):
    """Lines whose names are needed, directly or by others."""
    needed, kept = {*needed}, []
    for name, text in reversed(lines):
        if name in needed:
            kept.insert(0, (name, text))
            needed |= {*names_in(tree(text))}
    return tuple(kept)


def _states(lines, first, blocks):
    """c is a state where h depends on it and somebody reads the old one."""
    shown = {n for _, t in _read_by(lines, {"h"}) for n in names_in(tree(t))}
    read = shown | {n for _, t in (*lines, *first) for n in names_in(tree(t))}
    is_line = any(n == "c" for n, _ in lines)
    fed = any("c" in b.reads for b in blocks)
    asked = {"c", "c_prev"} & shown or fed
    return ("h", "c") if is_line and asked and ("c_prev" in read or fed) else ("h",)


class _Short(ast.NodeTransformer):
    """1 - (1 - u) is u; a name that is only another name is written out elsewhere."""

    def visit_BinOp(self, node):
        node = self.generic_visit(node)
        if _complement(node) and _complement(node.right):
            return node.right.right
        return node


def _complement(node):
    one = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
    return one and isinstance(node.left, ast.Constant) and node.left.value == 1


def _short(text):
    return ast.unparse(_Short().visit(tree(text)))


def key(g):
    """What is the same for genomes that differ in the names of their blocks only."""
    names = [n for n, _ in (*g.first, *g.lines) if n not in g.states]
    names += [b.name for b in g.blocks if b.name not in names]
    new = {n: f"v{k}" for k, n in enumerate(names) if n not in g.states}
    new |= {f"z{n}": f"z_{new.get(n, n)}" for n in names} | {"zh": "z_h", "zc": "z_c"}
    to = {old: ast.Name(name) for old, name in new.items()}
    lines = [
        (new.get(n, n), ast.unparse(put(tree(t), to))) for n, t in (*g.first, *g.lines)
    ]
    blocks = sorted(
        (new.get(b.name, b.name), sorted(new.get(s, s) for s in b.reads), b.bias)
        for b in g.blocks
    )
    return repr((lines, blocks, g.states))
