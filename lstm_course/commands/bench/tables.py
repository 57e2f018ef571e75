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
    "models": {"threads": 1, "whole": "lm"},
    "models_on_all_threads": {"whole": "lm"},
    "single_steps": {"threads": 1, "whole": "stream"},
}
BOOK, HERE = "the book", "this machine"
BOOKS, MINE = places.BOOK / "results" / "speed", places.cache() / "speed"


def file_of(name: str, whose: str) -> Path:
    """Where a table lies: in the book, or in the user's cache."""
    return (BOOKS if whose == BOOK else MINE) / f"{name}.json"


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
    """A table as text: milliseconds, and how many times as fast as torch's own layer.

    A number behind a slash compares with the readable loop; a dash says that torch's
    layer differed from itself.  The reader's column is there once it was measured.
    """
    both = results(name)
    if both[HERE] == both[BOOK]:  # the book's was measured here
        del both[HERE]
    rows = {whose: dict(_rows(r, what)) for whose, r in both.items() if r}
    lines = [f"{'':12}" + "".join(f"{whose:>22}" for whose in rows)] if rows else []
    for row in next(iter(rows.values()), ()):
        told = (rows[whose].get(row, "") for whose in rows)
        lines.append(f"{row:12}" + "".join(f"{value:>22}" for value in told))
    return "\n".join(lines + [_origin(*pair, name) for pair in both.items()])


def _rows(result: dict, what: str) -> Iterator[tuple[str, str]]:
    """(name, what was measured) of every row of a result."""
    for row in result["rows"]:
        if row["what"] not in (what, "lm", "stream"):
            continue
        at = row["name"] if "name" in row else f"H={row['H']}"
        numbers = [row["ratio"], *([row["loop_ratio"]] if "loop_ratio" in row else [])]
        ratios = " / ".join(f"{n:.1f}" if n else "-" for n in numbers)
        yield f"{row['cell']:4} {at}", f"{row['ms']:.3g} ms {ratios:>11}"


def _origin(whose: str, result: dict | None, name: str) -> str:
    """Where a column comes from, in three lines."""
    if result is None:
        return f"{whose}: unmeasured; lstm-course bench --table {name}"
    return (
        f"{whose}: {result['date']}, {result['clock']} time,\n"
        f"  {result['machine']},\n  {result['versions']}; {result['command']}"
    )
