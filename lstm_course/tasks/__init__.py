"""Tasks for sequence models, one file each.

    from lstm_course import tasks
    task = tasks.make("adding", T=100, form="modern")
    x, y, mask = task.sample(rng, B=64)

Generated tasks are NumPy only; ``digits``, ``text`` and ``reviews`` are real data.

In this folder:

    adding, multiplication, temporal_order, copying, latch, long_lag   of the papers
    reber, embedded_reber, continual_reber, gap_language, agreement    made of symbols
    parity, permutations, counting_language, recall, selective_copy    what a state can
                                                                       hold; sizes mixed
    telephone                                                          one sequence to
                                                                       another
    digits, text, reviews                                              real data
    task, tokens, vocabulary                                           what they share
"""

import difflib
import inspect
from importlib import import_module

TASKS = (
    "adding",
    "multiplication",
    "copying",
    "temporal_order",
    "embedded_reber",
    "continual_reber",
    "long_lag",
    "gap_language",
    "latch",
    "parity",
    "permutations",
    "counting_language",
    "recall",
    "selective_copy",
    "digits",
)


def make(name, **options):
    """A task by name with its options fixed.

    Parameters
    ----------
    name : str
        One of ``TASKS``.
    **options
        As the task's own ``make`` takes them.

    Examples
    --------
    >>> make("copying", T=100).chance["recall"]
    0.125
    """
    if name not in TASKS:
        near = difflib.get_close_matches(str(name).lower(), TASKS, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]!r}?" if near else "Choose one of them?"
        raise ValueError(
            f"There is no task named {name!r}. Known tasks: {', '.join(TASKS)}. {hint}"
        )
    make_one = import_module(f".{name}", __name__).make
    known = list(inspect.signature(make_one).parameters)
    if odd := [o for o in options if o not in known]:
        raise ValueError(
            f"{name} has no option {odd[0]!r}. Got {', '.join(options)}, expected "
            f"{', '.join(known) or 'none'}. Leave it out?"
        )
    return make_one(**options)
