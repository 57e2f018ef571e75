"""01.7: when does a network know which digit it reads?"""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def accuracy_by_step(h, W_out, b_out, y):
    """h (T, B, H), labels y (B,) -> share that is right after each step (T,)."""
    scores = h @ W_out + b_out
    labels = scores.argmax(axis=2)
    return (labels == y).mean(axis=1)


def cases(rng):
    made = []
    for T, B, H, K in ((5, 30, 6, 4), (7, 40, 3, 5)):
        h, W = rng.uniform(-1, 1, (T, B, H)), rng.normal(size=(H, K))
        b = rng.normal(size=K)
        y = np.where(rng.random(B) < 0.5, (h[-2] @ W + b).argmax(1), rng.integers(K))
        made.append((h, W, b, y))
    return made


EXERCISE = Exercise(
    "01.7",
    "accuracy_by_step",
    15,
    cases,
    accuracy_by_step,
    answer="shares",
    axes={"shares": ("step",)},
    hints=(
        "h @ W_out works for all steps at once: (T, B, H) @ (H, K) is (T, B, K).",
        "The label is the class with the largest score, so the argmax over the last "
        "axis. It has shape (T, B).",
        "labels == y compares every step with the same y. Then take the mean over the "
        "sequences, which are axis 1.",
    ),
    misconceptions=mistakes(
        accuracy_by_step,
        (".mean(axis=1)", ".mean(axis=0)", "You averaged over time. Asked is one "
         "number for each step: average over the sequences, axis 1."),
        (".mean(axis=1)", ".sum(axis=1)", "That is how many are right. Asked is the "
         "share, between 0 and 1."),
        ("labels == y", "labels != y", "That is the share of wrong answers."),
        (" + b_out", "", "The bias of the read-out is missing."),
        ("argmax(", "argmin(", "The answer is the class with the LARGEST score."),
        (".mean(axis=1)", ".mean(axis=1)[::-1]", "The shares run backward in time."),
        (".mean(axis=1)", ".mean()", "That is one share over all steps. Asked is one "
         "for each step, (T,)."),
    ),
)  # fmt: skip
