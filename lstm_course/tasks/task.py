"""What every generated task has in common.

    x, y, mask = task.sample(rng, B)

x is (T, B, I) float64, time first.  mask (T, B) is True at the steps where an answer
is asked for; y (T, B) holds the answers there: class numbers (int64) or values
(float64).  A model answers with ``out`` (n, K), one row for each True of the mask in
row-major order, so that ``out`` and ``y[mask]`` correspond.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..doors import check_rng, check_size
from ..ops import cross_entropy

CERTAIN = 50.0  # a score that softmax turns into a probability of 1 in float64


@dataclass(frozen=True)
class Task:
    """A task with its options fixed.

    Attributes
    ----------
    name, I, K : str, int, int
        Features per step; answers to choose from, or 1 for a value.
    kind : str
        "classes" or "values".
    sample : callable
        ``sample(rng, B)`` -> x (T, B, I), y (T, B), mask (T, B).
    oracle, guess : callable
        ``(x, mask)`` -> out (n, K): the program that knows the rule, and the best
        player without long memory.
    score : callable
        ``score(out, x, y, mask)`` -> dict of floats.
    solved : callable
        ``solved(score)`` -> bool: the published criterion.
    chance : dict
        What ``score`` gives for ``guess``, in expectation.
    """

    name: str
    I: int
    K: int
    kind: str
    sample: Callable
    oracle: Callable
    guess: Callable
    score: Callable
    solved: Callable
    chance: dict
    test: Callable | None = None  # fresh samples, where they differ from training's

    def __post_init__(self):
        for name in ("sample", "test"):
            if draw := getattr(self, name):
                object.__setattr__(self, name, partial(_checked, draw))


def _checked(draw, rng, B):
    """B sequences, drawn with a Generator."""
    check_rng(rng)
    return draw(rng, check_size("B", B))


def one_hot(codes, n):
    """Codes (...) to rows (..., n) of one 1; a code of -1 gives zeros."""
    return np.eye(n + 1)[codes][..., :n]


def ends(lengths, T):
    """mask (T, B), True at the last step of each sequence; lengths (B,)."""
    return np.arange(T)[:, None] == np.asarray(lengths) - 1


def before(lengths, T):
    """mask (T, B), True while a sequence lasts; lengths (B,)."""
    return np.arange(T)[:, None] < np.asarray(lengths)


def at_ends(answers, mask):
    """y (T, B): one answer per sequence, answers (B,), written where the mask is."""
    return np.where(mask, answers, np.zeros((), np.asarray(answers).dtype))


def sample(rng, data, batch_size=64):
    """A random batch of data (x (T, N, ...), y (N,)), drawn without replacement."""
    x, y = data
    pick = rng.choice(len(y), size=min(batch_size, len(y)), replace=False)
    return x[:, pick], y[pick]


def score_classes(out, x, y, mask):
    """Mean cross entropy (nats) and share of right answers."""
    loss, _ = cross_entropy(out, y[mask])
    return {"loss": loss, "accuracy": float((out.argmax(-1) == y[mask]).mean())}


def score_values(out, x, y, mask, tolerance=0.04):
    """Mean squared error and share of answers within a tolerance."""
    error = np.abs(out[:, 0] - y[mask])
    return {
        "mse": float((error**2).mean()),
        "within": float((error < tolerance).mean()),
    }


def certain(answers, K):
    """out (n, K) that puts all its belief on the given classes (n,)."""
    return CERTAIN * one_hot(answers, K)


def check_form(form, forms):
    """One of the named forms of a task."""
    if form not in forms:
        raise ValueError(
            f"form is {form!r}. This task is defined in the forms "
            f"{', '.join(map(repr, forms))}. Write form={forms[0]!r}?"
        )
    return form


def check_length(T, least, why):
    """A number of steps that the task's definition can work with."""
    if check_size("T", T) < least:
        raise ValueError(
            f"T is {T}, too short: {why}. Expected T >= {least}. Write T={least}?"
        )
    return int(T)


def check_span(least, most, floor=1, why="a sequence has a step"):
    """Whole numbers from ``least`` to ``most`` that a definition can work with."""
    check_size("least", least), check_size("most", most)
    if not floor <= least <= most:
        raise ValueError(
            f"least is {least} and most is {most}. Sizes are drawn evenly from least "
            f"to most, and {why}. Expected {floor} <= least <= most. Write "
            f"least={floor}, most={max(most, floor)}?"
        )
    return int(least), int(most)


def require(condition, what, where=None):
    """One statement of a validator: a sample that breaks the definition is an error."""
    condition = np.asarray(condition)
    if not condition.all():
        bad = tuple(int(k) for k in np.argwhere(~condition)[0])
        at = f" First at index {bad}." if condition.ndim else ""
        raise ValueError(
            f"This sample breaks the definition of the task: {what}.{at} Expected what "
            "the task's docstring says. Was it changed after it was drawn?"
        )
