"""Clockwork RNN: groups of tanh units, each ticking with its own period.

    on = 1 where t mod period = 0, else 0                (one period per unit)
    h  = on * tanh(x W_x + h_prev W_h + b) + (1 - on) * h_prev
    t_next = t + 1

A group reads itself and the slower groups only: W_h is masked.  Units lie in order of
increasing period, so in the row form h_prev W_h the mask is block-LOWER-triangular
(row = source, column = reader); in the papers' column form W h it is upper.  Masked
entries start at zero, have zero gradient and stay zero.

Shapes: x (B, I), state (h, t) each (B, H) where t counts the steps (every entry the
same), W_x (I, H), W_h (H, H), b (H,).  A state0 without t starts the clock anew.
H units are split into len(periods) groups as evenly as possible; where H does not
divide, the faster groups have one unit more.  W_h of n groups of k units holds
H (H + k) / 2 weights that count.

What it is for: long dependencies with few updates; an ancestor of gates that need not
open at every step.

Source: Koutnik, Greff, Gomez & Schmidhuber, arXiv 1402.3511.  Where its clock starts
it does not say: with ``start=0`` every group ticks at the first step, with
``start=1`` only the groups of period 1 do.
"""

import numpy as np

from ..ops import d_tanh, positive, tanh
from .cell import Cell, Phase
from .options import check_option, remembered


def forward(zh, h_prev, t_prev, period):
    on = positive(1.0 - (t_prev + 0.5) % period)  # the half: t is safe from rounding
    n = tanh(zh)
    h = on * n + (1.0 - on) * h_prev
    return h, t_prev + 1.0, on, n


def backward(dh, dt, on, n):
    return dh * on * d_tanh(n), dh * (1.0 - on), dt


def unit_periods(periods, H):
    """The period of every unit: array (H,)."""
    if len(periods) > H:
        raise ValueError(
            f"clockwork has {len(periods)} periods, but only H = {H} units. Every "
            f"period needs a unit, so H is at least {len(periods)}. Use fewer periods?"
        )
    groups = np.array_split(np.arange(H), len(periods))
    return np.repeat(np.array(periods, float), [len(g) for g in groups])


def slow_to_fast(periods, H):
    """1 where unit k (column) may read unit j (row): array (H, H)."""
    T = unit_periods(periods, H)
    return (T[:, None] >= T[None, :]).astype(float)


@remembered
def make(periods=(1, 2, 4, 8), start=0):
    """Groups with these ``periods``, whole numbers in increasing order; the clock
    starts at 0 or 1."""
    periods = check_periods(periods)
    check_option("clockwork", "start", start, (0, 1))
    phase = Phase(forward, backward, gives="h t", keeps="on n")
    return Cell("clockwork", "h = x W_x + h W_h + b", phase, states="h t",
                constants={"period": lambda H: unit_periods(periods, H)},
                masks={"W_h": lambda H: slow_to_fast(periods, H)},
                start={"t": float(start)}, whole="t", cell_path="h",
                doc=__doc__)


def check_periods(periods):
    try:
        whole = [int(T) for T in periods]
        good = whole and min(whole) >= 1 and whole == sorted(periods) == list(periods)
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ValueError(
            f"clockwork.make got periods={periods!r}. Periods are whole numbers of at "
            "least 1 in increasing order, one per group. Write periods=(1, 2, 4, 8)?"
        )
    return tuple(whole)


cell = make()
step, step_backward, step_torch = cell.step, cell.step_backward, cell.step_torch
