"""What a cell is, in words, and which cell of the course is nearest to it.

    a memory kept by f; f reads x, starts at 2; h = o * tanh(c)

The words are found in the lines: the *direct path* of a state is its derivative by
itself one step before, the gates held; what stands there says whether it forgets.  A
memory may also let go by what it has shown: c = c_prev + i * (g - h_prev) puts the new
in the place of the old, as coupled gates do.
"""

import ast
from math import exp

from ..cells import CELLS
from ..equations.room import arithmetic
from .derive import SCOPE
from .genome import cell
from .partial import names_in, partial, plus, put, times, tree

SHORT = 24  # letters of a factor that is written out


def gates(g):
    """Names of lines that are a sigmoid of a layer."""
    return [n for n, t in (*g.lines, *g.first) if t == f"sigmoid(z{n})"]


def path(g):
    """The state that remembers, and the factor by which a step keeps it, as text.

    Examples
    --------
    >>> from .genome import STARTS
    >>> path(STARTS["hoard"])
    ('c', '1.0')
    """
    directly, shown, slope = _ways(g)
    return g.states[-1], ast.unparse(plus(directly, times(shown, slope)))


def _ways(g):
    """How the new memory depends on the old: by itself; by the old output, and that
    by the old memory (0 where the new memory is not made of the output)."""
    state, held = g.states[-1], {}
    for name, text in g.lines:  # everything but the gates, written out
        if name not in gates(g):
            held[name] = put(tree(text), held)
    new = held.get(state, tree(dict(g.lines)[state]))
    directly, nothing = partial(new, f"{state}_prev"), ast.Constant(0.0)
    if state == "h":
        return directly, nothing, nothing
    apart = {n: v for n, v in held.items() if n not in g.states}
    slope = partial(put(tree(dict(g.lines)["h"]), apart), state)
    old = {state: ast.Name(f"{state}_prev")}
    return directly, partial(new, "h_prev"), put(slope, old)


def on_path(g):
    """Gates that multiply what was there: list of names.

    Examples
    --------
    >>> from .genome import STARTS
    >>> on_path(STARTS["hoard"])
    []
    """

    class Outside(ast.NodeTransformer):
        def visit_Call(self, node):
            return ast.Constant(1.0)  # what a slope depends on is no factor

    directly, shown, _ = _ways(g)
    read = [n for way in (directly, shown) for n in names_in(Outside().visit(way))]
    return [n for n in dict.fromkeys(read) if n in gates(g)]


def kept(g):
    """The share of its memory that a step keeps at the start: float.

    Layers stand at their bias, states at 0.

    Examples
    --------
    >>> from .genome import STARTS
    >>> kept(STARTS["hoard"])
    1.0
    """
    text = path(g)[1]
    values = {n: 0.0 for n in names_in(tree(text))}
    values |= {f"z{b.name}": b.bias for b in g.blocks}
    values |= {n: sigmoid(g.block(n).bias) for n in gates(g)}
    return float(eval(text, dict(SCOPE), values))  # noqa: S307


def sigmoid(z):
    return 1.0 / (1.0 + exp(-z))


def words(g):
    """A cell's name, made of what it does: str.

    Examples
    --------
    >>> from .genome import STARTS
    >>> words(STARTS["hoard"])
    'a memory that only adds; h = o * tanh(c)'
    """
    factor, forget = path(g)[1], on_path(g)
    kind = "a memory" if "c" in g.states else "a single state"
    if forget:
        by = factor if len(factor) <= SHORT else " and ".join(forget)
        parts = [f"{kind} kept by {by}"]
    elif factor == "1.0":
        parts = [f"{kind} that only adds"]
    elif factor == "0.0":
        parts = [f"{kind} without a direct path"]
    else:
        parts = [f"{kind} without a gate on its way"]
    parts += [_layer(b, b.name in forget) for b in g.blocks]
    return "; ".join([*filter(None, parts), f"h = {dict(g.lines)['h']}"])


def _layer(block, always):
    """What is said of a layer: always of a gate on the way, else what is unusual."""
    said = []
    if always or block.reads != ("x", "h"):
        read = ({"a": "tanh(h)", "q": "r * h"}.get(s, s) for s in block.reads)
        said.append(f"reads {' and '.join(read)}")
    if always or block.bias:
        said.append(f"starts at {block.bias:g}")
    return f"{block.name} {', '.join(said)}" if said else ""


def nearest(g):
    """The name in CELLS with the most similar lines, and how many nodes differ.

    Examples
    --------
    >>> from .genome import STARTS
    >>> nearest(STARTS["plain"])
    ('rnn', 0)
    """
    mine = _bag(cell(g))
    far = {n: _far(mine, _bag(c)) for n, c in CELLS.items()
           if c.phases and len(c.layers) == 1}  # fmt: skip
    name = min(far, key=far.get)
    return name, far[name]


def _bag(cell):
    """What a cell is made of, without the names of its gates: counts of nodes, one for
    every layer with what it reads, and one for every operation with what it joins."""
    found, kind = {}, {}
    lines = [(line.names, line.value) for line in arithmetic(cell)]
    for names, value in lines:
        for n in names:
            kind[n] = n if n in cell.states else ast.unparse(_bare(value, {}))[:24]
    for b in cell.blocks:
        reads = sorted(str(t.source) for t in cell.all_terms if b in t.blocks)
        _count(found, f"layer {reads}")
    for _, value in lines:
        for node in ast.walk(_bare(value, kind)):
            if isinstance(node, ast.BinOp | ast.Call):
                _count(found, ast.unparse(node))
    return found


def _bare(value, kind):
    """An expression in which every pre-activation is z and every gate what it is."""
    names = {n: n for n in names_in(value)}
    to = {n: ast.Name("z" if n[0] == "z" else f"<{kind[n]}>" if n in kind else n)
          for n in names}  # fmt: skip
    return put(value, to)


def _count(found, text):
    found[text] = found.get(text, 0) + 1


def _far(a, b):
    return sum(abs(a.get(k, 0) - b.get(k, 0)) for k in {*a, *b})
