"""One pass of a compiled loop once more on tensors, to be differentiated again.

A compiled backward pass gives numbers.  Where torch also asks for their graph
(``create_graph=True``: gradient penalties, Hessians, learning to learn), the pass is
made of torch's own operations, from the same inputs, and torch differentiates that.
"""

import math

import torch
from torch.nn.functional import embedding, pad

from ..cells.normed import normal
from .cpu.plan import NORM


def gradients(function, inputs, grads):
    """Gradients of function(*inputs) with a graph of their own, None where unwanted.

    Parameters
    ----------
    function : callable
        Tensors -> tuple of tensors.
    inputs : sequence of tensor or None
    grads : sequence of tensor or None
        The gradient by every output.
    """
    with torch.enable_grad():
        # Views: a path from one input to another is not this function's business.
        views = [t if _constant(t) else t.view_as(t) for t in inputs]
        pairs = zip(function(*views), grads, strict=True)
        pairs = [(o, g) for o, g in pairs if o.requires_grad and g is not None]
        outs, given = zip(*pairs, strict=True)
        wanted = [v for v in views if not _constant(v)]
        found = iter(
            torch.autograd.grad(
                outs, wanted, given, create_graph=True, allow_unused=True
            )
        )
        return [None if _constant(v) else next(found) for v in views]


def _constant(t):
    return t is None or not t.requires_grad


def sequence(plan, lengths, truncate, walk):
    """The function (x, extra, states, weights) -> outs, end states of a compiled loop.

    Its inputs lie as the plan says: vectors, constants, one matrix for every source
    and the bias.
    """
    cell, n = plan.cell, len(plan.cell.states)

    def function(x, extra, *tensors):
        H, weights = tensors[0].shape[-1], tensors[n:]
        names = (*plan.vectors, *cell.constants, *cell.noise)
        fixed = {k: x.new_full((H,), v) for k, v in cell.fixed.items()}
        fixed |= dict(zip(names, weights, strict=False))
        matrices = weights[len(names) : -1]
        W = {s.name: m for s, m in zip(plan.sources, matrices, strict=True)}
        z = dict(zip(plan.blocks, weights[-1].split(H, -1), strict=True))
        z = {b: v.expand(*x.shape[:2], H) for b, v in z.items()}
        steps = _steps(plan, fixed, W, _add(z, plan.x, x, W), extra)
        states = list(walk(steps, tensors[:n], lengths, truncate))
        at = [cell.states.index(s) for s in plan.outs]
        return *(torch.stack([s[k] for s in states]) for k in at), *states[-1]

    return function


def _add(z, source, value, W):
    """The blocks z with the product of one source added."""
    if source is None:
        return z
    blocks = list(z)[source.lo : source.hi]
    W, codes = W[source.name], not value.is_floating_point()
    parts = (embedding(value, W) if codes else value @ W).chunk(len(blocks), -1)
    return z | {b: z[b] + part for b, part in zip(blocks, parts, strict=True)}


def _read(plan, phase, z, values):
    """What a phase reads of the blocks z, normalised where the cell asks for it."""
    if not plan.normed:
        return {f"z{b}": v for b, v in z.items()}
    H = next(iter(z.values())).shape[-1]
    gain, shift = (
        dict(zip(plan.blocks, values[n].split(H, -1), strict=True)) for n in NORM
    )
    ready = [a[1:] for a in phase.args if plan.is_block(a)]
    return {f"z{b}": gain[b] * normal(z[b]) + shift[b] for b in ready}


def _steps(plan, fixed, W, z, extra):
    """A function state -> state for every step."""
    cell = plan.cell
    for t in range(len(next(iter(z.values())))):

        def step(state, t=t):
            now = {b: v[t] for b, v in z.items()}
            values = dict(fixed) | ({cell.extra: extra[t]} if cell.extra else {})
            values |= {n: v[t] for n, v in fixed.items() if cell.noise.get(n) == "step"}
            old = (f"{s}_prev" for s in cell.states)
            values |= dict(zip(old, state, strict=True))
            for k, ph in enumerate(cell.phases):
                for source in plan.of(k):
                    now = _add(now, source, values[cell.value_of(source.name)], W)
                values |= _read(plan, ph, now, values)
                given = ph.forward(*(values[a] for a in ph.args))
                given = given if isinstance(given, tuple) else (given,)
                values |= dict(zip(ph.names, given, strict=True))
            return tuple(values[s] for s in cell.states)

        yield step


def chunks(heads):
    """The function (x, W, zi, F, m_t, m, C, n) -> h, C, n of the mLSTM's chunks.

    Arrays are those of ``engines.chunks.Chunks``.  The maxima m cancel, but for those
    that scale the state before the first chunk and after the last.
    """

    def function(x, W, zi, F, m_t, m, *start):
        (T, B, _), (N, G, L), D = x.shape, F.shape, W.shape[1] // (4 * heads)
        z = pad(x @ W[:-1] + W[-1], (0, 0, 0, 0, 0, N * L - T))
        z = z.view(N, L, B, 4, heads, D).permute(3, 0, 2, 4, 1, 5)
        q, k, v, o = z.reshape(4, N, G, L, D)
        later = torch.ones(L, L, dtype=torch.bool).triu(1)
        part = (F - m_t)[..., None] + (zi - F)[:, :, None] - math.log(D) / 2
        part = part.masked_fill(later, -torch.inf).exp()
        f = F + torch.cat([m[:1], m[1:-1].detach()])[..., None] - m_t
        f, match = f.exp()[..., None], q @ k.mT * part
        ik = k * part[:, :, -1, :, None]
        C, n = start or (q.new_zeros(G, D, D), q.new_zeros(G, D))
        read, qn = [], []
        for c in range(N):
            qf, decay = q[c] * f[c], f[c, :, -1:]
            read.append(match[c] @ v[c] + qf @ C)
            qn.append(match[c].sum(-1) + (qf * n[:, None]).sum(-1))
            C = decay * C + ik[c].mT @ v[c]
            n = decay[:, 0] * n + ik[c].sum(1)
        s = torch.stack(qn).abs().maximum((-m_t).exp())
        h = torch.stack(read) * o.sigmoid() / s[..., None]
        h = h.view(N, B, heads, L, D).permute(0, 3, 1, 2, 4).reshape(N * L, B, -1)
        scale = (m[-1].detach() - m[-1]).exp()
        return h[:T], scale[:, None, None] * C, scale[:, None] * n

    return function
