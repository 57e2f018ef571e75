"""Conversions of one large layer, beside writing and reading the same bytes.

    lstm-course bench --convert

Processor seconds of the process, so that a busy machine tells nothing: medians of
rounds in which the plain copy and every tool take turns.
"""

import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from ... import convert
from ...convert.layer import Layer, Weights
from ...convert.writers import TOOLS

H = 1800  # units, and inputs: 104 MB in float32
ROUNDS = 5


def bench(units=H, rounds=ROUNDS, say=print):
    """How often the bytes' own time each tool's file takes: list of rows.

    A row has tool, suffix, write and read, as multiples of writing and reading the
    bytes of the layer alone, ``ratio``, the sum of both, and the size in MB.
    """
    say(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "a.safetensors"
        convert.write([layer(units)], source)
        makers = [made for tool in TOOLS if (made := maker(tool, source))]
        seconds = [[_seconds(*m) for m in (copier(source), *makers)]
                   for _ in range(rounds + 1)][1:]  # fmt: skip
    alone, *others = zip(*seconds, strict=True)
    bytes_alone = [median(s) for s in zip(*alone, strict=True)]
    rows = []
    for (tool, *_), times in zip(makers, others, strict=True):
        write, read = (median(s) for s in zip(*times, strict=True))
        row = {
            "tool": tool,
            "write": write / bytes_alone[0],
            "read": read / bytes_alone[1],
        }
        row["ratio"] = (write + read) / sum(bytes_alone)
        rows.append(row | {"MB": 4 * units * (2 * units + 1) * 4 / 1e6})
        say(line(rows[-1]))
    return rows


def layer(units):
    """An LSTM as wide as it is deep, of random float32."""
    rng = np.random.default_rng(0)
    x, h = ({k: rng.random((units, units), "f4") for k in "ifgo"} for _ in "xh")
    b = {k: rng.random(units, "f4") for k in "ifgo"}
    return Layer("net", "lstm", (Weights(x, h, b),))


def copier(source):
    """The bytes alone: (name, write, read); every number is added up, as below."""
    data, there = source.read_bytes(), source.with_name("copy")
    return (
        "bytes",
        lambda: there.write_bytes(data),
        lambda: np.fromfile(there, "f4").sum(),
    )


def maker(tool, source):
    """The same of a tool's file; None where what it needs is not installed."""
    there = source.with_name(f"of_{tool}{TOOLS[tool][0]}")
    layers = convert.read(source)
    try:
        convert.write(layers, there, tool)
    except (ValueError, ImportError):
        return None
    return tool, lambda: convert.write(layers, there, tool), lambda: touched(there)


def touched(file):
    """Read a file and add up its numbers; what is mapped is not read before."""
    weights = [w for one in convert.read(file) for w in one.weights]
    return sum(float(a.sum()) for w in weights for a in (*w.x.values(), *w.h.values()))


def _seconds(name, write, read):
    found = []
    for action in (write, read):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return found


HEAD = f"{'tool':12} {'write':>7} {'read':>7} {'both':>7}   times that of the bytes"


def line(row):
    """A row of the table."""
    return (
        f"{row['tool']:12} {row['write']:7.2f} {row['read']:7.2f} {row['ratio']:7.2f}"
    )
