"""LSTM with coupled gates: what is written replaces what is forgotten.

    keeps="i":  i = sigmoid(zi),  f = 1 - i         the input gate is learned
    keeps="f":  f = sigmoid(zf),  i = 1 - f         the forget gate is learned
    g = tanh(zg)
    o = sigmoid(zo)
    c = f * c_prev + i * g
    h = o * tanh(c)                 where [z. zg zo] = x W_x + h_prev W_h + b

Shapes: x (B, I), h and c (B, H), W_x (I, 3H), W_h (H, 3H), b (3H,); blocks in the
order i, g, o or f, g, o.  Both are one family: the columns and the bias of the learned
gate, negated, turn one into the other; a start bias of -1 for i is that of +1 for f.

What it is for: three quarters of the LSTM's weights, and |c| stays below 1 if it
starts there.

Sources: Greff et al., arXiv 1503.04069, and the ONNX operator LSTM with
``input_forget`` learn i; the figure in Olah, Understanding LSTM Networks (2015),
learns f.
"""

from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from .cell import Cell, Phase
from .lstm import FORGET_BIAS
from .options import check_option, remembered


def keeps_i(zi, zg, zo, c_prev):
    i, g, o = sigmoid(zi), tanh(zg), sigmoid(zo)
    f = 1.0 - i
    c = f * c_prev + i * g
    h = o * tanh(c)
    return h, c, i, f, g, o


def keeps_i_backward(dh, dc, c_prev, c, i, f, g, o):
    tanh_c = tanh(c)
    dc = dc + dh * o * d_tanh(tanh_c)
    dzi = dc * (g - c_prev) * d_sigmoid(i)  # more written, less kept
    return dzi, dc * i * d_tanh(g), dh * tanh_c * d_sigmoid(o), dc * f


def keeps_f(zf, zg, zo, c_prev):
    f, g, o = sigmoid(zf), tanh(zg), sigmoid(zo)
    i = 1.0 - f
    c = f * c_prev + i * g
    h = o * tanh(c)
    return h, c, i, f, g, o


def keeps_f_backward(dh, dc, c_prev, c, i, f, g, o):
    tanh_c = tanh(c)
    dc = dc + dh * o * d_tanh(tanh_c)
    dzf = dc * (c_prev - g) * d_sigmoid(f)  # more kept, less written
    return dzf, dc * i * d_tanh(g), dh * tanh_c * d_sigmoid(o), dc * f


KEEPS = {"i": (keeps_i, keeps_i_backward, -FORGET_BIAS),
         "f": (keeps_f, keeps_f_backward, FORGET_BIAS)}


@remembered
def make(keeps="i"):
    """The gate that is learned: "i" (then f = 1 - i) or "f" (then i = 1 - f)."""
    check_option("coupled", "keeps", keeps, KEEPS)
    forward, backward, start = KEEPS[keeps]
    phase = Phase(forward, backward, gives="h c", keeps="i f g o")
    return Cell("coupled", f"{keeps} g o = x W_x + h W_h + b", phase, states="h c",
                bias={keeps: start}, doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
