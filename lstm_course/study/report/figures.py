"""The tables of a report drawn; every function draws rows of one table into ``ax``."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from ...palette import GATES, PAGE
from .verdicts import ALPHA

MINUS = "\N{MINUS SIGN}"
DECIDED = ("better", "worse", "alike")
STYLES = ("-", "--", ":", "-.")
FULL = 0.4  # gain of a tile in full colour


def gains(ax, rows, name="cell"):
    """Rows of ``over_tasks`` or ``points``: gain and interval, the best on top.

    Filled: decided; hollow: not.  Gains and intervals in points of 100.
    """
    rows = sorted(rows, key=lambda r: -r["gain"])
    ax.axvline(0, color=PAGE["muted"], linewidth=1)
    for k, r in enumerate(rows):
        said = r["verdict"]
        color = {"better": GATES["c"], "worse": GATES["f"]}.get(said, PAGE["muted"])
        ax.plot([100 * r["low"], 100 * r["high"]], [k, k], color=color)
        fill = color if said in DECIDED else PAGE["paper"]
        ax.plot(100 * r["gain"], k, "o", color=color, markerfacecolor=fill)
    ax.set_yticks(range(len(rows)), [r[name] for r in rows])
    ax.set(ylim=(len(rows) - 0.5, -0.5), xlabel="gain in standing (points of 100)")


def field(ax, rows):
    """Rows of ``differences``: a tile for each cell on each task, with its gain.

    Blue and plus: better than the baseline; red and minus: worse.  Black where luck
    alone gives as much in fewer than 1 of 20, bold where it does after correction.
    """
    tasks = sorted({r["task"] for r in rows})
    mean = {}
    for r in rows:
        mean.setdefault(r["cell"], []).append(r["gain"])
    cells = sorted(mean, key=lambda c: -np.mean(mean[c]))
    for r in rows:
        x, y, gain = tasks.index(r["task"]), cells.index(r["cell"]), r["gain"]
        color = GATES["c"] if gain > 0 else GATES["f"]
        tile = Rectangle((x - 0.47, y - 0.44), 0.94, 0.88)
        tile.set(facecolor=color, alpha=0.5 * min(1, abs(gain) / FULL), linewidth=0)
        ax.add_patch(tile)
        sure = r["verdict"] in ("better", "worse")
        ax.text(
            x,
            y,
            f"{round(100 * gain):+}".replace("+0", "0").replace("-", MINUS),
            ha="center",
            va="center",
            fontsize=9,
            color=PAGE["ink"] if r["p"] < ALPHA else PAGE["muted"],
            fontweight="bold" if sure else "normal",
        )
    names = [t.split("_")[0] for t in tasks]
    slanted = {"rotation": 38, "ha": "left", "rotation_mode": "anchor"}
    ax.set_xticks(range(len(tasks)), names, **slanted)
    ax.set_yticks(range(len(cells)), cells)
    ax.set(xlim=(-0.5, len(tasks) - 0.5), ylim=(len(cells) - 0.5, -0.5))
    ax.xaxis.tick_top()
    ax.grid(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def best_tenth(ax, rows, task, value="test"):
    """Rows of ``best``: range, middle half and median of each cell's best trials."""
    rows = [r for r in rows if r["task"] == task and r["best"]]
    rows.sort(key=lambda r: r[f"{value}_median"], reverse=value == "accuracy")
    scale = 100 if value == "accuracy" else 1
    for k, r in enumerate(rows):
        least, lower, middle, upper, most = (
            scale * r[f"{value}_{mark}"]
            for mark in ("least", "lower", "median", "upper", "most")
        )
        ax.plot([least, most], [k, k], color=GATES["h"], linewidth=1)
        ax.plot([lower, upper], [k, k], color=GATES["h"], linewidth=4, alpha=0.6)
        ax.plot(middle, k, "o", color=GATES["c"])
    ax.set_yticks(range(len(rows)), [r["cell"] for r in rows])
    what = "right (%)" if value == "accuracy" else "test loss (nats)"
    ax.set(ylim=(len(rows) - 0.5, -0.5), xlabel=f"{task.replace('_', ' ')}: {what}")


