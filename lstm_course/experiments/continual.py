"""Chapter 3: a reader that is never told to start afresh, with and without forgetting.

Embedded Reber strings (``tasks.embedded_reber``) end to end, as in Gers, Schmidhuber &
Cummins (2000).  The LSTM of 1997 and the one with a forget gate learn either on single
strings, each from an empty state, or on short streams of strings; both are then tested
on a long stream.  What counts is the one symbol of each string that must be remembered.
"""

import numpy as np
import torch

from .. import tasks
from ..models.reader import Reader, reader_loss
from ..tasks import reber
from ..train import fit
from ..unroll import trace

CELLS = ("lstm1997", "lstm")
LESSONS = {"strings": "embedded_reber", "streams": "continual_reber"}
SEEDS = range(6)
H, STEPS, RATE, B = 8, 1000, 0.01, 32
STREAM = 40  # symbols of a training stream
PLACES = (0, 25, 50, 100, 200, 400, 800, 1600)  # parts of the test stream


def grid():
    """All runs."""
    return [
        {"cell": cell, "lesson": lesson, "seed": seed}
        for cell in CELLS
        for lesson in LESSONS
        for seed in SEEDS
    ]


def run(cell, lesson, seed, steps=STEPS, places=PLACES):
    """One run: -> remembered, share right in each part; c, mean size at each end."""
    model = learned(cell, lesson, seed, steps)
    task = tasks.make("continual_reber", T=places[-1])
    x, _, mask = task.sample(np.random.default_rng(10_000 + seed), 50)
    with torch.no_grad():
        out = model(torch.as_tensor(x).float(), torch.as_tensor(mask)).double().numpy()
    may = reber.legal(x, reber.CONTINUAL)
    right = reber.legal_most_active(out, may[mask]).reshape(mask.shape)
    asked = np.isin(reber.states(x, reber.CONTINUAL), reber.OUTER)
    parts = [slice(a, z) for a, z in zip(places, places[1:], strict=False)]
    c = np.abs(cells(model, x)).mean(axis=(1, 2))
    return {
        "remembered": [round(float(right[k][asked[k]].mean()), 4) for k in parts],
        "c": [round(float(c[k][-1]), 2) for k in parts],
    }


def learned(cell, lesson, seed, steps=STEPS):
    """A Reader after its lessons."""
    options = {"T": STREAM} if lesson == "streams" else {}
    task = tasks.make(LESSONS[lesson], **options)
    model = Reader(cell, task.I, H, task.K, seed=seed)
    fit(
        model,
        reader_loss(task.kind),
        lambda rng: task.sample(rng, B),
        steps=steps,
        lr=RATE,
        seed=seed,
        device="cpu",
        progress=False,
    )
    return model


def cells(model, x):
    """The cell states of a Reader over x (T, B, I): (T, B, H)."""
    weights = model.layer.parameters_of().items()
    p = {k: v.detach().double().numpy() for k, v in weights}
    return trace(model.layer.cell, p, x)["c"]
