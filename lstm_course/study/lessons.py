"""The tasks as the study sets them: small, and with a validation and a test of its own.

Lengths and steps are such that a trial takes about a second on one core and the best
cells do well, while not all settings do.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .. import tasks
from ..tasks import digits, text
from ..tasks.task import one_hot, sample, score_classes

B = 32  # sequences in a batch
VALID, TEST = 200, 500  # sequences of the validation and of the test
HELD_OUT = 20_000  # seeds of what is held out begin here


class Lesson(NamedTuple):
    """What a trial needs to know of a task.

    ``T`` is the longest sequence, which costs are counted for; ``sample``, ``valid``
    and ``test`` are functions ``(rng, B) -> (x, y, mask)``; ``score`` a task's own, and
    ``right`` the name of its share of right answers.
    """

    I: int
    K: int
    kind: str
    T: int
    steps: int
    right: str
    score: Callable
    sample: Callable
    valid: Callable
    test: Callable


def _made(name, options, T, steps, right):
    """A generated task: nothing is seen twice, so all three are drawn alike."""
    task = tasks.make(name, **options)
    draws = task.sample, task.sample, task.sample
    return Lesson(task.I, task.K, task.kind, T, steps, right, task.score, *draws)


def _pixels():
    """Digits, one pixel at a time: 1,100 to learn, 247 to choose, 450 to judge by."""
    (x, y), test = digits.split("pixels")
    parts = (x[:, :1100], y[:1100]), (x[:, 1100:], y[1100:]), test
    draws = [
        lambda rng, B, part=part: _asked_last(*sample(rng, part, B)) for part in parts
    ]
    return Lesson(1, 10, "classes", 64, 600, "accuracy", score_classes, *draws)


def _asked_last(x, y):
    mask = np.zeros(x.shape[:2], bool)
    mask[-1] = True
    return x.numpy().astype(float), np.where(mask, y.numpy(), 0), mask


def _characters(T=30):
    """The next letter of a play: eight tenths to learn from, one each to judge by."""
    corpus = text.read(text.SCENES)
    rest, test = corpus.split(valid=0.1)
    train, valid = rest.split(valid=1 / 9)
    K = len(corpus.alphabet)

    def draw(part):
        def windows(rng, B):
            x, y = (codes.numpy() for codes in text.sample(rng, part, T, B))
            return one_hot(x, K), y, np.ones(x.shape, bool)

        return windows

    draws = draw(train), draw(valid), draw(test)
    return Lesson(K, K, "classes", T, 500, "accuracy", score_classes, *draws)


LESSONS = {
    "adding": lambda: _made("adding", {"T": 40}, 40, 600, "within"),
    "copying": lambda: _made("copying", {"T": 5}, 25, 800, "recall"),
    "temporal_order": lambda: _made("temporal_order", {"T": 50}, 55, 500, "accuracy"),
    "embedded_reber": lambda: _made("embedded_reber", {}, 20, 500, "outer"),
    "gap_language": lambda: _made("gap_language", {"gap": 12}, 17, 300, "accuracy"),
    "parity": lambda: _made("parity", {"most": 24}, 24, 500, "accuracy"),
    "permutations": lambda: _made(
        "permutations", {"form": "S3", "most": 12}, 12, 600, "accuracy"
    ),
    "characters": _characters,
    "digits": _pixels,
}


@lru_cache
def lesson(name):
    """A task of the study by its name."""
    if name not in LESSONS:
        raise ValueError(
            f"There is no task {name!r} in the study. Known: {', '.join(LESSONS)}. "
            "Choose one of them, or add it to lstm_course/study/lessons.py?"
        )
    return LESSONS[name]()
