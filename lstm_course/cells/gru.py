"""Gated recurrent unit: two gates, no separate cell state.

    r = sigmoid(zr)                      reset: how much of h_prev the candidate sees
    u = sigmoid(zu)                      update (z in the papers)
    n = tanh(zn + r * zm)                reset after:  zm = h_prev W_hn + b_hn
    n = tanh(zn),  zn += (r * h_prev) W_hn             reset before
    h = u * h_prev + (1 - u) * n         update keeps the old state
    h = (1 - u) * h_prev + u * n         update takes the new one

Shapes: x (B, I), h (B, H), W_x (I, 3H), W_h (H, 3H), b (3H,), and with reset after a
second bias b_h (3H,); blocks in the order r, u, n.  The default is what cuDNN, torch
and Keras compute: reset after, update keeps old.

What it is for: dependencies over many steps with one state instead of two and three
blocks of weights instead of four.

Sources: Cho et al., arXiv 1406.1078 (version 1: reset after; version 3: before; u keeps
the old state); Chung et al., arXiv 1412.3555 (u takes the new state).
"""

from ..ops import DERIVATIVE, GATES, d_tanh, sigmoid, tanh
from .cell import Cell, Phase
from .options import check_option, remembered

READS = {
    "after": "r u n = x W_x + b\nr u m = h W_h + b_h",
    "before": "r u n = x W_x + (h h q) W_h + b",
}


def keeps_old(u, h_prev, n):
    return u * h_prev + (1.0 - u) * n


def d_keeps_old(dh, u, h_prev, n):
    return dh * (h_prev - n), dh * u, dh * (1.0 - u)


def takes_new(u, h_prev, n):
    return (1.0 - u) * h_prev + u * n


def d_takes_new(dh, u, h_prev, n):
    return dh * (n - h_prev), dh * (1.0 - u), dh * u


MIX = {"keeps_old": (keeps_old, d_keeps_old), "takes_new": (takes_new, d_takes_new)}


@remembered
def make(reset="after", update="keeps_old", gate=sigmoid):
    """GRU with ``reset`` "after" or "before", ``update`` "keeps_old" or "takes_new",
    ``gate`` ``sigmoid``, ``hard_sigmoid`` or another of ops.GATES."""
    check_option("gru", "reset", reset, READS)
    check_option("gru", "update", update, MIX)
    check_option("gru", "gate", gate, GATES.values())
    mix, d_mix = MIX[update]
    d_gate = DERIVATIVE[gate]

    def after(zr, zu, zn, zm, h_prev):
        r, u = gate(zr), gate(zu)
        n = tanh(zn + r * zm)
        return mix(u, h_prev, n), r, u, n, zm

    def after_backward(dh, h_prev, r, u, n, m):
        du, dh_prev, dn = d_mix(dh, u, h_prev, n)
        dzn = dn * d_tanh(n)
        return dzn * m * d_gate(r), du * d_gate(u), dzn, dzn * r, dh_prev

    def reset_gate(zr, h_prev):
        r = gate(zr)
        return r * h_prev, r

    def reset_gate_backward(dq, h_prev, r):
        return dq * h_prev * d_gate(r), dq * r

    def before(zu, zn, h_prev):
        u, n = gate(zu), tanh(zn)
        return mix(u, h_prev, n), u, n

    def before_backward(dh, h_prev, u, n):
        du, dh_prev, dn = d_mix(dh, u, h_prev, n)
        return du * d_gate(u), dn * d_tanh(n), dh_prev

    phases = Phase(after, after_backward, gives="h", keeps="r u n m")
    if reset == "before":
        phases = [Phase(reset_gate, reset_gate_backward, gives="q", keeps="r"),
                  Phase(before, before_backward, gives="h", keeps="u n")]
    return Cell("gru", READS[reset], phases, doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
