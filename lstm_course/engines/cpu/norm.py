"""Layer normalisation inside the compiled loops: each block of a row, there and back.

Between the products of a step and the cell's own lines, a row's block a (H,) becomes
``z = gain * (a - mean(a)) / sqrt(var(a) + EPS) + shift``; a is kept behind the slab's
other columns.  On the way back dz becomes da where it stands, and gain and shift
collect their gradients.  ``shift`` is the cell's bias.  Source: see ``cells.normed``.
"""

import torch
from numba import njit

from ...cells.normed import EPS
from .machine import get, inner, put

SUMS = dict(inner, fastmath={"contract", "nsz", "reassoc"})  # sums in any order
TEXT = """def {name}(places, lengths, t, n, H):
    for r in range(n):
        if alive(lengths, r, t):
            for k in {columns}:
                z = place(F, places, 0, r, k * H)
                raw = place(F, places, 0, r, ({raw} + k) * H)
{views}
                {call}(F, z, raw, {names}, H)
"""
VIEW = "                {name} = place(F, places, {number}, r, k * H)  # {array}"
ARRAYS = {
    False: {"gain": "one gain", "shift": "one shift"},
    True: {"gain": "one gain", "dgain": "sum d_gain", "dshift": "sum d_shift"},
}


def steps_of(plan):
    """(number, columns of the blocks that become whole) of every phase with some."""
    if plan.normed:
        for number, ph in enumerate(plan.cell.phases):
            columns = tuple(plan.column(a) for a in ph.args if plan.is_block(a))
            if columns:
                yield number, columns


def name_of(number, back):
    """The function that normalises before a phase, or goes back through that."""
    return f"norm_{number}_{'backward' if back else 'forward'}"


def texts(plan, back, arrays):
    """The functions of one direction as text; ``arrays`` as in ``text.Rows``."""
    for number, columns in steps_of(plan):
        found = ARRAYS[back].items()
        views = [
            VIEW.format(name=n, number=arrays.setdefault(a, len(arrays)), array=a)
            for n, a in found
        ]
        yield TEXT.format(
            name=name_of(number, back),
            columns=columns,
            raw=plan.raw,
            views="\n".join(views),
            call="back_through" if back else "normalise",
            names=", ".join(n for n, _ in found),
        )


def weights_of(plan, p, H, shift):
    """gain and shift in the order of the plan's blocks; a bias that adds nothing."""
    gain = dict(zip(plan.cell.blocks, p["gain"].split(H, -1), strict=True))
    gain = torch.cat([gain[b] for b in plan.blocks], -1)
    return [gain, shift], torch.zeros_like(shift)


@njit(**SUMS)
def moments(F, a, H):
    """The mean of a (H,), and one over its standard deviation."""
    total = F(0.0)
    for j in range(H):
        total += get(a, j, 0)
    mean, squares = total / F(H), F(0.0)
    for j in range(H):
        d = get(a, j, 0) - mean
        squares += d * d
    return mean, F(1.0) / (squares / F(H) + F(EPS)) ** F(0.5)


@njit(**SUMS)
def normalise(F, z, raw, gain, shift, H):
    """z (H,) in place; raw keeps what it was."""
    mean, scale = moments(F, z, H)
    for j in range(H):
        a = get(z, j, 0)
        put(raw, j, a, 1)
        put(z, j, get(gain, j, 2) * ((a - mean) * scale) + get(shift, j, 3), 0)


@njit(**SUMS)
def back_through(F, z, raw, gain, dgain, dshift, H):
    """The gradient in z (H,) in place; those by gain and shift are added to."""
    mean, scale = moments(F, raw, H)
    total, along = F(0.0), F(0.0)
    for j in range(H):
        d, n = get(z, j, 0), (get(raw, j, 1) - mean) * scale
        put(dgain, j, get(dgain, j, 2) + d * n, 2)
        put(dshift, j, get(dshift, j, 3) + d, 3)
        d *= get(gain, j, 4)
        put(z, j, d, 0)
        total += d
        along += d * n
    total, along = total / F(H), along / F(H)
    for j in range(H):
        n = (get(raw, j, 1) - mean) * scale
        put(z, j, scale * (get(z, j, 0) - total - n * along), 0)
