"""The trials of a study: a line for each cell, a point for each trial, each opens."""

import math
from html import escape
from statistics import median

from traitlets import Dict, List, Unicode

from .. import places
from . import bundle
from .live import LiveFigure
from .variant_diff import NAMES

SHARE, LEAST = 0.1, 3  # of a cell's trials, by validation loss, and how many at least
DIGITS, EXACT = 3, 5  # significant ones, of most numbers and of what ranks trials
FILE = "study.csv.gz"
TASKS = {  # name, what is asked
    "adding": ("adding", "the sum of two marked numbers"),
    "copying": ("copying", "symbols again, after a gap"),
    "temporal_order": ("temporal order", "which of two marks came first"),
    "embedded_reber": ("embedded Reber", "the end that fits the beginning"),
    "gap_language": ("gap language", "the first word, after a gap"),
    "parity": ("parity", "is the number of ones odd?"),
    "permutations": ("permutations", "where three things end up"),
    "characters": ("characters", "the next letter of a play"),
    "digits": ("digits", "a digit, read pixel by pixel"),
}
PAIRED = ("task", "cell", "draw", "seed")
SET = ("lr", "width", "clip", "bias", "start", "noise")
CAME = ("units", "weights", "operations", "seconds", "steps")
REACHED = ("loss", "test", "accuracy", "curve")
AXES = (*SET, "weights", "seconds", "operations")
HEADS = {
    "best": "best tenth", "median": "median", "accuracy": "accuracy",
    "diverged": "diverged", "weights": "weights", "seconds": "seconds",
}  # fmt: skip


