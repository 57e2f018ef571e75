"""The LSTM of 1997: an input gate, an output gate and nothing that forgets.

    i = sigmoid(zi)                     how much of the candidate is written
    g = tanh(zg)                        the candidate
    o = sigmoid(zo)                     how much of the cell state is shown
    c = c_prev + i * g                  the constant error carousel: d c / d c_prev = 1
    h = o * tanh(c)                     where [zi zg zo] = x W_x + h_prev W_h + b

Shapes: x (B, I), h and c (B, H), W_x (I, 3H), W_h (H, 3H), b (3H,); blocks in the
order i, g, o.  Two options bring back what the paper did and later work dropped:

* ``squash="1997"``: g = 4 sigmoid(zg) - 2 in (-2, 2) and h = o * (2 sigmoid(c) - 1);
* ``gates_read_gates=True``: every block also reads i and o of the step before,
  + i_prev W_i + o_prev W_o, each (H, 3H), and the state is (h, c, i, o).

What it is for: to see what the forget gate, added in 2000, was needed for.

Sources: Hochreiter & Schmidhuber, Neural Computation 9 (1997); without the gate-to-gate
weights its tables of weight counts do not come out.  There g has no bias; here it has
one for all three blocks, which a zero switches off.
"""

from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from .cell import Cell, Phase
from .options import check_option, remembered


def squash_g(z):
    return 4.0 * sigmoid(z) - 2.0


def d_squash_g(y):
    return 1.0 - 0.25 * y * y


def squash_h(c):
    return 2.0 * sigmoid(c) - 1.0


def d_squash_h(y):
    return 0.5 - 0.5 * y * y


SQUASH = {"tanh": (tanh, d_tanh, tanh, d_tanh),
          "1997": (squash_g, d_squash_g, squash_h, d_squash_h)}


@remembered
def make(squash="tanh", gates_read_gates=False):
    """``squash`` is "tanh" or "1997"; gates may read the gates of the step before."""
    check_option("lstm1997", "squash", squash, SQUASH)
    check_option("lstm1997", "gates_read_gates", gates_read_gates, (False, True))
    into, d_into, out, d_out = SQUASH[squash]

    def forward(zi, zg, zo, c_prev):
        i, g, o = sigmoid(zi), into(zg), sigmoid(zo)
        c = c_prev + i * g
        h = o * out(c)
        return h, c, i, o, g

    def backward(dh, dc, di, do, c, i, o, g):
        y = out(c)
        dc = dc + dh * o * d_out(y)  # through h = o * out(c)
        dzi = (di + dc * g) * d_sigmoid(i)  # di, do: through the next step's gates
        dzg = dc * i * d_into(g)
        dzo = (do + dh * y) * d_sigmoid(o)
        return dzi, dzg, dzo, dc

    if gates_read_gates:
        reads = "i g o = x W_x + h W_h + i W_i + o W_o + b"
        phase = Phase(forward, backward, gives="h c i o", keeps="g")
        return Cell("lstm1997", reads, phase, states="h c i o", cell_path="c",
                    doc=__doc__)
    phase = Phase(forward, backward, gives="h c", keeps="i o g")
    return Cell("lstm1997", "i g o = x W_x + h W_h + b", phase, states="h c",
                fixed={"di": 0.0, "do": 0.0}, doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
