"""From a cell to the text of the functions that are compiled for it.

The cell's forward and backward are copied line by line, constants in the right
precision.  Around each stands one loop over the rows of a step and one over the units:
``forward_0`` for the first phase, ``backward_0`` back through it.  Products, threads
and time are not in it: every cell shares them, see ``loops``.

What a loop over rows reads and writes are places: an array, and a column of it.  Arrays
are named by what they are; ``loops`` gives the address of each at every step.

    slab                 pre-activations, kept values and their gradients, see ``plan``
    old s, new s         a state before and after the step
    step e               one row for every step: extra input, its gradient, d of
                         outputs, masks of noise
    here d               one row for the sequence: gradients on their way back, masks
    one v                the same for all rows: bias, vectors, constants
    sum v                what is summed over rows: gradients by vectors
"""

import ast

from ..copied import Copier
from . import norm

HEAD = '''"""The arithmetic of the cell {0} for {1}, made from its own text."""
import numpy as np
from numba import njit
from lstm_course.engines.cpu.machine import {1}, alive, get, inner, place, put
from lstm_course.engines.cpu.norm import back_through, normalise
F = np.{1}
exp, tanh, log = {1}
'''
SLAB = "slab"


class Numba(Copier):
    """The hand of the loops: constants in the right precision."""

    decorator = "@njit(**inner)"

    def number(self, value):
        return ast.parse(f"F({float(value)!r})", mode="eval").body


def module_text(plan, precision):
    """The whole module as text; precision is "float32" or "float64"."""
    hand, rows = Numba(), []
    for back in (False, True):
        arrays = {}
        for number, ph in enumerate(plan.cell.phases):
            call = hand.copy(ph.backward if back else ph.forward)
            rows.append(Rows(plan, number, back, arrays).text(call))
        rows += norm.texts(plan, back, arrays)
    return "\n\n".join([HEAD.format(plan.cell.name, precision), *hand.texts, *rows])


def arrays_of(plan, back):
    """The arrays of the functions of one direction, in order, the slab first: list."""
    arrays = {}
    for number in range(len(plan.cell.phases)):
        Rows(plan, number, back, arrays).text("")
    for _ in norm.texts(plan, back, arrays):
        pass
    return list(arrays)


