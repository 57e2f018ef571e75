"""Chapter 2: a bit can be held for any time; can it be learned?

The latch (``tasks.latch``): the sign of the first input, asked for after T steps of
noise.  Plain RNNs of eight units whose recurrent matrix starts from torch's uniform
numbers or from an orthogonal matrix.
"""

from .. import tasks
from ..models.reader import Reader
from .learn import learn
from .starts import start_from

LENGTHS = (10, 30, 100, 300)
STARTS = ("uniform", "orthogonal")
RATES = (0.003, 0.01)
SEEDS = range(6)
H, STEPS = 8, 1000


def grid():
    """All runs, short sequences first."""
    return [
        {"T": T, "start": start, "lr": lr, "seed": seed}
        for T in LENGTHS
        for start in STARTS
        for lr in RATES
        for seed in SEEDS
    ]


def run(T, start, lr, seed, steps=STEPS):
    """One run: -> accuracy, solved, largest."""
    task = tasks.make("latch", T=T)
    model = Reader("rnn", task.I, H, task.K, seed=seed)
    start_from(model, start, seed)
    return learn(model, task, lr=lr, steps=steps, seed=seed)
