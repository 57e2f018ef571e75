"""Words as numbers, with the conventions of Keras' IMDB data.

Code 0 pads, 1 starts a review, 2 stands for every word that is too rare, 3 is not used;
the most frequent word is 4, the next 5, and so on.  ``size`` counts all codes, so the
5,000 rows of an embedding serve 4,996 words.
"""

import html
import re
import unicodedata
from collections import Counter

import numpy as np

from ..doors import check_size
from .tokens import RULE, pattern

PAD, START, UNKNOWN, FIRST = 0, 1, 2, 4
NAMES = ("<pad>", "<start>", "<unknown>", "<unused>")
TAG = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")  # <br /> and its like


def tokenize(text, rule=RULE):
    """Words in lower case, without punctuation, tags and HTML entities.

    In scripts without spaces every character is a word; ``rule`` is the name of an
    older way to cut, which a checkpoint may ask for (see ``tokens``).

    Examples
    --------
    >>> tokenize("It's GREAT!<br /><br />Don&#39;t miss it -- 10/10.")
    ["it's", 'great', "don't", 'miss', 'it', '10', '10']
    """
    text = html.unescape(TAG.sub(" ", text)).replace("\u2019", "'").lower()
    if text.isascii():  # there all rules agree, and the oldest is the quickest
        return pattern("words").findall(text)
    if rule == RULE:  # an accent may be a letter's part or a mark behind it
        text = unicodedata.normalize("NFC", text)
    return pattern(rule).findall(text)


class Vocabulary:
    """The most frequent words of some texts; ties in alphabetical order.

    Parameters
    ----------
    texts : iterable of str
        Count words of the training part only, as the test part is not yet known.
    size : int, optional
        Number of codes in all; every word has its own by default.
    rule : str
        How texts are cut into words.

    Examples
    --------
    >>> v = Vocabulary(["a good film", "a bad film", "a film"], size=6)
    >>> v.words, v.encode("A good film"), v.decode([1, 4, 2, 5])
    (('a', 'film'), [4, 2, 5], '<start> a <unknown> film')
    """

    def __init__(self, texts, size=None, rule=RULE):
        counts = Counter(w for text in texts for w in tokenize(text, rule))
        if not counts:
            raise ValueError(
                "A vocabulary needs words, but the texts hold none. Got no text, or "
                "only punctuation. Expected at least one word. Check the source?"
            )
        ranked = sorted(counts, key=lambda w: (-counts[w], w))
        if size is not None and check_size("size", size) <= FIRST:
            raise ValueError(
                f"size is {size}, but codes 0 to 3 are taken (padding, start, rare, "
                f"unused). Expected at least {FIRST + 1}. Write size=5000, or --size "
                "5000?"
            )
        self._take(ranked[: None if size is None else size - FIRST], rule)

    @classmethod
    def of(cls, words, rule=RULE):
        """A vocabulary from its words, the most frequent first."""
        self = cls.__new__(cls)
        self._take(words, rule)
        return self

    def _take(self, words, rule):
        self.words, self.rule = tuple(words), rule
        self._code = {w: k for k, w in enumerate(self.words, FIRST)}

    def __len__(self):
        return FIRST + len(self.words)

    def encode(self, text, start=False):
        """Text to codes; a word that is not in the vocabulary is UNKNOWN."""
        codes = [self._code.get(w, UNKNOWN) for w in tokenize(text, self.rule)]
        return [START, *codes] if start else codes

    def decode(self, codes):
        """Codes to words, padding left out."""
        names = NAMES + self.words
        return " ".join(names[int(k)] for k in codes if k != PAD)


def pad(rows, length=None, padding="pre", truncation="pre"):
    """Lists of codes as one array, time first.

    Parameters
    ----------
    rows : list of list of int
        One list per text.
    length : int, optional
        Number of steps T; the longest text by default.
    padding, truncation : str
        "pre" (Keras' default): zeros before the text, and of a long text the last
        ``length`` codes; "post": zeros after it, and the first codes.

    Returns
    -------
    ndarray (T, B) of int64

    Examples
    --------
    >>> pad([[5, 6], [7, 8, 9, 4]], length=3).T.tolist()
    [[0, 5, 6], [8, 9, 4]]
    """
    for name, side in (("padding", padding), ("truncation", truncation)):
        if side not in ("pre", "post"):
            raise ValueError(
                f"{name} is {side!r}. It says at which end: 'pre' or 'post'. "
                f"Write {name}='pre', as Keras does?"
            )
    length = max(1, *map(len, rows)) if length is None else check_size("length", length)
    out = np.full((length, len(rows)), PAD)
    for b, row in enumerate(rows):
        row = row[-length:] if truncation == "pre" else row[:length]
        if row:
            at = slice(-len(row), None) if padding == "pre" else slice(len(row))
            out[at, b] = row
    return out
