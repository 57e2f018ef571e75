"""What the columns of text, verdict and split are called in tables of reviews."""

import re
from typing import NamedTuple

from .parts import part_of_word

TEXT = ("review", "text", "review_text", "reviewtext", "review_body", "reviews",
        "comment", "comment_text", "comments", "sentence", "content", "body", "tweet",
        "phrase", "message", "document", "opinion", "utterance", "sms")
LABEL = ("sentiment", "label", "polarity", "class", "verdict", "target", "labels",
         "sentiment_label", "airline_sentiment", "rating", "ratings", "stars", "star",
         "star_rating", "overall", "score", "category", "y")
SPLIT = ("split", "subset", "partition", "set", "part", "fold", "dataset_split")
PERHAPS = ("type", "usage", "dataset", "phase")  # often something else
FLAGS = {"is_test": "test", "in_test": "test", "is_valid": "valid", "is_val": "valid",
         "is_validation": "valid", "is_dev": "valid", "is_train": "train",
         "in_train": "train"}
YES = ("1", "1.0", "true", "yes", "y", "t")


class Form(NamedTuple):
    """How a table is to be read, where its own words do not say it.

    ``text`` and ``label`` name columns, ``positive`` and ``negative`` list the words
    of the verdicts (all others are then left out), ``encoding`` is that of the files.
    """

    text: str | None = None
    label: str | None = None
    positive: tuple = ()
    negative: tuple = ()
    encoding: str | None = None

    @classmethod
    def of(cls, args):
        """From the options of the command line."""
        return cls(args.text_column, args.label_column, tuple(args.positive or ()),
                   tuple(args.negative or ()), args.encoding)


PLAIN = Form()


def name_of(column: str) -> str:
    """The name of a column in one form: "Review Text" is review_text."""
    return re.sub(r"[\s.\-]+", "_", column.strip(" \t\"'\ufeff").lower())


def place(columns: list, form: Form) -> tuple:
    """Positions of text and verdict among the columns, None where there is none."""
    return tuple(
        next((columns.index(c) for c in ((name_of(own),) if own else names)
              if c in columns), None)
        for own, names in ((form.text, TEXT), (form.label, LABEL)))


def row_parts(table) -> tuple[list, str]:
    """The part of every row, "" where no column says it; and how it was found.

    Raises
    ------
    ValueError
        If a column that splits holds a word that names no part.
    """
    note = ""
    for name in SPLIT + PERHAPS:
        if name not in table.columns:
            continue
        at = table.columns.index(name)
        cells = [row[at].strip().lower() for row in table.rows]
        parts = _meaning(table.name, name, set(cells) - {""})
        if parts:
            return [parts.get(c, "") for c in cells], f"split by column {name!r}" + (
                f", fold {max(parts, key=int)} to test" if "fold" == name
                and max(parts).isdigit() else "")
        if any(cells):
            note = f"column {name!r} names no parts"
    flags = [(k, FLAGS[c]) for k, c in enumerate(table.columns) if c in FLAGS]
    if flags:
        return ([_flagged(row, flags) for row in table.rows],
                f"split by column {table.columns[flags[0][0]]!r}")
    return [""] * len(table.rows), note


def _meaning(file, column, words):
    """The part of each word, or nothing where the column splits nothing."""
    if column == "fold" and words and all(w.isdigit() for w in words):
        last = max(words, key=int)
        return {w: "test" if w == last else "train" for w in words}
    parts = {w: part_of_word(w) for w in words}
    odd = sorted(w for w in words if not parts[w])
    if odd and (len(odd) < len(words) or column in SPLIT):
        raise ValueError(
            f"The column {column!r} of {file} holds {odd[0][:40]!r}, which names no "
            "part of a split. Expected train, valid, test or a usual word for them. "
            "Write one of these, or rename the column, say to 'group', if it splits "
            "nothing?"
        )
    return {} if odd else parts


def _flagged(row, flags):
    """The part of a row by columns like is_valid, which say yes or no."""
    yes = [part for at, part in flags if row[at].strip().lower() in YES]
    only_train = {part for _, part in flags} == {"train"}
    return next(iter(yes), "test" if only_train else "train")
