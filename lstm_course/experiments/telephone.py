"""Chapter 6: one vector for a whole sentence, and how long a sentence fits into it.

An encoder reads a number read aloud (``tasks.telephone``), a decoder writes its digits.
Trained on numbers of 1 to 20 digits, tested at each length; the sentence is read
forward, or from its end (Sutskever, Vinyals & Le 2014).
"""

import numpy as np
import torch

from ..models.translator import Translator, beam, greedy, translator_loss
from ..tasks import telephone as task
from ..train import fit

SIZES = (32, 64, 128)
WAYS = ("forward", "reversed")
SEEDS = range(3)
LENGTHS = (2, 4, 6, 8, 10, 12, 16, 20, 24)  # digits; 24 was never seen
LONGEST, I, B, STEPS, RATE, TESTED = 20, 32, 64, 2500, 5e-3, 200
WIDTH, BEAMED = 5, 50  # of the beam, numbers tried with it


def grid():
    """All runs."""
    rows = [("forward", H) for H in SIZES] + [("reversed", 128)]
    return [{"way": w, "H": H, "seed": s} for w, H in rows for s in SEEDS]


def run(way, H, seed, steps=STEPS):
    """One run: -> right by length, share of numbers written without a fault."""
    model = trained(Translator, way, H, seed, steps)
    right = [round(accuracy(model, way, n, seed), 3) for n in LENGTHS]
    tried = [8, 12]
    return {
        "right": right,
        "greedy": [round(accuracy(model, way, n, seed, BEAMED), 3) for n in tried],
        "beam": [round(accuracy(model, way, n, seed, BEAMED, WIDTH), 3) for n in tried],
    }


def trained(kind, way, H, seed, steps=STEPS):
    """A Translator, or one that looks back, after training."""
    model = kind("lstm", I, H, words=len(task.WORDS), K=task.K, seed=seed)
    fit(
        model,
        translator_loss,
        lambda rng: turned(task.sample(rng, B, 1, LONGEST), way),
        steps=steps,
        lr=RATE,
        schedule="cosine",
        seed=seed,
        device="cpu",
        progress=False,
    )
    return model


def turned(batch, way):
    """The batch, its sentences read from their ends if the way is "reversed"."""
    if way == "forward":
        return batch
    x = batch.x.copy()
    for b, n in enumerate(batch.lengths):
        x[:n, b] = x[:n, b][::-1]
    return batch._replace(x=x)


def accuracy(model, way, digits, seed, tested=TESTED, width=1):
    """Share of fresh numbers of so many digits that are written without a fault."""
    rng = np.random.default_rng([10_000, seed, digits])
    batch = turned(task.sample(rng, tested, digits, digits), way)
    x, lengths = torch.from_numpy(batch.x), torch.from_numpy(batch.lengths)
    most = digits + 3
    if width == 1:
        written = greedy(model, x, lengths, most).T
    else:
        columns = (x[:n, b : b + 1] for b, n in enumerate(batch.lengths))
        written = [beam(model, column, width, most)[0][1] for column in columns]
    right = [
        task.decode(codes) == task.decode(batch.y[:, b])
        for b, codes in enumerate(written)
    ]
    return float(np.mean(right))
