"""Every review of a source as a row: its text, its verdict, its part.

From files of one review each in folders pos and neg, from files pos.txt and neg.txt of
one review in a line, or from tables.
"""

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from .columns import LABEL, TEXT, place, row_parts
from .decoding import decode
from .files import gather, names
from .parts import part_of_file, part_of_word
from .tables import parse
from .verdicts import NEGATIVE, NUMBER, POSITIVE, UNLABELLED, verdicts

VERDICTS = {"pos": 1, "positive": 1, "neg": 0, "negative": 0}
TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json")
BESIDE = {"txt", "reviews", "rt", "polarity"}  # in names of files with one verdict
EMPTY = "without text"


class Row(NamedTuple):
    """A review as it was found; its verdict is 1, 0, or why there is none."""

    text: str
    verdict: int | str
    part: str


class Cell(NamedTuple):
    """What a table says of a review: text, word of the verdict, part, and where."""

    text: str
    word: str
    part: str
    where: str


def rows_of(path, form):
    """All rows of a file, folder or archive; and notes on how they were read.

    Raises
    ------
    ValueError
        If there are no reviews, or some cannot be read; the message says what to do.
    """
    found = gather(
        path,
        _is_wanted,
        "aclImdb_v1.tar.gz, its folder, or a table of "
        "reviews like a CSV with the columns review,sentiment",
    )
    single = [pair for pair in found.taken if _verdict_of(pair[0]) is not None]
    left = found.left
    if single and not (path.is_file() and single[0][0].name == path.name):
        left = [*left, *(str(n) for n, _ in found.taken if _verdict_of(n) is None)]
        rows, notes = _from_files(single, left, form)
    else:
        rows, notes = _from_tables(found.taken, left, form)
    if rows:
        return rows, list(filter(None, notes))
    raise ValueError(
        f"{path.name} holds no reviews{names(left, ', but ')}. Looked for files "
        "in folders pos and neg, and for a table with the columns review,sentiment. "
        "Is it the right one?"
    )


def _is_wanted(name):
    """A file of reviews with one verdict, or a table."""
    plain = PurePosixPath(name.name.lower().removesuffix(".gz"))
    return _verdict_of(name) is not None or plain.suffix in TABLES


def _verdict_of(name):
    """What a folder says of the file in it, or a file's name of all its lines."""
    if name.suffix.lower() in (".txt", "") and name.parent.name.lower() in VERDICTS:
        return VERDICTS[name.parent.name.lower()]
    return _verdict_of_lines(name)


def _verdict_of_lines(name):
    """1 for pos.txt, positive.txt, train-pos.txt, rt-polarity.pos; 0 for neg.txt ..."""
    words = set(re.split(r"[\W_]+", name.name.lower())) - BESIDE
    found = {VERDICTS[w] for w in words if w in VERDICTS}
    rest = words - VERDICTS.keys()
    return found.pop() if len(found) == 1 and all(map(part_of_word, rest)) else None


def _from_files(single, left, form):
    texts, note = decode([(n.name, data) for n, data in single], form.encoding)
    rows = []
    for (name, _), text in zip(single, texts, strict=True):
        whole = name.parent.name.lower() in VERDICTS
        part = part_of_file(name if not whole else name.parent / "review")
        rows += [
            Row(t, _verdict_of(name) if t.strip() else EMPTY, part)
            for t in ([text] if whole else text.splitlines())
        ]
    unsup = {n for n in left if part_of_word(PurePosixPath(n).parent.name) == "unsup"}
    rows += [Row("", UNLABELLED, "unsup")] * len(unsup)
    return rows, [note, names([n for n in left if n not in unsup], "not read: ")]


def _from_tables(taken, left, form):
    """Rows from tables; those without verdicts count where others have some."""
    texts, note = decode([(n.name, data) for n, data in taken], form.encoding)
    tables = [
        (name, parse(name.name, text, form))
        for (name, _), text in zip(taken, texts, strict=True)
    ]
    rows, notes, groups, left = [], [note], {}, list(left)
    for name, table in tables:
        at_text, at_label = place(table.columns, form)
        if at_text is None:
            left.append(name.name)
        elif at_label is None:
            rows += [Row("", UNLABELLED, "")] * len(table.rows)
            notes.append(f"{name.name} has no verdicts")
        else:
            cells, told = _cells(name, table, at_text, at_label)
            groups.setdefault(table.columns[at_label], []).extend(cells)
            notes += [t for t in told if t not in notes]
    if tables and not groups:
        raise _no_columns(tables[0][1], form)
    for column, cells in groups.items():
        judged, scale = _judged(cells, column, form)
        rows += judged
        notes.append(scale)
    return rows, [*notes, names(left, "not read: ")]


def _cells(name, table, at_text, at_label):
    """What a table says of each review, and notes on which columns say it."""
    parts, how = row_parts(table)
    own = part_of_file(name)
    cells = [
        Cell(row[at_text], row[at_label], part or own, f"Row {n} of {name.name}")
        for n, (row, part) in enumerate(
            zip(table.rows, parts, strict=True), table.first
        )
    ]
    return cells, [
        f"text in {table.columns[at_text]!r}",
        f"verdict in {table.columns[at_label]!r}",
        how,
    ]


def _judged(cells, column, form):
    """Rows from the cells of all tables with the same column of verdicts."""
    rows = [
        Row(c.text, EMPTY if not c.text.strip() else UNLABELLED, c.part) for c in cells
    ]
    asked = [
        k for k, row in enumerate(rows) if row.verdict != EMPTY and row.part != "unsup"
    ]
    file = cells[0].where.partition(" of ")[2] if cells else ""
    found, scale = verdicts([cells[k][1:] for k in asked], form, column, file)
    for k, verdict in zip(asked, found, strict=True):
        rows[k] = rows[k]._replace(verdict=verdict)
    return rows, scale and f"{column!r} runs from {scale}"


def _no_columns(table, form):
    """What to do about a table in which text or verdict cannot be found."""
    missing = [
        (option, own, known)
        for at, option, own, known in zip(
            place(table.columns, form),
            ("--text-column", "--label-column"),
            form,
            (TEXT, LABEL),
            strict=False,
        )
        if at is None
    ]
    wanted = " and ".join(
        repr(own) if own else f"one of {', '.join(known[:8])}"
        for _, own, known in missing
    )
    options = " ".join(f"{option} NAME" for option, _, _ in missing)
    step = f"Name yours with {options}, or add a column 'sentiment'"
    if len(missing) > 1:
        step = f"Name yours with {options}"
    if not any(table.columns) or any(map(_is_verdict, table.columns)):
        tab = " (with a tab for each \\t)" if table.separator == "\t" else ""
        step = f"Add the line {_header(table)!r}{tab} as its first"
    return ValueError(
        f"{table.name} has the columns {', '.join(table.columns)[:120]!r}. Expected "
        f"{wanted} in its first line. {step}?"
    )


def _is_verdict(word):
    return word in POSITIVE | NEGATIVE or bool(NUMBER.fullmatch(word))


def _header(table):
    """A line of names for a table that begins with a review."""
    if len(table.columns) < 2:
        return "review,sentiment"
    label = next(k for k, c in enumerate(table.columns) if _is_verdict(c))
    text = max(
        (k for k in range(len(table.columns)) if k != label),
        key=lambda k: len(table.columns[k]),
    )
    known = {label: "sentiment", text: "review"}
    columns = (known.get(k, f"column{k}") for k in range(len(table.columns)))
    return table.separator.join(columns)
