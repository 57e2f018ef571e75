"""A small network trained on real digits, handed over as NumPy arrays.

The experiments of the exercises start from it; torch is imported only here.
"""

import numpy as np


def trained_reader(cell="lstm", form="rows", H=16, steps=300, seed=0, lr=0.01):
    """Train a cell and a read-out on digits read row by row or pixel by pixel.

    Parameters
    ----------
    cell : str or cell
    form : str
        "rows" (T = 8 steps of I = 8 pixels) or "pixels" (T = 64 steps of one).
    H, steps, seed, lr : int, int, int, float
        Width, training batches of 32, seed of everything random, learning rate.

    Returns
    -------
    p, W_out, b_out : dict, ndarray (H, 10), ndarray (10,)
        Parameters, float64.
    x, y : ndarray (T, B, I), ndarray (B,)
        The 450 digits that were held out, and what they are.

    Examples
    --------
    >>> p, W_out, b_out, x, y = trained_reader(steps=1)
    >>> p["W_h"].shape, W_out.shape, x.shape, y.shape
    ((16, 64), (16, 10), (8, 450, 8), (450,))
    """
    import torch

    from ..recurrent import Recurrent
    from ..tasks import digits
    from ..train import fit

    data, (x, y) = digits.split(form, seed=seed)
    torch.manual_seed(seed)
    layer = Recurrent(cell, x.shape[2], H, seed=seed)
    answer = torch.nn.Linear(H, 10)

    def loss(model, batch):
        h, _ = model[0](batch[0])
        return torch.nn.functional.cross_entropy(model[1](h[-1]), batch[1])

    fit(
        torch.nn.ModuleList([layer, answer]), loss,
        lambda rng: digits.sample(rng, data, 32),
        steps=steps, lr=lr, seed=seed, device="cpu", progress=False,
    )  # fmt: skip
    W_out = answer.weight.detach().numpy().T.astype(float)
    b_out = answer.bias.detach().numpy().astype(float)
    p = {k: np.asarray(v, float) for k, v in layer.numpy().items()}
    return p, W_out, b_out, x.numpy().astype(float), y.numpy()
