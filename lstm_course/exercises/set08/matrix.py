"""08.8: a memory that is a matrix, one chunk of it; used to count what it can hold."""

import numpy as np

from ..definition import Exercise
from ..making import edited, mistakes


def read_out(q, k, v, f, i, C, n):
    """q, k, v (T, D), f, i (T,), C (D, D), n (D,) -> h (T, D), C, n."""
    h = []
    for t in range(len(q)):
        C = f[t] * C + i[t] * np.outer(k[t], v[t])
        n = f[t] * n + i[t] * k[t]
        h.append(q[t] @ C / max(abs(q[t] @ n), 1.0))
    return np.stack(h), C, n


def cases(rng):
    made = []
    for T, D in ((6, 4), (5, 3)):
        q, k, v = rng.normal(size=(3, T, D))
        f, i = rng.uniform(0.3, 0.99, T), rng.uniform(0.2, 2.0, T)
        made.append((q, k, v, f, i, rng.normal(size=(D, D)), rng.normal(size=D)))
    return made


WRITE = "f[t] * C + i[t] * np.outer(k[t], v[t])"
READ = "h.append(q[t] @ C / max(abs(q[t] @ n), 1.0))"

EXERCISE = Exercise(
    "08.8",
    "read_out",
    15,
    cases,
    read_out,
    answer=("h", "C", "n"),
    axes={"h": ("step", "feature"), "C": ("key", "value"), "n": ("key",)},
    hints=(
        "A loop over the steps will do: first write into C and n, then read. q and k "
        "are rows, so C has the features of keys along its rows.",
        "np.outer(k[t], v[t]) is what a step writes. Read with q[t] @ C, and divide by "
        "the larger of |q[t] @ n| and 1.",
        "Without a loop: what step s has written is read at step t with weight i[s] "
        "times f[s + 1] ... f[t] times q[t] @ k[s]; what was there before, with "
        "f[0] ... f[t].",
    ),
    misconceptions=mistakes(
        read_out,
        (
            "np.outer(k[t], v[t])",
            "np.outer(v[t], k[t])",
            "C is transposed: keys lie along its rows, so that q @ C gives values.",
        ),
        (
            "q[t] @ C",
            "C @ q[t]",
            "h: you read along the values. q @ C compares q with the keys.",
        ),
        (
            "max(abs(q[t] @ n), 1.0)",
            "abs(q[t] @ n)",
            "h: the denominator is never less than 1. Where q meets hardly any key it "
            "would blow up.",
        ),
        (
            "max(abs(q[t] @ n), 1.0)",
            "max(q[t] @ n, 1.0)",
            "h: the absolute value is missing in the denominator.",
        ),
        (
            " / max(abs(q[t] @ n), 1.0)",
            "",
            "h: it is not divided. n says how much has been written along q.",
        ),
        (
            "n = f[t] * n + i[t] * k[t]",
            "n = n + i[t] * k[t]",
            "n: it has to forget as C does, with the same f.",
        ),
        (
            "n = f[t] * n + i[t] * k[t]",
            "n = f[t] * n + k[t]",
            "n: what is added is weighted by i, as in C.",
        ),
        (
            "n + i[t] * k[t]",
            "n + i[t] * v[t]",
            "n: it adds up keys, not values.",
        ),
        (
            WRITE,
            "C + i[t] * np.outer(k[t], v[t])",
            "C: nothing is forgotten. The old C is multiplied with f.",
        ),
        (
            WRITE,
            "f[t] * (C + i[t] * np.outer(k[t], v[t]))",
            "C: what is written at a step is forgotten at the same step. f multiplies "
            "the old C alone.",
        ),
    )
    + (
        (
            edited(
                read_out,
                (READ, "pass"),
                ("        C = f[t]", f"        {READ}\n        C = f[t]"),
            ),
            "You read before you write: at step t the memory holds step t as well.",
        ),
        (
            edited(
                read_out,
                ("f[t] * C + i[t] *", "i[t] * C + f[t] *"),
                ("f[t] * n + i[t] *", "i[t] * n + f[t] *"),
            ),
            "f and i are exchanged: f keeps the old, i weighs the new.",
        ),
    ),
)
