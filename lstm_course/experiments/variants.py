"""Chapter 5: sixteen cells of one size on four small tasks.

Every cell gets as many units as fit into the weights of an LSTM of 16 units, two
learning rates and the same seeds, which fix batches and test for all cells alike.  The
first seeds choose the learning rate, the others are reported.  The tasks: real digits
row by row; verbs that agree with a distant subject, learned from single sentences and
asked for in streams of them without a reset; who got more votes, asked of sequences
five times as long as those learned from; a beat to be kept up for twice as long as
practised.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..convert import count
from ..recurrent import Recurrent
from ..tasks import agreement, digits
from ..train import fit
from .record import pick

CELLS = (
    "lstm",
    "peephole",
    "coupled",
    "cifg",
    "nig",
    "nfg",
    "nog",
    "niaf",
    "noaf",
    "fgr",
    "gru",
    "mut1",
    "mut2",
    "mut3",
    "clockwork",
    "rnn",
)
TASKS = ("digits", "stream", "votes", "beat")
RATES = (0.005, 0.02)
CHOOSE, REPORT = range(4), range(4, 12)  # seeds
H = 16  # units of the LSTM whose number of weights the others may have
B, STEPS = 32, 600
SENTENCES = 30  # of a stream
PERIOD, LENGTH = 10, 60  # of the beat, and how long it is practised
TEST = 10_000  # added to a seed where the test is drawn


class Lesson(NamedTuple):
    """What a task needs of a model, and how it is learned and tested."""

    I: int
    K: int
    batch: Callable  # rng -> (x, y): x (T, B, I), y (T, B) with -1 where none is asked
    test: Callable  # (model, seed) -> share right


def grid():
    """All runs."""
    return [
        {"task": task, "cell": cell, "lr": lr, "seed": seed}
        for task in TASKS
        for cell in CELLS
        for lr in RATES
        for seed in (*CHOOSE, *REPORT)
    ]


def run(task, cell, lr, seed, steps=STEPS):
    """One run: -> units, accuracy (share of answers right after training)."""
    lesson = LESSONS[task](seed)
    units = fitting(cell, lesson.I)
    model = build(cell, lesson.I, units, lesson.K, seed)
    try:
        fit(
            model,
            loss,
            lesson.batch,
            steps=steps,
            lr=lr,
            seed=seed,
            device="cpu",
            progress=False,
        )
    except FloatingPointError:  # the gradient became infinite: this run is over
        return {"units": units, "accuracy": 0.0}
    with torch.no_grad():
        return {"units": units, "accuracy": round(float(lesson.test(model, seed)), 4)}


def reported(rows, task, cell):
    """Accuracies (8,) of the seeds that did not choose the learning rate."""

    def at(lr, seeds):
        runs = [r for r in rows if r["seed"] in seeds]
        return pick(runs, "accuracy", task=task, cell=cell, lr=lr)

    return at(max(RATES, key=lambda lr: at(lr, CHOOSE).mean()), REPORT)


def fitting(cell, I):
    """The most units with which a cell has no more weights than the LSTM."""
    return max(n for n in range(4, 6 * H) if count(cell, I, n) <= count("lstm", I, H))


def build(cell, I, units, K, seed):
    """A recurrent layer and a readout at every step."""
    torch.manual_seed(seed)
    return nn.Sequential(Recurrent(cell, I, units, seed=seed), nn.Linear(units, K))


def scores(model, x):
    """x (T, B, I) -> scores (T, B, K)."""
    h, _ = model[0](torch.as_tensor(x).float())
    return model[1](h)


def loss(model, batch):
    x, y = batch
    return F.cross_entropy(scores(model, x).flatten(0, 1), y.flatten(), ignore_index=-1)


def at_the_end(x, y):
    """x and the answers y (B,), asked at the last step."""
    asked = torch.full(x.shape[:2], -1)
    asked[-1] = torch.as_tensor(y)
    return torch.as_tensor(x).float(), asked


def share(model, x, y):
    """Share of answers right where one is asked."""
    y = torch.as_tensor(y)
    return (scores(model, x).argmax(-1) == y)[y >= 0].double().mean()


# ------------------------------------------------------------------------ the lessons


def read_digits(seed):
    train, test = digits.split("rows", seed=seed)
    return Lesson(
        8,
        10,
        lambda rng: at_the_end(*digits.sample(rng, train, B)),
        lambda model, seed: share(model, *at_the_end(*test)),
    )


def read_on(seed):
    K = agreement.K

    def batch(rng):
        words = torch.from_numpy(agreement.sample(rng, B)[0])
        ahead = torch.where(words[1:] == agreement.PAD, -1, words[1:])
        return F.one_hot(words[:-1], K).float(), ahead

    def test(model, seed):
        rng = np.random.default_rng(TEST + seed)
        words, owner = agreement.stream(rng, sentences=SENTENCES, B=30)
        d = agreement.decided(words, owner)
        out = scores(model, np.eye(K)[words]).numpy()
        hard = agreement.IS_VERB[d.word] & (d.misleading > 0)
        return agreement.right(out, d)[hard].mean()

    return Lesson(K, K, batch, test)


def ballots(rng, B, T=21):
    """T votes for one of two, T odd: x (T, B, 2), and whether the second won (B,)."""
    vote = rng.integers(0, 2, (T, B))
    return np.eye(2)[vote], (2 * vote.sum(axis=0) > T).astype(int)


def votes_right(model, seed, T=101, n=1000):
    """Share of n elections of T votes whose winner a model tells."""
    return share(model, *at_the_end(*ballots(np.random.default_rng(TEST + seed), n, T)))


def votes(seed):
    return Lesson(2, 2, lambda rng: at_the_end(*ballots(rng, B)), votes_right)


def beats(rng, B, T=LENGTH):
    """One stroke at a random step, then every PERIOD steps: x (T, B, 1), y (T, B)."""
    since = np.arange(T)[:, None] - rng.integers(0, PERIOD, B)
    x, y = since == 0, (since > 0) & (since % PERIOD == 0)
    return x[..., None].astype(float), y.astype(int)


def beat(seed):
    def test(model, seed):  # a period counts if each of its steps is right
        x, y = beats(np.random.default_rng(TEST + seed), 100, T=2 * LENGTH)
        ok = scores(model, x).argmax(-1).numpy() == y
        return ok[PERIOD:].reshape(-1, PERIOD, 100).all(axis=1).mean()

    return Lesson(1, 2, lambda rng: tuple(map(torch.as_tensor, beats(rng, B))), test)


LESSONS = {"digits": read_digits, "stream": read_on, "votes": votes, "beat": beat}
