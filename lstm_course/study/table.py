"""The trials of a study as one table that a book can carry; NumPy is not even needed.

``NAME.csv.gz`` has a line for each trial; ``NAME.json`` says by which command it was
made, when, on which machine and by which versions.
"""

import csv
import gzip
import io
import json
from pathlib import Path

SETTING = ("lr", "width", "clip", "noise", "start", "bias")
ASKED = ("task", "cell", "draw", "seed")
RESULT = (
    *("state", "units", "weights", "operations", "seconds", "steps"),
    *("loss", "test", "accuracy", "curve"),
)
COLUMNS = (*ASKED, *SETTING, *RESULT)
TEXTS = ("task", "cell", "state", "start")
WHOLE = ("draw", "seed", "width", "units", "weights", "steps")
DIGITS = 5  # significant ones, in the table


def key(row):
    """What a trial is: task, cell, draw, seed."""
    return tuple(row[k] for k in ASKED)


def write(rows, about, file):
    """Write rows to ``file`` (.csv.gz) and what they are about beside it (.json)."""
    file = Path(file)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in sorted(rows, key=key):
        table.writerow([_say(row[k]) for k in COLUMNS])
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    beside(file).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return file


def read(file):
    """Rows of a table, and what they are about: (list of dicts, dict).

    Raises
    ------
    ValueError
        If there is no such file, or it lacks a column.
    """
    file = Path(file)
    if not file.exists():
        raise ValueError(
            f"There is no table {file.name} in {file.parent}. Expected what "
            "'lstm-course study table' writes. Run that, or name another file?"
        )
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        table = csv.DictReader(text)
        if missing := set(COLUMNS) - set(table.fieldnames or ()):
            raise ValueError(
                f"{file.name} has no column {sorted(missing)[0]!r}. Got "
                f"{', '.join(table.fieldnames or ['nothing'])}, expected "
                f"{', '.join(COLUMNS)}. Was it written by another version?"
            )
        rows = [{k: _meant(k, v) for k, v in row.items()} for row in table]
    about = beside(file)
    return rows, json.loads(about.read_text("utf-8")) if about.exists() else {}


def beside(file):
    """The file of what a table is about."""
    return Path(str(file).removesuffix(".csv.gz") + ".json")


def _say(value):
    if isinstance(value, list):
        return " ".join(map(_say, value))
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else value


def _meant(name, text):
    if name in TEXTS:
        return text
    if name == "curve":
        return [float(word) for word in text.split()]
    return int(text) if name in WHOLE else float(text)
