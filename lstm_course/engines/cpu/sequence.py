"""One pass of the compiled loops over a sequence: what they are given, what they give.

Threads split the batch once for the whole sequence.
"""

import numpy as np
import torch

from .. import again
from ..loop import walk
from ..memory import empty
from .product import room_for
from .program import BASE, table_of

GROUP_ROWS = 256  # rows of the slab whose products with x and dW are taken together
SMALL = 20_000  # fewer elements than this in T B H: one thread does it


def split_rows(T, B, H):
    """First row of the batch for every thread, and B: array."""
    threads = 1 if T * B * H < SMALL else max(1, min(torch.get_num_threads(), B))
    return np.array([B * k // threads for k in range(threads + 1)])


def matrix(plan, s, p, H):
    """What a source is multiplied with, or the bias: its columns side by side.

    A parameter as it stands where it is one; else made of pieces by torch, which then
    also takes the gradient apart.
    """
    first, blocks = s.terms[0], plan.blocks[s.lo : s.hi]
    if len(s.terms) == 1 and first.param in p and first.blocks == blocks:
        if first.first == 0 and p[first.param].shape[-1] == len(blocks) * H:
            return p[first.param]
    columns, same = {}, torch.eye(H, dtype=next(iter(p.values())).dtype)
    for t in s.terms:
        for n, b in enumerate(t.blocks, t.first):
            W = p[t.param][..., n * H : (n + 1) * H] if t.param in p else same
            columns[b] = columns[b] + W if b in columns else W
    nothing = torch.zeros_like(W)
    return torch.cat([columns.get(b, nothing) for b in blocks], -1)


class Pass:
    """One pass over a sequence: the arrays, and how to go forward and back.

    ``kept`` says what waits for the backward pass: "nothing", "all" (the slab and the
    states), or "states": then the slab is computed again, ``segment`` steps at a time.
    Where x holds codes (T, B), its matrix is a table with a row of products for each.
    """

    def __init__(self, made, how, lengths, x, extra, tensors):
        self.made, (self.kept, segment) = made, how
        self.plan, cell = made.plan, made.plan.cell
        (self.T, self.B), n = x.shape[:2], len(cell.states)
        self.x, *arrays = (a.contiguous() for a in (x, *extra, *tensors[n:]))
        fixed = [*([cell.extra] if extra else []), *self.plan.vectors]
        fixed += [*cell.constants, *cell.noise]
        self.named = dict(zip(fixed, arrays, strict=False))
        self.weights = arrays[len(fixed) :]  # of every source, then the bias
        self.named["bias"] = self.weights.pop()
        full = np.full(self.B, self.T)
        self.lengths = full if lengths is None else lengths.numpy().astype(np.int64)
        self.H, self.slab = tensors[0].shape[-1], None
        self.edges = split_rows(self.T, self.B, self.H)
        self.segment = min(segment or self.T, self.T)
        rows = -(-self.B // (len(self.edges) - 1))
        self.group = max(1, min(self.segment, GROUP_ROWS // rows))
        self.sizes = self.H, self.group, self.plan.width, tensors[0].itemsize
        self.I = x.shape[2] if x.dim() == 3 else 0
        pairs = zip(cell.states, tensors[:n], strict=True)
        self.seqs = {name: self._states(name, start) for name, start in pairs}

    def _states(self, name, start):
        """Room for a state at every step; two steps where nobody asks for more."""
        every = self.kept != "nothing" or name in self.plan.outs
        seq = empty(start, self.T + 1 if every else 2, *start.shape)
        seq[0] = start
        return seq

    def forward(self):
        """Run the sequence."""
        room = {"all": self.T, "states": self.segment, "nothing": self.group}
        row = self.B * self.plan.width * self.H
        self.slab = empty(self.named["bias"], room[self.kept] * row)
        steps = self.T if self.kept == "all" else self.group
        self._run(False, (0, self.T), (0, steps), list(self._packed(False)))

    def backward(self, douts, dstates, want_x, cut):
        """Back through the sequence, or with ``cut`` through each segment alone.

        -> gradients by x, extra, the states, the vectors, every matrix, the bias.
        """
        if self.slab is None:  # a second backward over the same graph
            self.forward()
        dx = empty(self.x, *self.x.shape) if want_x else None
        d, extra, sums, found = self._gradients(douts, dstates)
        weights, again = list(self._packed(True)), self.kept == "states"
        forth = list(self._packed(False)) if again else None
        for start in reversed(range(0, self.T, self.segment)):
            part = start, min(start + self.segment, self.T)
            slab = (0 if again else start), self.segment if again else self.T
            if again:
                self._run(False, part, slab, forth)
            self._run(True, part, slab, weights, found, dx, sums)
            if cut and start > 0:
                for a in d:
                    a.zero_()
        self.slab = None  # it holds gradients now
        return dx, extra, d, [s[0] if len(s) == 1 else s.sum(0) for s in sums]

    def _packed(self, back):
        """For every matrix: panels, and where they lie, rows, columns, where it lies.

        Going back it is the transpose.  A table of products stays as it is: it lies at
        0, which is where what is packed already is said to lie.
        """
        for number, W in enumerate(self.weights):
            (k, N), row, step = W.shape, W.shape[1], 1
            if self.I == 0 and number == self.made.program.x[0]:
                yield W, (W.data_ptr(), k, N, 0, row, step)
                continue
            if back:
                k, N, row, step = N, k, step, row
            panels = W.new_empty(room_for(k, N, W.itemsize))
            yield panels, (panels.data_ptr(), k, N, W.data_ptr(), row, step)

    def _gradients(self, douts, dstates):
        """Room for gradients: by states, by extra, sums by weights; all by name."""
        cell, threads = self.plan.cell, len(self.edges) - 1
        d = {f"d_{s}": a.clone() for s, a in zip(cell.states, dstates, strict=True)}
        extra = [cell.extra] if cell.extra else []
        extra = {f"d_{e}": torch.empty_like(self.named[e]) for e in extra}
        vectors = self.plan.vectors
        weights = [self.named[v] for v in vectors]
        weights += [*self.weights, self.named["bias"]]
        sums = [w.new_zeros((threads, *w.shape)) for w in weights]
        found = {f"out_{s}": a for s, a in zip(self.plan.outs, douts, strict=True)}
        found |= {f"d_{v}": a for v, a in zip(vectors, sums, strict=False)}
        found |= {f"given_{g}": torch.zeros_like(dstates[0]) for g in self.plan.given}
        return list(d.values()), list(extra.values()), sums, found | d | extra

    def _run(self, back, *given):
        """Through steps start ... stop, forward or back; see ``given``."""
        loops = self.made.loops
        check((loops.backward if back else loops.forward)(*self.given(back, *given)))

    def given(self, back, part, slab, weights, more=None, dx=None, sums=()):
        """What the loops are given to go through steps start ... stop: tuple.

        ``slab``: which of its steps belongs to start, and after how many it begins
        again; ``more``: tensors by name; ``dx``: where its gradient goes, or None.
        """
        (start, stop), B, program = part, self.B, self.made.program
        unit, steps = self.H * self.sizes[-1], tuple(map(len, self.seqs.values()))
        row = self.plan.width * unit
        room = self.slab.nbytes // (B * row) * row  # of one row of the batch
        found, seqs = self.named | (more or {}), self.seqs
        table = program.layout(back, start, B, unit, steps).copy()
        table[0] = self.slab.data_ptr(), 0, room, 0, *slab, row
        table[1:, BASE] = [
            (seqs[n] if kind in ("old", "new") else found[n]).data_ptr()
            for kind, n in program.names[back]
        ]
        skip = start * self.x[0].nbytes
        to = dx.data_ptr() + skip if dx is not None else 0
        given = (
            self.edges,
            (stop - start, B, self.I, *self.sizes),
            (self.x.data_ptr() + skip, *program.x, to),
            table,
            program.todo[back],
            self.made.rows(back),
            table_of([numbers for _, numbers in weights], 6),
            self.lengths - start,
            self.made.machine,
        )
        return given if not back else (*given, program.groups, self._places_of(sums))

    def _places_of(self, sums):
        """Where the sums by matrices and the bias lie, and their shapes: table."""
        sums = sums[len(self.plan.vectors) :]
        sizes = [a.shape[1:] if a.ndim == 3 else (1, a.shape[1]) for a in sums]
        at = [a.data_ptr() for a in sums]
        return table_of([(a, *size) for a, size in zip(at, sizes, strict=True)])


def check(failures):
    """The loops return how many threads failed; memory is all they can lack."""
    if failures:
        raise MemoryError(
            f"{failures} thread(s) of a compiled loop found no memory for their work. "
            "Expected room for a few hundred rows. Use a smaller batch, or checkpoint?"
        )


class Sequence(torch.autograd.Function):
    """(x, extra, states, weights) -> (h of every step, further outs, end states)."""

    @staticmethod
    def forward(ctx, made, lengths, how, cut, x, extra, *tensors):
        more = [] if extra is None else [extra.detach()]
        given = x.detach(), more, [t.detach() for t in tensors]
        run = Pass(made, how, lengths, *given)
        run.forward()
        seqs = [run.seqs[s].numpy()[1 : run.T + 1] for s in run.plan.outs]
        outs = [torch.from_numpy(s) for s in seqs]  # no views: they may be changed
        ends = [s[run.T % len(s)].clone() for s in run.seqs.values()]
        if run.kept != "nothing":
            ctx.save_for_backward(x, extra, *tensors, *outs)
            ctx.run, ctx.cut, ctx.lengths = run, how[1] if cut else None, lengths
        return (*outs, *ends)

    @staticmethod
    def backward(ctx, *grads):
        saved = ctx.saved_tensors  # raises if one was changed in place
        plan, want_x = ctx.run.plan, ctx.needs_input_grad[4]
        if torch.is_grad_enabled():  # a graph of this gradient is wanted as well
            function = again.sequence(plan, ctx.lengths, ctx.cut, walk)
            inputs = saved[: len(saved) - len(plan.outs)]
            return (*[None] * 4, *again.gradients(function, inputs, grads))
        grads, m = [g.contiguous() for g in grads], len(plan.outs)
        dx, more, d, sums = ctx.run.backward(grads[:m], grads[m:], want_x, ctx.cut)
        n, cell = len(plan.vectors), plan.cell
        constants = [None] * (len(cell.constants) + len(cell.noise))
        more = more[0] if more else None
        sums = *sums[:n], *constants, *sums[n:]
        return (*[None] * 4, dx, more, *d, *sums)
