"""Film reviews with a verdict, from wherever they lie.

    train, test = read(path)

``path`` is the IMDB archive (aclImdb_v1.tar.gz, or a zip of it), a folder of it, or a
table with columns ``review`` and ``sentiment`` (CSV, TSV, also gzipped or in a zip).
Where the source has no test part, one is split off, stratified by verdict.
"""

import csv
import gzip
import io
import warnings
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np

from .archives import LARGEST, is_archive, members
from .download import cache

TEXT = ("review", "text", "comment", "sentence", "content")
LABEL = ("sentiment", "label", "polarity", "class", "verdict")
POSITIVE = {"positive", "pos", "1", "1.0", "true"}
NEGATIVE = {"negative", "neg", "0", "0.0", "-1", "false"}
# Quotes mean nothing (tabs only), are doubled in text, or have a backslash there.
DIALECTS = ({"quoting": csv.QUOTE_NONE}, {}, {"escapechar": "\\"})
TEST = 0.2  # share that is split off where the source has no test part


class Reviews(NamedTuple):
    """Texts and verdicts: list of N str, (N,) int64 with 1 for positive."""

    texts: list
    labels: np.ndarray


def sample_path() -> Path:
    """240 short reviews, half positive, written for this course; of no real film."""
    return Path(__file__).with_name("sample_reviews.csv")


def imdb_path() -> Path:
    """Where 'lstm-course data imdb' keeps the reviews."""
    return cache() / "imdb.csv.gz"


def find(source: str | Path | None = None) -> Path:
    """The path of "sample" (None), of "imdb" once it was fetched, or the path given."""
    if source in (None, "sample"):
        return sample_path()
    if source != "imdb":
        return Path(source)
    if not imdb_path().exists():
        raise ValueError(
            f"The IMDB reviews are not in {cache()} yet. They are fetched once, 84 MB, "
            "or read from a copy. Run 'lstm-course data imdb', or 'lstm-course data "
            "imdb --from FILE'?"
        )
    return imdb_path()


def read(path: str | Path, seed: int = 0) -> tuple[Reviews, Reviews]:
    """Training and test reviews from an archive, a folder or a table.

    Parameters
    ----------
    path : path
    seed : int
        Of the split, where the source has no test part.

    Raises
    ------
    ValueError
        If no reviews are found; the message says what was looked for.
    """
    path = Path(path)
    if not path.exists():
        raise ValueError(
            f"There is no file or folder {str(path)!r}. Expected aclImdb_v1.tar.gz, "
            "its folder, or a CSV with the columns review,sentiment. Check the path?"
        )
    if path.is_dir():
        rows = list(_from_files(_walk(path)))
    elif is_archive(path):
        rows = list(_from_files(members(path, _is_wanted)))
    else:
        rows = list(_from_table(path.name, path.read_bytes()))
    if not rows:
        raise ValueError(
            f"{path.name} holds no reviews. Looked for files in folders pos and neg, "
            "and for a table with the columns review,sentiment. Is it the right one?"
        )
    return split(rows, seed)


def split(rows, seed=0):
    """Rows (text, label, part) -> training and test reviews."""
    parts = {part: [r for r in rows if r[2] == part] for part in ("train", "test", "")}
    train, test = parts["train"] + parts[""], parts["test"]
    if not test or not train:
        train, test = _split_off(train or test, seed)
    for name, some in (("training", train), ("test", test)):
        if len({label for _, label, _ in some}) < 2:
            raise ValueError(
                f"The {name} part has {len(some)} reviews, all with one verdict. A "
                "classifier needs positive and negative ones. Is part of the data "
                "missing?"
            )
    return tuple(Reviews([t for t, _, _ in some],
                         np.array([label for _, label, _ in some], dtype=np.int64))
                 for some in (train, test))


def _split_off(rows, seed):
    """A fifth of each verdict for testing, in random but repeatable choice."""
    rng, test = np.random.default_rng(seed), set()
    for verdict in (0, 1):
        where = [k for k, (_, label, _) in enumerate(rows) if label == verdict]
        test |= set(rng.permutation(where)[: max(1, round(TEST * len(where)))].tolist())
    return ([r for k, r in enumerate(rows) if k not in test],
            [r for k, r in enumerate(rows) if k in test])


def _is_wanted(name: PurePosixPath):
    """A review of its own in a folder pos or neg, or a table."""
    if name.suffix == ".txt" and name.parent.name in ("pos", "neg"):
        return True
    return name.suffix in (".csv", ".tsv") or name.name.endswith((".csv.gz", ".tsv.gz"))


