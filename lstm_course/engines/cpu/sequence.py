"""One pass of the compiled loops over a sequence: what they are given, what they give.

Threads split the batch once for the whole sequence.
"""

import numpy as np
import torch

from .. import again
from ..loop import walk
from ..memory import empty

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
    """

    def __init__(self, made, how, lengths, x, extra, tensors):
        (self.plan, self.loops), (self.kept, segment) = made, how
        (self.T, self.B, _), n = x.shape, len(self.plan.cell.states)
        self.x, *self.extra = (a.contiguous().numpy() for a in (x, *extra))
        self.fixed = [a.contiguous().numpy() for a in tensors[n:]]
        self.H, self.dtype = tensors[0].shape[-1], self.x.dtype
        full = np.full(self.B, self.T)
        self.lengths = full if lengths is None else lengths.numpy().astype(np.int64)
        self.edges = split_rows(self.T, self.B, self.H)
        self.segment = min(segment or self.T, self.T)
        rows = -(-self.B // (len(self.edges) - 1))
        self.group = max(1, min(self.segment, GROUP_ROWS // rows))
        pairs = zip(self.plan.cell.states, tensors[:n], strict=True)
        self.seqs = [self._states(name, start) for name, start in pairs]
        self.like, self.slab = tensors[0], None

    def _states(self, name, start):
        """Room for a state at every step; two steps where nobody asks for more."""
        every = self.kept != "nothing" or name in self.plan.outs
        seq = empty(start, self.T + 1 if every else 2, *start.shape)
        seq[0] = start
        return seq.numpy()

    def arguments(self, start, stop, first, steps):
        """What both loops take for a piece of the sequence, see ``Plan.arguments``."""
        return (
            self.edges,
            first,
            steps,
            self.group,
            self.x[start:stop],
            self.lengths - start,
            self.slab,
            *(e[start:stop] for e in self.extra),
            *(s[start : stop + 1] for s in self.seqs),
            *self.fixed,
        )

    def forward(self):
        """Run the sequence."""
        room = {"all": self.T, "states": self.segment, "nothing": self.group}
        row = self.B * self.plan.width * self.H
        self.slab = empty(self.like, room[self.kept] * row).numpy()
        steps = self.T if self.kept == "all" else self.group
        check(self.loops.forward(*self.arguments(0, self.T, 0, steps)))

    def backward(self, douts, dstates, want_x, cut):
        """Back through the sequence, or with ``cut`` through each segment alone.

        -> gradients by x, extra, the states, the vectors, every matrix, the bias.
        """
        if self.slab is None:  # a second backward over the same graph
            self.forward()
        n, threads = len(self.plan.cell.vectors), len(self.edges) - 1
        weights = self.fixed[:n] + self.fixed[n + len(self.plan.cell.constants) :]
        sums = [np.zeros((threads, *w.shape), self.dtype) for w in weights]
        dx = empty(self.like, *(self.x.shape if want_x else (0, 0, 0))).numpy()
        more, d = [np.empty_like(e) for e in self.extra], [a.copy() for a in dstates]
        again = self.kept == "states"
        for start in reversed(range(0, self.T, self.segment)):
            stop = min(start + self.segment, self.T)
            first = 0 if again else start
            both = self.arguments(start, stop, first, self.segment)
            if again:
                check(self.loops.forward(*both))
            by = (a[start:stop] for a in (dx, *more))
            outs = (a[start:stop] for a in douts)
            check(self.loops.backward(*both, *by, *sums, *d, *outs))
            if cut and start > 0:
                for a in d:
                    a[...] = 0.0
        self.slab = None  # it holds gradients now
        return dx, more, d, [s[0] if threads == 1 else s.sum(0) for s in sums]


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
        index = [run.plan.cell.states.index(s) for s in run.plan.outs]
        outs = [torch.from_numpy(run.seqs[k][1 : run.T + 1]) for k in index]
        ends = [torch.from_numpy(s[run.T % len(s)].copy()) for s in run.seqs]
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
        grads, m = [g.contiguous().numpy() for g in grads], len(plan.outs)
        dx, more, d, sums = ctx.run.backward(grads[:m], grads[m:], want_x, ctx.cut)
        n, constants = len(plan.cell.vectors), [None] * len(plan.cell.constants)
        tensors = [torch.from_numpy(a) for a in (*d, *sums)]
        at = len(d) + n
        dx = torch.from_numpy(dx) if want_x else None
        more = torch.from_numpy(more[0]) if more else None
        return (*[None] * 4, dx, more, *tensors[:at], *constants, *tensors[at:])
