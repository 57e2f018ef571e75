"""What a cell must learn in the search, and how much of it one has learned.

    gap      gap language, 5 to 20 words of chatter, tested up to 40: to hold
    streams  embedded Reber strings end to end, taught on 30 symbols, tested on 300:
             to let go
    orders   orders of three things, taught on 3 to 12 swaps, tested on 24 and 96: to
             let the old go and keep what follows from it
    adding   adding, 20 steps: to hold two amounts exactly

All cells see the same batches, start from the same generator and have about as many
weights as an LSTM of 12 units, so that differences are differences of cells.
"""

from functools import cache
from math import cos, pi
from typing import NamedTuple

import numpy as np
import torch

from .. import tasks
from ..convert import count
from ..models.parts import judging
from ..models.reader import Reader, reader_loss

B, CLIP, TESTED = 32, 1.0, 100
UNITS = 12  # of an LSTM with as many weights


class Lesson(NamedTuple):
    """A task with several lengths, how long it is taught, and what is asked of it."""

    task: str
    lengths: tuple  # options of the task, one after the other
    tests: tuple
    steps: int
    score: str  # which of the task's scores; between guess and 1


LESSONS = {
    "gap": Lesson(
        "gap_language",
        ({"gap": 5}, {"gap": 10}, {"gap": 20}),
        ({"gap": 10}, {"gap": 20}, {"gap": 40}),
        300, "accuracy",
    ),
    "streams": Lesson(
        "continual_reber", ({"T": 30},), ({"T": 300},), 300, "outer",
    ),
    "orders": Lesson(
        "permutations",
        ({"form": "S3", "most": 12},),
        (
            {"form": "S3", "least": 24, "most": 24},
            {"form": "S3", "least": 96, "most": 96},
        ),
        500,
        "accuracy",
    ),
    "adding": Lesson("adding", ({"T": 20},), ({"T": 20},), 300, "mse"),
}  # fmt: skip


@cache
def batches(lesson, seed):
    """The batches of a lesson, drawn once: list of (x, y, mask)."""
    of, rng = LESSONS[lesson], np.random.default_rng((seed, len(lesson)))
    made = [tasks.make(of.task, **options) for options in of.lengths]
    return [_tensors(made[k % len(made)].sample(rng, B)) for k in range(of.steps)]


@cache
def tests(lesson, seed):
    """(task, its batch) for every length that is tested."""
    of, rng = LESSONS[lesson], np.random.default_rng((seed, len(lesson), 1))
    made = [tasks.make(of.task, **options) for options in of.tests]
    return [(task, task.sample(rng, TESTED)) for task in made]


def _tensors(batch):
    x, y, mask = map(torch.as_tensor, batch)
    return x.float(), y.float() if y.is_floating_point() else y, mask


def learned(cell, lesson, lr, seed, steps=None):
    """The skill of a cell after a lesson: 0 for a guess, 1 for all right.

    Parameters
    ----------
    cell : Cell
    lesson : str
        One of ``LESSONS``.
    lr : float
        Of Adam; falls to 0 along a cosine.
    seed : int
        Of the start, of the batches and of the test.

    Returns
    -------
    float
        0 where the loss became infinite.
    """
    of, task = LESSONS[lesson], tests(lesson, seed)[0][0]
    model = Reader(cell, task.I, units(cell, task.I), task.K, seed=seed)
    loss, steps = reader_loss(task.kind), steps or of.steps
    adam = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    for k, batch in enumerate(batches(lesson, seed)[:steps]):
        adam.param_groups[0]["lr"] = lr * (1 + cos(pi * k / steps)) / 2
        adam.zero_grad()
        value = loss(model, batch)
        value.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        if not torch.isfinite(value + norm):
            return 0.0
        adam.step()
    return skill(model, lesson, seed)


def units(cell, I):
    """Units with which a cell comes nearest to the weights of an LSTM of 12."""
    goal, n = count("lstm", I, UNITS), 2
    while count(cell, I, n + 1) <= goal:
        n += 1
    return min((n, n + 1), key=lambda n: abs(count(cell, I, n) - goal))


def skill(model, lesson, seed):
    """How far from a guess to all right: float, at least 0."""
    found = []
    for task, (x, y, mask) in tests(lesson, seed):
        with judging(model):
            out = model(torch.as_tensor(x).float(), torch.as_tensor(mask))
        value = task.score(out.double().numpy(), x, y, mask)[LESSONS[lesson].score]
        guess = task.chance[LESSONS[lesson].score]
        best = 0.0 if LESSONS[lesson].score == "mse" else 1.0
        found.append((value - guess) / (best - guess))
    mean = float(np.mean(found))
    return round(max(mean, 0.0), 4) if np.isfinite(mean) else 0.0
