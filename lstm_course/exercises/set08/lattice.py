"""08.3: a grid of LSTMs, one along time and one along depth in every block."""

import numpy as np

from ...ops import sigmoid, tanh
from ..definition import Exercise
from ..making import edited, mistakes, weights


def grid(along_time, along_depth, h_in, m_in, D):
    """h_in, m_in (T, B, H) -> h (T, B, H): what leaves the top at every step."""
    time, out = [(0 * h_in[0], 0 * m_in[0]) for _ in range(D)], []
    for t in range(len(h_in)):
        h, m = h_in[t], m_in[t]
        for d in range(D):
            h_t, m_t = time[d]
            time[d] = along_time(d, h, h_t, m_t)
            h, m = along_depth(d, h_t, h, m)
        out.append(h)
    return np.stack(out)


def lstms(rng, H, D):
    """A box for one dimension: (d, other (B, H), h, m) -> h, m of the block."""
    every = [weights(rng, H, H) for _ in range(D)]

    def along(d, other, h, m):
        p = every[d]
        z = other @ p["W_x"] + h @ p["W_h"] + p["b"]
        zi, zf, zg, zo = np.split(z, 4, axis=-1)
        m = sigmoid(zf) * m + sigmoid(zi) * tanh(zg)
        return sigmoid(zo) * tanh(m), m

    return along


def cases(rng):
    made = []
    for T, B, H, D in ((4, 3, 5, 2), (5, 2, 4, 3)):
        boxes = lstms(rng, H, D), lstms(rng, H, D)
        made.append((*boxes, *rng.normal(size=(2, T, B, H)), D))
    return made


TIME, DEPTH = "along_time(d, h, h_t, m_t)", "along_depth(d, h_t, h, m)"

EXERCISE = Exercise(
    "08.3",
    "grid",
    15,
    cases,
    grid,
    answer="h",
    axes={"h": ("step", "row", "unit")},
    hints=(
        "Two states meet in a block: time's, which this depth had at the step before, "
        "and depth's, which comes from the block below at this step.",
        "Keep a list of D states for time, all zeros at first. At every step depth "
        "begins anew with h_in[t], m_in[t] and climbs through the D blocks.",
        "In a block, read time's old h into a name of its own before you overwrite the "
        "state: both LSTMs see the h that ENTER the block.",
    ),
    misconceptions=mistakes(
        grid,
        (
            DEPTH,
            "along_depth(d, time[d][0], h, m)",
            "Depth reads the new h of time. In this grid both LSTMs of a block see "
            "what enters it, not what the other one has just made.",
        ),
        (
            f"time[d] = {TIME}\n            h, m = {DEPTH}",
            f"h, m = {DEPTH}\n            time[d] = {TIME}",
            "Time reads the new h of depth. Both LSTMs of a block see what enters it: "
            "keep the old h until both have read.",
        ),
        (
            "h, m = h_in[t], m_in[t]",
            "h, m = h_in[t], 0 * m_in[t]",
            "The memory of depth begins with m_in[t], not with zeros.",
        ),
        (
            f"h, m = {DEPTH}",
            f"h, _ = {DEPTH}",
            "The memory of depth stays where it is. It climbs with h: that is what a "
            "grid has and stacked layers have not.",
        ),
        (
            f"time[d] = {TIME}",
            f"time[d] = {TIME}[0], m_t",
            "The memory along time is not carried on: it has to reach the next step, "
            "too.",
        ),
        (
            f"time[d] = {TIME}",
            f"_ = {TIME}",
            "Nothing is carried along time: the new state of a block is that from "
            "which it begins at the next step.",
        ),
        (
            "out.append(h)",
            "out.append(time[-1][0])",
            "You return what leaves the last block along time. Asked is what leaves it "
            "along depth, at the top.",
        ),
        (
            "out.append(h)",
            "out.append(m)",
            "You return the memory. Asked is h.",
        ),
        (
            DEPTH,
            "along_depth(d, h, h_t, m)",
            "The two h are exchanged for depth: the other dimension's comes first, "
            "then its own.",
        ),
        (
            TIME,
            "along_time(d, h_t, h, m_t)",
            "The two h are exchanged for time: the other dimension's comes first, "
            "then its own.",
        ),
        (
            TIME,
            "along_time(d, h, h_t, m)",
            "Time was given the memory of depth. Each dimension has its own.",
        ),
    )
    + (
        (
            edited(grid, ("time[d]", "time[0]")),
            "All depths share one state along time. Every depth has its own.",
        ),
        (
            edited(
                grid,
                ("range(D):", "reversed(range(D)):"),
            ),
            "Depth runs from the top down. x enters at block 0, and h leaves block "
            "D - 1.",
        ),
    ),
)
