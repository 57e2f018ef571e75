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
    "card": {
        "device": "cuda",
        "cells": "lstm,gru,peephole,cifg",
        "sizes": "100x16x64x64,1000x16x64x64,100x16x256x256,100x64x512x512",
    },
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

    A number behind a slash compares with the readable loop, on a card with the
    recorded one; a dash says that torch's layer differed from itself.  The reader's
    column is there once it was measured.
    """
    both = results(name)
    if both[HERE] == both[BOOK]:  # the book's was measured here
        del both[HERE]
    rows = {whose: dict(_rows(r, what)) for whose, r in both.items() if r}
    names = list(next(iter(rows.values()), ()))
    wide = max(map(len, names), default=0)
    lines = [" " * wide + "".join(f"{whose:>22}" for whose in rows)] if rows else []
    for row in names:
        told = (rows[whose].get(row, "") for whose in rows)
        lines.append(f"{row:{wide}}" + "".join(f"{value:>22}" for value in told))
    return "\n".join(lines + [_origin(*pair, name) for pair in both.items()])


def _rows(result: dict, what: str) -> Iterator[tuple[str, str]]:
    """(name, what was measured) of every row of a result."""
    for row in result["rows"]:
        if row.get("what", what) not in (what, "lm", "stream"):
            continue
        on_card = "captured_ratio" in row
        kinds = (
            ("cudnn_ratio", "captured_ratio") if on_card else ("ratio", "loop_ratio")
        )
        ratios = " / ".join(
            f"{row[k]:.1f}" if row[k] else "-" for k in kinds if k in row
        )
        ms = row["ms"]["ours"] if on_card else row["ms"]
        yield f"{row['cell']:4} {_where(row)}", f"{ms:.3g} ms {ratios:>11}"


def _where(row: dict) -> str:
    """The size of a row, as short as it can be said."""
    if "name" in row:
        return row["name"]
    return f"H={row['H']}" if "H" in row else "x".join(map(str, row["size"]))


def _origin(whose: str, result: dict | None, name: str) -> str:
    """Where a column comes from, in three lines."""
    if result is None:
        return f"{whose}: unmeasured; lstm-course bench --table {name}"
    return (
        f"{whose}: {result['date']}, {result['clock']} time,\n"
        f"  {result['machine']},\n  {result['versions']}; {result['command']}"
    )
