"""One of every live figure, for whoever tests what all of them keep to."""

import numpy as np

from lstm_course import init, widgets
from lstm_course.tasks import agreement

MACHINE = {
    "name": "a machine of the tests",
    **{"products": 95e9, "functions": 2.3e9, "cache": 8e10, "memory": 2e10},
    **{"call": 3e-6, "step": 3e-7, "source": "nobody measured it"},
}
MEASURED = {  # as lstm-course bench writes it
    **{"machine": "2 cores of a test", "date": "2026-11-29"},
    "rows": [
        {"cell": cell, "size": size, "what": what, "ms": 20.0, "ratio": 1.2} | more
        for cell, size, what, more in (
            ("lstm", [100, 32, 64, 128], "forward + backward", {"loop_ratio": 3.0}),
            ("lstm", [100, 32, 64, 128], "forward", {}),
            ("gru", [28, 64, 1, 32], "forward + backward", {"loop_ratio": None}),
            ("peephole", [28, 64, 1, 32], "forward + backward", {}),
        )
    ],
}
ONE = {"parity": 40, "ab": 16, "copy": 24}  # task: the longest it was trained on
LEARNED = {  # how far cells get, in trained sizes, by task and layers
    "lstm": {"parity1": 2, "ab1": 1.5, "copy1": 1, "copy2": 1.5},
    "gru": {"parity1": 2, "ab1": 1, "copy1": 2, "copy2": 2},
    "mingru": {"parity1": 0, "ab1": 0, "copy1": 0, "copy2": 2},
    "mlstm": {"parity1": 0, "ab1": 1, "copy1": 0},
}
STATES = {  # as python -m lstm_course.experiments state writes it
    "rows": [
        {"task": task[:-1], "cell": cell, "layers": int(task[-1]), "seed": seed,
         "units": 16, "weights": 1250, "state": 32, "trained": ONE[task[:-1]],
         "chance": 0.5, "accuracy": {
             str(round(times * ONE[task[:-1]])): 1.0 if times <= far else 0.4
             for times in (0.5, 1, 1.5, 2, 4)}}
        for cell, tasks in LEARNED.items() for task, far in tasks.items()
        for seed in range(3)
    ],
}  # fmt: skip
FIGURES = [name for name in widgets.MODULES if name != "LiveFigure"]


def example(name):
    """A live figure with small random weights where it wants some."""
    rng = np.random.default_rng(0)
    make = getattr(widgets, name)
    if name == "StepWalker":
        return make(init("lstm", 3, 4, rng), np.eye(3), "one two three")
    if name == "GateMicroscope":
        p = init("lstm", agreement.K, 4, rng)
        return make(p, rng.normal(size=(agreement.K, 4)), np.zeros(agreement.K))
    if name == "StateTable":
        return make(STATES)
    if name == "Roofline":
        return make(machine=MACHINE, points=MEASURED)
    return make()
