"""The model of the generated tasks: any cell, and a readout where an answer is asked.

model = Reader("lstm", task.I, 64, task.K, T_max=100)
"""

import numpy as np
import torch
from torch import nn

from ..init import chrono, init
from .parts import judging, readout, recurrent, seeds
from .sizes import layers_of


class Reader(nn.Module):
    """A recurrent layer and a linear readout at the steps that are scored.

    Parameters
    ----------
    cell : str or cell
        A name in ``CELLS``, a cell, or a call like "gru(reset='before')".
    I, H, K : int
        Features per step, hidden units, outputs.
    num_layers : int
    T_max : float, optional
        Chrono initialisation (Tallec & Ollivier 2018): memory times of the units
        spread between 1 and T_max steps.  Needs gates i and f.
    bias : dict, optional
        Start values of biases by block, ``{"f": 3.0}``; the cell's own by default.
    seed : int, optional

    Examples
    --------
    >>> model = Reader("lstm", 2, 16, 1, T_max=100, seed=0)
    >>> mask = torch.arange(30)[:, None] == torch.tensor([[29, 9, 19]])
    >>> model(torch.zeros(30, 3, 2), mask).shape
    torch.Size([3, 1])
    """

    def __init__(
        self, cell, I, H, K, num_layers=1, *, T_max=None, bias=None, seed=None
    ):
        super().__init__()
        r, o, start = seeds(seed, 3)
        self.layer = recurrent(cell, I, H, num_layers, seed=r)
        self.readout = readout(H, K, o)
        rng = np.random.default_rng(start)
        if T_max is None and bias is None:
            return
        for k, one in enumerate(layers_of(cell, num_layers)):
            read = (I if k == 0 else H) + H * bool(one.extra)
            p = init(one, read, H, rng, bias=bias)
            p = p if T_max is None else chrono(one, p, T_max, rng)
            self.layer.load(p, layer=k)

    def forward(self, x, mask):
        """Read x (T, B, I) -> out (n, K), a row for each True of mask (T, B)."""
        h, _ = self.layer(x)
        mask = torch.as_tensor(mask) if isinstance(mask, np.ndarray) else mask
        if getattr(mask, "dtype", None) != torch.bool or mask.shape != h.shape[:2]:
            raise ValueError(
                f"mask is a {type(mask).__name__} of shape "
                f"{tuple(getattr(mask, 'shape', ()))} and dtype "
                f"{getattr(mask, 'dtype', None)}. It says at which steps an answer is "
                f"asked for. Expected truths (T, B) = {tuple(h.shape[:2])}. Write "
                "mask.bool()?"
            )
        return self.readout(h[mask])


def reader_loss(kind):
    """The loss of a kind of task, for batches (x, y, mask): cross entropy or MSE."""

    def classes(model, batch):
        x, y, mask = batch
        return nn.functional.cross_entropy(model(x, mask), y[mask])

    def values(model, batch):
        x, y, mask = batch
        return nn.functional.mse_loss(model(x, mask)[:, 0], y[mask])

    losses = {"classes": classes, "values": values}
    if kind not in losses:
        raise ValueError(
            f"kind is {kind!r}. A task asks for classes or for values. Expected one of "
            f"{', '.join(map(repr, losses))}. Pass task.kind?"
        )
    return losses[kind]


def scored(batch):
    """How many answers a batch asks for: what its loss is a mean of."""
    return float(batch[2].sum())


def evaluate(model, task, rng, n=2000, B=250):
    """The task's own scores on n fresh sequences: dict of floats."""
    weight = model.readout.weight
    draw, parts = task.test or task.sample, []
    with judging(model):
        for _ in range(-(-n // B)):
            x, y, mask = draw(rng, B)
            x_in = torch.as_tensor(x, dtype=weight.dtype, device=weight.device)
            out = model(x_in, torch.as_tensor(mask, device=weight.device))
            parts.append(task.score(out.double().cpu().numpy(), x, y, mask))
    return {k: float(np.mean([p[k] for p in parts])) for k in parts[0]}
