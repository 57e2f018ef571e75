"""The same question with the blocks in another order, drawn from a seed.

A class that writes f before i cannot hand in the answer of one that does not.
"""

from dataclasses import replace

import numpy as np

LSTM = "ifgo"
FUSED = ("W_x", "W_h", "b")


def order(seed, blocks=LSTM):
    """A random order of the blocks, never the usual one: str."""
    rng = np.random.default_rng(seed)
    while True:
        new = "".join(rng.permutation(list(blocks)))
        if new != blocks:
            return new


def reordered(exercise):
    """The exercise with ``make_variant``; its function takes p as first argument."""
    return replace(exercise, make_variant=lambda seed: variant(exercise, seed))


def variant(exercise, seed):
    """The exercise with the blocks of all fused parameters in ``order(seed)``."""
    new = order(seed)
    known = tuple((in_order(f, new), words(m, new)) for f, m in exercise.misconceptions)
    axes = {
        k: tuple(" ".join(new) if a == " ".join(LSTM) else a for a in v)
        for k, v in exercise.axes.items()
    }
    return replace(
        exercise,
        reference=in_order(exercise.reference, new),
        misconceptions=known,
        hints=tuple(words(h, new) for h in exercise.hints),
        axes=axes,
        make_variant=None,
    )


def in_order(function, new):
    """The function on parameters, and with gradients, in the new order."""

    def reordered(p, *args):
        return moved(function(moved(p, new, LSTM), *args), LSTM, new)

    return reordered


def moved(value, old, new):
    """Every dict of parameters in a value with its blocks brought from old to new."""
    if isinstance(value, tuple):
        return tuple(moved(v, old, new) for v in value)
    if isinstance(value, dict) and "W_x" in value:
        return {k: _columns(v, old, new) if k in FUSED else v for k, v in value.items()}
    return value


def _columns(a, old, new):
    blocks = dict(zip(old, np.split(a, len(old), axis=-1), strict=True))
    return np.concatenate([blocks[k] for k in new], axis=-1)


def words(text, new):
    """A text with the order of the blocks written out in the new way."""
    for form, between in (("{}", ", "), ("z{}", ", "), ("dz{}", ", "), ("z_{}", "\\ ")):
        usual, other = (between.join(map(form.format, o)) for o in (LSTM, new))
        text = text.replace(usual, other)
    return text
