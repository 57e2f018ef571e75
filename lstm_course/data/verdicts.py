"""Verdicts of reviews by the words that people use: words, yes or no, stars."""

import re

POSITIVE = {
    "positive",
    "pos",
    "p",
    "true",
    "t",
    "yes",
    "y",
    "good",
    "great",
    "fresh",
    "recommended",
    "favorable",
    "favourable",
    "like",
}
NEGATIVE = {
    "negative",
    "neg",
    "n",
    "false",
    "f",
    "no",
    "bad",
    "poor",
    "rotten",
    "not recommended",
    "unfavorable",
    "unfavourable",
    "dislike",
}
NEUTRAL = {"neutral", "neu", "mixed", "ambivalent"}
NONE = {
    "",
    "unsup",
    "unsupervised",
    "unlabeled",
    "unlabelled",
    "unknown",
    "none",
    "null",
    "nan",
    "na",
    "n/a",
    "?",
    "missing",
    "<na>",
}
UNLABELLED, MIDDLE, OTHER = "without a verdict", "neutral", "of another verdict"
NUMBER = re.compile(r"([+-]?\d+(?:\.\d*)?)(?:(?: out of \d+)? stars?)?")
# Columns that are named for stars have five of them, even if none is above three.
STARS = ("rating", "ratings", "stars", "star", "star_rating", "overall", "score")
# Lowest and highest there is -> negative up to, positive from.
SCALES = {
    (1, 2): (1, 2),
    (1, 3): (1, 3),
    (1, 5): (2, 4),
    (1, 10): (4, 7),
    (0, 2): (0, 2),
    (0, 4): (1, 3),
    (0, 5): (2, 4),
    (0, 10): (4, 7),
}


def verdicts(words, form, column, file):
    """Words of one column to 1, 0, or why a row has no verdict; a note on the scale.

    Parameters
    ----------
    words : list of (word, part, place to name in an error)
    form : Form
    column, file : str

    Raises
    ------
    ValueError
        If a word is no verdict, or the numbers may mean several things.

    Examples
    --------
    >>> from lstm_course.data.columns import Form
    >>> verdicts([("5", "", ""), ("3", "", ""), ("1", "", "")], Form(), "stars", "a")
    ([1, 'neutral', 0], '1 to 5, up to 2 negative, from 4 positive')
    """
    plain = [" ".join(w.lower().split()) for w, _, _ in words]
    if form.positive or form.negative:
        return _named(plain, form), ""
    numbers = [_number(w) for w in plain]
    if set(numbers) - {None} == {-1, 0, 1}:
        _drop_minus_ones(numbers, plain, [part for _, part, _ in words])
    low, high, note = _scale({n for n in numbers if n is not None}, column, file)
    return [
        _one(word, number, low, high, where)
        for word, number, (_, _, where) in zip(plain, numbers, words, strict=True)
    ], note


def _one(word, number, low, high, where):
    if number is not None:
        return 0 if number <= low else 1 if number >= high else MIDDLE
    if word in POSITIVE | NEGATIVE:
        return int(word in POSITIVE)
    if word in NONE | NEUTRAL:
        return MIDDLE if word in NEUTRAL else UNLABELLED
    raise ValueError(
        f"{where} has the verdict {word[:40]!r}. Expected positive or negative, pos "
        "or neg, 1 or 0, true or false, yes or no, or stars. Say which words are which "
        "with --positive WORD --negative WORD, or name another column with "
        "--label-column NAME?"
    )


def _named(plain, form):
    """Verdicts by the words that the caller lists; "1" is also "1.0"."""

    def key(word):
        word = " ".join(word.lower().split())
        return word if _number(word) is None else _number(word)

    positive, negative = (
        {key(w) for w in words} for words in (form.positive, form.negative)
    )
    if not positive or not negative or positive & negative:
        raise ValueError(
            f"Words for positive are {list(form.positive)}, for negative "
            f"{list(form.negative)}. Expected some for both, and none in both. Pass "
            "--positive WORD --negative WORD?"
        )
    return [
        1
        if key(w) in positive
        else 0
        if key(w) in negative
        else UNLABELLED
        if w in NONE
        else OTHER
        for w in plain
    ]


def _number(word):
    found = NUMBER.fullmatch(word)
    return None if found is None else float(found[1])


def _drop_minus_ones(numbers, plain, parts):
    """Beside 0 and 1, -1 says "no verdict" if its part of the data has no other."""
    where = {p for p, n in zip(parts, numbers, strict=True) if n == -1}
    if any(p in where and n in (0, 1) for p, n in zip(parts, numbers, strict=True)):
        return
    for k, n in enumerate(numbers):
        if n == -1:
            numbers[k], plain[k] = None, ""


def _scale(values, column, file):
    """(negative up to, positive from, note) for the numbers of a column."""
    if values <= {0, 1} or values <= {-1, 1}:
        return 0, 1, ""
    for (lowest, highest), (low, high) in SCALES.items():
        if _fits(values, lowest, highest) and not (
            column in STARS and lowest == 1 and highest < 5
        ):
            return (
                low,
                high,
                (f"{lowest} to {highest}, up to {low} negative, from {high} positive"),
            )
    shown = ", ".join(f"{v:g}" for v in sorted(values)[:8])
    more = ", ..." if len(values) > 8 else ""
    raise ValueError(
        f"The column {column!r} of {file} has the verdicts {shown}{more}, which may "
        "mean several things. Expected 0 and 1, -1 and 1, or stars. Say which are "
        f"which, such as --positive {max(values):g} --negative {min(values):g}?"
    )


def _fits(values, lowest, highest):
    """Whether all are whole steps of a scale; of five and more also half ones."""
    step = 2 if highest >= 5 else 1
    return (
        all((v * step).is_integer() for v in values)
        and max(values) > 1
        and lowest <= min(values)
        and max(values) <= highest
    )