class Rows:
    """The loop over the rows of a step, for one phase and direction.

    ``arrays`` numbers the arrays of all phases, in the order in which they are met.
    """

    def __init__(self, plan, number, back, arrays):
        self.plan, self.cell, self.back, self.arrays = plan, plan.cell, back, arrays
        self.phase, self.number = plan.cell.phases[number], number
        self.last, self.views = number == len(plan.cell.phases) - 1, {}
        self.arrays.setdefault(SLAB, 0)

    # ----------------------------------------------------------------- what lies where

    def given(self):
        """For every argument the places whose sum it is; none for a fixed number."""
        ph = self.phase
        for name in ph.back_args if self.back else ph.args:
            yield [] if name in self.cell.fixed else self._places(name)

    def _places(self, name):
        plan, states, by = self.plan, self.cell.states, name[1:]
        if plan.is_block(name):
            bias = [("one bias", plan.column(name))] * (not plan.normed)
            return [(SLAB, plan.column(name)), *bias]
        if name in plan.slots:
            return [(SLAB, plan.column(name))]
        if name in states:
            return [(f"new {name}", 0)]
        if name.endswith("_prev") and name[:-5] in states:
            return [(f"old {name[:-5]}", 0)]
        if name == self.cell.extra:
            return [(f"step {name}", 0)]
        if name in self.cell.noise:
            return [(f"{self.cell.noise[name]} {name}", 0)]
        if name[0] == "d" and by in states:
            out = [(f"step out_{by}", 0)] if by in plan.outs else []
            return [(f"here d_{by}", 0), *out]
        if name[0] == "d" and by in plan.given:
            return [(f"here given_{by}", 0)]
        return [(f"one {name}", 0)]

    def taken(self):
        """For every result the places that take it: (array, column, adds)."""
        ph, cell = self.phase, self.cell
        if self.back:
            names = [a for a in ph.args if a not in {*cell.constants, *cell.noise}]
            return [self._gradients(name) for name in names]
        slab = {n: [(SLAB, self.plan.column(n), False)] for n in self.plan.slots}
        new = {n: [(f"new {n}", 0, False)] for n in cell.states}
        return [slab.get(n, []) + new.get(n, []) for n in ph.names]

    def _gradients(self, name):
        """Places that take the gradient by an argument."""
        cell, old = self.cell, name.removesuffix("_prev")
        if self.plan.is_block(name):
            return [(SLAB, self.plan.column(name), False)]
        if old != name and old in cell.states:
            return [(f"here d_{old}", 0, not self.last)]
        if name == cell.extra:
            return [(f"step d_{name}", 0, False)]
        return [(f"sum d_{name}", 0, True)] if name in cell.vectors else []

    def gone(self):
        """Gradients by states that no result replaces: they are used up."""
        if not (self.back and self.last):
            return []
        read = self.phase.args
        return [(f"here d_{s}", 0) for s in self.cell.states if f"{s}_prev" not in read]

    def rest(self):
        """What is written in a row whose sequence is over: (array, column, from).

        A row that is over keeps its states and passes nothing on.
        """
        plan, cell = self.plan, self.cell
        if self.back:
            if not self.last:
                return []
            extra = [f"step d_{cell.extra}"] if cell.extra else []
            given = [f"here given_{g}" for g in plan.given]
            blocks = [(SLAB, k, None) for k in range(len(plan.blocks))]
            return [*((a, 0, None) for a in extra + given), *blocks]
        if self.last:
            return [(f"new {s}", 0, f"old {s}") for s in cell.states]
        return [(SLAB, plan.column(g), None) for g in self.phase.gives]

    # ------------------------------------------------------------------------- as text

    def text(self, call):
        """The function as text; call is the name of the cell's own copied lines."""
        direction = "backward" if self.back else "forward"
        given = [
            " + ".join(self._get(*place) for place in places) or self._fixed(k)
            for k, places in enumerate(self.given())
        ]
        taken = self.taken()
        results = ", ".join(f"r{k}" for k in range(len(taken)))
        alive = [f"{results} = {call}({', '.join(given)})"]
        for k, places in enumerate(taken):
            for array, column, adds in places:
                old = f"{self._get(array, column)} + " * adds
                alive.append(self._put(array, column, f"{old}r{k}"))
        alive += [self._put(array, column, "F(0.0)") for array, column in self.gone()]
        over = [
            self._put(array, column, self._get(of, 0) if of else "F(0.0)")
            for array, column, of in self.rest()
        ]
        lines = [
            f"def phase_{self.number}_{direction}(places, lengths, t, n, H):",
            "    for r in range(n):",
            *self._views(),
            "        if alive(lengths, r, t):",
            "            for j in range(H):",
            *(f"                {line}" for line in alive),
        ]
        if over:
            lines += ["        else:", "            for j in range(H):"]
            lines += [f"                {line}" for line in over]
        return "\n".join(lines) + "\n"

    def _fixed(self, k):
        ph = self.phase
        name = (ph.back_args if self.back else ph.args)[k]
        return f"F({float(self.cell.fixed[name])!r})"

    def _views(self):
        """Where each place lies in row r: every place that is used has a number."""
        for (array, column), k in self.views.items():
            at = f"{self.arrays.setdefault(array, len(self.arrays))}, r, {column} * H"
            yield f"        v{k} = place(F, places, {at})  # {array}"

    def _get(self, array, column):
        k = self.views.setdefault((array, column), len(self.views))
        return f"get(v{k}, j, {k})"

    def _put(self, array, column, value):
        k = self.views.setdefault((array, column), len(self.views))
        return f"put(v{k}, j, {value}, {k})"
