"""What the models share: start values from a seed, one-mask dropout."""

import numpy as np
import torch
from torch import nn


def seeds(seed, n):
    """n independent seeds from one, or from torch's generator where it is None."""
    if seed is None:
        seed = int(torch.randint(2**31, ()))
    return [int(s) for s in np.random.SeedSequence(seed).generate_state(n)]


def embedding(K, size, seed, width=0.1):
    """A table (K, size) of start values from U[-0.1, 0.1] (Zaremba et al. 2014)."""
    table = nn.Embedding(K, size)
    generator = torch.Generator().manual_seed(seed)
    nn.init.uniform_(table.weight, -width, width, generator=generator)
    return table


def readout(H, K, seed):
    """A linear layer H -> K, weights from U[-1, 1] / sqrt(H), biases 0."""
    layer = nn.Linear(H, K)
    generator = torch.Generator().manual_seed(seed)
    nn.init.uniform_(layer.weight, -(H**-0.5), H**-0.5, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer


class SameMaskDropout(nn.Module):
    """Variational dropout: x (T, B, H), the same units dropped at every step.

    Source: Gal & Ghahramani (2016), for the connections between layers.
    """

    def __init__(self, dropout):
        super().__init__()
        self.dropout = dropout

    def forward(self, x):
        if not self.training or not self.dropout:
            return x
        mask = nn.functional.dropout(torch.ones_like(x[:1]), self.dropout)
        return x * mask
