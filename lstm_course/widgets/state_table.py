"""Cells against tasks: which runs still answer where sequences grow longer."""

import json
from html import escape

from traitlets import Dict, Float, List, Unicode

from .. import places
from ..palette import GATES
from .live import LiveFigure
from .variant_diff import NAMES

RIGHT = 0.95  # of the answers, for a run to count
TIMES = {
    1.0: "the trained size",
    1.5: "1.5 times the trained size",
    2.0: "twice the trained size",
}
TASKS = {  # name in a heading, what is asked, what a size counts
    "parity": ("parity", "is the number of ones odd?", "steps"),
    "mod3": ("mod 3", "counting mod 3", "steps"),
    "S3": ("S3", "orders of three things", "steps"),
    "A5": ("A5", "even orders of five things", "steps"),
    "ab": ("aⁿbⁿ", "as many b as a", "letters a"),
    "abc": ("aⁿbⁿcⁿ", "as many b and c as a", "letters a"),
    "recall": ("recall", "the value of a key", "pairs"),
    "copy": ("copy", "symbols among blanks, in their order", "steps"),
}
ASKED = ("task", "cell", "layers", "seed", "trained", "chance", "accuracy")


class StateTable(LiveFigure):
    """Shares of runs that solved a task, for every cell, and the curves behind each.

    Parameters
    ----------
    results : dict, optional
        What ``python -m lstm_course.experiments state`` writes; the book's own by
        default, where it is at hand.
    cell, task : str
        Whose curves are shown; "copy2" is copying with two layers.
    other : str
        A cell to compare with, or "" for none.
    times : float
        1, 1.5 or 2: at how many times the longest trained size a run is judged.

    Examples
    --------
    >>> runs = [{"task": "S3", "cell": "gru", "layers": 1, "seed": s, "trained": 2,
    ...          "chance": 0.2, "accuracy": {"2": 1.0, "3": 1.0, "4": s / 2}}
    ...         for s in range(3)]
    >>> table = StateTable({"rows": runs}, cell="gru", task="S3", other="")
    >>> table.solved("gru", "S3"), table.solved("gru", "S3", times=1.5)
    ((1, 3), (3, 3))
    """

    kind, room = "state", (1035, 960)
    cell = Unicode("lstm").tag(sync=True)
    task = Unicode("parity").tag(sync=True)
    other = Unicode("gru").tag(sync=True)
    times = Float(2.0).tag(sync=True)
    sort = Unicode("").tag(sync=True)  # a task or "cell", "-" before it: backwards
    hidden = List(Unicode()).tag(sync=True)  # cells that the table leaves out
    names = Dict().tag(sync=True)
    tasks = Dict().tag(sync=True)
    runs = Dict().tag(sync=True)  # by task, then cell

    def __init__(
        self,
        results=None,
        cell="lstm",
        task="parity",
        other="gru",
        times=2.0,
        **traits,
    ):
        rows = _rows(results)
        tasks, runs = {}, {}
        for row in rows:
            key = row["task"] + (str(row["layers"]) if row["layers"] > 1 else "")
            tasks.setdefault(key, _task(row))
            mine = runs.setdefault(key, {}).setdefault(row["cell"], _about(row))
            mine["accuracy"].append(list(row["accuracy"].values()))
        order = {row["cell"]: NAMES.get(row["cell"], row["cell"]) for row in rows}
        _check("cell", cell, order)
        _check("task", task, tasks)
        _check("other", other, {"": "none"} | order)
        _check("times", times, TIMES)
        super().__init__(
            cell=cell,
            task=task,
            other=other,
            times=float(times),
            names=order,
            tasks=tasks,
            runs=runs,
            **traits,
        )

    def solved(self, cell, task, times=None):
        """(Runs that are right at so many times the trained size, all runs)."""
        about = self.tasks[task]
        n = round((self.times if times is None else times) * about["trained"])
        if cell not in self.runs[task]:
            return 0, 0
        at = about["sizes"].index(n)
        right = [a[at] >= RIGHT for a in self.runs[task][cell]["accuracy"]]
        return sum(right), len(right)

    def picture(self):
        """The table: of each cell and task how many runs of how many."""
        head = "".join(f"<th>{escape(t['head'])}</th>" for t in self.tasks.values())
        body = "".join(
            f'<tr><th style="text-align:left">{escape(name)}</th>'
            + "".join(self._entry(cell, task) for task in self.tasks)
            + "</tr>"
            for cell, name in self.names.items()
        )
        return (
            '<table style="border-collapse:collapse;font-size:0.8rem;width:100%">'
            f"<caption>Runs that are {RIGHT:.0%} right at {TIMES[self.times]}, of all"
            " runs.</caption>"
            f"<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _entry(self, cell, task):
        k, n = self.solved(cell, task)
        shade = round(0x66 * k / n) if n else 0
        text = f"{k}/{n}" if n else ""
        style = f"background:{GATES['c']}{shade:02x};text-align:center"
        return f'<td style="{style}">{text}</td>'


def _task(row):
    """What the page needs of a task."""
    name, text, unit = TASKS.get(row["task"], (row["task"], "", "steps"))
    layers = f", {row['layers']} layers" if row["layers"] > 1 else ""
    return {
        "name": name + layers,
        "head": layers[2:] or name,
        "text": text,
        "unit": unit,
        "trained": row["trained"],
        "chance": row["chance"],
        "sizes": [int(n) for n in row["accuracy"]],
    }


def _about(row):
    """What the page says of a cell's runs, and the place of their curves."""
    told = {k: row[k] for k in ("units", "weights", "state") if k in row}
    return told | {"accuracy": []}


def _rows(results):
    """Rows of a result, or the book's own where none is given."""
    file = places.BOOK / "results" / "state.json"
    if results is None and file.exists():
        results = json.loads(file.read_text("utf-8"))
    if results is None:
        raise ValueError(
            f"There is no {file.name} in the book's results, and none was given. "
            "Expected what an experiment writes. Run 'python -m "
            "lstm_course.experiments state' first?"
        )
    rows = results.get("rows") if isinstance(results, dict) else None
    odd = [k for k in ASKED if not rows or any(k not in row for row in rows)]
    if odd:
        raise ValueError(
            f"results is a {type(results).__name__} whose rows lack {odd[0]!r}. "
            f"Expected rows with {', '.join(ASKED)}. Pass record.load('state')?"
        )
    return rows


def _check(what, value, known):
    if value not in known:
        raise ValueError(
            f"{what} is {value!r}, which these results do not hold. Expected one of "
            f"{', '.join(map(repr, known))}. Write {what}={next(iter(known))!r}?"
        )
