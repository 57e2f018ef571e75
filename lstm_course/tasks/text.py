"""A stream of characters or words of any text; by default the book's own text.

A task for language models: x are numbers of characters (or words), y the same one step
later.  Chance, all K characters alike: log2(K) bits per character.  What counts is bits
per character, or perplexity per word, on held-out text.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import torch

from .. import places
from ..data.decoding import decode as decode_files
from ..data.files import gather, names
from .tokens import RULE, close_up, pattern
from .vocabulary import PAD, UNKNOWN

LEVELS = ("characters", "words")
SPECIAL = ("<pad>", "<start>", "<unknown>")  # codes 0, 1, 2 of words
PATTERNS = ("*.txt",)  # which files of a folder are read
RESET = 0.05  # so a state is carried over 20 windows on average
SCENES = Path(__file__).parents[1] / "data/scenes.txt"  # a tenth of tiny Shakespeare
TRAIN = 0.9  # share of a text that is for training; words are counted there


@dataclass(frozen=True)
class Corpus:
    """A text as numbers: ``codes`` (N,) int64 into ``alphabet``.

    The alphabet is a string of sorted characters, or a tuple of words, the most
    frequent first, after ``<pad>``, ``<start>`` and ``<unknown>``; ``rule`` is the name
    of how words are cut (see ``tokens``).
    """

    codes: np.ndarray
    alphabet: str | tuple
    rule: str = RULE

    @property
    def level(self):
        return LEVELS[not isinstance(self.alphabet, str)]

    def encode(self, text, unknown=None):
        """Text to numbers.  A word out of the alphabet is ``<unknown>``; a character
        out of it becomes the character ``unknown``, or is an error where none is given.
        """
        index = {c: k for k, c in enumerate(self.alphabet)}
        if self.level == "words":
            return _numbers(words(text, self.rule), index, UNKNOWN)
        missing = sorted(set(text) - set(index))
        if missing and unknown is None:
            raise ValueError(
                f"The text holds {missing[0]!r}, which the corpus does not. Its "
                f"{len(index)} characters are {_short(self.alphabet)}. Leave it out, "
                "or pass unknown=' '?"
            )
        return _numbers(text, index, index.get(unknown))

    def decode(self, codes):
        """Numbers to text; words are joined by spaces, padding is left out.

        No space is put where a script has none.
        """
        if self.level == "characters":
            return "".join(self.alphabet[int(k)] for k in codes)
        text = " ".join(self.alphabet[int(k)] for k in codes if k != PAD)
        text = close_up(re.sub(r" ([.,;:!?)])", r"\1", text))
        return re.sub(r" ?\n ?", "\n", text)

    def split(self, valid=1.0 - TRAIN):
        """The first part for training, the last for validation."""
        cut = int(len(self.codes) * (1.0 - valid))
        return tuple(
            Corpus(codes, self.alphabet, self.rule)
            for codes in (self.codes[:cut], self.codes[cut:])
        )


def words(text, rule=RULE):
    """Words, signs and line ends of a text, in their order; case is kept."""
    return pattern(rule, joints="'\u2019", signs=True).findall(text)


def _short(alphabet):
    text = repr(alphabet)
    return text if len(text) < 120 else f"{text[:100]} ..."


def _numbers(items, index, unknown):
    return np.array([index.get(c, unknown) for c in items], dtype=np.int64)


def read(path=None, pattern=None, level="characters", size=None, encoding=None):
    """Read a file, or every file of a folder or archive that matches a pattern.

    Parameters
    ----------
    path, pattern, encoding
        As for ``collect``.
    level : str
        "characters", or "words": words, punctuation marks and line ends.
    size : int, optional
        Of the alphabet of words, specials included; rarer ones are ``<unknown>``.

    Raises
    ------
    ValueError
        If there is nothing to read or a file is no text.
    """
    return corpus(collect(path, pattern, encoding)[0], level, size)


def collect(path=None, pattern=None, encoding=None):
    """The text of some files, joined by line ends, and which files they were.

    Parameters
    ----------
    path : path, optional
        By default the folder of the book, if the course was cloned.
    pattern : str or sequence of str
        Which files of a folder or archive, ``*.txt`` by default; notebooks
        (``*.ipynb``) give their Markdown cells.
    encoding : str, optional
        Of the files, if they are not UTF-8; it is guessed where it is clear.
    """
    patterns = (pattern,) if isinstance(pattern, str) else tuple(pattern or ())
    if path is None or Path(path) == places.BOOK:
        return _book(patterns)
    patterns = patterns or PATTERNS
    found = gather(
        path,
        lambda name: _matches(name, patterns),
        "a text file, or a folder or an archive of them",
    )
    taken = sorted(found.taken)
    texts, guess = decode_files([(n.name, data) for n, data in taken], encoding)
    text = "\n".join(_plain(n, t) for (n, _), t in zip(taken, texts, strict=True))
    if len(text) < 2:
        raise _nothing(Path(path).name, taken, found.left, patterns)
    plural = "s" if len(taken) > 1 else ""
    read = names([n for n, _ in taken], f"{len(taken):,} file{plural} read: ")
    return text, "; ".join(filter(None, [read, names(found.left, "not read: "), guess]))


def _matches(name, patterns):
    plain = PurePosixPath(str(name).lower().removesuffix(".gz"))
    return any(plain.match(p.lower()) for p in patterns)


def _plain(name, text):
    """Line ends as one character; of a notebook its Markdown cells."""
    if name.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join(
            "".join(c["source"]) for c in cells if c["cell_type"] == "markdown"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _book(patterns):
    """The book's own text: its pages, then its chapters."""
    folder = places.BOOK
    if not folder.is_dir():
        raise ValueError(
            f"There is no folder {str(folder)!r} with the book's text. It comes with a "
            "clone of the course, not with the package alone. Name a text of your own "
            "with --text FILE?"
        )
    files = [f for p in patterns or ("*.md",) for f in sorted(folder.rglob(p))]
    files += [] if patterns else sorted(folder.glob("*.ipynb"))
    text = "\n".join(
        _plain(f, f.read_text(encoding="utf-8-sig")) for f in files if f.is_file()
    )
    return text, f"the book's own text, {len(files)} files"


