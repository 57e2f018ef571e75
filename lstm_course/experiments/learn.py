"""One run on one task: train, test now and then, stop when it is solved."""

import numpy as np

from ..models.reader import evaluate, reader_loss
from ..train import fit

B = 32  # sequences in a batch
TESTED = 500  # fresh sequences per test, the same for every run


def learn(
    model, task, *, lr, steps, seed, clip=1.0, every=100, right=0.99, score="accuracy"
):
    """Train a Reader on a task.

    Returns
    -------
    dict
        ``accuracy`` after training, ``solved``: the step of the first test with at
        least the share ``right`` right, or None, and ``largest``: the largest norm of
        a gradient before clipping.
    """

    def valid(model):
        return evaluate(model, task, np.random.default_rng(10_000 + seed), n=TESTED)

    try:
        run = fit(
            model,
            reader_loss(task.kind),
            lambda rng: task.sample(rng, B),
            steps=steps,
            lr=lr,
            seed=seed,
            clip=clip,
            valid=valid,
            every=every,
            until=lambda v: v[score] >= right,
            device="cpu",
            progress=False,
        )
    except FloatingPointError:  # the gradient became infinite: this run is over
        return {"accuracy": 0.0, "solved": None, "largest": float("inf")}
    solved = len(run.loss) if run.stopped == "solved" else None
    return {
        "accuracy": round(run.valid[-1][score], 4),
        "solved": solved,
        "largest": round(max(run.grad_norm), 2),
    }
