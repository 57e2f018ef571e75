"""minLSTM: gates that read x alone and share out one unit of attention.

    f = sigmoid(zf) / (sigmoid(zf) + sigmoid(zi))       what is kept
    i = 1 - f                                           what is written
    g = zg                                              the candidate, with no tanh
    h = f * h_prev + i * g              where [zi zf zg] = x W_x + b

Shapes: x (B, I), h (B, H), W_x (I, 3H), b (3H,); blocks in the order i, f, g.

The quotient is computed as sigmoid(log sigmoid(zf) - log sigmoid(zi)), the same number
without 0 / 0 where both sigmoids underflow.  ``parallel`` takes log2(T) rounds where
the loop takes T steps.

What it is for: training over long sequences, like minGRU, with two gates.

Source: Feng, Tung, Ahmed, Bengio & Hajimirsadeghi, arXiv 2410.01201.
"""

from ..ops import d_log_sigmoid, d_sigmoid, log_sigmoid, sigmoid
from .cell import Cell, Phase
from .options import remembered
from .scan import scan


def forward(zi, zf, zg, h_prev):
    li, lf = log_sigmoid(zi), log_sigmoid(zf)
    f = sigmoid(lf - li)
    i = 1.0 - f
    return f * h_prev + i * zg, i, f, zg, li, lf


def backward(dh, h_prev, i, f, g, li, lf):
    dl = dh * (h_prev - g) * d_sigmoid(f)  # by lf - li
    return -dl * d_log_sigmoid(li), dl * d_log_sigmoid(lf), dh * i, dh * f


@remembered
def make():
    """The only form of this cell."""
    phase = Phase(forward, backward, gives="h", keeps="i f g li lf")
    return Cell("minlstm", "i f g = x W_x + b", phase, linear=True, doc=__doc__)


def parallel(p, x, h0=None):
    """All outputs without a loop over time: x (T, B, I) -> h (T, B, H)."""
    H = cell.sizes(p)[1]
    z = cell.views(cell.input_products(p, x, H)["z"], H)
    f = sigmoid(log_sigmoid(z["zf"]) - log_sigmoid(z["zi"]))
    return scan(f, (1.0 - f) * z["zg"], h0)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
