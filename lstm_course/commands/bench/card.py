"""Speed on a graphics card: one training step of each cell, beside four ways.

    cudnn      torch.nn.LSTM, timed twice: where it differs from itself by more than
               10 %, no ratio is told
    eager      the readable loop
    captured   the readable loop recorded as a CUDA graph: what a kernel has to beat
    compiled   the readable loop under torch.compile, where T is short enough to wait

Contestants take turns, round after round, between two events of the card; medians.
Beside them stand two floors, measured on the spot: what a recorded launch costs for
each step, and what the products cost at the card's matrix speed.
"""

import statistics
from functools import partial
from itertools import product

import torch
from torch import nn

from ...doors import as_cell
from ...recurrent import Recurrent
from .measure import RESTLESS, named, once

T, B, H = (100, 1000), (1, 16, 64, 256), (64, 128, 256, 512, 1024)
SIZES = {f"{t}x{b}x{h}x{h}": (t, b, h, h) for t, b, h in product(T, B, H)}
COMPILED = 100  # steps that torch.compile unrolls in a bearable time
HEAD = (f"{'size':>18} {'cell':12} {'engine':11} {'ms':>9} {'cudnn':>8} {'eager':>8} "
        f"{'captured':>8} {'compiled':>8} {'us/step':>8} {'floor':>7}")  # fmt: skip


def contestants(cell, size, dtype, compiles):
    """Functions to time, by name; what a card cannot do is left out."""
    T, B, I, H = size
    x = torch.randn(T, B, I, device="cuda", dtype=dtype)
    dh = torch.randn(T, B, H, device="cuda", dtype=dtype)
    place = {"device": "cuda", "dtype": dtype}
    n = len(as_cell(cell).layers)
    layers = {"ours": Recurrent(cell, I, H, n, seed=0).to(**place)}
    layers["cudnn"] = layers["again"] = nn.LSTM(I, H, n).to(**place)
    eager = Recurrent(cell, I, H, n, seed=0, compiled=False).to(**place)
    layers["eager"] = eager
    calls = {name: partial(once, layer, x, dh) for name, layer in layers.items()}
    calls["captured"] = recorded(partial(once, eager, x, dh))
    if compiles and T <= COMPILED:
        calls["compiled"] = partial(once, torch.compile(eager), x, dh)
    return calls


def recorded(call):
    """A call as one CUDA graph."""
    from ...engines.gpu.capture import record

    return record(call).replay


def interleaved(calls, rounds):
    """Milliseconds of every call between two events; the first round does not count."""
    calls = list(calls)
    times = [[] for _ in calls]
    for n in range(rounds + 1):
        for k, call in enumerate(calls):
            ends = [torch.cuda.Event(enable_timing=True) for _ in range(2)]
            ends[0].record()
            call()
            ends[1].record()
            torch.cuda.synchronize()
            if n:
                times[k].append(ends[0].elapsed_time(ends[1]))
    return times


def launch_floor(steps=1000):
    """Microseconds of one recorded launch of the smallest kernel."""
    x = torch.zeros(1, device="cuda")
    replay = recorded(lambda: [x.add_(1) for _ in range(steps)])
    return 1e3 * statistics.median(interleaved([replay], 9)[0]) / steps


def matrix_rate(dtype, n=4096):
    """Floating-point operations per microsecond of one large product."""
    a, b = (torch.randn(n, n, device="cuda", dtype=dtype) for _ in range(2))
    return 2e-3 * n**3 / statistics.median(interleaved([lambda: a @ b], 9)[0])


def measure(cell, size, dtype=torch.float32, rounds=9, compiles=False, floors=None):
    """One cell at one size, forward and backward: dict of medians and ratios.

    ``ratio`` and the like are above 1 where our layer is faster, None where torch's
    own layer differs from itself.
    """
    calls = contestants(cell, size, dtype, compiles)
    times = interleaved(calls.values(), rounds)
    ms = {k: statistics.median(t) for k, t in zip(calls, times, strict=True)}
    return row(cell, size, ms, floors) | {"dtype": str(dtype).removeprefix("torch.")}


