"""One of every live figure, for whoever tests what all of them keep to."""

import numpy as np

from lstm_course import init, widgets
from lstm_course.tasks import agreement

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
    return make()
