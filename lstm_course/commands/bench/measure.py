"""Speed as ratios in one run: contestants interleaved, medians, floors measured.

One thread is timed by the CPU's clock, which does not count what others do meanwhile,
several threads by the clock on the wall.

A contestant is timed in turn with torch's own layer of the same size, round after
round; the reference runs twice in every round, and where its two medians differ by
more than 10 % the measurement is repeated; if it never calms, no ratio is printed.
The floor is what this machine needs for the same products at its matrix speed plus the
same exponentials at its own speed, both measured on the spot (``cost``).
"""

import statistics
from functools import partial

import torch
from torch import nn

from ... import cost
from ...cost import here
from ...doors import as_cell
from ...recurrent import Recurrent

SIZES = {  # T, B, I, H
    "A": (100, 32, 64, 128),
    "IMDB": (500, 64, 32, 100),
    "L": (1000, 16, 8, 64),
    "XL": (50, 128, 256, 512),
    "M28": (28, 64, 1, 32),
    "M64": (64, 64, 1, 32),
}
GROWTH = {
    "T": (16, 64, 256, 1024),
    "B": (1, 4, 16, 64, 256),
    "H": (16, 32, 64, 128, 256, 512),
}
REFERENCE = {"rnn": nn.RNN, "gru": nn.GRU}  # every other cell: nn.LSTM
RESTLESS = 1.10  # ratio of two medians of the same thing
TRIES = 3  # to find a calm moment


def contestants(cell, size, grad, loop):
    """Functions to time: the reference twice, the cell, and the readable loop."""
    T, B, I, H = size
    x, dh = torch.randn(T, B, I), torch.randn(T, B, H)
    made = as_cell(cell)
    n = len(made.layers)  # a stack is measured as it is
    theirs = REFERENCE.get(made.name, nn.LSTM)(I, H, n)
    layers = [theirs, theirs, Recurrent(cell, I, H, n, seed=0)]
    layers += [Recurrent(cell, I, H, n, seed=0, compiled=False)] if loop else []
    return [partial(once, layer, x, dh if grad else None) for layer in layers]


def named(cell):
    """A cell's name in a table: as it was asked for, or its own."""
    return cell if isinstance(cell, str) else as_cell(cell).name


def once(layer, x, dh=None):
    """One forward pass, and the backward one where dh is given."""
    if dh is None:
        with torch.no_grad():
            return layer(x)
    for p in layer.parameters():
        p.grad = None
    return layer(x)[0].backward(dh)


def interleaved(calls, rounds):
    """Seconds of every call, one of each per round; the first round does not count."""
    clock = here.clock()
    seconds = [[] for _ in calls]
    for n in range(rounds + 1):
        for k, call in enumerate(calls):
            began = clock()
            call()
            if n:
                seconds[k].append(clock() - began)
    return seconds


def floor_seconds(cell, size, grad, machine):
    """The least this machine could need: its products and exponentials at full speed.

    Operations are counted by ``cost.work``, one count for this and for the roofline.
    """
    return cost.seconds(cost.work(cell, *size, grad=grad), machine)["arithmetic"]


def beside(calls, rounds):
    """Medians of calls of which the first two are the same reference: dict.

    ``ms``, ``reference_ms``, ``ratio`` (None where the machine is restless),
    ``restless``, and ``seconds`` of the third call and those behind it.
    """
    for _ in range(TRIES):
        seconds = interleaved(calls, rounds)
        a, b, *ours = (statistics.median(s) for s in seconds)
        restless = max(a, b) / min(a, b)
        if calm := restless <= RESTLESS:
            break
    return {
        "ms": ours[0] * 1e3,
        "reference_ms": (a + b) / 2 * 1e3,
        "restless": restless,
        "ratio": (a + b) / 2 / ours[0] if calm else None,
        "seconds": ours,
    }


def measure(cell, size, grad=True, rounds=9, loop=False, machine=None):
    """One cell at one size.

    Returns
    -------
    dict
        ``ms`` of the cell and ``reference_ms`` (medians), ``ratio`` (above 1: faster
        than torch's layer; None where the machine is restless), ``restless`` (ratio of
        the reference to itself), ``loop_ratio`` if asked for, ``floor_share``.
    """
    row = beside(contestants(cell, size, grad, loop), rounds)
    ours, *loops = row.pop("seconds")
    row |= {
        "cell": named(cell),
        "size": list(size),
        "what": "forward + backward" if grad else "forward",
    }
    if loop:
        row["loop_ratio"] = loops[0] / ours if row["ratio"] else None
    if machine:
        row["floor_share"] = floor_seconds(cell, size, grad, machine) / ours
    return row


