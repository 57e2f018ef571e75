"""Permutations: elements of a group come in one by one; what are they together?

At every step one element g of a group is read, and the composition of all that were
read so far is asked for: first the older ones, then g.  Lengths are mixed within a
batch, drawn evenly from least ... most.

Two options make it easier to learn and no easier to hold: with read="generators" only
two elements are read, of which all others are made; with ask="first" the answer is
where the first thing is now.

form="mod3"  Three elements, turns of three things: counting mod 3.  They commute.
form="S3"    All six orders of three things.  The order of reading matters.
form="A5"    The sixty even orders of five things: the smallest group that is not
    solvable.  Its word problem is complete for NC1, so a fixed number of layers whose
    states follow linear recurrences with diagonal matrices cannot track it at every
    length, unless TC0 = NC1.

Sources: Barrington (1989) for the groups; as a task for networks with a state: Merrill,
Petty & Sabharwal (2024), arXiv 2404.08819; Grazzi et al. (2025), arXiv 2411.12537.

Shapes: x (most, B, I) one-hot over the elements that are read, zeros after the end;
y (most, B) the number of an element, or of a place; mask True while a sequence lasts.
Elements are numbered in the order of ``ELEMENTS``; number 0 leaves all as it is.
Chance: 1/K right, or the share of answers that are 0 (generators do not mix at once),
ln K nats.  Solved: 99 % right.
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
GENERATORS = {  # of S3 a swap and a turn, of A5 a turn of five and one of three
    "mod3": [(0, 1, 2), (1, 2, 0)],
    "S3": [(1, 0, 2), (1, 2, 0)],
    "A5": [(1, 2, 3, 4, 0), (1, 2, 0, 3, 4)],
}
READ, ASK = ("all", "generators"), ("all", "first")


def _table(elements):
    """(K, K): the number of "first this (row), then that (column)"."""
    number = {order: k for k, order in enumerate(elements)}
    both = [[tuple(then[i] for i in first) for then in elements] for first in elements]
    return np.array([[number[order] for order in row] for row in both])


TABLES = {form: _table(elements) for form, elements in ELEMENTS.items()}


def symbols(form, read="all"):
    """Numbers (I,) of the elements that are read."""
    elements = ELEMENTS[form]
    chosen = elements if read == "all" else GENERATORS[form]
    return np.array([elements.index(order) for order in chosen])


def asked(form, ask="all"):
    """The answer (K,) for every element: itself, or where it puts the first thing."""
    elements = ELEMENTS[form]
    whole = np.arange(len(elements))
    return whole if ask == "all" else np.array([order[0] for order in elements])


def sample(rng, B=64, least=3, most=16, form="mod3", read="all", ask="all"):
    """Draw B sequences: x (most, B, I), y (most, B), mask (most, B).

    Examples
    --------
    >>> x, y, mask = sample(np.random.default_rng(4), B=1, least=5, most=5)
    >>> x[:, 0].argmax(-1), y[:, 0]
    (array([2, 2, 2, 1, 2]), array([2, 1, 0, 1, 0]))
    """
    least, most = check(least, most, form, read, ask)
    mask = before(rng.integers(least, most + 1, B), most)
    I = len(symbols(form, read))
    codes = np.where(mask, rng.integers(0, I, (most, B)), -1)
    return one_hot(codes, I), np.where(mask, answers(codes, form, read, ask), 0), mask


def check(least, most, form, read, ask):
    """The options of the task, or an error that says which is none."""
    check_form(form, FORMS)
    for name, value, known in (("read", read, READ), ("ask", ask, ASK)):
        if value not in known:
            raise ValueError(
                f"{name} is {value!r}. A permutation is read, and asked for, whole or "
                f"in part. Expected {known[0]!r} or {known[1]!r}. Write "
                f"{name}={known[0]!r}?"
            )
    return check_span(least, most)


def answers(codes, form, read="all", ask="all"):
    """What is asked for (T, B), from codes (T, B), below 0 where nothing is read."""
    elements = np.where(codes < 0, 0, symbols(form, read)[codes])
    so_far, every_step = np.zeros(codes.shape[1], int), []
    for element in elements:
        so_far = TABLES[form][so_far, element]
        every_step.append(so_far)
    return asked(form, ask)[np.stack(every_step)]


def _codes(x):
    return np.where(x.sum(-1) > 0, x.argmax(-1), -1)


def validate(x, y, mask, least=3, most=16, form="mod3", read="all", ask="all"):
    """Raise ValueError unless the sample obeys the definition above."""
    require(x.shape[::2] == (most, len(symbols(form, read))), "x is (most, B, I)")
    require(np.isin(x, (0.0, 1.0)) & (x.sum(-1) == mask)[..., None], "one-hot, then 0")
    require(mask[:-1] >= mask[1:], "a sequence has no holes")
    lengths = mask.sum(0)
    require((lengths >= least) & (lengths <= most), "lengths are least ... most")
    right = answers(_codes(x), form, read, ask)
    require(y[mask] == right[mask], "the answer is the composition of all so far")


def oracle(x, mask, form="mod3", read="all", ask="all"):
    """The right answers from x alone: out (n, K)."""
    K = asked(form, ask).max() + 1
    return certain(answers(_codes(x), form, read, ask)[mask], K)


def guess(x, mask, K):
    """All answers alike: out (n, K)."""
    return np.zeros((int(mask.sum()), K))


def chance(least, most, form, read="all", ask="all"):
    """The share of answers that are 0: what who always says 0 gets right."""
    turn = TABLES[form][:, symbols(form, read)]  # (K, I): where each element leads
    zero, p = asked(form, ask) == 0, np.eye(len(turn))[0]
    lasts = [(np.arange(least, most + 1) > t).mean() for t in range(most)]
    shares = []
    for _ in lasts:
        p = sum(np.bincount(to, p, len(p)) for to in turn.T) / turn.shape[1]
        shares.append(p[zero].sum())
    return float(np.average(shares, weights=lasts))


def make(least=3, most=16, form="mod3", read="all", ask="all"):
    """The task with its options fixed."""
    check(least, most, form, read, ask)
    K = int(asked(form, ask).max() + 1)
    options = {"form": form, "read": read, "ask": ask}
    return Task(
        "permutations",
        len(symbols(form, read)),
        K,
        "classes",
        partial(sample, least=least, most=most, **options),
        partial(oracle, **options),
        partial(guess, K=K),
        score_classes,
        lambda s: s["accuracy"] >= RIGHT,
        {"loss": np.log(K), "accuracy": chance(least, most, **options)},
    )
