"""sLSTM: exponential gates, a normaliser, and a running maximum against overflow.

    m = max(log sigmoid(zf) + m_prev, zi)           the largest exponent so far
    i = exp(zi - m)
    f = exp(log sigmoid(zf) + m_prev - m)           neither i nor f exceeds 1
    g = tanh(zg)                                    (z in the paper)
    o = sigmoid(zo)
    c = f * c_prev + i * g
    n = f * n_prev + i                              the weights c was summed with
    h = o * c / n                       where [zi zf zg zo] = x W_x + h_prev W_h + b

m cancels in c / n: it keeps the numbers small and changes nothing else.

Shapes: x (B, I), state (h, c, n, m) each (B, H), W_x (I, 4H), W_h (H, 4H), b (4H,);
blocks in the order i, f, g, o.  W_h is full: one head.  At the start h = c = n = 0 and
m = -1e30, which stands for no exponent yet, so that the first m is zi as in the
authors' code; a state0 of your own needs n > 0, or c = n = 0.

What it is for: a write that can outweigh everything written before.

Source: Beck et al., xLSTM, arXiv 2405.04517.
"""

from ..ops import (
    d_log_sigmoid,
    d_sigmoid,
    d_tanh,
    exp,
    log_sigmoid,
    maximum,
    positive,
    sigmoid,
    tanh,
)
from .cell import Cell, Phase
from .options import remembered

FORGET_BIAS = 1.0  # as for the LSTM here; Beck et al. spread it over the units
NOTHING_YET = -1e30  # an exponent that loses against every other


def forward(zi, zf, zg, zo, c_prev, n_prev, m_prev):
    lf = log_sigmoid(zf)
    m = maximum(lf + m_prev, zi)
    i, f = exp(zi - m), exp(lf + m_prev - m)
    g, o = tanh(zg), sigmoid(zo)
    c = f * c_prev + i * g
    n = f * n_prev + i
    h = o * c / n
    return h, c, n, m, i, f, g, o, lf, zi


def backward(dh, dc, dn, dm, c_prev, n_prev, m_prev, c, n, i, f, g, o, lf, li):
    dc = dc + dh * o / n
    dn = dn - dh * o * c / (n * n)
    dli = (dc * g + dn) * i  # by the exponent zi - m
    dlf = (dc * c_prev + dn * n_prev) * f  # by the exponent lf + m_prev - m
    dm = dm - dli - dlf
    kept = positive(lf + m_prev - li)  # 1 where m came from the past
    dlf = dlf + dm * kept
    dzi = dli + dm * (1.0 - kept)
    dzo = dh * c / n * d_sigmoid(o)
    return dzi, dlf * d_log_sigmoid(lf), dc * i * d_tanh(g), dzo, dc * f, dn * f, dlf


@remembered
def make():
    """The only form of this cell."""
    phase = Phase(forward, backward, gives="h c n m", keeps="i f g o lf li")
    return Cell("slstm", "i f g o = x W_x + h W_h + b", phase, states="h c n m",
                start={"m": NOTHING_YET}, bias={"f": FORGET_BIAS}, cell_path="c",
                doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
