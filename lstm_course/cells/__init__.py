"""The only list of variants: a new cell is one new file here and one line below."""

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
