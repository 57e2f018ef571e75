"""Products written like equations, read once and carried out for any cell.

"i f g o = x W_x + h W_h + b" says which blocks of pre-activations a cell has and
what is added to each; a source in brackets, "(h h q) W_h", gives each block its own.
"""

import re
from typing import NamedTuple

import numpy as np

SYNTAX = re.compile(
    r"(?:\((?P<many>[\w ]+)\) |(?P<one>\w+) )?(?P<param>\w+)(?P<opt>\??)$"
)


class Term(NamedTuple):
    """One product: ``source @ p[param]``, its column blocks from ``first`` on, added
    to ``blocks``.  A bias has source None.  An ``optional`` weight may be missing
    where I = H; then the source itself is added."""

    param: str
    source: str | None
    blocks: tuple
    first: int
    optional: bool


def parse(reads, states, given):
    """Lines of products -> (blocks, terms)."""
    blocks, terms = [], []
    for line in filter(None, map(str.strip, reads.splitlines())):
        left, right = (side.strip() for side in line.split("="))
        targets = left.split()
        blocks += [b for b in targets if b not in blocks]
        for text in right.split(" + "):
            m = SYNTAX.match(text.strip())
            if m is None:
                raise ValueError(
                    f"{text!r} is not a product. Got the line {line!r}; a product "
                    "reads 'source weight' or 'bias'. Write for example 'x W_x'?"
                )
            sources = (m["many"] or m["one"] or "").split() or [None]
            if len(sources) == 1:
                sources = sources * len(targets)
            for s in sources:
                if s not in (None, "x", *states, *given):
                    raise ValueError(
                        f"{line!r} reads {s!r}, which is no input or state. Known "
                        f"sources: x, {', '.join((*states, *given))}. A typing slip?"
                    )
            terms += _split(m["param"], sources, targets, bool(m["opt"]))
    order = {b: k for k, b in enumerate(blocks)}
    pieces = [piece for t in terms for piece in _contiguous(t, order)]
    return tuple(blocks), tuple(pieces)


def _split(param, sources, targets, optional):
    """One Term per run of equal sources."""
    start = 0
    for k in range(1, len(targets) + 1):
        if k == len(targets) or sources[k] != sources[start]:
            yield Term(param, sources[start], tuple(targets[start:k]), start, optional)
            start = k


def _contiguous(term, order):
    """The same term in pieces whose blocks lie side by side."""
    start, n = 0, len(term.blocks)
    for k in range(1, n + 1):
        if k == n or order[term.blocks[k]] != order[term.blocks[k - 1]] + 1:
            yield term._replace(blocks=term.blocks[start:k], first=term.first + start)
            start = k


def add_products(p, values, terms, cell, H):
    """z in ``values``, or zeros, plus every product of ``terms``: (..., nH), new."""
    z, all_blocks = values.get("z"), len(cell.blocks)
    for t in sorted(terms, key=lambda t: t.source is None):  # what has a batch first
        y = None if t.source is None else values[cell.value_of(t.source)]
        if t.param in p or not t.optional:
            W = columns(p, t, H)
            y = W if y is None else y @ W
        if len(t.blocks) < all_blocks:
            y = _spread(y, cell, t, H)
        z = y if z is None else z + y
    return z


def _spread(y, cell, t, H):
    """A term's product (..., kH) in its place among all blocks, (..., nH)."""
    shape = (*y.shape[:-1], len(cell.blocks) * H)
    tensor = hasattr(y, "requires_grad")
    z = y.new_zeros(shape) if tensor else np.zeros(shape, y.dtype)
    cell.part(z, t, H)[...] = y
    return z


def columns(p, t, H):
    """The column blocks of a parameter that belong to a term: a view."""
    return p[t.param][..., t.first * H : (t.first + len(t.blocks)) * H]
