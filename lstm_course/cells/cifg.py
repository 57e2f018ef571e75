"""CIFG: Greff's peephole LSTM with coupled input and forget gates.

    i = sigmoid(zi + c_prev * w_ci)
    f = 1 - i
    g = tanh(zg)
    c = f * c_prev + i * g
    o = sigmoid(zo + c * w_co)
    h = o * tanh(c)                     where [zi zg zo] = x W_x + h_prev W_h + b

Shapes: x (B, I), h and c (B, H), W_x (I, 3H), W_h (H, 3H), b (3H,), w_ci and w_co
(H,); blocks in the order i, g, o.

What it is for: a quarter fewer weights, and in the Odyssey no significant loss.
Without the peepholes it is the room coupled.

Source: Greff et al., arXiv 1503.04069.
"""

from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from .cell import Cell, Phase
from .lstm import FORGET_BIAS
from .options import remembered


def forward(zi, zg, zo, c_prev, w_ci, w_co):
    i = sigmoid(zi + c_prev * w_ci)
    f = 1.0 - i
    g = tanh(zg)
    c = f * c_prev + i * g
    o = sigmoid(zo + c * w_co)
    h = o * tanh(c)
    return h, c, i, f, g, o


def backward(dh, dc, c_prev, c, i, f, g, o, w_ci, w_co):
    tanh_c = tanh(c)
    dzo = dh * tanh_c * d_sigmoid(o)
    dc = dc + dh * o * d_tanh(tanh_c) + dzo * w_co
    dzi = dc * (g - c_prev) * d_sigmoid(i)
    dzg = dc * i * d_tanh(g)
    return dzi, dzg, dzo, dc * f + dzi * w_ci, dzi * c_prev, dzo * c


@remembered
def make():
    """The only form of this cell."""
    phase = Phase(forward, backward, gives="h c", keeps="i f g o")
    return Cell("cifg", "i g o = x W_x + h W_h + b", phase, states="h c",
                vectors="w_ci w_co", bias={"i": -FORGET_BIAS}, doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
