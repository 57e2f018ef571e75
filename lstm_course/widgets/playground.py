"""A playground: any cell learns a small task in the page, while the reader looks on."""

import matplotlib.pyplot as plt
import numpy as np
from traitlets import Bool, Dict, Float, Int, List, Unicode

from .. import tasks
from ..cells import CELLS
from ..doors import as_cell
from ..engines.page.text import module_text
from ..init import init
from ..ops import cross_entropy
from ..palette import GATES
from ..unroll import unroll, unroll_backward
from . import bundle
from .live import LiveFigure
from .page_tasks import task_data
from .variant_diff import NAMES

WIDTHS = (4, 8, 16, 32)
BATCH = 16
TASKS = {  # name on the page, what a size counts, from least to most
    "gap_language": ("gap language", "gap, in words", 3, 40),
    "adding": ("adding", "steps", 4, 60),
    "latch": ("latch", "steps", 2, 60),
    "parity": ("parity", "longest, in steps", 3, 40),
    "counting_language": ("counting aⁿbⁿ", "largest n", 2, 30),
    "embedded_reber": ("embedded Reber grammar", "", 0, 0),
}
START = {"task": "gap_language", "size": 20, "width": 16, "gain": 1.0, "lr": 0.01}
DISCOVERIES = {  # where each of the six begins; what is to be found, js/discoveries.js
    "cannot": {"size": 30, "left": "rnn", "right": "gru"},
    "bias": {"left": "lstm", "right": "lstm", "left_bias": -2.0, "right_bias": 3.0},
    "counts": {"task": "counting_language", "size": 8, "left": "lstm", "right": "gru"},
    "parity": {"task": "parity", "size": 16, "left": "mingru", "right": "rnn"},
    "stretch": {"size": 5, "left": "lstm", "right": ""},
    "explodes": {"left": "rnn", "right": "lstm"},
}
COMPACT = (530, 530)  # room of the small form, on a phone and on a wide page
BASE = {"left_bias": 1.0, "right_bias": 1.0, "seed": 1, **START}


class Playground(LiveFigure):
    """One cell, or two on the same data, trained in the page.

    Parameters
    ----------
    discovery : str, optional
        One of ``DISCOVERIES``: it sets what is not given.
    compact : bool
        The small form for a chapter: one discovery, two plots, settings folded.
    task : str
        One of ``TASKS``.
    size : int
        Words of the gap, steps, or how far is counted.
    left, right : str
        Names in CELLS; no right one: "".
    left_bias, right_bias : float
        Start value of the forget gate's bias, where the cell has one.
    width : int
        Units of each cell.
    gain : float
        Factor on the recurrent weights at the start.
    lr : float
        Adam's learning rate.
    seed : int
        Of start values and batches.

    Examples
    --------
    >>> Playground(left="gru", right="").task
    'gap_language'
    >>> Playground("parity", compact=True).left
    'mingru'
    """

    kind, room = "playground", (1230, 1430)
    discovery = Unicode().tag(sync=True)
    compact = Bool(False).tag(sync=True)
    task = Unicode(BASE["task"]).tag(sync=True)
    size = Int(DISCOVERIES["cannot"]["size"]).tag(sync=True)
    left = Unicode("rnn").tag(sync=True)
    right = Unicode("gru").tag(sync=True)
    left_bias = Float(1.0).tag(sync=True)
    right_bias = Float(1.0).tag(sync=True)
    width = Int(BASE["width"]).tag(sync=True)
    gain = Float(BASE["gain"]).tag(sync=True)
    lr = Float(BASE["lr"]).tag(sync=True)
    seed = Int(1).tag(sync=True)
    names = Dict({name: NAMES.get(name, name) for name in CELLS}).tag(sync=True)
    tasks = Dict({k: list(v) for k, v in TASKS.items()}).tag(sync=True)
    widths = Dict({str(w): w for w in WIDTHS}).tag(sync=True)
    biased = Dict({n: "f" in c.blocks for n, c in CELLS.items()}).tag(sync=True)
    presets = Dict({k: BASE | v for k, v in DISCOVERIES.items()}).tag(sync=True)
    batch = Int(BATCH).tag(sync=True)
    engine = Unicode().tag(sync=True)  # the worker's text, packed
    apart = List().tag(sync=True)  # what a book keeps in files until it is touched

    def __init__(self, discovery="", **traits):
        _check("discovery", discovery, ("", *DISCOVERIES))
        start = BASE | DISCOVERIES[discovery] if discovery else {}
        traits = start | traits
        _check("task", traits.get("task", BASE["task"]), TASKS)
        for side in ("left", "right"):
            if name := traits.get(side):
                as_cell(name)  # which suggests the nearest
                _check(side, name, CELLS)
        super().__init__(discovery=discovery, engine=worker(), **traits)
        if self.compact:
            self.room, self.apart = COMPACT, ["_esm", "_css", "engine"]

    def gradients(self, cell, bias):
        """Before any training, the gradient by the state at every lag: (T,).

        Of the mean loss of a batch, with a readout of random weights.
        """
        task = tasks.make(self.task, **_options(self.task, self.size))
        rng = np.random.default_rng(self.seed)
        bias = {"f": bias} if self.biased[cell] else None
        p = init(cell, task.I, self.width, rng, gain=self.gain, bias=bias)
        readout = rng.uniform(-1, 1, (self.width, task.K)) / self.width**0.5
        x, y, mask = task.sample(rng, self.batch)
        h, _, caches = unroll(cell, p, x)
        dh, out = np.zeros_like(h), h[mask] @ readout
        right = y[mask]
        if task.kind == "classes":
            dout = cross_entropy(out, right)[1]
        else:
            dout = 2 * (out - right[:, None]) / len(right)
        dh[mask] = dout @ readout.T
        path = CELLS[cell].states.index(CELLS[cell].cell_path)
        starts = [
            unroll_backward(cell, p, dh[t:], caches[t:])[1][path]
            for t in reversed(range(len(x)))
        ]
        return np.array([np.linalg.norm(d) for d in starts])

    def picture(self):
        """Gradient against lag before training: what the page starts from."""
        fig, ax = plt.subplots(figsize=(5.6, 2.8), layout="constrained")
        sides = ((self.left, self.left_bias, "h"), (self.right, self.right_bias, "c"))
        for cell, bias, colour in sides:
            if cell:
                y = self.gradients(cell, bias)
                lags = np.arange(1, len(y) + 1)
                ax.semilogy(lags, y, color=GATES[colour], label=self.names[cell])
        ax.set(xlabel="lag (steps)", ylabel="gradient by the state")
        ax.legend(frameon=False)
        plt.close(fig)
        return fig


def _check(name, value, known):
    if value not in known:
        raise ValueError(
            f"The playground has no {name} {value!r}. It trains what its page carries. "
            f"Expected one of {', '.join(filter(None, known))}. A typing slip?"
        )


def _options(task, size):
    """What a task is asked to be at a size, as optionsOf in trainer.js."""
    if task == "parity":
        return {"least": min(3, size), "most": size}
    if task == "counting_language":
        return {"least": 1, "most": size}
    if task == "embedded_reber":
        return {}
    return {"gap" if task == "gap_language" else "T": size}


def worker():
    """What the worker runs, packed: every cell's text, the tasks' data, the engine."""
    cells = module_text(CELLS, WIDTHS).replace("export const", "const", 1)
    return bundle.packed({
        "cells": cells, "data": task_data(), "trainer": bundle.script("trainer"),
    })  # fmt: skip
