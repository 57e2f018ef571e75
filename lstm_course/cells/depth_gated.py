"""Depth-gated LSTM: a second belt carries the cell state up from layer to layer.

    i = sigmoid(zi + c_prev * w_ci)
    f = sigmoid(zf + c_prev * w_cf)
    g = tanh(zg)
    d = sigmoid(zd + c_prev * w_cd + zl * w_ld)     the depth gate
    c = f * c_prev + i * g + d * zl
    o = sigmoid(zo + c * w_co)
    h = o * tanh(c)     where [zi zf zg zo zd] = x W_x + b, [zi zf zg zo] += h_prev W_h

x is the input of the layer: h of the layer below, at the same step.  zl is the new
cell state c of the layer below; d = 0 leaves a stack of peephole LSTMs.  The first
layer has no layer below it.  There

* ``first="projected"`` (the default, as in the authors' code): zl = x W_0 and no w_ld;
* ``first="none"``: no depth gate, an ordinary peephole LSTM.

Shapes, per layer: W_x (I or H, 5H) in the order i, f, g, o, d; W_h (H, 4H), b (5H,),
w_ci w_cf w_co w_cd w_ld (H,), W_0 (I, H).  All layers have H units, and their weights
are not shared.  Names and states of the whole: the room stack.

What it is for: gradients that cross many layers as those of an LSTM cross many steps.

Source: Yao, Cohn, Vylomova, Duh & Dyer, arXiv 1508.03790 (2015).  The authors' code
couples f = 1 - i unless told otherwise and has full matrices for the peepholes; this
follows the paper.
"""

from ..ops import d_sigmoid, d_tanh, sigmoid, tanh
from . import peephole
from .cell import Cell, Phase
from .lstm import FORGET_BIAS
from .options import check_option, remembered
from .stack import Stack


def forward(zi, zf, zg, zo, zd, zl, c_prev, w_ci, w_cf, w_co, w_cd, w_ld):
    i = sigmoid(zi + c_prev * w_ci)
    f = sigmoid(zf + c_prev * w_cf)
    g = tanh(zg)
    d = sigmoid(zd + c_prev * w_cd + zl * w_ld)
    c = f * c_prev + i * g + d * zl
    o = sigmoid(zo + c * w_co)
    h = o * tanh(c)
    return h, c, i, f, g, o, d


def backward(dh, dc, zl, c_prev, c, i, f, g, o, d, w_ci, w_cf, w_co, w_cd, w_ld):
    tanh_c = tanh(c)
    dzo = dh * tanh_c * d_sigmoid(o)
    dc = dc + dh * o * d_tanh(tanh_c) + dzo * w_co
    dzi = dc * g * d_sigmoid(i)
    dzf = dc * c_prev * d_sigmoid(f)
    dzg = dc * i * d_tanh(g)
    dzd = dc * zl * d_sigmoid(d)
    dzl = dc * d + dzd * w_ld  # down to the layer below
    dc_prev = dc * f + dzi * w_ci + dzf * w_cf + dzd * w_cd
    return (dzi, dzf, dzg, dzo, dzd, dzl, dc_prev,
            dzi * c_prev, dzf * c_prev, dzo * c, dzd * c_prev, dzd * zl)


READS = "i f g o d = x W_x\ni f g o = h W_h\ni f g o d = b"


@remembered
def layer(first):
    """One layer: the projected first one, or one that stands on another."""
    vectors = "w_ci w_cf w_co w_cd"
    phase = Phase(forward, backward, gives="h c", keeps="i f g o d")
    common = {"states": "h c", "bias": {"f": FORGET_BIAS}, "doc": __doc__}
    if first:
        return Cell("depth_gated_first", READS + "\nl = x W_0", phase, vectors=vectors,
                    fixed={"w_ld": 0.0}, **common)
    return Cell("depth_gated_upper", READS, phase, vectors=vectors + " w_ld",
                extra="zl", **common)


@remembered
def make(layers=2, first="projected"):
    """A stack of ``layers`` layers whose first one is "projected" or has "none"."""
    check_option("depth_gated", "first", first, ("projected", "none"))
    if not isinstance(layers, int) or isinstance(layers, bool) or layers < 1:
        raise ValueError(
            f"depth_gated.make got layers={layers!r}. It counts layers. Expected a "
            "whole number of at least 1. Write layers=2?"
        )
    bottom = layer(first=True) if first == "projected" else peephole.make()
    cells = [bottom] + [layer(first=False) for _ in range(layers - 1)]
    return Stack("depth_gated", cells, lambda n: make(n, first), doc=__doc__)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
