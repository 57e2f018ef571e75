"""MUT1, MUT2, MUT3: the three best cells of a search by mutation.

    r = sigmoid(zr)                     reset: how much of h_prev the candidate sees
    u = sigmoid(zu)                     update (z in the paper)
    h = u * n + (1 - u) * h_prev        the update takes the new state

    MUT1  zr = x W_xr + h_prev W_hr + b_r           zu = x W_xu + b_u
          n = tanh((r * h_prev) W_hn + tanh(x) + b_n)
    MUT2  zr = x + h_prev W_hr + b_r                zu = x W_xu + h_prev W_hu + b_u
          n = tanh(x W_xn + (r * h_prev) W_hn + b_n)
    MUT3  zr = x W_xr + h_prev W_hr + b_r
          zu = x W_xu + tanh(h_prev) W_hu + b_u
          n = tanh(x W_xn + (r * h_prev) W_hn + b_n)

Shapes: x (B, I), h (B, H).  Blocks in the order r, u, n, those without a product left
out: MUT1 W_x (I, 2H) r u, W_h (H, 2H) r n; MUT2 W_x (I, 2H) u n, W_h (H, 3H);
MUT3 W_x (I, 3H), W_h (H, 3H); b (3H,).  The bare x of MUT1 and MUT2 needs I = H; where
they differ x becomes x W_e with a learned W_e (I, H).

What it is for: to see how close to the GRU a search of ten thousand cells ended.

Source: Jozefowicz, Zaremba & Sutskever, ICML (2015).  The paper has no projection;
Keras 0.2 used a random one that was not trained.
"""

from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from .cell import Cell, Phase
from .options import remembered


def reset_gate(zr, h_prev):
    r = sigmoid(zr)
    return r * h_prev, r


def reset_gate_backward(dq, h_prev, r):
    return dq * h_prev * d_sigmoid(r), dq * r


def reset_gate3(zr, h_prev):
    r = sigmoid(zr)
    return r * h_prev, tanh(h_prev), r


def reset_gate3_backward(dq, da, h_prev, r, a):
    return dq * h_prev * d_sigmoid(r), dq * r + da * d_tanh(a)


def update1(zu, zn, ze, h_prev):
    e = tanh(ze)
    u, n = sigmoid(zu), tanh(zn + e)
    return u * n + (1.0 - u) * h_prev, u, n, e


def update1_backward(dh, h_prev, u, n, e):
    dzn = dh * u * d_tanh(n)
    dzu = dh * (n - h_prev) * d_sigmoid(u)
    return dzu, dzn, dzn * d_tanh(e), dh * (1.0 - u)


def update(zu, zn, h_prev):
    u, n = sigmoid(zu), tanh(zn)
    return u * n + (1.0 - u) * h_prev, u, n


def update_backward(dh, h_prev, u, n):
    dzu = dh * (n - h_prev) * d_sigmoid(u)
    return dzu, dh * u * d_tanh(n), dh * (1.0 - u)


READS = {
    1: "r u = x W_x\nr n = (h q) W_h\nr u n = b\ne = x W_e?",
    2: "r u n = (h h q) W_h + b\nu n = x W_x\nr = x W_e?",
    3: "r u n = x W_x + (h a q) W_h + b",
}
PHASES = {
    1: [Phase(reset_gate, reset_gate_backward, gives="q", keeps="r"),
        Phase(update1, update1_backward, gives="h", keeps="u n e")],
    2: [Phase(reset_gate, reset_gate_backward, gives="q", keeps="r"),
        Phase(update, update_backward, gives="h", keeps="u n")],
    3: [Phase(reset_gate3, reset_gate3_backward, gives="q a", keeps="r"),
        Phase(update, update_backward, gives="h", keeps="u n")],
}


@remembered
def make(number=1):
    """MUT1, MUT2 or MUT3."""
    if number not in READS:
        raise ValueError(
            f"mut.make got number={number!r}. The paper names three cells. Expected 1, "
            "2 or 3. Write mut.make(number=1)?"
        )
    return Cell(f"mut{number}", READS[number], PHASES[number], doc=__doc__)


mut1, mut2, mut3 = make(1), make(2), make(3)
cell = mut1
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
