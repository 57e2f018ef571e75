"""Chapter 2: who still knows the country when the question comes?

The gap language (``tasks.gap_language``) for a growing gap.  A plain RNN with an
orthogonal start and two LSTMs that differ in one number, the start value of the forget
gate's bias.  Two learning rates for each, since one alone may favour either cell.
"""

from .. import tasks
from ..models.reader import Reader
from .learn import learn

GAPS = (5, 10, 20, 40, 80)  # words between the country and the answer
MODELS = (("rnn", None), ("lstm", 1.0), ("lstm", 5.0))  # cell, forget bias at the start
RATES = (0.003, 0.01)
SEEDS = range(6)
H, STEPS = 32, 1000


def grid():
    """All runs, short gaps first."""
    return [
        {"gap": gap, "cell": cell, "forget_bias": f, "lr": lr, "seed": seed}
        for gap in GAPS
        for cell, f in MODELS
        for lr in RATES
        for seed in SEEDS
    ]


def run(gap, cell, forget_bias, lr, seed, steps=STEPS):
    """One run: -> accuracy, solved, largest."""
    task = tasks.make("gap_language", gap=gap)
    bias = None if forget_bias is None else {"f": forget_bias}
    model = Reader(cell, task.I, H, task.K, bias=bias, seed=seed)
    return learn(model, task, lr=lr, steps=steps, seed=seed)