def importance(ax, rows, of="all", name="all"):
    """Rows of ``importances``: a bar for each setting, a mark for what luck gives."""
    rows = [r for r in rows if (r["of"], r["name"]) == (of, name)]
    rows.sort(key=lambda r: -r["share"])
    ax.barh(range(len(rows)), [100 * r["share"] for r in rows], color=GATES["c"])
    luck = [(k, r["by_chance"]) for k, r in enumerate(rows) if r["by_chance"]]
    for k, share in luck:
        ax.plot([100 * share] * 2, [k - 0.4, k + 0.4], color=PAGE["ink"])
    ax.set_yticks(range(len(rows)), [r["setting"] for r in rows])
    ax.set(ylim=(len(rows) - 0.5, -0.5), xlabel="share of the variance (%)")


def learning(ax, rows, task, cells):
    """Rows of ``curves``: medians of the best trials in their middle half."""
    for k, cell in enumerate(cells):
        line = [r for r in rows if (r["task"], r["cell"]) == (task, cell)]
        color = list(GATES.values())[k % 6]
        step = [r["step"] for r in line]
        ax.plot(
            step, [r["median"] for r in line], STYLES[k % 4], color=color, label=cell
        )
        ax.fill_between(
            step,
            [r["lower"] for r in line],
            [r["upper"] for r in line],
            color=color,
            alpha=0.15,
            linewidth=0,
        )
    ax.set(
        xlabel="training step", ylabel=f"{task.replace('_', ' ')}\nvalidation (nats)"
    )
    ax.legend()


def three_views(ax, rows):
    """Rows of ``views``: gain with equal weights, compute, time; one row per cell."""
    marks = dict(zip(("weights", "compute", "time"), "os^", strict=True))
    colors = dict(zip(marks, (GATES["c"], GATES["i"], GATES["g"]), strict=True))
    first = [r for r in rows if r["way"] == "weights"]
    cells = [r["cell"] for r in sorted(first, key=lambda r: -r["gain"])]
    ax.axvline(0, color=PAGE["muted"], linewidth=1)
    for shift, (way, mark) in zip((-0.25, 0, 0.25), marks.items(), strict=True):
        for r in (r for r in rows if r["way"] == way):
            y = cells.index(r["cell"]) + shift
            ax.plot([100 * r["low"], 100 * r["high"]], [y, y], color=colors[way], lw=1)
            label = f"equal {way}" if r["cell"] == cells[0] else None
            ax.plot(100 * r["gain"], y, mark, color=colors[way], ms=3.5, label=label)
    ax.set_yticks(range(len(cells)), cells)
    ax.set(ylim=(len(cells) - 0.5, -0.5), xlabel="gain in standing (points of 100)")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)


def drawn(tables):
    """(name, figure, alternative text) of every figure of a report."""
    searched = [r for r in tables["over_tasks"] if r["way"] == "searched"]
    base = searched[0]["baseline"] if searched else ""
    tall = 0.6 + 0.22 * max(len(searched), 4)
    if searched:
        fig, ax = plt.subplots(figsize=(5.6, tall))
        gains(ax, searched)
        alt = f"Gain of each cell over {base}, mean of the tasks, with its interval."
        yield "over_tasks", fig, alt
        fig, ax = plt.subplots(figsize=(6.4, tall))
        field(ax, [r for r in tables["differences"] if r["way"] == "searched"])
        yield "differences", fig, f"Gain of each cell over {base} on each task."
        fig, ax = plt.subplots(figsize=(5.6, 1.6 * tall))
        three_views(ax, tables["views"])
        alt = f"Gain over {base} with equal weights, equal compute, equal time."
        yield "views", fig, alt
    fig, ax = plt.subplots(figsize=(5.6, 2.4))
    importance(ax, tables["importances"])
    yield "importances", fig, "Shares of the variance that single settings explain."
    for task in sorted({r["task"] for r in tables["best"]}):
        fig, ax = plt.subplots(figsize=(5.6, tall))
        best_tenth(ax, tables["best"], task)
        yield f"best_{task}", fig, f"Test loss of each cell's best trials on {task}."
        rows = [r for r in tables["best"] if r["task"] == task and r["best"]]
        chosen = [r["cell"] for r in sorted(rows, key=lambda r: r["test_median"])]
        chosen = list(dict.fromkeys([*chosen[:3], *[base] * bool(base)]))
        fig, ax = plt.subplots(figsize=(5.6, 2.8))
        learning(ax, tables["curves"], task, chosen)
        yield f"curves_{task}", fig, f"Validation loss on {task} along training."
