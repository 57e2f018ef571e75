"""Film reviews with a verdict, from wherever they lie.

    parts = read_parts(path)

``path`` is the IMDB archive (aclImdb_v1.tar.gz, or a zip of it), a folder of it, or a
table of texts and verdicts (CSV, TSV, JSON, also gzipped, in a zip or in a folder);
``rows`` says what else, ``columns``, ``verdicts`` and ``parts`` which words are known.
Parts that the source does not have are split off, stratified by verdict.  No row goes
without a word: ``parts.account`` says what was read, left out and split.
"""

import csv
import gzip
import io
import warnings
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .columns import PLAIN
from .rows import rows_of
from .sources import IMDB

TEST = 0.2  # share that is split off where the source has no test part
VALID = 0.1  # share of the training part that is held out for decisions


class Reviews(NamedTuple):
    """Texts and verdicts: list of N str, (N,) int64 with 1 for positive."""

    texts: list
    labels: np.ndarray


class Parts(NamedTuple):
    """Reviews for three purposes, and what became of the others."""

    train: Reviews
    valid: Reviews
    test: Reviews
    account: str  # one line
    skipped: int  # rows without a verdict or without text


def sample_path():
    """240 short reviews, half positive, written for this course; of no real film."""
    return Path(__file__).with_name("sample_reviews.csv")


def find(source=None):
    """The path of "sample" (None), of "imdb" once it was fetched, or the path given."""
    if source in (None, "sample"):
        return sample_path()
    return IMDB.find() if source == "imdb" else Path(source)


def read(path, seed=0, form=PLAIN):
    """Training and test reviews; those that are there to validate join the first.

    Warns of rows that were left out.  Arguments and errors as for ``read_parts``.
    """
    train, valid, test, account, skipped = read_parts(path, seed, form, held_out=0.0)
    if skipped:
        warnings.warn(account, stacklevel=2)
    labels = np.concatenate([train.labels, valid.labels])
    return Reviews(train.texts + valid.texts, labels), test


def read_parts(path, seed=0, form=PLAIN, held_out=VALID):
    """Reviews from an archive, a folder or a table, in parts.

    Parameters
    ----------
    path : path
    seed : int
        Of what is split off.
    form : Form
        Names of columns, words of verdicts, encoding, where they are unusual.
    held_out : float
        Share of the training part for validation, if the source has no part for it.

    Raises
    ------
    ValueError
        If no reviews are found, or too few; the message says what was looked for.
    """
    path = Path(path)
    rows, notes = rows_of(path, form)
    used = [r for r in rows if not isinstance(r.verdict, str)]
    skipped = Counter(r.verdict for r in rows if isinstance(r.verdict, str))
    why = ", ".join(f"{n:,} {why}" for why, n in skipped.items())
    if rows and not used:
        raise ValueError(
            f"{path.name} has {len(rows):,} rows, but all are skipped: {why}. Expected "
            "texts with a verdict; a name with 'unsup' in it says there are none. Name "
            "another source, or the columns with --text-column and --label-column?"
        )
    train, valid, test, how = split(used, seed, held_out, path.name)
    account = "; ".join(
        [
            f"{len(rows):,} rows of {path.name} read",
            f"{skipped.total():,} skipped: {why}" if why else "none skipped",
            *notes,
            *how,
        ]
    )
    return Parts(
        *(
            Reviews(
                [r.text for r in some],
                np.array([r.verdict for r in some], dtype=np.int64),
            )
            for some in (train, valid, test)
        ),
        account,
        skipped.total(),
    )


def split(rows, seed, held_out, name):
    """Rows with verdicts -> those to train on, to validate, to test, and how."""
    parts = {
        part: [r for r in rows if r.part == part]
        for part in ("train", "", "valid", "test", "eval")
    }
    free, how = parts.pop(""), []
    spare = "valid" if parts["test"] else "test"  # what "eval" means
    parts[spare] += parts.pop("eval")
    if free and any(parts.values()):
        how.append(f"{len(free):,} of no part join the training part")
    train = parts["train"] + free
    if not train:
        source = "valid" if parts["valid"] else "test"
        train, parts[source] = parts[source], []
        how += [f"no training part: the {source} part serves"] * bool(train)
    valid, test = parts["valid"], parts["test"]
    _check_enough(train, 1 + (not test) + (not valid and held_out > 0), name)
    if not test:
        train, test = _take(train, TEST, np.random.default_rng(seed))
        how.append("no test part: a fifth is split off")
    if not valid and held_out:
        train, valid = _take(train, held_out, np.random.default_rng([seed, 1]))
        how.append(f"no validation part: {held_out:.0%} of the training part held out")
    return train, valid, test, how


def _take(rows, share, rng):
    """A share of each verdict, in random but repeatable choice: those kept, taken."""
    taken = set()
    for verdict in (0, 1):
        where = [k for k, r in enumerate(rows) if r.verdict == verdict]
        count = max(1, round(share * len(where)))
        taken |= set(rng.permutation(where)[:count].tolist())
    return (
        [r for k, r in enumerate(rows) if k not in taken],
        [r for k, r in enumerate(rows) if k in taken],
    )


def _check_enough(rows, need, name):
    positive = sum(r.verdict for r in rows)
    negative = len(rows) - positive
    if min(positive, negative) >= need:
        return
    got = f"{positive} positive and {negative} negative"
    if 0 in (positive, negative):
        raise ValueError(
            f"{name} has {len(rows)} reviews to train on, all with one verdict: {got}. "
            "A classifier needs both. Is part of the data missing, or are the words "
            "others: --positive WORD --negative WORD?"
        )
    raise ValueError(
        f"{name} has {len(rows)} reviews to split, {got}: too few. Expected at least "
        f"{need} of each, to have both where it trains, validates and tests. Name a "
        "larger source with --data, such as --data sample?"
    )


def write(path, train, test, valid=None):
    """Keep reviews as one gzipped table with the columns review, sentiment, split."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["review", "sentiment", "split"])
    for part, some in (("train", train), ("valid", valid), ("test", test)):
        for text, label in zip(*(some or ((), ())), strict=True):
            writer.writerow([text, "positive" if label else "negative", part])
    path = Path(path)
    temporary = path.with_name(path.name + ".part")
    temporary.write_bytes(gzip.compress(out.getvalue().encode(), 6, mtime=0))
    temporary.replace(path)
