"""Tables as people keep them: text to rows of cells, whatever separates them."""

import csv
import io
import json
import re
from typing import NamedTuple

from .columns import name_of, place

# Quotes mean nothing (tabs only), are doubled in text, or have a backslash there.
DIALECTS = ({"quoting": csv.QUOTE_NONE}, {}, {"escapechar": "\\"})
SEPARATORS = ",\t;|"
DECLARED = re.compile(r"sep=(.)(?:\r\n|\n|\r)", re.IGNORECASE)
MARK = "__label__"


class Table(NamedTuple):
    """Names of the columns, and rows of as many cells, all of them str."""

    name: str
    columns: list
    rows: list
    separator: str
    first: int = 2  # number of the first row, as an editor counts


def parse(name, text, form):
    """A table from CSV, TSV and their kin, from JSON (objects in lines or in a list),
    or from lines that begin with ``__label__``, as fastText has them.

    Raises
    ------
    ValueError
        If a row has more or fewer cells than the first line names.
    """
    text = text.lstrip("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        return _from_json(name, text)
    if text.startswith(MARK):
        rows = [line.removeprefix(MARK).partition(" ") for line in text.splitlines()]
        return Table(name, ["label", "text"], [[a, b] for a, _, b in rows], " ", 1)
    declared = DECLARED.match(text)  # by Excel, in a line before the first
    if declared:
        text = text[declared.end() :]
    separator = declared[1] if declared else _separator(text, form)
    columns, rows = _cells(text, separator)
    for n, row in enumerate(rows, 2):
        if len(row) != len(columns):
            step = (
                f"Put text that holds {separator!r} in double quotes"
                if len(row) > len(columns)
                else "Add the cells that it lacks"
            )
            raise ValueError(
                f"Row {n} of {name} has {len(row)} cell{'s' * (len(row) != 1)}: "
                f"{'|'.join(row)[:80]!r}. Its "
                f"first line names {len(columns)} columns. {step}?"
            )
    return Table(name, columns, rows, separator)


def _separator(text, form):
    """That which cuts out columns we know, else the most frequent in the first line."""
    head = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]

    def score(mark):
        columns = [name_of(c) for c in next(csv.reader([head], delimiter=mark), [])]
        known = place(columns, form)
        return (
            sum(at is not None for at in known),
            mark == "\t" and mark in head,
            head.count(mark),
        )

    return max(SEPARATORS, key=score)


def _cells(text, separator):
    """Names of the columns, rows of cells: in the first dialect in which all fits."""
    csv.field_size_limit(2**27)
    tries = []
    for dialect in DIALECTS:
        lines = io.StringIO(text, newline="")
        rows = [r for r in csv.reader(lines, delimiter=separator, **dialect) if r]
        tries.append(([name_of(c) for c in rows[0]] if rows else [], rows[1:]))
        fits = all(len(r) == len(rows[0]) for r in rows)
        if fits and not ("quoting" in dialect and _quoted(rows, separator)):
            return tries[-1]
    return tries[1]


def _quoted(rows, separator):
    """Whether quotes around cells are marks, not text; in tables with commas always."""
    cells = (c for r in rows for c in r)
    return separator != "\t" or any(len(c) > 1 and c[0] == c[-1] == '"' for c in cells)


def _from_json(name, text):
    objects = _objects(name, text)
    columns = list(dict.fromkeys(k for o in objects for k in o))
    rows = [[_cell(o.get(c)) for c in columns] for o in objects]
    return Table(name, [name_of(c) for c in columns], rows, "", 1)


def _objects(name, text):
    """The objects of a list, of lines, or of lists under the names of the parts."""
    try:
        whole = json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        whole = [_object(name, n, line) for n, line in enumerate(lines, 1)]
    if (
        isinstance(whole, dict)
        and whole
        and all(isinstance(v, list) for v in whole.values())
    ):
        whole = [
            o | {"split": part} if isinstance(o, dict) else o
            for part, objects in whole.items()
            for o in objects
        ]
    whole = [whole] if isinstance(whole, dict) else whole
    odd = next((o for o in whole if not isinstance(o, dict)), None)
    if odd is not None:
        raise _no_object(name, repr(odd))
    return whole


def _object(name, n, line):
    try:
        return json.loads(line)
    except ValueError:
        raise _no_object(f"Line {n} of {name}", repr(line)) from None


def _no_object(where, odd):
    return ValueError(
        f"{where} holds {odd[:60]}, not a JSON object. Expected objects like "
        '{"text": "a good film", "label": 1}, one in a line or all in a list. Write '
        "one to a line?"
    )


def _cell(value):
    """A value of JSON as the cell of a table; null is an empty one."""
    return "" if value is None else value if isinstance(value, str) else str(value)
