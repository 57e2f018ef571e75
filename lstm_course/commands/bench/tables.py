"""The tables of chapter 7: what a command measured for the book, and on this machine.

    lstm-course bench --table layers

measures a table again, in minutes, and puts it where ``table("layers")`` finds it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ... import places

TABLES: dict[str, dict[str, Any]] = {  # what each says in place of other options
    "layers": {"threads": 1, "loop": True},
    "layers_on_all_threads": {"loop": True},
    "growth": {"threads": 1, "scaling": True, "cells": "lstm"},
    "growth_on_all_threads": {"scaling": True, "cells": "lstm"},
    "models": {"threads": 1, "whole": "lm"},
    "models_on_all_threads": {"whole": "lm"},
    "single_steps": {"threads": 1, "whole": "stream"},
}
BOOK, HERE = "the book", "this machine"
MINE = places.cache() / "speed"


def file_of(name: str, whose: str) -> Path:
    """Where a table lies: in the book, or in the user's cache."""
    folder = places.BOOK / "results" / "speed" if whose == BOOK else MINE
    return folder / f"{name}.json"


def keep(name: str, result: dict) -> Path:
    """Write what this machine measured: -> the file."""
    file = file_of(name, HERE)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return file


def results(name: str) -> dict[str, dict | None]:
    """What the book and this machine have measured, None where nothing has."""
    if name not in TABLES:
        raise ValueError(
            f"There is no table {name!r}. Chapter 7 has {', '.join(TABLES)}. "
            "Write 'layers'?"
        )
    files = {whose: file_of(name, whose) for whose in (BOOK, HERE)}
    return {
        whose: json.loads(file.read_text("utf-8")) if file.exists() else None
        for whose, file in files.items()
    }


def table(name: str, what: str = "forward + backward") -> str:
    """A table as text: how many times as fast as torch's own layer, book and reader.

    A second number, behind a slash, compares with the readable loop.
    """
    both = results(name)
    rows = {whose: dict(_ratios(r, what)) for whose, r in both.items()}
    names = list(rows[BOOK] or rows[HERE])
    lines = [f"{'':14}" + "".join(f"{whose:>16}" for whose in both)]
    for row in names:
        told = (rows[whose].get(row, "unmeasured") for whose in both)
        lines.append(f"{row:14}" + "".join(f"{value:>16}" for value in told))
    lines += [_origin(whose, r, name) for whose, r in both.items()]
    return "\n".join(lines)


def _ratios(result: dict | None, what: str) -> Iterator[tuple[str, str]]:
    """(name of a row, its ratios) of a result."""
    for row in result["rows"] if result else ():
        if "name" in row and row["what"] != what:
            continue
        at = row["name"] if "name" in row else f"H={row['H']}"
        numbers = [row["ratio"], *([row["loop_ratio"]] if "loop_ratio" in row else [])]
        shown = " / ".join(f"{n:.1f}" if n else "restless" for n in numbers)
        yield f"{row['cell']:5} {at}", shown


def _origin(whose: str, result: dict | None, name: str) -> str:
    """Where a column comes from, in two lines."""
    if result is None:
        return f"{whose}: unmeasured; lstm-course bench --table {name}"
    return (
        f"{whose}: {result['date']}, {result['machine']}, {result['clock']} time\n"
        f"  {result['versions']}; {result['command']}"
    )
