"""minGRU: a GRU whose gate and candidate do not read the old state.

    u = sigmoid(zu)                     update (z in the paper)
    n = zn                              the candidate, with no tanh
    h = (1 - u) * h_prev + u * n        where [zu zn] = x W_x + b

Shapes: x (B, I), h (B, H), W_x (I, 2H), b (2H,); blocks in the order u, n.

Given x the recurrence is linear in h, so all steps can be had at once: ``parallel``
takes log2(T) rounds where the loop takes T steps.

What it is for: training over long sequences; the price is that a gate cannot depend
on what is remembered.

Source: Feng, Tung, Ahmed, Bengio & Hajimirsadeghi, arXiv 2410.01201.
"""

from ..ops import d_sigmoid, sigmoid
from .cell import Cell, Phase
from .options import remembered
from .scan import scan


def forward(zu, zn, h_prev):
    u = sigmoid(zu)
    return (1.0 - u) * h_prev + u * zn, u, zn


def backward(dh, h_prev, u, n):
    return dh * (n - h_prev) * d_sigmoid(u), dh * u, dh * (1.0 - u)


@remembered
def make():
    """The only form of this cell."""
    phase = Phase(forward, backward, gives="h", keeps="u n")
    return Cell("mingru", "u n = x W_x + b", phase, linear=True, doc=__doc__)


def parallel(p, x, h0=None):
    """All outputs without a loop over time: x (T, B, I) -> h (T, B, H)."""
    H = cell.sizes(p)[1]
    z = cell.views(cell.input_products(p, x, H)["z"], H)
    u = sigmoid(z["zu"])
    return scan(1.0 - u, u * z["zn"], h0)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