def _nothing(name, taken, left, patterns):
    suffixes = Counter(PurePosixPath(n).suffix for n in left)
    suffixes.pop("", None)
    step = "Name another with --text FILE"
    if suffixes and not taken:
        step = f"Pass --pattern '*{suffixes.most_common(1)[0][0]}'"
    what = "it is empty" if taken else f"no file in it matches {' '.join(patterns)}"
    return ValueError(
        f"{name} holds no text: {what}{names(left, '; there are ')}. Expected at least "
        f"two characters. {step}?"
    )


def corpus(text, level="characters", size=None):
    """A text in memory as a Corpus.

    Examples
    --------
    >>> c = corpus("be or not be or not be that", level="words", size=5)
    >>> c.alphabet, c.codes.tolist()
    (('<pad>', '<start>', '<unknown>', 'be', 'not'), [3, 2, 4, 3, 2, 4, 3, 2])
    """
    if level not in LEVELS:
        raise ValueError(
            f"level is {level!r}. A text is read as {' or as '.join(LEVELS)}. "
            "Write level='characters'?"
        )
    if level == "characters":
        alphabet = "".join(sorted(set(text)))
        index = {c: k for k, c in enumerate(alphabet)}
        return Corpus(_numbers(text, index, None), alphabet)
    if size is not None and size <= len(SPECIAL):
        raise ValueError(
            f"size is {size}, but {len(SPECIAL)} codes are taken by "
            f"{', '.join(SPECIAL)}. Expected at least {len(SPECIAL) + 1}. Write "
            "size=1000, or --size 1000?"
        )
    found = words(text)
    counts = Counter(found[: int(len(found) * TRAIN)])
    ranked = sorted(counts, key=lambda w: (-counts[w], w))
    alphabet = SPECIAL + tuple(ranked[: None if size is None else size - len(SPECIAL)])
    index = {w: k for k, w in enumerate(alphabet)}
    return Corpus(_numbers(found, index, UNKNOWN), alphabet)


def sample(rng, corpus, T=64, B=32):
    """Random windows: x (T, B) int64 and y (T, B), the characters one step later."""
    _check_room(corpus, T + 1)
    starts = rng.integers(0, len(corpus.codes) - T, size=B)
    windows = np.stack([corpus.codes[s : s + T + 1] for s in starts], axis=1)
    return torch.from_numpy(windows[:-1]), torch.from_numpy(windows[1:])


class Stream:
    """A text cut into B rows that are read on, window after window.

    ``stream(rng, step)`` -> x (T, B), y (T, B), fresh (B,) of bool: the window of this
    step; a ``fresh`` row must drop the state that was carried to it.  All rows are at
    the beginning of the text, and at any window each with probability ``reset``: who
    never starts from an empty state in training need not know how to in use.
    The step decides which window: a resumed run reads on where it stopped.
    """

    def __init__(self, corpus, T=64, B=32, reset=RESET):
        _check_room(corpus, (T + 1) * B)
        length = (len(corpus.codes) - 1) // B
        self.T, self.windows, self.reset = T, length // T, reset
        take = self.windows * T
        rows = [corpus.codes[b * length : b * length + take + 1] for b in range(B)]
        self.rows = torch.from_numpy(np.stack(rows, axis=1))  # (windows * T + 1, B)

    def __call__(self, rng, step):
        at = step % self.windows * self.T
        rows = self.rows[at : at + self.T + 1]
        fresh = rng.random(rows.shape[1]) < (1.0 if at == 0 else self.reset)
        return rows[:-1], rows[1:], torch.from_numpy(fresh)


def _check_room(corpus, least):
    if len(corpus.codes) < least + 1:
        unit = corpus.level
        raise ValueError(
            f"The corpus has {len(corpus.codes)} {unit}, too few for windows of T + 1; "
            f"this batch needs {least + 1}. Expected a longer text. Choose a smaller "
            "T or B?"
        )
