"""What the shared ``loops`` are told of a cell: tables of whole numbers.

arrays    where every array that ``text`` names lies: one row each, the slab first
todo      the products and functions of a step, in order
groups    the weight gradients of several steps, taken together
"""

from functools import cached_property, lru_cache

import numpy as np

from .norm import steps_of
from .plan import NORM
from .text import arrays_of

ROWS, ADD, SET, CLEAR = range(4)  # what a line of a step's list does
# of an array: address; bytes from thread to thread, from row to row of the batch and
# from step to step; which step is the first; after how many it begins again; bytes from
# row to row inside a step
BASE, THREAD, BATCH, STEP, OFFSET, AROUND, ROW = range(7)
ONCE = 2**62  # steps after which nothing begins again


class Program:
    """The tables of a cell that do not depend on sizes."""

    def __init__(self, plan):
        self.plan, self.phases = plan, len(plan.cell.phases)
        self.arrays = {back: arrays_of(plan, back) for back in (False, True)}
        self.todo = {back: table_of(self._todo(back), 6) for back in (False, True)}
        self.groups = table_of(self._groups(), 6)
        self.names = {b: [a.split() for a in self.arrays[b][1:]] for b in (False, True)}
        self.layout = lru_cache(256)(self._layout)

    def _todo(self, back):
        """(what, array or function, column, weights, first block, block after)."""
        plan = self.plan
        if not back:
            yield from ((CLEAR, 0, 0, 0, k, k + 1) for k in plan.fresh)
        for number in reversed(range(self.phases)) if back else range(self.phases):
            products = list(self._products(number, back))
            found = [k for k, (n, _) in enumerate(steps_of(plan)) if n == number]
            norm = [(ROWS, self.phases + k, 0, 0, 0, 0) for k in found]
            rows = (ROWS, number, 0, 0, 0, 0)
            yield from ((rows, *norm, *products) if back else (*products, *norm, rows))

    def _products(self, number, back):
        plan = self.plan
        for s in plan.of(number):
            w, state = plan.sources.index(s), s.name in plan.cell.states
            if back:
                to = f"here d_{s.name}" if state else f"here given_{s.name}"
                yield ADD if state else SET, self._number(to, back), 0, w, s.lo, s.hi
            elif state:
                yield ADD, self._number(f"old {s.name}", back), 0, w, s.lo, s.hi
            else:
                yield ADD, 0, plan.column(s.name), w, s.lo, s.hi

    def _number(self, name, back):
        """The number of an array that products read or write."""
        if name not in self.arrays[back]:
            self.arrays[back].append(name)
        return self.arrays[back].index(name)

    def _groups(self):
        """(array, column, weights, first block, block after, pack them anew)."""
        plan, ready = self.plan, None
        for s in sorted(plan.sources, key=lambda s: (s.lo, s.hi, s.name == "x")):
            fresh, ready = (s.lo, s.hi) != ready, (s.lo, s.hi)
            a, column = -1, 0
            if s.name in plan.slots:
                a, column = 0, plan.column(s.name)
            elif s.name != "x":
                a = self._number(f"old {s.name}", True)
            yield a, column, plan.sources.index(s), s.lo, s.hi, fresh

    def _layout(self, back, start, B, row, steps):
        """The table of arrays but for their addresses and the slab, both still 0.

        ``start`` is the step at which this piece of the sequence begins, ``row`` the
        bytes of a state, ``steps`` how many of each there is room for.
        """
        states = dict(zip(self.plan.cell.states, steps, strict=True))
        wide = {f"d_{n}": len(self.plan.blocks) for n in NORM}
        kinds = {
            "old": lambda name: (0, row, B * row, start, states[name], row),
            "new": lambda name: (0, row, B * row, start + 1, states[name], row),
            "step": lambda name: (0, row, B * row, start, ONCE, row),
            "here": lambda name: (0, row, 0, 0, ONCE, row),
            "one": lambda name: (0, 0, 0, 0, ONCE, 0),
            "sum": lambda name: (row * wide.get(name, 1), 0, 0, 0, ONCE, 0),
        }
        rows = [(0, *kinds[kind](name)) for kind, name in self.names[back]]
        return table_of([(0,) * 7, *rows])

    @cached_property
    def x(self):
        """Number of the weights of x, the first block it feeds, the first after."""
        s = self.plan.x
        return (self.plan.sources.index(s), s.lo, s.hi) if s else (-1, 0, 0)


def table_of(rows, columns=None):
    """Rows of whole numbers as the loops read them: int64 array."""
    rows = np.array(list(rows), np.int64)
    return rows.reshape(-1, columns) if columns else rows