def bench(cells=("lstm", "gru", "rnn"), sizes=None, rounds=9, loop=False, say=print):
    """Measure cells at sizes; rows are told as they come.

    Returns
    -------
    dict
        ``rates`` (of this machine, as ``cost.Machine`` has them), ``rows`` and
        ``mean`` (geometric mean of the ratios by cell and pass).
    """
    machine = here.measure()
    result = {"rates": machine._asdict(), "rows": []}
    say(
        f"matrix products {machine.products / 1e9:.0f} GFLOP/s, "
        f"tanh {machine.functions / 1e9:.2f} per ns, cache {machine.cache / 1e9:.0f} "
        f"and memory {machine.memory / 1e9:.0f} GB/s"
    )
    say(HEAD)
    for name, size in (sizes or SIZES).items():
        for cell in cells:
            for grad in (True, False):
                row = measure(cell, size, grad, rounds, loop, machine) | {"name": name}
                result["rows"].append(row)
                say(line(row))
    result["mean"] = means(result["rows"])
    for key, value in result["mean"].items():
        say(f"geometric mean, {key}: {value:.2f}")
    return result


HEAD = (
    f"{'size':6} {'cell':12} {'what':20} {'ms':>9} {'torch.nn':>9} {'ratio':>7} "
    f"{'loop':>7} {'floor':>6}"
)


def line(row):
    """A row of the table; no ratio where the reference differed from itself."""
    shown = [row["ratio"], row.get("loop_ratio")]
    ratio, loop = (f"{v:7.2f}" if v else f"{'-':>7}" for v in shown)
    share = f"{100 * row['floor_share']:5.0f}%" if "floor_share" in row else ""
    text = (
        f"{row['name']:6} {row['cell']:12} {row['what']:20} {row['ms']:9.2f} "
        f"{row['reference_ms']:9.2f} {ratio} {loop} {share}"
    )
    if row["ratio"] is None:
        text += f"  no ratio: torch.nn differs from itself by {row['restless']:.2f}"
    return text


def means(rows):
    """Geometric mean of the ratios over sizes, by cell and pass."""
    found: dict[str, list[float]] = {}
    for row in rows:
        if row["ratio"]:
            found.setdefault(f"{row['cell']}, {row['what']}", []).append(row["ratio"])
    return {k: statistics.geometric_mean(v) for k, v in found.items()}


def scaling(cell="lstm", rounds=5, say=print):
    """How time grows with T, B and H around (64, 16, 32, 64): one axis at a time."""
    machine, rows = here.measure(), []
    for axis, values in GROWTH.items():
        for v in values:
            size = {"T": 64, "B": 16, "I": 32, "H": 64} | {axis: v}
            row = measure(cell, tuple(size.values()), True, rounds, False, machine)
            rows.append(row | {"name": f"{axis}={v}"})
            say(line(rows[-1]))
    return rows


def checkpoint_price(cell, steps=64, rounds=9):
    """How many times as long training takes at size IMDB with ``checkpoint=steps``."""
    T, B, I, H = SIZES["IMDB"]
    x, dh = torch.randn(T, B, I), torch.randn(T, B, H)
    layers = [Recurrent(cell, I, H, seed=0, checkpoint=k) for k in (None, steps)]
    seconds = interleaved([partial(once, layer, x, dh) for layer in layers], rounds)
    kept, again = map(statistics.median, seconds)
    return again / kept


def bytes_kept(cell, H, checkpoint=False):
    """Bytes per step and row that wait for the backward pass, float32, x aside."""
    from ...engines.cpu.plan import Plan

    plan = Plan(as_cell(cell))
    states = len(plan.cell.states)
    return 4 * H * (states if checkpoint else states + plan.width)


def plot(result, path):
    """Draw the ratios by size, a line per cell."""
    import matplotlib.pyplot as plt

    rows = [r for r in result["rows"] if r["ratio"] and r["what"] != "forward"]
    names = list(dict.fromkeys(r["name"] for r in rows))
    fig, ax = plt.subplots()
    for cell in dict.fromkeys(r["cell"] for r in rows):
        mine = {r["name"]: r["ratio"] for r in rows if r["cell"] == cell}
        ax.plot(names, [mine.get(n) for n in names], "o-", label=cell)
    ax.axhline(1.0, color="0.5", lw=1)
    ax.set(xlabel="size", ylabel="times as fast as torch.nn", ylim=(0, None))
    ax.legend()
    fig.savefig(path)
    plt.close(fig)
