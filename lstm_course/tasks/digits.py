"""Handwritten digits read as sequences: rows, or one pixel at a time.

1,797 real digits of 8 x 8 pixels in 10 classes.  Source: Alpaydin & Kaynak, Optical
Recognition of Handwritten Digits, UCI repository (1998), the part that scikit-learn
bundles; nothing is downloaded.

Shapes: x (8, N, 8) row by row, or (64, N, 1) pixel by pixel, y (N,).  Chance: 10 %
right, ln 10 nats.  Solved: 95 % of the held-out digits right.
"""

from functools import lru_cache

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from ..doors import check_number, check_seed
from .task import Task, at_ends, certain, check_form, sample, score_classes

FORMS = ("rows", "pixels", "permuted")
CHANCE = 0.1
RIGHT = 0.95  # solved: this share of held-out digits


@lru_cache
def _images():
    data = load_digits()
    return (data.images / 16.0 * 2.0 - 1.0).astype(np.float32), data.target


def split(form="rows", seed=0, test_size=0.25):
    """Training and test digits, stratified by class.

    Parameters
    ----------
    form : str
        "rows": T = 8 steps of I = 8 pixels; "pixels": T = 64 steps of I = 1;
        "permuted": the pixels in one fixed random order.
    seed : int
        Of the split (the order of "permuted" is always the same).
    test_size : float
        Share of the digits that is held out.

    Returns
    -------
    train, test : pairs (x, y)
        x (T, N, I) float32 in [-1, 1], y (N,) int64.

    Examples
    --------
    >>> (x, y), (x_test, y_test) = split("rows")
    >>> tuple(x.shape), tuple(x_test.shape)
    ((8, 1347, 8), (8, 450, 8))
    """
    check_form(form, FORMS), check_seed(seed)
    if not 0 < check_number("test_size", test_size) < 1:
        raise ValueError(
            f"test_size is {test_size}. It is the share of the digits that is held "
            "out. Expected more than 0 and less than 1. Write test_size=0.25?"
        )
    images, labels = _images()
    x = images if form == "rows" else images.reshape(len(images), 64, 1)
    if form == "permuted":
        x = x[:, np.random.default_rng(0).permutation(64)]
    parts = train_test_split(
        x, labels, test_size=test_size, random_state=seed, stratify=labels
    )
    x_train, x_test = (
        torch.from_numpy(np.ascontiguousarray(a.transpose(1, 0, 2))) for a in parts[:2]
    )
    y_train, y_test = (torch.from_numpy(a) for a in parts[2:])
    return (x_train, y_train), (x_test, y_test)


def make(form="rows", seed=0):
    """Digits in the form of the generated tasks: the class is asked for at the end."""
    train, test = split(form, seed)
    x_train, y_train = (a.numpy() for a in train)
    I = x_train.shape[2]

    def oracle(x, mask):
        """The class of the nearest training digit: out (n, 10)."""
        near = [
            np.square(x_train - x[:, [b]]).sum((0, 2)).argmin()
            for b in range(x.shape[1])
        ]
        return certain(y_train[near], 10)

    def guess(x, mask):
        return np.zeros((int(mask.sum()), 10))

    return Task(
        f"digits_{form}",
        I,
        10,
        "classes",
        lambda rng, B: _scored(*sample(rng, train, B)),
        oracle,
        guess,
        score_classes,
        lambda s: s["accuracy"] >= RIGHT,
        {"loss": np.log(10), "accuracy": CHANCE},
        lambda rng, B: _scored(*sample(rng, test, B)),
    )


def _scored(x, y):
    """A batch (x, y) with the answer on the grid: x, y (T, B), mask (T, B)."""
    mask = np.zeros(x.shape[:2], bool)
    mask[-1] = True
    return x.numpy().astype(float), at_ends(y.numpy(), mask), mask
