"""The text of a cell's kernels: forward and backward, a sequence or a step at once."""

import textwrap

CHOICES = ("KEEP", "PRECISION", "ROWS", "COLS", "FULL", "SPLIT")


class Kernel:
    """What forward and backward share: a tile's places, and the frame of a kernel.

    A tile is ROWS sequences by COLS units.  ``at_state`` is its place in an array
    (B, H), ``at_slab`` in a step of the slab, whose columns are blocks of H; what a
    product reads has FULL units, at ``units``.
    """

    def __init__(self, plan, calls):
        self.plan, self.cell, self.calls = plan, plan.cell, calls
        self.sources = [s for s in plan.sources if s.name != "x"]
        self.weights = [f"p_{v}" for v in (*self.cell.vectors, *self.cell.constants)]
        self.extra = [f"p_{self.cell.extra}"] if self.cell.extra else []
        self.seqs = [f"seq_{s}" for s in self.cell.states]

    def texts(self):
        """The kernel of a whole sequence, and one for each phase of a step."""
        matrices = [f"W_{s.name}" for s in self.sources]
        names = [*self.arguments(), *matrices, "gates", "T", "B", "H", *CHOICES]
        lines = [*self.frame(), *self.tiles(), *self.sequence()]
        yield _kernel(f"{self.name}_sequence", names, lines)
        for number in range(len(self.cell.phases)):
            names = [*self.arguments(), "step", "B", "H", "KEEP", "ROWS", "COLS"]
            lines = [*self.frame(), *self.alone(number)]
            yield _kernel(f"{self.name}_step_{number}", names, lines)

    def frame(self):
        """A tile's places, lengths, and the elementwise weights of its units."""
        yield from (
            "rows = tl.program_id(0) * ROWS + tl.arange(0, ROWS)[:, None]",
            "cols = tl.program_id(1) * COLS + tl.arange(0, COLS)[None, :]",
            "inside = (rows < B) & (cols < H)",
            f"at_slab = rows * ({self.plan.width} * H) + cols",
            "at_state = rows * H + cols",
            "length = tl.load(lengths + rows, rows < B, 0)",
        )
        for name in (*self.cell.vectors, *self.cell.constants):
            yield f"{name} = {_load(f'p_{name} + cols', 'cols < H')}"

    def tiles(self):
        """The part of every recurrent matrix that belongs to the tile's units."""
        yield from (
            "units = tl.arange(0, FULL)[None, :]",
            "unit = tl.arange(0, FULL)[:, None]",
            "whole, own = (rows < B) & (units < H), (unit < H) & (cols < H)",
            f"all_slab = rows * ({self.plan.width} * H) + units",
            "all_state = rows * H + units",
            "gates += tl.program_id(0)",
            "target = 0",
        )
        for s in self.sources:
            row, column = self.turned("unit", "cols")
            for k in self.fed(s):
                at = f"{row} * ({s.hi - s.lo} * H) + {k - s.lo} * H + {column}"
                tile = _load(f"W_{s.name} + {at}", "own", "load_tile")
                yield f"W_{s.name}_{k} = {tile}"

    def fed(self, s):
        """Columns of the slab that a source feeds."""
        return sorted({self.plan.blocks.index(b) for t in s.terms for b in t.blocks})

    def of(self, number):
        return [s for s in self.plan.of(number) if s.name != "x"]

    def block(self, name):
        """Where a block or a kept value of the tile lies, as text."""
        return f"slab + at_slab + {self.plan.column(name)} * H"

    def value(self, name):
        """The text of an argument that lies in memory."""
        if name in self.cell.fixed:
            return repr(float(self.cell.fixed[name]))
        if name == self.cell.extra:
            return _load(f"p_{name} + at_state")
        if self.plan.is_block(name) or name in self.plan.slots:
            return _load(self.block(name))
        if name.endswith("_prev"):
            return _load(f"seq_{name[:-5]} + at_state")
        return _load(f"seq_{name} + B * H + at_state")

    def all_units(self, name, place, own):
        """What a product reads: written by all tiles of these rows, or by this one."""
        yield "if SPLIT:"
        yield f"    {name} = {_load(place, 'whole', 'load_shared')}"
        yield "else:"
        yield f"    {name} = tl.where(inside, {own}, 0.0)"

    def moved(self, sign):
        """Pointers go on by one step of the sequence."""
        yield f"slab {sign}= B * ({self.plan.width} * H)"
        for name in self.arguments():
            if name.startswith(("seq_", "out_")) or name[2:] == self.cell.extra:
                yield f"{name} {sign}= B * H"

    def called(self, args, names, number, here):
        """The cell's own function, called on what it asks for."""
        own = self.calls[number][self.name == "backward"]
        yield from self.named([a for a in args if a not in self.cell.fixed], here)
        given = (self.value(a) if a in self.cell.fixed else a for a in args)
        yield f"{', '.join(names)} = {own}({', '.join(given)})"

    def named(self, names, here=()):
        """Lines that give arguments their values; those of ``here`` have them."""
        lasting = {*self.cell.vectors, *self.cell.constants, *here}
        return [f"{n} = {self.value(n)}" for n in names if n not in lasting]


