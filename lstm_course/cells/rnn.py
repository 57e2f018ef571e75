"""Elman's recurrent network, one tanh layer that reads its own last output.

    h = tanh(x W_x + h_prev W_h + b)

Shapes: x (B, I), h (B, H), W_x (I, H), W_h (H, H), b (H,).

What it is for: the loop at its plainest, and the measure of what gates add.

Source: Elman, Finding structure in time, Cognitive Science 14 (1990).
"""

from ..ops import d_tanh, tanh
from .cell import Cell, Phase
from .options import remembered


def forward(zh):
    return tanh(zh)


def backward(dh, h):
    return dh * d_tanh(h)


@remembered
def make():
    """The only form of this cell."""
    phase = Phase(forward, backward, gives="h")
    return Cell("rnn", "h = x W_x + h W_h + b", phase, doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
