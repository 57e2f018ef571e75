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
    if name == "Roofline":
        return make(machine=MACHINE, points=MEASURED)
    return make()
