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


def study(cells=("lstm", "gru", "rnn", "mlstm"), tasks=("adding", "parity"), draws=8):
    """Rows of a study; above a rate of 0.05 all but the LSTM diverge, at 0.1 it."""
    rng = np.random.default_rng(0)
    rows = []
    for task in tasks:
        for draw in range(draws):
            lr = 10 ** (-3 + 2 * draw / (draws - 1))
            setting = {"lr": lr, "width": int(rng.integers(8, 33)), "clip": 1.0}
            setting |= {"bias": rng.uniform(-2, 4), "noise": 0.1, "start": "bias"}
            for k, cell in enumerate(cells):
                least, steep = (-0.5, 7) if cell == "mlstm" else (1 + k, 3)
                loss = 0.1 * (least + steep * abs(np.log10(lr) + 2) + rng.random())
                lost = (lr > 0.05 and cell != "lstm") or lr > 0.09
                curve = [loss * (1 + 2 / (1 + n)) for n in range(9)] + [loss]
                rows.append({
                    "task": task, "cell": cell, "draw": draw, "seed": 0, **setting,
                    "start": "own" if cell == "rnn" else "bias",
                    "state": "diverged" if lost else "finished", "units": 16 + k,
                    "weights": 1200 + k, "operations": 1e6 * (1 + rng.random()),
                    "seconds": 1 + rng.random(), "steps": 500,
                    "loss": np.inf if lost else loss,
                    "test": np.inf if lost else 1.1 * loss,
                    "accuracy": 0.0 if lost else float(np.exp(-loss)),
                    "curve": curve[:3] if lost else curve})  # fmt: skip
    return rows


def differences(cells=("gru", "rnn", "mlstm"), tasks=("adding", "parity")):
    """As lstm-course study report has them."""
    return [
        {"task": t, "cell": c, "way": way, "gain": k / 20, "low": -0.1, "high": 0.2}
        for k, way in enumerate(("searched", "same settings"))
        for t in tasks
        for c in cells
    ]


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
    if name == "Comparison":
        return make(study(), differences())
    if name == "Roofline":
        return make(machine=MACHINE, points=MEASURED)
    return make()
