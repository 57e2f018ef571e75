"""Long short-term memory with a forget gate.

    i = sigmoid(zi)             how much of the candidate is written
    f = sigmoid(zf)             how much of the old cell state is kept
    g = tanh(zg)                the candidate
    o = sigmoid(zo)             how much of the cell state is shown
    c = f * c_prev + i * g
    h = o * tanh(c)             where [zi zf zg zo] = x W_x + h_prev W_h + b

Shapes: x (B, I), h and c (B, H), W_x (I, 4H), W_h (H, 4H), b (4H,); blocks in the
order i, f, g, o.

What it is for: dependencies over many steps; the cell the others are compared with.

Sources: Hochreiter & Schmidhuber, Neural Computation 9 (1997), without the forget
gate; Gers, Schmidhuber & Cummins, Neural Computation 12 (2000), who added it;
Jozefowicz, Zaremba & Sutskever, ICML (2015), for the start value of its bias.
"""

from ..ops import DERIVATIVE, GATES, d_tanh, sigmoid, tanh
from .cell import Cell, Phase
from .options import check_option, remembered

FORGET_BIAS = 1.0  # Jozefowicz et al. (2015)


@remembered
def make(gate=sigmoid):
    """LSTM whose ``gate`` is ``sigmoid``, ``hard_sigmoid`` or another of ops.GATES."""
    check_option("lstm", "gate", gate, GATES.values())
    d_gate = DERIVATIVE[gate]

    def forward(zi, zf, zg, zo, c_prev):
        i, f, g, o = gate(zi), gate(zf), tanh(zg), gate(zo)
        c = f * c_prev + i * g
        h = o * tanh(c)
        return h, c, i, f, g, o

    def backward(dh, dc, c_prev, c, i, f, g, o):
        tanh_c = tanh(c)
        dc = dc + dh * o * d_tanh(tanh_c)  # through h = o * tanh(c)
        dzi = dc * g * d_gate(i)
        dzf = dc * c_prev * d_gate(f)
        dzg = dc * i * d_tanh(g)
        dzo = dh * tanh_c * d_gate(o)
        return dzi, dzf, dzg, dzo, dc * f

    phase = Phase(forward, backward, gives="h c", keeps="i f g o")
    return Cell("lstm", "i f g o = x W_x + h W_h + b", phase, states="h c",
                bias={"f": FORGET_BIAS}, doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
