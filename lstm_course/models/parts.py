"""What the models share: start values from a seed, one-mask dropout."""

from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from ..doors import as_array, check_seed, check_size
from ..engines.noise import check_dropout
from ..recurrent import Recurrent


def seeds(seed, n):
    """n independent seeds from one, or from torch's generator where it is None."""
    seed = int(torch.randint(2**31, ())) if seed is None else check_seed(seed)
    return [int(s) for s in np.random.SeedSequence(seed).generate_state(n)]


def recurrent(cell, I, H, num_layers, *, seed, **options):
    """The recurrent layers of a model."""
    I, H = check_size("I", I), check_size("H", H)
    return Recurrent(cell, I, H, num_layers, seed=seed, **options)


def embedding(name, K, I, seed, width=0.1):
    """A table (K, I) of start values from U[-0.1, 0.1] (Zaremba et al. 2014)."""
    table = nn.Embedding(check_size(name, K), check_size("I", I))
    generator = torch.Generator().manual_seed(seed)
    nn.init.uniform_(table.weight, -width, width, generator=generator)
    return table


def readout(H, K, seed):
    """A linear layer H -> K, weights from U[-1, 1] / sqrt(H), biases 0."""
    layer = nn.Linear(H, check_size("K", K))
    generator = torch.Generator().manual_seed(seed)
    nn.init.uniform_(layer.weight, -(H**-0.5), H**-0.5, generator=generator)
    nn.init.zeros_(layer.bias)
    return layer


def check_row(name, codes, least):
    """Codes (n,) of int64, as an array; at least so many."""
    codes = codes.cpu().numpy() if isinstance(codes, torch.Tensor) else codes
    codes = as_array(name, codes)
    whole = np.issubdtype(codes.dtype, np.integer)
    if codes.ndim != 1 or len(codes) < least or not whole:
        raise ValueError(
            f"{name} has shape {codes.shape} and dtype {codes.dtype}. The model reads "
            "a symbol before it says what comes next. Expected a row of at least "
            f"{least} whole number(s). For a text write corpus.encode(text)?"
        )
    return codes.astype(np.int64)


@contextmanager
def judging(model):
    """In eval mode and without gradients; afterwards as it was."""
    training = model.training
    try:
        with torch.no_grad():
            yield model.eval()
    finally:
        model.train(training)


class SameMaskDropout(nn.Module):
    """Variational dropout: x (T, B, H), the same units dropped at every step.

    Source: Gal & Ghahramani (2016), for the connections between layers.
    """

    def __init__(self, dropout):
        super().__init__()
        self.p = check_dropout(dropout)

    def forward(self, x):
        if not self.training or not self.p:
            return x
        mask = nn.functional.dropout(torch.ones_like(x[:1]), self.p)
        return x * mask
