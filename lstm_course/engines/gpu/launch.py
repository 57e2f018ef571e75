"""How a layer is cut into tiles, and whether a whole sequence fits into one launch.

A tile keeps its part of every recurrent matrix on its processor.  What that takes was
found by compiling for sm_90 without a card: for tf32x3 Triton keeps two copies.  Tiles
of the same rows wait for each other, so all of them must be on the card at once.
Unmeasured: which cut is the fastest.
"""

from typing import NamedTuple

import torch

ON_CHIP, VALUE = 176 << 10, 8 << 10  # bytes: room for matrices, less for each value
ROWS = (16, 32, 64)  # sequences of a tile; a product takes 16 at least


class Launch(NamedTuple):
    """Tiles of ``rows`` sequences by ``cols`` units.

    ``whole`` launches the sequence once, with the recurrent matrix on the chip; else
    there is a product and a kernel for each step.  With ``shared`` one tile of a row
    also reads through memory what several tiles write for each other.
    """

    whole: bool
    rows: int
    cols: int
    warps: int = 4
    precision: str = "tf32x3"  # of products inside the kernels, as Triton names it
    shared: bool = False

    def grid(self, B, H):
        return -(-B // self.rows), -(-H // self.cols)


def full(H):
    """Units of a product in a kernel: a power of two, 16 at least."""
    return max(16, 1 << (H - 1).bit_length())


def choose(plan, B, H, dtype, processors, precision="tf32x3"):
    """The Launch for B sequences of H units on a card with so many processors."""
    recurrent = [s for s in plan.sources if s.name != "x"]
    blocks = sum(len({b for t in s.terms for b in t.blocks}) for s in recurrent)
    copies = 2 if dtype == torch.float32 and precision == "tf32x3" else 1
    column = blocks * full(H) * dtype.itemsize * copies  # bytes of one unit
    room = ON_CHIP - VALUE * (plan.width + len(plan.cell.states))
    cols = full(H)
    while cols > 16 and cols * column > room:
        cols //= 2
    for rows in ROWS if cols * column <= room else ():
        how = Launch(True, rows, cols, 8 if cols > 32 else 4, precision)
        across, along = how.grid(B, H)
        if along == 1 or across * along <= processors:
            return how
    return Launch(False, 4, min(full(H), 128), 4, precision)


def precision():
    """How products of float32 are taken, as torch was told to.

    Torch 2.9 renamed the setting; the old name raises once the new one was used.
    """
    told = torch.backends.cuda.matmul
    new = getattr(told, "fp32_precision", None)
    return "tf32" if (told.allow_tf32 if new is None else new == "tf32") else "tf32x3"
