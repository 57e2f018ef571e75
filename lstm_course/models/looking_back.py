"""A decoder that looks back at all the encoder's states, not at the last alone.

At every step it asks, with its own state, which places of what was read fit, and reads
their weighted mean beside the symbol it wrote before (``attention``).  The encoder's
last state is still where it begins, but no longer all it has.

Source: Bahdanau, Cho & Bengio (2015); their encoder reads in both directions, ours in
one, and their decoder is a GRU.
"""

import numpy as np
import torch
from torch import nn

from ..doors import as_cell
from . import attention
from .parts import judging, seeds
from .translator import Translator


class LookingBack(Translator):
    """A ``Translator`` with soft attention: scores of the next symbol to write.

    Parameters
    ----------
    cell, I, H, words, K, seed
        As ``Translator`` takes them; there is one layer.
    S : int
        Units of the scorer.

    Examples
    --------
    >>> model = LookingBack("lstm", 8, 16, words=14, K=11, seed=0)
    >>> x, y = torch.ones(5, 3, dtype=torch.long), torch.ones(4, 3, dtype=torch.long)
    >>> lengths = torch.tensor([5, 2, 3])
    >>> model(x, lengths, y).shape
    torch.Size([4, 3, 11])
    >>> model.looks(x, lengths, y)[0, 1].nonzero().ravel()
    tensor([0, 1])
    """

    def __init__(self, cell, I, H, *, words, K, S=32, seed=None):
        first, own = seeds(seed, 2)
        super().__init__(cell, I, H, words=words, K=K, seed=first)
        self.cell = as_cell(cell)
        p = attention.init(self.cell, I, H, H, S, np.random.default_rng(own))
        self.decoder, self.scorer = _learned(p.pop("cell")), _learned(p)

    def encode(self, x, lengths):
        """The state after the last word, all h (S, B, H), and what are words (S, B)."""
        h, state = self.encoder(self.read(x), lengths=lengths)
        there = torch.arange(len(x), device=x.device)[:, None] < lengths.to(x.device)
        return *state, h, there

    def write(self, y, state):
        """Read symbols written so far, y (T, B): -> scores (T, B, K), state."""
        h, _, state = self._steps(y, state)
        return self.readout(h), state

    def looks(self, x, lengths, y):
        """Where it looks as it writes y (T, B), its past given: shares (T, B, S)."""
        first = torch.full_like(y[:1], self.K)
        with judging(self):
            state = self.encode(x, lengths)
            return self._steps(torch.cat([first, y[:-1]]), state)[1]

    def _steps(self, y, state):
        *state, read, there = state
        a, mask, state = read.transpose(0, 1), there.T, tuple(s[0] for s in state)
        p, hs, alphas = dict(self.scorer) | {"cell": dict(self.decoder)}, [], []
        for x in self.written(y):
            state, _, alpha = attention.step(p, self.cell, x, a, state, mask)
            hs.append(state[0]), alphas.append(alpha)
        state = (*(s[None] for s in state), read, there)
        return torch.stack(hs), torch.stack(alphas), state


def _learned(p):
    return nn.ParameterDict({k: torch.as_tensor(v).float() for k, v in p.items()})
