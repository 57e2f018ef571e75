"""Chapter 8: the telephone of chapter 6 once more, with a decoder that looks back.

Everything is ``telephone``'s: task, sizes, steps, learning rate, seeds.  Beside the
share of numbers without a fault stands where a trained network looks as it writes one.
"""

import numpy as np
import torch

from ..models.looking_back import LookingBack
from ..tasks import telephone as task
from . import telephone

SIZES = (32, 64)
SEEDS = range(3)
SAID = "oh double seven four triple one nine double two".split()


def grid():
    """All runs."""
    return [{"H": H, "seed": s} for H in SIZES for s in SEEDS]


def run(H, seed, steps=telephone.STEPS):
    """One run: -> right by length, looks (digits and end, words), weights."""
    model = telephone.trained(LookingBack, "forward", H, seed, steps)
    right = [telephone.accuracy(model, "forward", n, seed) for n in telephone.LENGTHS]
    batch = task.encode([SAID], [task.write_down(SAID)])
    x, lengths, y = (torch.from_numpy(a) for a in batch[:3])
    looks = model.looks(x, lengths, y)[:, 0].numpy()
    return {
        "right": [round(share, 3) for share in right],
        "looks": np.round(looks.astype(float), 3).tolist(),
        "weights": sum(p.numel() for p in model.parameters()),
    }
