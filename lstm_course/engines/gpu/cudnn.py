"""The cells that cuDNN computes: which they are, and how it is asked.

A cell *is* torch's RNN, LSTM or GRU if it gives the same on random numbers, whatever
its name.  Torch's own function then runs it with our weights: on a card that is cuDNN.
"""

import warnings
from functools import cache

import numpy as np
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .. import again
from ..loop import run as readable

FUNCTIONS = {"h": torch.rnn_tanh, "i f g o": torch.lstm, "r u n m": torch.gru}


@cache
def function_of(cell):
    """Torch's function that computes a cell, or None: decided by numbers."""
    function = FUNCTIONS.get(" ".join(cell.blocks))
    wanted = {"W_x", "W_h", "b"} | ({"b_h"} if function is torch.gru else set())
    if function is None or cell.extra or cell.noise or {*cell.shapes(3, 5)} != wanted:
        return None
    rng = np.random.default_rng(0)
    p = {k: torch.tensor(rng.normal(size=s)) for k, s in cell.shapes(3, 5).items()}
    x, *state = (torch.tensor(rng.normal(size=s))
                 for s in ((4, 2, 3), *[(2, 5)] * len(cell.states)))  # fmt: skip
    try:
        theirs, _ = call(function, x, tuple(state), weights_of(p), None)
    except RuntimeError:  # other shapes
        return None
    return function if torch.allclose(theirs, readable(cell, p, x, state)[0]) else None


def weights_of(p):
    """Our parameters as torch keeps them: transposed, with two biases."""
    b_h = p["b_h"] if "b_h" in p else torch.zeros_like(p["b"])
    return [p["W_x"].T, p["W_h"].T, p["b"], b_h]


def call(function, x, state, weights, lengths):
    """One layer in one direction: -> h (T, B, H), end state."""
    options = True, 1, 0.0, torch.is_grad_enabled(), False
    state = [s[None].contiguous() for s in state]
    state = tuple(state) if function is torch.lstm else state[0]
    with warnings.catch_warnings():  # that the weights do not lie side by side
        warnings.filterwarnings("ignore", message=".*single contiguous chunk")
        if lengths is None:
            h, *end = function(x, state, weights, *options, False)
            return h, tuple(s[0] for s in end)
        packed = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
        order, back = packed.sorted_indices, packed.unsorted_indices
        state = _rows(state, order)
        data, *end = function(packed.data, packed.batch_sizes, state, weights, *options)
    h, _ = pad_packed_sequence(packed._replace(data=data), total_length=len(x))
    return h, tuple(s[0][back] for s in end)


def _rows(state, order):
    if isinstance(state, tuple):
        return tuple(s[:, order] for s in state)
    return state[:, order]


class Library(torch.autograd.Function):
    """Torch's layer, whose gradient can be differentiated again: cuDNN's cannot."""

    @staticmethod
    def forward(ctx, cell, lengths, names, x, *tensors):
        n, ctx.cell, ctx.lengths, ctx.names = len(cell.states), cell, lengths, names
        ctx.save_for_backward(x, *tensors)
        given = [t.detach() for t in (x, *tensors)]
        wanted = ctx.needs_input_grad[3:]
        with torch.enable_grad():
            ctx.given = [
                g.requires_grad_(w) for g, w in zip(given, wanted, strict=True)
            ]
            x, *rest = ctx.given
            p = dict(zip(names, rest[n:], strict=True))
            h, end = call(function_of(cell), x, rest[:n], weights_of(p), lengths)
        ctx.made = [h, *end]
        return tuple(m.detach() for m in ctx.made)

    @staticmethod
    def backward(ctx, *grads):
        if not torch.is_grad_enabled():
            wanted = [g for g in ctx.given if g.requires_grad]
            found = iter(
                torch.autograd.grad(ctx.made, wanted, grads, retain_graph=True)
            )
            return (*[None] * 3, *(next(found) if g.requires_grad else None
                                   for g in ctx.given))  # fmt: skip
        cell, n = ctx.cell, len(ctx.cell.states)

        def function(x, *rest):
            p = dict(zip(ctx.names, rest[n:], strict=True))
            h, _, end = readable(cell, p, x, rest[:n], ctx.lengths)
            return h, *end

        return (*[None] * 3, *again.gradients(function, ctx.saved_tensors, grads))


def run(cell, p, x, state, lengths=None):
    """A layer as ``engines.loop.run`` gives it."""
    if not torch.is_grad_enabled():
        return call(function_of(cell), x, state, weights_of(p), lengths)
    h, *end = Library.apply(cell, lengths, tuple(p), x, *state, *p.values())
    return h, tuple(end)
