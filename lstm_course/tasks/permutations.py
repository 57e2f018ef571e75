"""Permutations: elements of a group come in one by one; what are they together?

At every step one element g of a group is read, and the composition of all that were
read so far is asked for: first the older ones, then g.  Lengths are mixed within a
batch, drawn evenly from least ... most.

form="mod3"  Three elements, turns of three things: counting mod 3.  They commute.
form="S3"    All six orders of three things.  The order of reading matters.
form="A5"    The sixty even orders of five things: the smallest group that is not
    solvable.  Its word problem is complete for NC1, so a fixed number of layers whose
    states follow linear recurrences with diagonal matrices cannot track it at every
    length, unless TC0 = NC1.

Sources: Barrington (1989) for the groups; as a task for networks with a state: Merrill,
Petty & Sabharwal (2024), arXiv 2404.08819; Grazzi et al. (2025), arXiv 2411.12537.

Shapes: x (most, B, K) one-hot over the elements, zeros after the end; y (most, B) the
number of an element; mask True while a sequence lasts.  Elements are numbered in the
order of ``ELEMENTS``; number 0 leaves all as it is.  Chance: 1/K right, ln K nats.
Solved: 99 % right.
"""

from functools import partial
from itertools import permutations

import numpy as np

from .task import (
    Task,
    before,
    certain,
    check_form,
    check_span,
    one_hot,
    require,
    score_classes,
)

RIGHT = 0.99


def even(order):
    """Whether an order of things is reached by an even number of swaps."""
    pairs = ((i, j) for j in range(len(order)) for i in range(j))
    return sum(order[i] > order[j] for i, j in pairs) % 2 == 0


ELEMENTS = {
    "mod3": [(0, 1, 2), (1, 2, 0), (2, 0, 1)],
    "S3": list(permutations(range(3))),
    "A5": [order for order in permutations(range(5)) if even(order)],
}
FORMS = tuple(ELEMENTS)


def _table(elements):
    """(K, K): the number of "first this (row), then that (column)"."""
    number = {order: k for k, order in enumerate(elements)}
    both = [[tuple(then[i] for i in first) for then in elements] for first in elements]
    return np.array([[number[order] for order in row] for row in both])


TABLES = {form: _table(elements) for form, elements in ELEMENTS.items()}


def sample(rng, B=64, least=3, most=16, form="mod3"):
    """Draw B sequences: x (most, B, K), y (most, B), mask (most, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(4), B=1, least=5, most=5)
    >>> x[:, 0].argmax(-1), y[:, 0]
    (array([2, 2, 2, 1, 2]), array([2, 1, 0, 1, 0]))
    """
    least, most = check_span(least, most)
    K = len(ELEMENTS[check_form(form, FORMS)])
    mask = before(rng.integers(least, most + 1, B), most)
    codes = np.where(mask, rng.integers(0, K, (most, B)), -1)
    return one_hot(codes, K), np.where(mask, composed(codes, form), 0), mask


def composed(codes, form):
    """All elements so far as one: codes (T, B), below 0 where nothing is read."""
    so_far, all_steps = np.zeros(codes.shape[1], int), []
    for read in codes:
        so_far = np.where(read < 0, so_far, TABLES[form][so_far, read])
        all_steps.append(so_far)
    return np.stack(all_steps)


def _codes(x):
    return np.where(x.sum(-1) > 0, x.argmax(-1), -1)


def validate(x, y, mask, least=3, most=16, form="mod3"):
    """Raise ValueError unless the sample obeys the definition above."""
    require(x.shape[::2] == (most, len(ELEMENTS[form])), "x is (most, B, K)")
    require(np.isin(x, (0.0, 1.0)) & (x.sum(-1) == mask)[..., None], "one-hot, then 0")
    require(mask[:-1] >= mask[1:], "a sequence has no holes")
    lengths = mask.sum(0)
    require((lengths >= least) & (lengths <= most), "lengths are least ... most")
    right = composed(_codes(x), form)
    require(y[mask] == right[mask], "the answer is the composition of all so far")


def oracle(x, mask, form="mod3"):
    """The right answers from x alone: out (n, K)."""
    return certain(composed(_codes(x), form)[mask], x.shape[-1])


def guess(x, mask):
    """All elements alike: out (n, K)."""
    return np.zeros((int(mask.sum()), x.shape[-1]))


def make(least=3, most=16, form="mod3"):
    """The task with its options fixed."""
    check_span(least, most)
    K = len(ELEMENTS[check_form(form, FORMS)])
    return Task(
        "permutations",
        K,
        K,
        "classes",
        partial(sample, least=least, most=most, form=form),
        partial(oracle, form=form),
        guess,
        score_classes,
        lambda s: s["accuracy"] >= RIGHT,
        {"loss": np.log(K), "accuracy": 1 / K},
    )
