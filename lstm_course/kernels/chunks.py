"""The mLSTM on tensors, many steps at once: attention inside a chunk, a state between.

With F_t = log f_1 + ... + log f_t inside a chunk, step t finds of the pair written at
step j the part exp(F_t - F_j + zi_j - m_t), and of the state before the chunk the part
exp(F_t + m_0 - m_t).  So a chunk of L steps costs products of L x L matrices instead of
L steps over D x D ones, and no matrix of D x D is kept per step.

Source: Beck et al., xLSTM, arXiv 2405.04517, for the parallel form.
"""

import torch

from ..ops import log_sigmoid

CHUNK = 32  # steps; 16 to 128 differ by less than a third


def run(cell, p, x, state, lengths=None):
    """An mLSTM layer: x (T, B, I) -> h (T, B, H), last state (h, C, n, m)."""
    gates = cell.gates(p, x)  # each (T, B, heads, D), zi and zf (T, B, heads, 1)
    q, k, v, o, zi, zf = (a.permute(1, 2, 0, 3) for a in gates)
    lf = log_sigmoid(zf)
    if lengths is not None:  # a padded step writes nothing and forgets nothing
        alive = torch.arange(len(x), device=x.device) < lengths[:, None]
        alive = alive[:, None, :, None]
        zi, lf = zi.masked_fill(~alive, -torch.inf), lf * alive
    memory = state[1:]
    hs, parts = [], (a.split(CHUNK, dim=2) for a in (q, k, v, o, zi, lf))
    for part in zip(*parts, strict=True):
        h, memory = _chunk(*part, *memory)
        hs.append(h)
    h = torch.cat(hs, 2).permute(2, 0, 1, 3).flatten(2)
    if lengths is None:
        return h, (h[-1], *memory)
    h = h * alive[:, 0].transpose(0, 1)
    return h, (h[lengths - 1, torch.arange(x.shape[1])], *memory)


def _chunk(q, k, v, o, zi, lf, C, n, m):
    """L steps from a state: q, k, v, o (B, heads, L, D), zi, lf (B, heads, L, 1)."""
    F = lf.cumsum(2)
    written = zi - F  # log of what step j writes, seen from the start of the chunk
    m_t = F + written.cummax(2).values.maximum(m[:, :, None])
    before = (F + m[:, :, None] - m_t).exp()
    L = F.shape[2]
    later = torch.ones(L, L, dtype=torch.bool, device=F.device).triu(1)
    part = (F - m_t + written.mT).masked_fill(later, -torch.inf).exp()  # (..., t, j)
    match = (q @ k.mT) * part
    read = match @ v + before * (q @ C)
    qn = match.sum(-1, keepdim=True) + before * (q @ n[..., None])
    h = o * read / qn.abs().maximum((-m_t).exp())
    kept = part[:, :, -1, :, None] * k  # (B, heads, L, D)
    C = before[:, :, -1:] * C + kept.mT @ v
    n = before[:, :, -1] * n + kept.sum(2)
    return h, (C, n, m_t[:, :, -1])