def row(cell, size, ms, floors=None):
    """What is told of the medians."""
    T, B, I, H = size
    a, b, ours = ms["cudnn"], ms.pop("again"), ms["ours"]
    calm = max(a, b) / min(a, b) <= RESTLESS
    found = {
        "cell": named(cell),
        "size": list(size),
        "ms": ms,
        "restless": max(a, b) / min(a, b),
        "us_per_step": 1e3 * ours / T,
    }
    for name in ("cudnn", "eager", "captured", "compiled"):
        found[f"{name}_ratio"] = ms[name] / ours if calm and name in ms else None
    if floors:
        launch, rate = floors
        products = 6 * B * sum(a * b for a, b in _matrices(cell, I, H)) / rate
        found["floor_us_per_step"] = max(launch, products)
    return found


def _matrices(cell, I, H):
    shapes = as_cell(cell).shapes(I, H).values()
    return [shape for shape in shapes if len(shape) == 2]


def line(row, engine=""):
    """A row of the table."""
    names = ("cudnn", "eager", "captured", "compiled")
    ratios = (row[f"{name}_ratio"] for name in names)
    shown = " ".join(f"{r:8.2f}" if r else f"{'-':>8}" for r in ratios)
    size = "x".join(map(str, row["size"]))
    floor = row.get("floor_us_per_step")
    return (f"{size:>18} {row['cell']:12} {engine:11} {row['ms']['ours']:9.3f} {shown} "
            f"{row['us_per_step']:8.2f} {floor or 0:7.2f}")  # fmt: skip


def bench(cells, sizes, dtype, rounds, compiles, say=print, keep=lambda result: None):
    """Measure cells at sizes; ``keep`` gets the result after every row.

    Returns
    -------
    dict
        ``launch_us``, ``matrix_tflops``, ``rows``, and ``failed``: what could not run.
    """
    floors = launch_floor(), matrix_rate(dtype)
    result = {"launch_us": floors[0], "matrix_tflops": floors[1] / 1e6, "rows": [],
              "failed": []}  # fmt: skip
    say(f"a recorded launch {floors[0]:.2f} us, products {floors[1] / 1e6:.0f} TFLOP/s")
    say(HEAD)
    for size, cell in product(sizes.values(), cells):
        try:
            made = measure(cell, size, dtype, rounds, compiles, floors)
        except (RuntimeError, torch.cuda.OutOfMemoryError) as error:
            result["failed"].append({"cell": named(cell), "size": list(size),
                                     "error": str(error).split("\n")[0]})  # fmt: skip
            say(f"{size} {cell}: {result['failed'][-1]['error']}")
        else:
            made["engine"] = engine_of(cell, size, dtype)
            result["rows"].append(made)
            say(line(made, made["engine"]))
        keep(result)
    return result


def engine_of(cell, size, dtype):
    """The engine that ``Recurrent`` takes."""
    T, B, I, H = size
    layer = Recurrent(cell, I, H, seed=0).to("cuda", dtype)
    x = torch.zeros(1, B, I, device="cuda", dtype=dtype)
    return layer.engine(layer.layer_cells[0], x, layer.parameters_of()).name


def plot(result, path):
    """Draw what a step takes by the number of units: a panel for each batch size."""
    import matplotlib.pyplot as plt

    rows = [r for r in result["rows"] if r["cudnn_ratio"]]
    batches = sorted({r["size"][1] for r in rows})
    fig, axes = plt.subplots(1, max(1, len(batches)), squeeze=False, sharey=True)
    for ax, batch in zip(axes[0], batches, strict=False):
        mine = [r for r in rows if r["size"][1] == batch]
        for cell in dict.fromkeys(r["cell"] for r in mine):
            points = sorted((r["size"][3], r["us_per_step"]) for r in mine
                            if r["cell"] == cell)  # fmt: skip
            ax.plot(*zip(*points, strict=True), "o-", label=cell)
        ax.set(xlabel=f"units H, batch B = {batch}", xscale="log", yscale="log")
    axes[0][0].set_ylabel("microseconds of a step, forward and backward")
    axes[0][0].legend()
    fig.savefig(path)
    plt.close(fig)