class Forward(Kernel):
    """slab: pre-activations without h -> what backward reads; states of every step."""

    name = "forward"

    def turned(self, unit, column):
        return unit, column

    def arguments(self):
        return ["slab", "lengths", *self.extra, *self.seqs, *self.weights]

    def sequence(self):
        old = [f"{s}_prev" for s in self.cell.states]
        yield from self.named(old)
        yield "for step in range(T):"
        here = list(old)
        for number, ph in enumerate(self.cell.phases):
            yield from _in(self.named(self.blocks(number), here))
            here += self.blocks(number)
            yield from _in(self.products(number))
            yield from _in(self.phase(number, here))
            yield from _in(WAIT)
            here += ph.names
        yield from _in(f"{s}_prev = {s}" for s in self.cell.states)
        yield from _in(self.moved("+"))

    def alone(self, number):
        old = [f"{s}_prev" for s in self.cell.states]
        yield from self.named(old)
        yield from self.phase(number, old)

    def blocks(self, number):
        """Pre-activations that a phase or the products before it want."""
        fed = {f"z{self.plan.blocks[k]}" for s in self.of(number) for k in self.fed(s)}
        args = [a for a in self.cell.phases[number].args if self.plan.is_block(a)]
        return list(dict.fromkeys([*args, *sorted(fed)]))

    def products(self, number):
        """Pre-activations, completed by what a phase's products read."""
        for s in self.of(number):
            state = s.name in self.cell.states
            place, own = f"seq_{s.name} + all_state", f"{s.name}_prev"
            if not state:
                place, own = f"slab + all_slab + {self.plan.column(s.name)} * H", s.name
            yield from self.all_units(f"all_{s.name}", place, own)
            for k in self.fed(s):
                block, tile = self.plan.blocks[k], f"W_{s.name}_{k}"
                yield f"z{block} += dot(all_{s.name}, {tile}, PRECISION)"

    def phase(self, number, here):
        """The cell's own lines and where their results go."""
        ph = self.cell.phases[number]
        yield from self.called(ph.args, ph.names, number, here)
        kept = [n for n in ph.names if n in self.plan.slots]
        for name in (n for n in kept if n in self.plan.given):
            yield f"tl.store({self.block(name)}, {name}, inside)"
        yield "if KEEP:"
        for name in (n for n in kept if n not in self.plan.given):
            yield f"    tl.store({self.block(name)}, {name}, inside)"
        yield "    pass"
        if number == len(self.cell.phases) - 1:
            for s in self.cell.states:
                yield f"{s} = tl.where(step < length, {s}, {s}_prev)"
                yield f"tl.store(seq_{s} + B * H + at_state, {s}, inside)"


