"""What the columns of text, verdict and split are called in tables of reviews."""

import re
from typing import NamedTuple

from .parts import part_of_word

TEXT = (
    "review",
    "text",
    "review_text",
    "reviewtext",
    "review_body",
    "reviews",
    "comment",
    "comment_text",
    "comments",
    "sentence",
    "content",
    "body",
    "tweet",
    "phrase",
    "message",
    "document",
    "opinion",
    "utterance",
    "sms",
)
LABEL = (
    "sentiment",
    "label",
    "polarity",
    "class",
    "verdict",
    "target",
    "labels",
    "sentiment_label",
    "airline_sentiment",
    "rating",
    "ratings",
    "stars",
    "star",
    "star_rating",
    "overall",
    "score",
    "category",
    "y",
)
SPLIT = ("split", "subset", "partition", "set", "part", "dataset_split")
FOLDS = ("fold", "folds", "kfold", "cv_fold", "fold_id")
FOLD = re.compile(r"(?:fold[\s_-]*)?(\d+)(?:\.0)?")
PERHAPS = ("type", "usage", "dataset", "phase")  # often something else
FLAGS = {
    "is_test": "test",
    "in_test": "test",
    "is_valid": "valid",
    "is_val": "valid",
    "is_validation": "valid",
    "is_dev": "valid",
    "is_train": "train",
    "in_train": "train",
}
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
        return cls(
            args.text_column,
            args.label_column,
            tuple(args.positive or ()),
            tuple(args.negative or ()),
            args.encoding,
        )


PLAIN = Form()


def name_of(column):
    """The name of a column in one form: "Review Text" is review_text."""
    return re.sub(r"[\s.\-]+", "_", column.strip(" \t\"'\ufeff").lower())


def place(columns, form):
    """Positions of text and verdict among the columns, None where there is none.

    Raises
    ------
    ValueError
        If two columns have the name that is looked for.
    """
    found = tuple(
        next(
            (
                columns.index(c)
                for c in ((name_of(own),) if own else names)
                if c in columns
            ),
            None,
        )
        for own, names in ((form.text, TEXT), (form.label, LABEL))
    )
    for at in found:
        if at is not None and columns.count(columns[at]) > 1:
            raise ValueError(
                f"{columns.count(columns[at])} columns are called {columns[at]!r}. "
                f"Got {', '.join(columns)}, expected one of this name. Rename the "
                "others, or name another column?"
            )
    return found


def row_parts(table):
    """The part of every row, "" where no column says it; and how it was found.

    Raises
    ------
    ValueError
        If a column that splits holds a word that names no part.
    """
    found, note = [], ""
    for at, name in enumerate(table.columns):
        cells = [row[at].strip().lower() for row in table.rows]
        parts, how = _meaning(table.name, name, cells)
        if parts:
            found.append(([parts.get(c, "") for c in cells], name, how))
        elif name in SPLIT + PERHAPS and any(cells):
            note = f"column {name!r} names no parts"
    named = {name for _, name, _ in found}  # is_train may also hold train and test
    flags = [
        (k, FLAGS[c])
        for k, c in enumerate(table.columns)
        if c in FLAGS and c not in named
    ]
    if flags:
        found.append(
            (
                [_flagged(row, flags) for row in table.rows],
                table.columns[flags[0][0]],
                "",
            )
        )
    for parts, name, _ in found[1:]:
        _check_alike(table.name, found[0], parts, name)
    if not found:
        return [""] * len(table.rows), note
    return found[0][0], f"split by column {found[0][1]!r}{found[0][2]}"


def _meaning(file, column, cells):
    """The part of each word, or nothing where the column splits nothing; a remark."""
    named = column in SPLIT + PERHAPS + FOLDS
    if not named and not part_of_word(next(filter(None, cells), "")):
        return {}, ""
    words = set(cells) - {""}
    folds = {w: FOLD.fullmatch(w) for w in words}
    if column in FOLDS and words and all(folds.values()):
        last = max(words, key=lambda w: int(folds[w][1]))
        return (
            {w: "test" if w == last else "train" for w in words},
            f", fold {folds[last][1]} to test",
        )
    parts = {w: part_of_word(w) for w in words}
    odd = sorted(w for w in words if not parts[w])
    if named and odd and (len(odd) < len(words) or column in SPLIT + FOLDS):
        raise ValueError(
            f"The column {column!r} of {file} holds {odd[0][:40]!r}, which names no "
            "part of a split. Expected train, valid, test or a usual word for them. "
            "Write one of these, or rename the column, say to 'group', if it splits "
            "nothing?"
        )
    return ({} if odd or not named and len(words) < 2 else parts), ""


def _check_alike(file, first, parts, name):
    if parts != first[0]:
        raise ValueError(
            f"Two columns of {file} split it, {first[1]!r} and {name!r}, and they "
            "differ. Expected one that says which rows are to train and to test. "
            "Remove the other?"
        )


def _flagged(row, flags):
    """The part of a row by columns like is_valid, which say yes or no."""
    yes = [part for at, part in flags if row[at].strip().lower() in YES]
    only_train = {part for _, part in flags} == {"train"}
    return next(iter(yes), "test" if only_train else "train")
