"""Chapter 3: what the forget gates start with decides what can be learned.

Temporal order (``tasks.temporal_order``, form 6a, T = 100): which of two symbols came
first, some fifty and ninety steps ago?  LSTMs whose forget biases start at 0, 1, 3 or
5, or spread over the scales by chrono initialisation (Tallec & Ollivier 2018).
"""

from .. import tasks
from ..models.reader import Reader
from .learn import learn

T = 100
STARTS = (0.0, 1.0, 3.0, 5.0, "chrono")
RATES = (0.003, 0.01)
SEEDS = range(6)
H, STEPS = 32, 1200


def grid():
    """All runs."""
    return [
        {"start": start, "lr": lr, "seed": seed}
        for start in STARTS
        for lr in RATES
        for seed in SEEDS
    ]


def run(start, lr, seed, steps=STEPS):
    """One run: -> accuracy, solved, largest."""
    task = tasks.make("temporal_order", T=T)
    how = {"T_max": T} if start == "chrono" else {"bias": {"f": start}}
    model = Reader("lstm", task.I, H, task.K, seed=seed, **how)
    return learn(model, task, lr=lr, steps=steps, seed=seed)
