"""LSTM with peepholes: the gates may look at the cell state itself.

    i = sigmoid(zi + c_prev * w_ci)     the old cell state ...
    f = sigmoid(zf + c_prev * w_cf)
    g = tanh(zg)
    c = f * c_prev + i * g
    o = sigmoid(zo + c * w_co)          ... but the output gate sees the NEW one
    h = o * tanh(c)                     where [zi zf zg zo] = x W_x + h_prev W_h + b

Shapes: x (B, I), h and c (B, H), W_x (I, 4H), W_h (H, 4H), b (4H,); blocks in the
order i, f, g, o; w_ci, w_cf, w_co (H,): each unit looks at its own cell only.

What it is for: exact timing, counting, and gates that still know the cell state
when the output gate hides it from h.

Sources: Gers & Schmidhuber, IJCNN (2000); Gers, Schraudolph & Schmidhuber, JMLR 3
(2002).  They let no error through a peephole; like Greff et al., arXiv 1503.04069,
this backward is the full gradient.
"""

from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from .cell import Cell, Phase
from .lstm import FORGET_BIAS
from .options import check_letters, remembered


def forward(zi, zf, zg, zo, c_prev, w_ci, w_cf, w_co):
    i = sigmoid(zi + c_prev * w_ci)
    f = sigmoid(zf + c_prev * w_cf)
    g = tanh(zg)
    c = f * c_prev + i * g
    o = sigmoid(zo + c * w_co)
    h = o * tanh(c)
    return h, c, i, f, g, o


def backward(dh, dc, c_prev, c, i, f, g, o, w_ci, w_cf, w_co):
    tanh_c = tanh(c)
    dzo = dh * tanh_c * d_sigmoid(o)
    dc = dc + dh * o * d_tanh(tanh_c) + dzo * w_co  # through h, and through o
    dzi = dc * g * d_sigmoid(i)
    dzf = dc * c_prev * d_sigmoid(f)
    dzg = dc * i * d_tanh(g)
    dc_prev = dc * f + dzi * w_ci + dzf * w_cf
    return dzi, dzf, dzg, dzo, dc_prev, dzi * c_prev, dzf * c_prev, dzo * c


@remembered
def make(gates="ifo"):
    """The gates that have a peephole: any of the letters i, f, o, in any order."""
    has = check_letters("peephole", "gates", gates, "ifo")
    absent = {f"w_c{k}": 0.0 for k in "ifo" if k not in has}
    vectors = " ".join(f"w_c{k}" for k in "ifo" if k in has)
    phase = Phase(forward, backward, gives="h c", keeps="i f g o")
    return Cell("peephole", "i f g o = x W_x + h W_h + b", phase, states="h c",
                vectors=vectors, fixed=absent, bias={"f": FORGET_BIAS}, doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
