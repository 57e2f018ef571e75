"""Readout and cross entropy in one: the scores (N, K) exist once.

Softmax is taken where the scores lie, and the gradient by them, softmax minus 1 at the
right symbol, is written over it.  Torch's own functions keep a copy at each stage.
"""

import torch
from torch import nn

from ..engines import again
from ..engines.choose import ordinary
from ..engines.entry import may_look, reduced


def readout_loss(h, readout, y):
    """Mean cross entropy in nats.

    Parameters
    ----------
    h : tensor (T, B, H)
    readout : nn.Linear
        H -> K scores.
    y : tensor (T, B) of torch.long
        The right symbol of each row.
    """
    h, y, weights = h.flatten(0, 1), y.flatten(), (readout.weight, readout.bias)
    if may_look(y) and ordinary([h, *weights]) and not reduced(readout.weight):
        if 0 <= int(y.min()) <= int(y.max()) < len(readout.weight):
            return ReadoutLoss.apply(h, *weights, y)
    return plain(h, *weights, y)  # which also says what is wrong with y


def plain(h, W, b, y):
    """The same with torch's own functions."""
    return nn.functional.cross_entropy(nn.functional.linear(h, W, b), y)


class ReadoutLoss(torch.autograd.Function):
    """(h (N, H), W (K, H), b (K,), y (N,)) -> the mean of -log softmax(h W^T + b)_y."""

    @staticmethod
    def forward(ctx, h, W, b, y):
        scores = torch.addmm(b, h, W.T)
        scores -= scores.amax(1, keepdim=True)
        right = scores.gather(1, y[:, None])
        total = scores.exp_().sum(1, keepdim=True)
        loss = (total.log() - right).mean()
        if any(ctx.needs_input_grad):
            scores /= total
            scores.scatter_add_(1, y[:, None], torch.full_like(right, -1.0))
            scores /= len(y)
            ctx.save_for_backward(h, W, b, y)
            ctx.scores = scores
        return loss

    @staticmethod
    def backward(ctx, grad):
        h, W, b, y = ctx.saved_tensors
        if torch.is_grad_enabled():  # a graph of this gradient is wanted as well
            return (*again.gradients(_pair, (h, W, b, y), [grad]),)
        d = ctx.scores
        return grad * (d @ W), grad * (d.T @ h), grad * d.sum(0), None


def _pair(*inputs):
    return (plain(*inputs),)
