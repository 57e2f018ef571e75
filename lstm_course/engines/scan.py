"""A linear recurrence on tensors in about 2 sqrt(T) operations instead of T.

h_t = a_t * h_{t-1} + b_t is cut into pieces of sqrt(T) steps.  All pieces run at once,
each from zero, carrying along the product of their factors; then each gets what the
piece before it ends with.  The gradient obeys the same recurrence, backwards in time.
"""

import math

import torch


def _solve(a, b, h0):
    """All h_t; a, b (T, B, H), h0 (B, H) -> (T, B, H).  Nothing is changed."""
    T = len(b)
    length = math.isqrt(T - 1) + 1
    pieces = -(-T // length)
    pad = (0, 0, 0, 0, 0, pieces * length - T)
    a = torch.nn.functional.pad(a, pad).unflatten(0, (pieces, length)).clone()
    b = torch.nn.functional.pad(b, pad).unflatten(0, (pieces, length)).clone()
    for j in range(1, length):
        b[:, j].addcmul_(a[:, j], b[:, j - 1])
        a[:, j].mul_(a[:, j - 1])
    h = h0
    for k in range(pieces):
        b[k].addcmul_(a[k], h)
        h = b[k, -1]
    return b.flatten(0, 1)[:T]


class LinearRecurrence(torch.autograd.Function):
    """(a, b, h0) -> all h_t, each (T, B, H), with h0 (B, H)."""

    @staticmethod
    def forward(ctx, a, b, h0):
        h = _solve(a, b, h0)
        ctx.save_for_backward(a, h, h0)
        return h

    @staticmethod
    def backward(ctx, dh):
        a, h, h0 = ctx.saved_tensors
        later = torch.cat([a[1:], torch.zeros_like(a[:1])])  # a of the next step
        zero = torch.zeros_like(h0)
        db = LinearRecurrence.apply(later.flip(0), dh.flip(0), zero).flip(0)
        before = torch.cat([h0[None], h[:-1]])
        return db * before, db, db[0] * a[0]


def run(cell, p, x, state):
    """A cell whose new h is linear in the old one: -> h (T, B, H), last state.

    The factors come from the cell's own text: its forward at h_prev = 0 and at 1.
    """
    (h0,) = state
    p = cell.prepare(p, h0.shape[-1])
    z = cell.views(cell.input_products(p, x, h0.shape[-1])["z"], h0.shape[-1])
    b, one = (
        cell.phases[0].forward(*[z[k] for k in cell.phases[0].args[:-1]], at)[0]
        for at in (torch.zeros_like(h0), torch.ones_like(h0))
    )
    h = LinearRecurrence.apply(one - b, b, h0)
    return h, (h[-1].clone(),)
