"""The mLSTM on tensors, many steps at once: attention inside a chunk, a state between.

With F_t = log f_1 + ... + log f_t inside a chunk, step t finds of the pair written at
step j the part exp(F_t - F_j + zi_j - m_t), and of the state before the chunk the part
exp(F_t + m_0 - m_t).  So a chunk of L steps costs products of L x L matrices instead of
L steps over D x D ones, and a D x D matrix is kept per chunk, not per step.

Backward, all that is ever read of the pair (k_j, v_j) has zi_j - F_j in its exponent,
and all that q_t reads has F_t.  So without another look at any matrix
    dzi_j = k_j . dk_j,    dF_t = q_t . dq_t - k_t . dk_t,    dF_L also C . dC + n . dn,
and m, which scales everything read at step t alike, gets no gradient from h.

Arrays are (N chunks, G = batch x heads, L steps, D), states (N - 1, G, D, D).

Source: Beck et al., xLSTM, arXiv 2405.04517, for the parallel form.
"""

import math

import torch
from torch.nn.functional import pad

from ..ops import log_sigmoid
from . import again
from .memory import empty

ALONE = 100  # steps that are not worth two chunks
STEPS = range(48, 66, 2)  # of a chunk in longer sequences: all about equally fast


def run(cell, p, x, state, lengths=None):
    """An mLSTM layer: x (T, B, I) -> h (T, B, H), last state (h, C, n, m).

    The state None is zero, and spares the first chunk the products with it.
    """
    T, B, _ = x.shape
    L = T if T <= ALONE else min(STEPS, key=lambda L: -T % L)
    N, rest = -(-T // L), (0, 0, 0, 0, 0, -T % L)
    zi, zf = (x @ p["W_g"] + p["b_g"]).split(cell.heads, -1)
    lf = log_sigmoid(zf)
    if lengths is not None:  # a padded step writes nothing and forgets nothing
        alive = (torch.arange(T, device=x.device)[:, None] < lengths)[..., None]
        zi, lf = zi.masked_fill(~alive, -torch.inf), lf * alive
    zi, lf = pad(zi, rest, value=-torch.inf), pad(lf, rest)
    zi, lf = (a.reshape(N, L, -1).transpose(1, 2) for a in (zi, lf))  # (N, G, L)
    F = lf.cumsum(-1)
    top = (zi - F).cummax(-1).values
    m = [zi.new_zeros(zi.shape[1]) if state is None else state[3].flatten()]
    for F_L, top_L in zip(F[..., -1], top[..., -1], strict=True):
        m.append(F_L + top_L.maximum(m[-1]))
    m = torch.stack(m)  # before the first chunk, between two, after the last
    m_t = F + top.maximum(m[:-1, :, None])
    start = () if state is None else (state[1].flatten(0, 1), state[2].flatten(0, 1))
    W = torch.cat([p["W_x"], p["b"][None]])
    h, C, n = Chunks.apply(cell.heads, x, W, zi, F, m_t.detach(), m, *start)
    last = -1
    if lengths is not None:
        h, last = h * alive, (lengths - 1, torch.arange(B, device=x.device))
    end = (a.unflatten(0, (B, cell.heads)) for a in (C, n, m[-1, :, None]))
    return h, (h[last].clone(), *end)


class Chunks(torch.autograd.Function):
    """heads, x, W with b below, zi, F, m of steps, m of chunks, C, n -> h, C, n."""

    @staticmethod
    def forward(ctx, heads, x, W, zi, F, m_t, m, *start):
        ctx.set_materialize_grads(False)
        (T, B, I), (N, G, L), D = x.shape, F.shape, W.shape[1] // (4 * heads)
        x1 = empty(W, N, B, L, I + 1)
        chunked(x.detach(), x1[..., :I])
        x1[..., I] = 1.0
        z = (bmm(x1.view(1, -1, I + 1), w[None]) for w in W.split(heads * D, 1))
        z = (a.view(N, B, L, heads, D).transpose(2, 3) for a in z)
        q, k, v, o = (a.reshape(N, G, L, D) for a in z)
        o.sigmoid_()
        part = empty(W, N, G, L, L)  # with the 1 / sqrt(D) of k
        wrote = zi - F - math.log(D) / 2
        torch.add((F - m_t)[..., None], wrote[:, :, None], out=part).exp_().tril_()
        f = (F + m[:-1, :, None] - m_t).exp()[..., None]  # part of the state before
        i, decay = part[:, :, -1, :, None], f[:, :, -1:]  # what lasts to the end
        match = bmm(q, k.mT).mul_(part)
        read, qn = bmm(match, v), match.sum(-1, keepdim=True)
        ik = times(k, i)
        C, n = bmm(ik[:-1].mT, v[:-1]), ik[:-1].sum(2, keepdim=True)
        end = bmm(ik[-1].mT, v[-1]), ik[-1].sum(1, keepdim=True)
        given, start = start, tuple(a.view(G, -1, D) for a in start)
        before = [start] if start else []
        carry([*before, *zip(C, n, strict=True), end], decay[not start :])
        for c, C_, n_ in reads(N, C, n, start):
            qf = times(q[c], f[c])
            add_bmm(read[c], qf, C_)
            qn[c] += qf.mul_(n_).sum(-1, keepdim=True)
        least = (-m_t).exp()[..., None]
        s = qn.abs().maximum(least)
        sign = qn.sign() * (qn.abs() > least)  # ds / dqn
        h, end = joined(read.mul_(o).div_(s), T, B), (end[0], end[1][:, 0])
        kept = x1, q, k, v, o, part, match, f, s, sign, h
        ctx.heads, ctx.inputs = heads, 6 + len(given)
        ctx.save_for_backward(x, W, zi, F, m_t, m, *given, *kept, *end, C, n, *start)
        return h, *end

    @staticmethod
    def backward(ctx, dh, *dend):
        saved = ctx.saved_tensors  # read once: checkpointing hands them out only once
        inputs, saved = saved[: ctx.inputs], saved[ctx.inputs :]
        x1, q, k, v, o, part, match, f, s, sign, h, *states = saved
        W = inputs[1]
        if torch.is_grad_enabled():  # a graph of this gradient is wanted as well
            more = again.gradients(again.chunks(ctx.heads), inputs, (dh, *dend))
            return None, *more
        (N, _, L, D), (T, B, H) = q.shape, h.shape
        dr = chunked(torch.zeros_like(h) if dh is None else dh, empty(q, *q.shape))
        do = chunked(h, empty(q, *q.shape)).mul_(dr)
        dqn = -do.sum(-1, keepdim=True) / s * sign
        do.addcmul_(do, o, value=-1)
        dr.mul_(o).div_(s)  # by what is read
        dmatch = bmm(dr, v.mT).add_(dqn).mul_(part)
        dq, dk, dv = bmm(dmatch, k), bmm(dmatch.mT, q), bmm(match.mT, dr)
        kept = part[:, :, -1, :, None], f, q, k, v
        dF_L, *rest = through_states(kept, states, dend, dr, dqn, dq, dk, dv)
        dzi = torch.mul(k, dk, out=dr).sum(-1)
        dF = torch.mul(q, dq, out=dr).sum(-1) - dzi
        dF[..., -1] += dF_L
        heads = (a.view(N, B, -1, L, D).transpose(2, 3) for a in (dq, dk, dv, do))
        dz = [a.reshape(N, B * L, H) for a in heads]
        x_t = x1.view(N, B * L, -1).mT
        dW = torch.cat([(x_t @ a).sum(0) for a in dz], 1)
        dx = None
        if ctx.needs_input_grad[1]:
            dx = sum(a @ w.mT for a, w in zip(dz, W[:-1].split(H, 1), strict=True))
            dx = joined(dx.view(N, B, L, -1), T, B)
        return None, dx, dW, dzi, dF, None, *rest


def through_states(kept, states, dend, dr, dqn, dq, dk, dv):
    """Add to dq, dk, dv what passes through states -> dF_L, dm and dstart from there.

    The state after a chunk has F_L - m_L in its exponent.
    """
    i, f, q, k, v = kept
    (C1, n1, C, n, *start), N, chain, writes = states, len(q), [], []
    if dend[0] is not None or dend[1] is not None:
        pairs = zip(dend, (C1, n1), strict=True)
        dC, dn = (torch.zeros_like(a) if d is None else d for d, a in pairs)
        chain = [(dC, dn[:, None])]
        writes = [(slice(N - 1, N), dC[None], dn[None, :, None], C1, n1[:, None])]
    skip = 1 - len(chain)
    for c, C_, n_ in reads(N, C, n, start):
        rf, g = times(dr[c], f[c]), dqn[c] * f[c]
        add_bmm(dq[c], rf, C_.mT)
        dq[c].addcmul_(g, n_)
        new = bmm(q[c].mT, rf), g.mT @ q[c]
        chain += [*zip(*new, strict=True)][::-1]
        writes += [(slice(N - 1), *new, C_, n_)] if c.start else []
    carry(chain, f[:, :, -1:].flip(0)[skip:])
    dF, dm = dqn.new_zeros(2, N + 1, q.shape[1])
    for c, dC, dn, C_, n_ in writes:
        add_bmm(dk[c], times(v[c], i[c]), dC.mT)
        dk[c].addcmul_(i[c], dn)
        add_bmm(dv[c], times(k[c], i[c]), dC)
        dF[c] = inner(dC, C_) + inner(dn, n_)
    dm[N] = -dF[N - 1]
    dstart = chain[-1] if start else ()
    if start:
        dm[0] = sum(map(inner, dstart, start))
        dstart = dstart[0], dstart[1][:, 0]
    return dF[:N], dm, *dstart


def inner(a, b):
    """Sum of a * b over the last two axes."""
    return times(a, b).sum((-2, -1))


def reads(N, C, n, start):
    """Chunks that read a state, and the states: those between, the one before all."""
    if N > 1:
        yield slice(1, N), C, n
    if start:
        yield slice(0, 1), start[0][None], start[1][None]


def carry(states, decay):
    """states[c] += decay[c] states[c - 1], one after the other; pairs (C, n)."""
    for old, new, f in zip(states, states[1:], decay, strict=False):
        for a, b in zip(old, new, strict=True):
            b.addcmul_(a, f)


def bmm(a, b):
    """a @ b for every chunk and row."""
    out = empty(a, *a.shape[:-1], b.shape[-1])
    torch.bmm(a.flatten(0, -3), b.flatten(0, -3), out=out.flatten(0, -3))
    return out


def add_bmm(out, a, b):
    """out += a @ b for every chunk and row."""
    out.flatten(0, -3).baddbmm_(a.flatten(0, -3), b.flatten(0, -3))


def times(a, b):
    """a * b in the shape of a."""
    return torch.mul(a, b, out=empty(a, *a.shape))


def chunked(steps, chunks):
    """Copy (T, B, k) into (N, G, L, D), zeros after the last step -> chunks."""
    for a, b in halves(steps, chunks):
        b[: len(a)] = a
        b[len(a) :] = 0.0
    return chunks


def joined(chunks, T, B):
    """Copy (N, G, L, D) into new (T, B, k)."""
    steps = empty(chunks, T, B, chunks[0, :, 0].numel() // B)
    for a, b in halves(steps, chunks):
        a[:] = b[: len(a)]
    return steps


def halves(steps, chunks):
    """Views of both with time first: all chunks but the last, and the last."""
    N, G, L, D = chunks.shape
    before, last = steps.tensor_split([(N - 1) * L])
    yield before.reshape(N - 1, L, G, D), chunks[:-1].transpose(1, 2)
    yield last.reshape(-1, G, D), chunks[-1].transpose(0, 1)
