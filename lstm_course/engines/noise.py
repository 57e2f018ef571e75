"""What is random in a layer in training, and what stands in its place otherwise.

Made of ``cells.noisy``; the masks are drawn by torch, once for a sequence, so that
every engine runs the same cell with the same masks, and the way back finds them.
"""

from functools import lru_cache
from numbers import Real
from typing import NamedTuple

import torch
from torch.nn.functional import dropout

from ..cells import noisy
from ..cells.normed import Normed


class Noise(NamedTuple):
    """Probabilities: see ``Recurrent``; zoneout holds pairs (state, probability)."""

    recurrent_dropout: float = 0.0
    variational: float = 0.0
    zoneout: tuple = ()

    def cell(self, cell, training):
        """The cell that runs in the place of this one."""
        return _made(self, cell, training) if any(self) else cell

    def inputs(self, x, training):
        """x (T, B, I) with the same features dropped at every step."""
        if not training or not self.variational:
            return x
        return x * dropout(torch.ones_like(x[:1]), self.variational)

    def masks(self, cell, T, B, H, p):
        """The masks of a noisy cell, by name; in the precision of its parameters."""
        rates, found, like = dict(self.zoneout), {}, next(iter(p.values()))
        for name, kind in cell.noise.items():
            ones = like.new_ones((T, B, H) if kind == noisy.STEP else (B, H))
            if name.startswith("keep_"):
                found[name] = ones.bernoulli_(1.0 - rates[name[5:]])
            else:
                p = self.variational if kind == noisy.HERE else self.recurrent_dropout
                found[name] = dropout(ones, p)
        return found


@lru_cache(256)
def _made(noise, cell, training):
    if cell.whole_rows:
        return Normed(_made(noise, cell.plain, training))
    states = [s for s, _ in noise.zoneout]
    if training and noise.recurrent_dropout:
        cell = noisy.candidate(cell)
    if training and noise.variational:
        cell = noisy.same(cell)
    cell = noisy.zoneout(cell, states) if states else cell
    keep = {f"keep_{s}": 1.0 - p for s, p in noise.zoneout}
    return cell if training or not states else noisy.expected(cell, keep)


def noise_of(cell, recurrent_dropout, variational, zoneout):
    """The Noise of a layer of this cell, checked."""
    candidate = check_dropout(recurrent_dropout, "recurrent_dropout")
    if candidate and not noisy.candidate_of(cell):
        raise ValueError(
            f"{cell.name} has no candidate that is added to a memory, so none can be "
            f"dropped. Got recurrent_dropout={recurrent_dropout}, expected 0. Pass "
            f"variational={recurrent_dropout}, which drops what products read?"
        )
    pairs = _zoneout(cell, zoneout)
    return Noise(candidate, check_dropout(variational, "variational"), pairs)


def _zoneout(cell, zoneout):
    """Pairs (state, probability), of a number for all states or a dict by state."""
    states = noisy.zoned(cell)
    given = zoneout if isinstance(zoneout, dict) else dict.fromkeys(states, zoneout)
    if unknown := [s for s in given if s not in states]:
        raise ValueError(
            f"zoneout names {unknown[0]!r}, but of {cell.name} "
            f"{', '.join(states) or 'no state'} can stay as it was. Expected a "
            "probability for one of these. Write zoneout={'h': 0.05}?"
        )
    pairs = tuple((s, check_dropout(p, "zoneout")) for s, p in given.items())
    if not states and check_dropout(zoneout, "zoneout"):
        raise ValueError(
            f"zoneout is {zoneout!r}, but no state of {cell.name} can stay as it was: "
            "its step is written by hand. Expected 0. Choose another cell?"
        )
    return tuple(pair for pair in pairs if pair[1])


def check_dropout(dropout, name="dropout"):
    """A probability of dropping something, below 1."""
    number = isinstance(dropout, Real) and not isinstance(dropout, bool)
    if not number or not 0.0 <= dropout < 1.0:
        raise ValueError(
            f"{name} is {dropout!r}. It is the probability of dropping an output. "
            f"Expected 0 <= {name} < 1. Write 0.2 for 20 %?"
        )
    return float(dropout)
