"""The only list of variants: a new cell is one new file here and one line below.

In this folder:

    any_cell   what may be asked of any cell
    cell       a cell made of products and arithmetic; stack: cells on top of each other
    products   products written like equations, read once
    checks     what a cell is asked when it is made; options: what every make checks
    start      start values; scan: linear recurrences in NumPy
    noisy      a cell with masks between its lines: dropout along time, zoneout
    normed     a cell with layer normalisation
    written    a cell from its room and options written out
    rooms      rnn, lstm, lstm1997, peephole, coupled, cifg, greff, gru, mut, mingru,
               minlstm, depth_gated, clockwork, slstm, mlstm
"""

from . import (
               cifg,
               clockwork,
               coupled,
               depth_gated,
               greff,
               gru,
               lstm,
               lstm1997,
               mingru,
               minlstm,
               mlstm,
               mut,
               peephole,
               rnn,
               slstm,
)
from .cell import Cell, Phase
from .stack import Stack

CELLS = {
    "rnn": rnn.cell,
    "lstm": lstm.cell,
    "lstm1997": lstm1997.cell,
    "peephole": peephole.cell,
    "coupled": coupled.cell,
    "gru": gru.cell,
    "depth_gated": depth_gated.cell,
    "clockwork": clockwork.cell,
    "nig": greff.nig,
    "nfg": greff.nfg,
    "nog": greff.nog,
    "niaf": greff.niaf,
    "noaf": greff.noaf,
    "np": greff.np_,
    "cifg": cifg.cell,
    "fgr": greff.fgr,
    "mut1": mut.mut1,
    "mut2": mut.mut2,
    "mut3": mut.mut3,
    "mingru": mingru.cell,
    "minlstm": minlstm.cell,
    "slstm": slstm.cell,
    "mlstm": mlstm.cell,
}

__all__ = ["CELLS", "Cell", "Phase", "Stack"]
