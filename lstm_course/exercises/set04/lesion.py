"""04.6: silence one unit and see what is lost; used on real digits."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes, weights
from .step import lstm_step


def lesion(step, read, x, y, H, unit):
    """x (T, B, I), labels y (B,) -> scores (B, K), share that is right."""
    h, c = np.zeros((x.shape[1], H)), np.zeros((x.shape[1], H))
    for x_t in x:
        h, c = step(x_t, h, c)
        h[:, unit] = 0.0
    scores = read(h)
    return scores, float((scores.argmax(axis=1) == y).mean())


def cases(rng):
    made = []
    for T, B, I, H, K in ((5, 40, 4, 6, 3), (3, 24, 2, 5, 7)):
        p, out = weights(rng, I, H, scale=1.2), rng.normal(size=(H, K))

        def step(x_t, h, c, p=p):
            h, c, _ = lstm_step(p, x_t, h, c)
            return h, c

        def read(h, out=out):
            return h @ out

        x = rng.normal(size=(T, B, I))
        made.append((step, read, x, rng.integers(K, size=B), H, int(rng.integers(H))))
    return made


SILENCE = "        h[:, unit] = 0.0\n"

MISCONCEPTIONS = mistakes(
    lesion,
    (
        SILENCE,
        "        c[:, unit] = 0.0\n",
        "You silenced c, the unit's memory. It still speaks: the others hear h at the "
        "next step, and so does the read-out.",
    ),
    (
        SILENCE,
        "    h[:, unit] = 0.0\n",
        "The unit is silenced after the last step only. Until then it has told the "
        "others everything: silence it after every step.",
    ),
    (
        SILENCE,
        "",
        "The unit is not silenced at all: set its column of h to zero after every "
        "step.",
    ),
    (
        SILENCE,
        "        h[unit] = 0.0\n",
        "You silenced a row, which is a whole sequence. A unit is a column: [:, unit].",
    ),
    (
        "== y).mean()",
        "== y).sum()",
        "That is how many are right. Asked is the share, between 0 and 1.",
    ),
    (
        "== y).mean()",
        "!= y).mean()",
        "That is the share of wrong answers.",
    ),
    (
        "argmax(axis=1)",
        "argmin(axis=1)",
        "The answer of the network is the class with the LARGEST score.",
    ),
    (
        "for x_t in x:",
        "for x_t in x[::-1]:",
        "The sequence is read from its end. Axis 0 of x is time, and it starts at 0.",
    ),
)

EXERCISE = Exercise(
    "04.6",
    "lesion",
    15,
    cases,
    lesion,
    answer=("scores", "accuracy"),
    axes={"scores": ("row", "class")},
    hints=(
        "h and c start as zeros of shape (B, H) with B = x.shape[1]. A loop over x "
        "gives one step of shape (B, I) at a time.",
        "A unit is column `unit` of h. It has to be silent after every step, before "
        "the next one can hear it. Its c may stay: nobody but the unit itself sees it.",
        "After the loop read(h) gives scores (B, K); the label is the argmax over "
        "axis 1, and the share is the mean of a comparison with y.",
    ),
    misconceptions=MISCONCEPTIONS,
)
