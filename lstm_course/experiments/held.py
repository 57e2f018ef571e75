"""Weights of a pure step function as one torch module, for ``fit`` to train."""

import torch
from torch import nn


class Held(nn.Module):
    """Nested weights ``p`` (dicts, lists and pairs of arrays), in float32.

    ``self.p`` has the same form and holds parameters, which the module knows.

    Examples
    --------
    >>> import numpy as np
    >>> held = Held({"out": (np.ones((3, 2)), np.zeros(2))})
    >>> held.p["out"][0].shape, sum(w.numel() for w in held.parameters())
    (torch.Size([3, 2]), 8)
    """

    def __init__(self, p):
        super().__init__()
        self.weights = nn.ParameterList()
        self.p = self._hold(p)

    def _hold(self, p):
        if isinstance(p, dict):
            return {k: self._hold(v) for k, v in p.items()}
        if isinstance(p, list | tuple):
            return type(p)(self._hold(v) for v in p)
        self.weights.append(nn.Parameter(torch.tensor(p, dtype=torch.float32)))
        return self.weights[-1]


def arrays(p):
    """Nested weights as arrays of float64, copied."""
    if isinstance(p, dict):
        return {k: arrays(v) for k, v in p.items()}
    if isinstance(p, list | tuple):
        return type(p)(arrays(v) for v in p)
    return p.detach().double().numpy().copy()
