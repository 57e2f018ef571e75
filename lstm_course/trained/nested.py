"""Weights of any model, nested dicts and lists of arrays, from and to a small file."""

import json
from pathlib import Path
from typing import NamedTuple

from .weights import pack, unpack

FOLDER = Path(__file__).parent / "stored"


class Stored(NamedTuple):
    """Weights as the model takes them, and the setting, command and scores beside."""

    p: dict
    about: dict


def names():
    """What is stored."""
    return tuple(sorted(f.stem for f in FOLDER.glob("*.json")))


def load(name, folder=FOLDER):
    """Weights of a trained model by its name.

    Returns
    -------
    Stored
        ``p`` of float64, each number as near as 16 bits allow.

    Raises
    ------
    ValueError
        If there is no such model.

    Examples
    --------
    >>> p, about = load("captions")
    >>> p["cell"]["W_h"].shape
    (48, 192)
    """
    file = Path(folder) / f"{name}.json"
    if not file.exists():
        raise ValueError(
            f"There are no weights named {name!r}. With the course come "
            f"{', '.join(names())}. Write {names()[0]!r}?"
        )
    stored = json.loads(file.read_text(encoding="utf-8"))
    return Stored(_nested(unpack(stored["weights"])), stored["about"])


def store(name, p, about, folder=FOLDER):
    """Write weights as 16 bits each: -> the file."""
    file = Path(folder) / f"{name}.json"
    stored = {"about": about, "weights": pack(_flat(p))}
    file.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    return file


def _flat(p, before=""):
    """{"cell": {"b": a}, "start": [(W, b)]} -> {"cell/b": a, "start/0/0": W, ...}."""
    if not isinstance(p, dict | list | tuple):
        return {before: p}
    parts = p.items() if isinstance(p, dict) else enumerate(p)
    flat = {}
    for name, part in parts:
        flat |= _flat(part, f"{before}/{name}" if before else str(name))
    return flat


def _nested(flat):
    """The way back; what is numbered becomes a list."""
    if "" in flat:
        return flat[""]
    parts = {}
    for name, a in flat.items():
        first, _, rest = name.partition("/")
        parts.setdefault(first, {})[rest] = a
    parts = {name: _nested(part) for name, part in parts.items()}
    return list(parts.values()) if "0" in parts else parts