def _walk(folder: Path):
    """Like ``archives.members`` for a folder on the disk."""
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        # the folder given may itself be pos, train or aclImdb
        name = PurePosixPath(folder.resolve().name) / name
        hidden = any(p.startswith(".") for p in name.parts[1:])
        if path.is_file() and not hidden and _is_wanted(name):
            yield name, path.read_bytes()


def _from_files(files: Iterable):
    """Rows from single reviews where there are any, else from tables."""
    tables, found = [], False
    for name, data in files:
        if name.suffix == ".txt":
            found = True
            part = next((p for p in reversed(name.parts) if p in ("train", "test")), "")
            yield decode(data, name.name), int(name.parent.name == "pos"), part
        else:
            tables.append((name.name, data))
    for name, data in [] if found else tables:
        part = next((p for p in ("train", "test") if p in name.lower()), "")
        for text, label, own in _from_table(name, data):
            yield text, label, own or part


def decode(data: bytes, name: str) -> str:
    """Bytes to text: UTF-8, UTF-16 with its mark, else the Windows code page."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        warnings.warn(f"{name} is not UTF-8; it is read as Windows-1252.", stacklevel=2)
        return data.decode("cp1252", errors="replace")


def _from_table(name, data):
    """Rows of a table; its first line names the columns."""
    if data[:2] == b"\x1f\x8b":
        data = _unzipped(name, data)
    text = decode(data, name)
    head = text.lstrip("\n\r").split("\n", 1)[0]
    delimiter = max(",\t;", key=head.count)
    columns, rows = _cells(text, delimiter)
    at = [next((columns.index(c) for c in names if c in columns), None)
          for names in (TEXT, LABEL)]
    if None in at:
        raise ValueError(
            f"{name} has the columns {', '.join(columns)[:120]!r}. Expected one of "
            f"{', '.join(TEXT)} and one of {', '.join(LABEL)} in its first line. "
            "Add the line 'review,sentiment'?"
        )
    part = columns.index("split") if "split" in columns else None
    for n, row in enumerate(rows, 2):
        if len(row) != len(columns):
            raise ValueError(
                f"Row {n} of {name} has {len(row)} cells: {'|'.join(row)[:80]!r}. Its "
                f"first line names {len(columns)} columns. Put text that holds "
                f"{delimiter!r} in double quotes?"
            )
        if row[at[0]].strip():
            yield (row[at[0]], _verdict(row[at[1]], n, name),
                   row[part].strip().lower() if part is not None else "")


def _unzipped(name, data):
    """A gzipped table; refused where it is cut short or unpacks to gigabytes."""
    try:
        with gzip.open(io.BytesIO(data)) as file:
            table = file.read(LARGEST + 1)
    except (OSError, EOFError) as error:
        raise ValueError(
            f"{name} cannot be unpacked to its end: {error}. Expected a whole .csv.gz "
            "or .tar.gz. Was the download cut? Fetch it again?"
        ) from None
    if len(table) > LARGEST:
        raise ValueError(
            f"{name} unpacks to more than 1 GB. Expected a table of reviews; the "
            "50,000 of IMDB are 66 MB. Where did it come from?"
        )
    return table


def _cells(text, delimiter):
    """Names of the columns, rows of cells: in the first dialect in which all fits."""
    csv.field_size_limit(2**27)
    tries = []
    for dialect in DIALECTS:
        lines = io.StringIO(text, newline="")
        rows = [r for r in csv.reader(lines, delimiter=delimiter, **dialect) if r]
        tries.append(([c.strip().lower() for c in rows[0]] if rows else [], rows[1:]))
        fits = all(len(r) == len(rows[0]) for r in rows)
        if fits and not ("quoting" in dialect and _quoted(rows, delimiter)):
            return tries[-1]
    return tries[1]


def _quoted(rows, delimiter):
    """Whether quotes around cells are marks, not text; in tables with commas always."""
    cells = (c for r in rows for c in r)
    return delimiter != "\t" or any(len(c) > 1 and c[0] == c[-1] == '"' for c in cells)


def _verdict(word, n, name):
    word = word.strip().lower()
    if word not in POSITIVE | NEGATIVE:
        raise ValueError(
            f"Row {n} of {name} has the verdict {word[:40]!r}. Expected "
            f"{', '.join(sorted(POSITIVE))} or {', '.join(sorted(NEGATIVE))}. "
            "Is the column the right one?"
        )
    return int(word in POSITIVE)


def write(path: str | Path, train: Reviews, test: Reviews) -> None:
    """Keep reviews as one gzipped table with the columns review, sentiment, split."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["review", "sentiment", "split"])
    for part, some in (("train", train), ("test", test)):
        for text, label in zip(some.texts, some.labels, strict=True):
            writer.writerow([text, "positive" if label else "negative", part])
    path = Path(path)
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(gzip.compress(out.getvalue().encode(), 6, mtime=0))
    temporary.replace(path)