class Comparison(LiveFigure):
    """Every trial of a study: table, points, and each trial beside its pair.

    Parameters
    ----------
    rows : list of dict, optional
        As ``study.table.read`` gives them; the book's own by default.
    differences : list of dict, optional
        Each cell against the baseline on each task, as ``study.report`` gives them:
        ``task``, ``cell``, ``gain``, ``low``, ``high``.
    task, cell : str
        What is shown first.
    baseline : str
        The cell whose trial at the same settings stands beside each other.

    Examples
    --------
    >>> setting = {"lr": 0.01, "width": 8, "clip": 1.0, "bias": 1.0, "start": "bias",
    ...            "noise": 0.1, "units": 8, "weights": 600, "operations": 1e6,
    ...            "seconds": 2.0, "steps": 500}
    >>> rows = [{"task": "parity", "cell": c, "draw": d, "seed": 0, **setting,
    ...          "loss": d / 10, "test": d / 10, "accuracy": 0.9, "curve": [d / 10]}
    ...         for c in ("lstm", "gru") for d in range(1, 6)]
    >>> line = Comparison(rows, task="parity").line("gru")
    >>> line["n"], line["best"], line["median"], line["diverged"]
    (5, 0.2, 0.3, 0)
    """

    kind, room = "comparison", (1080, 980)
    task = Unicode().tag(sync=True)
    cell = Unicode().tag(sync=True)
    view = Unicode("cells").tag(sync=True)  # or "trials", those of the cell
    trial = Unicode("").tag(sync=True)  # "draw.seed"; the best one where empty
    x = Unicode("lr").tag(sync=True)
    y = Unicode("test").tag(sync=True)
    sort = Unicode("best").tag(sync=True)  # of cells; "-" before it: backwards
    order = Unicode("test").tag(sync=True)  # of trials
    hidden = List(Unicode()).tag(sync=True)  # cells that are left out
    only = Dict().tag(sync=True)  # setting: [low, high]; state; start
    baseline = Unicode("lstm").tag(sync=True)
    names = Dict().tag(sync=True)
    tasks = Dict().tag(sync=True)
    apart = Dict().tag(sync=True)  # task: cell: [gain, low, high]
    trials = Unicode().tag(sync=True)  # columns as JSON, gzip, base64

    def __init__(
        self,
        rows=None,
        differences=None,
        task="",
        cell="",
        baseline="lstm",
        **traits,
    ):
        self.rows = rows = sorted(_rows(rows), key=lambda r: r["task"])
        names = {c: NAMES.get(c, c) for c in NAMES if any(r["cell"] == c for r in rows)}
        names |= {r["cell"]: r["cell"] for r in rows if r["cell"] not in names}
        found = {r["task"] for r in rows}
        order = [t for t in TASKS if t in found] + sorted(found - TASKS.keys())
        tasks = {t: _task(t) for t in order}
        others = [c for c in names if c != baseline] or [baseline]
        task = task or order[0]
        cell = cell or ("gru" if "gru" in others else others[0])
        for what, value, known in (
            ("baseline", baseline, names),
            ("cell", cell, names),
            ("task", task, tasks),
        ):
            _check(what, value, known)
        super().__init__(
            task=task,
            cell=cell,
            baseline=baseline,
            names=names,
            tasks=tasks,
            apart=_apart(differences or []),
            trials=bundle.packed(columns(rows, list(names), order)),
            **traits,
        )

    def line(self, cell, task=None):
        """What the trials of a cell come to: the numbers of a line of the table."""
        task = task or self.task
        rows = [r for r in self.rows if (r["task"], r["cell"]) == (task, cell)]
        top, good = best(rows), [r for r in rows if math.isfinite(r["test"])]
        return {
            "n": len(rows),
            "best": _middle(top, "test"),
            "median": _middle(rows, "test"),
            "accuracy": _middle(top, "accuracy"),
            "diverged": len(rows) - len(good),
            "weights": _middle(rows, "weights"),
            "seconds": _middle(good, "seconds"),
        }

    def picture(self):
        """The table of the task, its best cell first."""
        lines = {cell: self.line(cell) for cell in self.names}
        lines = {cell: line for cell, line in lines.items() if line["n"]}
        order = sorted(lines, key=lambda cell: _first(lines[cell]["best"]))
        head = "".join(f"<th>{name}</th>" for name in HEADS.values())
        body = "".join(_line(cell, self.names[cell], lines[cell]) for cell in order)
        return (
            '<table style="border-collapse:collapse;font-size:0.8rem;width:100%">'
            f"<caption>{escape(self.tasks[self.task]['name'])}: test loss, in the "
            "median of the best tenth and of all trials.</caption>"
            f"<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def best(rows):
    """The best trials of a cell: a tenth of all, by validation loss."""
    good = [r for r in rows if math.isfinite(r["test"])]
    k = max(LEAST, math.ceil(SHARE * len(rows)))
    return sorted(good, key=lambda r: r["loss"])[:k]


def columns(rows, cells, tasks):
    """What the page needs of rows, a list for each column, few digits: dict.

    Trials of the same settings lie side by side, where they take least room.
    """
    place = {t: k for k, t in enumerate(tasks)}, {c: k for k, c in enumerate(cells)}
    keyed = [
        r | {"task": place[0][r["task"]], "cell": place[1][r["cell"]]} for r in rows
    ]
    keyed.sort(key=lambda r: (r["task"], r["draw"], r["seed"], r["cell"]))
    names = (*PAIRED, *SET, *CAME, *REACHED)
    digits = dict.fromkeys(("loss", "test", "accuracy"), EXACT)
    found = {k: [_short(r[k], digits.get(k, DIGITS)) for r in keyed] for k in names}
    return {"cells": cells, "tasks": tasks, "columns": found}


def _short(value, digits=DIGITS):
    """A number of few digits; what JSON cannot say becomes None."""
    if isinstance(value, list | tuple):
        return [_short(v, digits) for v in value]
    if isinstance(value, str | int):
        return value
    if not math.isfinite(value):
        return None
    few = float(f"{value:.{digits}g}")
    return int(few) if few.is_integer() else few


def _middle(rows, name):
    values = [r[name] for r in rows]
    return median(values) if values else None


def _first(loss):
    """What lines are sorted by: no loss, where all diverged, comes last."""
    return math.inf if loss is None else loss


def _line(cell, name, line):
    texts = [_text(line[key]) for key in HEADS]
    entries = "".join(f'<td style="text-align:right">{text}</td>' for text in texts)
    head = f'<th style="text-align:left" title="{escape(name)}">{escape(cell)}</th>'
    return f"<tr>{head}{entries}</tr>"


def _text(value):
    if value is None:
        return "–"
    if math.isinf(value):
        return "∞"
    return f"{value:.{DIGITS}g}" if abs(value) < 1000 else f"{value:,.0f}"


def _task(name):
    name, text = TASKS.get(name, (name, ""))
    return {"name": name, "text": text}


def _apart(differences):
    """{task: {cell: [gain, low, high]}}, of comparisons at the same settings."""
    paired = [
        d for d in differences if d.get("way", "same settings") == "same settings"
    ]
    found = {}
    for d in paired:
        numbers = [round(d[k], DIGITS) for k in ("gain", "low", "high")]
        found.setdefault(d["task"], {})[d["cell"]] = numbers
    return found


def _rows(rows):
    """Rows that were given, or the book's own."""
    if rows is None:
        from ..study import table

        rows, _ = table.read(places.BOOK / "results" / FILE)
    asked = (*PAIRED, *SET, *CAME, *REACHED)
    rows = list(rows) if isinstance(rows, list | tuple) else []
    odd = [k for k in asked if not rows or any(k not in r for r in rows)]
    if odd:
        raise ValueError(
            f"rows holds {len(rows)} trials that lack {odd[0]!r}. Expected dicts with "
            f"{', '.join(asked)}. Pass rows, _ = study.table.read(FILE)?"
        )
    return rows


def _check(what, value, known):
    if value not in known:
        raise ValueError(
            f"{what} is {value!r}, which these trials do not hold. Expected one of "
            f"{', '.join(map(repr, known))}. Write {what}={next(iter(known))!r}?"
        )
