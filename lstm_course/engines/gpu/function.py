"""The kernels as one function that torch differentiates, twice where it is asked to."""

import torch

from .. import again
from ..loop import walk
from .capture import pass_for


class Sequence(torch.autograd.Function):
    """(x, extra, states, weights) -> (h of every step, further outs, end states)."""

    @staticmethod
    def forward(ctx, made, how, keep, lengths, x, extra, *tensors):
        more = [] if extra is None else [extra.detach()]
        given = x.detach(), more, [t.detach() for t in tensors]
        run = pass_for(made, how, keep, lengths, *given)
        run.forward()
        plan, kinds = made[0], [s.dtype for s in run.start]
        index = [plan.cell.states.index(s) for s in plan.outs]
        outs = [run.seqs[k][1:].to(kinds[k]) for k in index]
        last = zip(run.seqs, kinds, strict=True)
        ends = [s[-1].to(kind, copy=True) for s, kind in last]
        if keep:
            ctx.save_for_backward(x, extra, *tensors, *outs)
            ctx.run, ctx.lengths = run, lengths
        return (*outs, *ends)

    @staticmethod
    def backward(ctx, *grads):
        saved, plan = ctx.saved_tensors, ctx.run.plan  # raises if one was changed
        if torch.is_grad_enabled():  # a graph of this gradient is wanted as well
            function = again.sequence(plan, ctx.lengths, None, walk)
            inputs = saved[: len(saved) - len(plan.outs)]
            return (*[None] * 4, *again.gradients(function, inputs, grads))
        m = len(plan.outs)
        dextra, d, sums, dx, matrices = ctx.run.backward(grads[:m], grads[m:])
        ctx.run.slab = None  # it holds gradients now
        kinds = [s.dtype for s in ctx.run.start]
        d = [a.to(kind) for a, kind in zip(d, kinds, strict=True)]
        constants = [None] * len(plan.cell.constants)
        return (*[None] * 4, dx, *(dextra or [None]), *d, *sums, *constants, *matrices)
