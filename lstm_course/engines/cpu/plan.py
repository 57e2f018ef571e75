"""Where everything lies in the slab of a cell: blocks, kept values, products.

Blocks are ordered so that every source feeds one range of columns; kept values take
the columns of pre-activations that are needed no more.  A row of the LSTM's slab, which
is 4 H wide, through one step and back:

    columns        0:H   H:2H  2H:3H  3H:4H
    products       zi    zf    zg     zo      x W_x + h_prev W_h
    after forward  i     f     g      o       what backward reads; h and c lie apart
    after backward dzi   dzf   dzg    dzo     read once more, for dW, db, dx and dh

Where pre-activations are normalised, the products stand once more behind all this: the
way back needs them as they were.

    >>> from lstm_course.doors import as_cell
    >>> plan = Plan(as_cell("lstm"))
    >>> plan.blocks, plan.slots, plan.width
    (('i', 'f', 'g', 'o'), {'i': 0, 'f': 1, 'g': 2, 'o': 3}, 4)
"""

from itertools import permutations
from typing import NamedTuple

NORM = "gain", "shift"  # of every block, where pre-activations are normalised


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
        self.given = [n for ph in cell.phases[:-1] for n in ph.gives]
        self.slots = self._slots()
        self.raw = max([len(self.blocks), *(k + 1 for k in self.slots.values())])
        self.normed = cell.whole_rows
        self.width = self.raw + len(self.blocks) * self.normed
        self.vectors = (*cell.vectors, *NORM) if self.normed else tuple(cell.vectors)
        self.x = next((s for s in self.sources if s.name == "x"), None)
        lo, hi = (self.x.lo, self.x.hi) if self.x else (0, 0)
        self.fresh = [k for k in range(len(self.blocks)) if not lo <= k < hi]

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

    def _slots(self):
        """The column of every kept value: a used pre-activation's, or a new one."""
        cell, slots, width = self.cell, {}, len(self.blocks)
        for ph in cell.phases:
            used = [a for a in ph.args if self.is_block(a) and a not in cell.keeps]
            own = [self.blocks.index(a[1:]) for a in used]
            for name in ph.names:
                if name not in cell.states and name in cell.keeps:
                    free = own and name not in self.given
                    slots[name] = own.pop(0) if free else width
                    width += not free
        return slots

    def of(self, phase):
        """Sources read before a phase, x aside."""
        names = self.cell.states if phase == 0 else self.cell.phases[phase - 1].gives
        return [s for s in self.sources if s.name in names]

    def column(self, name):
        """Where a block or a kept value lies in a row of the slab, in H."""
        block = self.is_block(name)
        return self.blocks.index(name[1:]) if block else self.slots[name]
