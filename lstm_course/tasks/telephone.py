"""Numbers read aloud: read a sentence, write another one of another length.

    oh double seven four  ->  0774
    triple two nine       ->  2229

Twelve to fifteen words in the vocabulary, an exact answer, and any length: a task for
an encoder that reads all words and a decoder that then writes all digits.  Two or three
equal digits in a row are read as "double" or "triple" with probability ``short``; 0 is
"oh" or "zero".  The form is how English speakers read telephone numbers; the sentences
are drawn anew.

Shapes: x (S, B) int64 codes of words, y (T, B) int64 codes of digits and then the end,
both padded behind; lengths (B,) and mask (T, B), True where y counts.  Chance: a digit
in ten; a whole number of n digits, 1 in 10^n.
"""

from typing import NamedTuple

import numpy as np

from .task import check_size

DIGITS = "zero one two three four five six seven eight nine".split()
WORDS = ("<pad>", *DIGITS, "oh", "double", "triple")
INDEX = {w: k for k, w in enumerate(WORDS)}
END = 10  # code of the sign that ends a number; digits are their own codes
K = END + 1  # what a decoder may write
SHORT = 0.7  # probability of saying double or triple where one can


class Batch(NamedTuple):
    """Words and digits of B numbers, padded."""

    x: np.ndarray  # (S, B)
    lengths: np.ndarray  # (B,) words of each
    y: np.ndarray  # (T, B)
    mask: np.ndarray  # (T, B)


def read_aloud(rng, digits, short=SHORT):
    """The words for a row of digits: list of str.

    Examples
    --------
    >>> " ".join(read_aloud(np.random.default_rng(0), "7742", short=1.0))
    'double seven four two'
    """
    words, at = [], 0
    while at < len(digits):
        run = len(digits) - at - len(digits[at:].lstrip(digits[at]))
        n = min(run, 3) if run > 1 and rng.random() < short else 1
        name = DIGITS[int(digits[at])]
        words += {1: [], 2: ["double"], 3: ["triple"]}[n]
        words.append("oh" if name == "zero" and rng.random() < 0.5 else name)
        at += n
    return words


def write_down(words):
    """The digits that are meant: str.

    Examples
    --------
    >>> write_down("oh double seven four".split())
    '0774'
    """
    found, times = "", 1
    for word in words:
        if word in ("double", "triple"):
            times = 2 if word == "double" else 3
        else:
            digit = "0" if word == "oh" else str(DIGITS.index(word))
            found, times = found + digit * times, 1
    return found


def sample(rng, B=64, shortest=1, longest=12, repeat=0.4):
    """Draw B numbers of ``shortest`` to ``longest`` digits: a ``Batch``.

    A digit repeats the one before it with probability ``repeat``, so that there is
    something to be read as double.
    """
    shortest, longest = check_size("shortest", shortest), check_size("longest", longest)
    if shortest > longest:
        raise ValueError(
            f"shortest is {shortest} digits and longest {longest}. Numbers have at "
            "least so many digits and at most so many. Expected shortest <= longest. "
            "Were the two swapped?"
        )
    numbers = [
        _number(rng, int(n), repeat)
        for n in rng.integers(shortest, longest + 1, size=B)
    ]
    return encode([read_aloud(rng, n) for n in numbers], numbers)


def _number(rng, n, repeat):
    digits = rng.integers(10, size=n)
    for k in np.flatnonzero(rng.random(n - 1) < repeat) + 1:
        digits[k] = digits[k - 1]
    return "".join(map(str, digits))


def encode(sentences, numbers):
    """Lists of words and their numbers as codes: a ``Batch``.

    Examples
    --------
    >>> encode([["double", "two"]], ["22"]).y.tolist()
    [[2], [2], [10]]
    """
    lengths = np.array([len(s) for s in sentences])
    x = np.zeros((lengths.max(), len(sentences)), np.int64)
    y = np.full((max(map(len, numbers)) + 1, len(numbers)), END)
    mask = np.arange(len(y))[:, None] <= [len(n) for n in numbers]
    for b, (sentence, number) in enumerate(zip(sentences, numbers, strict=True)):
        x[: lengths[b], b] = [INDEX[w] for w in sentence]
        y[: len(number), b] = [int(d) for d in number]
    return Batch(x, lengths, y, mask)


def decode(codes):
    """Codes (T,) of digits up to the end, as text."""
    codes = [int(k) for k in codes]
    return "".join(map(str, codes[: codes.index(END) if END in codes else None]))
