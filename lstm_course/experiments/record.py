"""Where results lie, and what is written beside the numbers."""

import json
import os
import platform
import re
import time
from pathlib import Path
from typing import Any

import numpy as np

from .. import places

FOLDER = places.BOOK / "results"


def measured(command: str, device: Any = "cpu") -> dict:
    """What a reader needs to judge, and to repeat, a measurement of this process."""
    return {
        "command": command,
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine(device),
        "versions": versions(),
    }


def machine(device: Any = "cpu") -> str:
    """What a result was measured on, in plain words: only what the machine says."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    cpu = (
        f"{cores or os.cpu_count()} cores of {processor()}, {platform.system()}, "
        f"{torch.get_num_threads()} thread(s)"
    )
    if torch.device(device).type != "cuda":
        return cpu
    return f"{torch.cuda.get_device_name(device)}; {cpu}"


def processor() -> str:
    """The name of the processor, or of its kind where the system does not tell."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        return re.search(r"model name\s*:\s*(.+)", text)[1].strip()
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


def versions() -> str:
    """Of what computes."""
    import torch

    names = f"Python {platform.python_version()}, NumPy {np.__version__}, "
    names += f"torch {torch.__version__.split('+')[0]}"
    found = re.search(r"(?:oneDNN|MKL-DNN) v([\d.]+)", torch.__config__.show())
    return f"{names}, oneDNN {found[1]}" if found else names


def save(name: str, rows: list[dict], about: dict, folder: Path = FOLDER) -> Path:
    """Write the rows of an experiment, one to a line, below ``about``: -> the file."""
    head = json.dumps({"experiment": name, **about}, indent=1)[:-2]
    body = ",\n  ".join(json.dumps(r) for r in rows)
    file = Path(folder) / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'{head},\n "rows": [\n  {body}\n ]\n}}\n', encoding="utf-8")
    return file


def load(name: str, folder: Path = FOLDER) -> dict:
    """Read a result of the book.

    Returns
    -------
    dict
        ``rows``, a list of dicts, and ``command``, ``date``, ``machine``, ``seconds``.
    """
    file = Path(folder) / f"{name}.json"
    if not file.exists():
        raise ValueError(
            f"There is no result {file.name}. The book's results lie in book/results "
            f"of a clone of the course. Run 'python -m lstm_course.experiments {name}'?"
        )
    return json.loads(file.read_text(encoding="utf-8"))


def pick(rows: list[dict], value: str, **where) -> np.ndarray:
    """One value of every row that agrees with ``where``, in the order of the rows.

    Examples
    --------
    >>> rows = [{"cell": "rnn", "seed": s, "accuracy": s / 2} for s in (0, 1)]
    >>> pick(rows, "accuracy", cell="rnn")
    array([0. , 0.5])
    """
    fits = [r for r in rows if value in r and where.items() <= r.items()]
    if not fits:
        raise ValueError(
            f"No row has {where} and {value!r}. The rows hold {sorted(rows[0])}, for "
            f"example { {k: rows[0][k] for k in where if k in rows[0]} }. Check the "
            "values?"
        )
    return np.array([r[value] for r in fits])


def best(rows: list[dict], value: str = "accuracy", **where) -> np.ndarray:
    """The same at the learning rate with the best mean: one number for every seed.

    Examples
    --------
    >>> rows = [{"lr": lr, "accuracy": a} for lr, a in ((0.1, 0.2), (0.1, 0.4),
    ...                                                (0.3, 0.9), (0.3, 0.7))]
    >>> best(rows)
    array([0.9, 0.7])
    """
    rates = {r["lr"] for r in rows if all(r[k] == v for k, v in where.items())}
    runs = {lr: pick(rows, "accuracy", lr=lr, **where) for lr in rates}
    lr = max(runs, key=lambda lr: runs[lr].mean())
    return pick(rows, value, lr=lr, **where)


def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Interval of a share of k in n by Wilson (1927), 95 % by default: (low, high).

    Examples
    --------
    >>> [round(p, 2) for p in wilson(3, 3)]
    [0.44, 1.0]
    """
    middle, wide = (k + z * z / 2) / (n + z * z), n + z * z
    half = z * np.sqrt(k * (n - k) / n + z * z / 4) / wide
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def origin(result: dict) -> str:
    """Where numbers come from, in three lines."""
    return (
        f"{len(result['rows'])} runs, {result['seconds'] / 60:.0f} minutes on "
        f"{result['machine']}\n{result['versions']}, {result['date']}\n"
        f"{result['command']}"
    )