class Backward(Kernel):
    """slab: what was kept -> gradients by pre-activations; gradients by the rest."""

    name = "backward"

    def turned(self, unit, column):
        return column, unit

    def arguments(self):
        dextra = [name.replace("p_", "d_", 1) for name in self.extra]
        return [
            *("slab", "lengths", *self.extra, *dextra, *self.seqs, *self.weights),
            *(f"to_{v}" for v in self.cell.vectors),
            *(f"d_{s}" for s in self.cell.states),
            *(f"out_{s}" for s in self.plan.outs),
            *(f"given_{g}" for g in self.plan.given),
        ]

    def sequence(self):
        states, vectors = self.cell.states, self.cell.vectors
        yield from (f"carry_{s} = {_load(f'd_{s} + at_state')}" for s in states)
        yield from (f"sum_{v} = tl.zeros((1, COLS), tl.float32)" for v in vectors)
        yield "for back in range(T):"
        yield "    step = T - 1 - back"
        for number in reversed(range(len(self.cell.phases))):
            yield from _in(self.phase(number))
            yield from _in(WAIT)
            yield from _in(self.products(number))
        yield from _in(
            f"carry_{s} = tl.where(alive, new_{s}, carry_{s})" for s in states
        )
        yield from _in(self.moved("-"))
        yield from (f"tl.store(d_{s} + at_state, carry_{s}, inside)" for s in states)
        yield from self.sums()

    def alone(self, number):
        states, vectors = self.cell.states, self.cell.vectors
        place = "tl.program_id(0) * H + cols"
        yield from (f"carry_{s} = {_load(f'd_{s} + at_state')}" for s in states)
        if number < len(self.cell.phases) - 1:
            yield from (f"new_{s} = carry_{s}" for s in states)
        for v in vectors:
            yield f"sum_{v} = {_load(f'to_{v} + {place}', 'cols < H')}"
        given = [
            g for g in self.plan.given if f"d{g}" in self.cell.phases[number].back_args
        ]
        yield from (f"d{g} = {_load(f'given_{g} + at_state')}" for g in given)
        yield from self.phase(number)
        for s in states:
            yield f"carry_{s} = tl.where(alive, new_{s}, carry_{s})"
            yield f"tl.store(d_{s} + at_state, carry_{s}, inside)"
        yield from self.sums()

    def sums(self):
        """Gradients by elementwise weights, a row for every row of tiles."""
        for v in self.cell.vectors:
            yield f"tl.store(to_{v} + tl.program_id(0) * H + cols, sum_{v}, cols < H)"

    def phase(self, number):
        """The cell's own lines and where their results go."""
        ph, cell, last = self.cell.phases[number], self.cell, self.last(number)
        grads = [f"d{n}" for n in (*cell.states, *self.plan.given)]
        yield "alive = inside & (step < length)"
        for s in cell.states if last else ():
            out = f" + {_load(f'out_{s} + at_state')}" if s in self.plan.outs else ""
            yield f"d{s} = carry_{s}{out}"
        names = [a for a in ph.args if a not in cell.constants]
        yield from self.called(ph.back_args, [f"by_{a}" for a in names], number, grads)
        for a in names:
            if self.plan.is_block(a):
                yield f"by_{a} = tl.where(alive, by_{a}, 0.0)"
                yield f"tl.store({self.block(a)}, by_{a}, inside)"
            elif a == cell.extra:
                yield f"by_{a} = tl.where(alive, by_{a}, 0.0)"
                yield f"tl.store(d_{a} + at_state, by_{a}, inside)"
            elif a in cell.vectors:
                yield f"sum_{a} += tl.sum(tl.where(alive, by_{a}, 0.0), 0)[None, :]"
        for s in cell.states:
            found = f"{s}_prev" in names
            if last:
                yield f"new_{s} = " + (f"by_{s}_prev" if found else ZERO)
            elif found:
                yield f"new_{s} += by_{s}_prev"

    def products(self, number):
        """What gradients by pre-activations give to what the products read."""
        given = self.cell.phases[number - 1].gives if number else []
        yield from (f"d{g} = {ZERO}" for g in given)
        for k in sorted({k for s in self.of(number) for k in self.fed(s)}):
            place = f"slab + all_slab + {k} * H"
            yield from self.all_units(f"all_{k}", place, f"by_z{self.plan.blocks[k]}")
        for s in self.of(number):
            target = f"new_{s.name}" if s.name in self.cell.states else f"d{s.name}"
            for k in self.fed(s):
                yield f"{target} += dot(all_{k}, W_{s.name}_{k}, PRECISION)"

    def last(self, number):
        return number == len(self.cell.phases) - 1


ZERO = "tl.zeros((ROWS, COLS), tl.float32)"
# Tiles of the same rows wait until each has written what the others read.
WAIT = ("if SPLIT:", "    target += tl.num_programs(1)", "    barrier(gates, target)")


def _in(lines):
    return (f"    {line}" for line in lines)


def _kernel(name, names, lines):
    typed = (f"{n}: tl.constexpr" if n in ("H", *CHOICES) else n for n in names)
    body = textwrap.indent("\n".join(lines), "    ")
    return f"@triton.jit\ndef {name}({', '.join(typed)}):\n{body}\n"


def _load(at, mask="inside", function="load"):
    return f"{function}({at}, {mask})"
