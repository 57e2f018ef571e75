"""06.2: a text in rows and windows, so that the state can be carried on."""

import numpy as np

from ..definition import Exercise
from ..making import mistakes


def windows(codes, T, B):
    """codes (N,) -> x, y (n, T, B); row b of a window goes on in the next one."""
    length = (len(codes) - 1) // B
    n = length // T
    at = np.arange(B) * length + np.arange(n * T)[:, None]  # (n T, B)
    x, y = codes[at], codes[at + 1]
    return x.reshape(n, T, B), y.reshape(n, T, B)


def cases(rng):
    """Something is left over; a symbol is missing for one more window; none is."""
    return [
        (rng.integers(50, size=N), T, B)
        for N, T, B in ((90, 5, 4), (3 * 4 * 5, 4, 5), (2 * 6 * 3 + 1, 6, 3))
    ]


AT = "np.arange(B) * length + np.arange(n * T)[:, None]"

EXERCISE = Exercise(
    "06.2",
    "windows",
    15,
    cases,
    windows,
    answer=("x", "y"),
    axes={k: ("window", "step", "row") for k in "xy"},
    hints=(
        "Cut the text into B long rows first, one under the other: row b holds the "
        "codes from b * length on. Only then cut all rows at the same places.",
        "The last symbol of the text can be a target but never an input, so there are "
        "N - 1 inputs: length = (N - 1) // B, and n = length // T.",
        "x and y are the same with y one further on: if `at` holds the places of the "
        "inputs, x = codes[at] and y = codes[at + 1].",
    ),
    misconceptions=mistakes(
        windows,
        (
            "codes[at + 1]",
            "np.roll(codes[at].reshape(n, T, B), -1, axis=1)",
            "The last target of each window is its own first input. It has to be the "
            "first input of the window that follows: shift the text, not the window.",
        ),
        (
            "codes[at + 1]",
            "np.roll(codes[at], -1, axis=0)",
            "The very last target of each row is that row's first input. It has to be "
            "the symbol that follows in the text: shift before you cut.",
        ),
        (
            "codes[at], codes[at + 1]",
            "codes[at], codes[at]",
            "Your targets are the inputs. Such a model learns to copy, at no cost: the "
            "target is the NEXT symbol.",
        ),
        (
            "codes[at], codes[at + 1]",
            "codes[at], codes[at - 1]",
            "Your targets are the symbols BEFORE the inputs. It is the next one that a "
            "model predicts.",
        ),
        (
            AT,
            "np.moveaxis(np.arange(n * T * B).reshape(n, B, T), 1, 2).reshape(-1, B)",
            "You cut the text into windows and dealt them out to the rows. Row b of a "
            "window then goes on in another row, and the state that is carried there "
            "belongs to another place: cut the text into B rows first.",
        ),
        (
            AT,
            "np.arange(n * T * B).reshape(n * T, B)",
            "Neighbours in the text lie side by side, in different rows. Time has to "
            "run along the steps: cut the text into B rows first.",
        ),
        (
            "(len(codes) - 1) // B",
            "(len(codes) - 1) // B // T * T",
            "Your rows begin too early: cut the text into B rows that are as long as "
            "they can be, and only then leave out what is no whole window.",
        ),
        (
            "length = (len(codes) - 1) // B\n    n = length // T",
            "length = len(codes) // B\n    n = length // T\n"
            "    codes = np.append(codes, codes[0])",
            "The last symbol of the text is an input in your version, and its target "
            "is the first one. Nothing follows the last: there are N - 1 inputs.",
        ),
    ),
)
