"""Size, cell and machine under the hands: which of four bounds takes the time."""

import json

import matplotlib.pyplot as plt
import numpy as np
from traitlets import Dict, Int, List, Unicode

from .. import cost, places
from ..cost.machines import machine_of
from ..doors import as_cell, check_size
from ..palette import GATES, PAGE
from .live import LiveFigure
from .variant_diff import NAMES

CELLS = ("lstm", "gru", "rnn", "mingru")
BOUNDS = ("arithmetic", "traffic", "calls", "waiting")


class Roofline(LiveFigure):
    """Operations per byte against operations per second, for a layer's training step.

    Parameters
    ----------
    T, B, I, H : int
        Steps, rows, inputs, units.
    machine : str, Machine or dict, optional
        A name in ``cost.MACHINES``, or seven numbers of your own: shown first.  Without
        it this machine is measured, in three seconds, and offered beside that on which
        the points were measured, which then is shown first.
    points : dict or list, optional
        What was measured: a result of ``lstm-course bench --json``, or several.
        Without it the book's own, where it is at hand.
    cell : str or cell
        Offered beside lstm, gru, rnn and mingru, and shown first.
    way : "made" or "plain"
        The made loop, or a plain torch loop.

    Examples
    --------
    >>> from lstm_course.cost import MACHINES
    >>> Roofline(B=1, H=1024, machine=MACHINES["A100"], points=[]).predict()[1]
    'traffic'
    """

    kind, room = "roofline", (930, 830)
    T = Int(100).tag(sync=True)
    B = Int(32).tag(sync=True)
    I = Int(64).tag(sync=True)
    H = Int(128).tag(sync=True)
    cell = Unicode("lstm").tag(sync=True)
    way = Unicode("made").tag(sync=True)
    machine = Unicode("here").tag(sync=True)
    counts = Dict().tag(sync=True)
    names = Dict().tag(sync=True)
    machines = Dict().tag(sync=True)
    points = List().tag(sync=True)

    def __init__(
        self,
        T=100,
        B=32,
        I=64,
        H=128,
        machine=None,
        points=None,
        cell="lstm",
        way="made",
        **traits,
    ):
        sizes = dict(zip("TBIH", (T, B, I, H), strict=True))
        sizes = {name: check_size(name, value) for name, value in sizes.items()}
        shown, results = _key(cell), _results(points)
        cells = {name: as_cell(name) for name in CELLS} | {shown: as_cell(cell)}
        counts = {name: cost.counts(c)._asdict() for name, c in cells.items()}
        cost.work(cell, *sizes.values(), way=way)
        machines, first = _machines(machine, results)
        super().__init__(
            cell=shown,
            way=way,
            machine=first,
            machines=machines,
            counts=counts,
            names={name: NAMES.get(name, name) for name in cells},
            points=[p for r in results for p in _points(r) if p["cell"] in cells],
            **sizes,
            **traits,
        )

    def work(self, **other):
        """What a training step has to do, or that of another size: cost.Work."""
        now = {k: getattr(self, k) for k in ("cell", "T", "B", "I", "H", "way")} | other
        counts = cost.Counts(**self.counts[now.pop("cell")])
        return cost.work(counts, **{k: now[k] for k in ("T", "B", "I", "H", "way")})

    def predict(self, **other):
        """(seconds of a training step, the name of the bound that takes most)."""
        return cost.predict(self.work(**other), self._machine())

    def _machine(self):
        return machine_of(self.machines[self.machine])

    def picture(self):
        """The two slopes and the roof, this layer, and what was measured."""
        fig, ax = plt.subplots(figsize=(5.6, 3.0), layout="constrained")
        machine, across = self._machine(), np.logspace(-1, 3, 200)
        for rate, style in ((machine.memory, "-"), (machine.cache, "--")):
            ax.loglog(across, np.minimum(machine.products, rate * across) / 1e9, style,
                      color=PAGE["ink"], lw=1)  # fmt: skip
        measured = self.points if self.machine in ("here", "book") else []
        for p in measured:
            todo = self.work(**{k: p[k] for k in ("cell", "T", "B", "I", "H", "way")})
            rate = todo.products / p["ms"] / 1e6
            ax.plot(todo.intensity, rate, "x", color=PAGE["muted"], ms=5)
        todo, (total, _) = self.work(), self.predict()
        ax.plot(todo.intensity, todo.products / total / 1e9, "o", color=GATES["c"])
        ax.set(xlabel="operations for each byte", ylabel="GFLOP/s")
        plt.close(fig)
        return fig


def _key(cell):
    """Under which name a cell is offered."""
    return cell if isinstance(cell, str) else as_cell(cell).name


def _results(points):
    """Results of the bench, the book's own where none are given: list of dict."""
    if points is None:
        file = places.BOOK / "results" / "speed" / "layers.json"
        points = json.loads(file.read_text("utf-8")) if file.exists() else []
    results = [points] if isinstance(points, dict) else list(points)
    for result in results:
        if not isinstance(result, dict) or "rows" not in result:
            raise ValueError(
                f"points holds {type(result).__name__} without rows. Expected what "
                "lstm-course bench --json writes, or a list of it. Read it with "
                "json.load?"
            )
    return results


def _points(result):
    """Training steps of a result, each with its machine and date."""
    about = {k: result.get(k, "unknown") for k in ("machine", "date")}
    for row in result["rows"]:
        if row.get("what") == "forward + backward" and row.get("ratio"):
            size = dict(zip("TBIH", row["size"], strict=True))
            found = {"cell": row["cell"], **size, **about}
            yield found | {"ms": row["ms"], "way": "made"}
            if row.get("loop_ratio"):
                yield found | {"ms": row["ms"] * row["loop_ratio"], "way": "plain"}


def _machines(machine, results):
    """(those offered, by key; which is shown first)."""
    rates = [r["rates"] for r in results if "rates" in r]
    found = {"book": machine_of(rates[0])._asdict()} if rates else {}
    for m in found.values():
        m["name"] = m["name"].replace("this machine", "the measured machine")
    named = {name: m._asdict() for name, m in cost.MACHINES.items()}
    if isinstance(machine, str):
        machine_of(machine)
        return found | named, machine
    first = "here"
    if machine is None:
        from ..cost.here import measure

        machine, first = measure(), "book" if found else "here"
    return {"here": machine_of(machine)._asdict()} | found | named, first
