"""What the models share: start values from a seed, one-mask dropout."""

from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from ..doors import check_seed, check_size
from ..engines.choose import ordinary
from ..recurrent import Recurrent, check_dropout


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


def check_codes(x, table):
    """Codes x (T, B) as a tensor of long: whole numbers, rows of an embedding."""
    whole = isinstance(x, torch.Tensor) and not (
        x.is_floating_point() or x.is_complex() or x.dtype == torch.bool
    )
    if not whole or x.dim() != 2 or 0 in x.shape:
        kind = f"{type(x).__module__}.{type(x).__name__}"
        if isinstance(x, torch.Tensor):
            kind = f"tensor {tuple(x.shape)} of {x.dtype}"
        raise ValueError(
            f"x is a {kind}. It holds codes, a whole number for every symbol; a packed "
            "batch is padded first. Expected a tensor (T, B) of torch.long, no axis of "
            "it empty. Write torch.as_tensor(codes)?"
        )
    K = table.num_embeddings
    if ordinary([x]) and not 0 <= int(x.min()) <= int(x.max()) < K:
        raise ValueError(
            f"x holds codes from {int(x.min())} to {int(x.max())}. This model "
            f"knows {K} of them. Expected 0 to {K - 1}. Was it coded with another "
            "vocabulary?"
        )
    return x.long()


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
        self.dropout = check_dropout(dropout)

    def forward(self, x):
        if not self.training or not self.dropout:
            return x
        mask = nn.functional.dropout(torch.ones_like(x[:1]), self.dropout)
        return x * mask
