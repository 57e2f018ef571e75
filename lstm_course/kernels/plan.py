"""Where everything lies in the slab of a cell: blocks, kept values, products.

Blocks are ordered so that every source feeds one range of columns; kept values take
the columns of pre-activations that are needed no more.
"""

from itertools import permutations
from typing import NamedTuple


class Source(NamedTuple):
    """One matrix product: source name, its range of blocks [lo, hi), its terms."""

    name: str
    lo: int
    hi: int
    terms: tuple


class Plan:
    """Where everything lies: blocks, columns of kept values, products per phase."""

    def __init__(self, cell, outs=("h",)):
        self.cell, self.outs = cell, outs
        names = dict.fromkeys(t.source for t in cell.all_terms if t.source)
        self.blocks = min(
            permutations(cell.blocks), key=lambda order: self._width(order, names)
        )
        self.sources = [self._source(self.blocks, n) for n in names]
        biases = tuple(t for t in cell.all_terms if t.source is None)
        self.bias = Source(None, 0, len(self.blocks), biases)
        self.given = given = [n for ph in cell.phases[:-1] for n in ph.gives]
        self.slots = {}
        for ph in cell.phases:
            own = [
                self.blocks.index(a[1:])
                for a in ph.args
                if self.is_block(a) and a not in cell.keeps
            ]
            wanted = [n for n in ph.names if n not in cell.states and n in cell.keeps]
            for name in wanted:
                self.slots[name] = own.pop(0) if own and name not in given else None
        extra = [n for n, at in self.slots.items() if at is None]
        self.slots |= {n: len(self.blocks) + k for k, n in enumerate(extra)}
        self.width = len(self.blocks) + len(extra)

    def is_block(self, name):
        return name[0] == "z" and name[1:] in self.cell.blocks

    def _source(self, order, name):
        terms = tuple(t for t in self.cell.all_terms if t.source == name)
        at = [order.index(b) for t in terms for b in t.blocks]
        return Source(name, min(at), max(at) + 1, terms)

    def _width(self, order, names):
        found = [self._source(order, n) for n in names]
        kept = sum(a != b for a, b in zip(order, self.cell.blocks, strict=True))
        return sum(s.hi - s.lo for s in found), kept

    def of(self, phase):
        """Sources read before a phase, x aside."""
        names = self.cell.states if phase == 0 else self.cell.phases[phase - 1].gives
        return [s for s in self.sources if s.name in names]

    @property
    def x(self):
        return next((s for s in self.sources if s.name == "x"), None)

    @property
    def fresh(self):
        """Blocks that no product with x has filled: to be cleared first."""
        lo, hi = (self.x.lo, self.x.hi) if self.x else (0, 0)
        return [k for k in range(len(self.blocks)) if not lo <= k < hi]


def arguments(plan):
    """Names of the arrays both loops take, in order."""
    cell = plan.cell
    return [
        "x",
        "lengths",
        "b0",
        "n",
        "K",
        "slab",
        "work_x",
        "work",
        *([cell.extra] if cell.extra else []),
        "bias",
        *cell.vectors,
        *cell.constants,
        *(f"seq_{s}" for s in cell.states),
        *(f"W_{s.name}" for s in plan.sources),
    ]


def back_arguments(plan):
    """Names of the further arrays of the backward loop."""
    cell = plan.cell
    return [
        "dx",
        *([f"d_{cell.extra}"] if cell.extra else []),
        *(f"dW_{s.name}" for s in plan.sources),
        "dbias",
        *(f"d_{v}" for v in cell.vectors),
        *(f"d_{s}" for s in cell.states),
        *(f"out_{s}" for s in plan.outs),
        *(f"given_{g}" for g in plan.given),
        "panels",
    ]
