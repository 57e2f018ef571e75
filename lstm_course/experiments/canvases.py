"""Handwritten digits put somewhere on a larger, empty picture.

The 8 x 8 digits of ``tasks.digits``, in [0, 1]: those to learn from and those held out.

Shapes: images (N, 8, 8); canvas (B, rows, columns); at (B, 2), row and column of a
digit's upper left corner.
"""

import numpy as np

from ..tasks import digits

SIDE = 8  # of a digit, pixels


def split(seed=0):
    """Digits to learn from and held out: two pairs of images (N, 8, 8), labels (N,)."""
    return tuple(
        ((x.numpy().transpose(1, 0, 2) + 1.0) / 2.0, y.numpy())
        for x, y in digits.split("rows", seed)
    )


def put(canvas, images, at):
    """A new canvas (B, rows, columns) with one image (B, 8, 8) in each at ``at``."""
    canvas, side = canvas.copy(), np.arange(SIDE)
    r = (at[:, :1] + side)[:, :, None]  # (B, 8, 1)
    c = (at[:, 1:] + side)[:, None]  # (B, 1, 8)
    canvas[np.arange(len(at))[:, None, None], r, c] += images
    return canvas


def one(data, rng, B, rows, columns):
    """One digit on each canvas, anywhere: -> canvas, labels (B,), at (B, 2)."""
    images, labels = data
    pick = rng.integers(len(images), size=B)
    ends = rows - SIDE + 1, columns - SIDE + 1
    at = rng.integers(ends, size=(B, 2))
    empty = np.zeros((B, rows, columns), images.dtype)
    return put(empty, images[pick], at), labels[pick], at


def two(data, rng, B, rows, columns):
    """Two digits, one beside the other: -> canvas, labels (B, 2), at (B, 2, 2).

    All pairs of columns that leave the digits apart are equally likely; left is first.
    """
    images, labels = data
    pick = rng.integers(len(images), size=(B, 2))
    pairs = np.stack(np.triu_indices(columns - 2 * SIDE + 2, 1), 1)  # left < right
    across = rng.choice(pairs, B) + [0, SIDE - 1]
    at = np.stack([rng.integers(rows - SIDE + 1, size=(B, 2)), across], -1)
    canvas = np.zeros((B, rows, columns), images.dtype)
    for k in (0, 1):
        canvas = put(canvas, images[pick[:, k]], at[:, k])
    return canvas, labels[pick], at
