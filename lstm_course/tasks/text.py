"""A stream of characters or words of any UTF-8 text; by default the book's own text.

A task for language models: x are numbers of characters (or words), y the same one step
later.  Chance, all K characters alike: log2(K) bits per character.  What counts is bits
per character, or perplexity per word, on held-out text.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from .vocabulary import PAD, UNKNOWN

LEVELS = ("characters", "words")
SPECIAL = ("<pad>", "<start>", "<unknown>")  # codes 0, 1, 2 of words
WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*|[^\w\s]|\n")
RESET = 0.05  # so a state is carried over 20 windows on average
TRAIN = 0.9  # share of a text that is for training; words are counted there


@dataclass(frozen=True)
class Corpus:
    """A text as numbers: ``codes`` (N,) int64 into ``alphabet``.

    The alphabet is a string of sorted characters, or a tuple of words, the most
    frequent first, after ``<pad>``, ``<start>`` and ``<unknown>``.
    """

    codes: np.ndarray
    alphabet: str | tuple

    @property
    def level(self) -> str:
        return LEVELS[not isinstance(self.alphabet, str)]

    def encode(self, text: str, unknown: str | None = None) -> np.ndarray:
        """Text to numbers.  A word out of the alphabet is ``<unknown>``; a character
        out of it becomes the character ``unknown``, or is an error where none is given.
        """
        index = {c: k for k, c in enumerate(self.alphabet)}
        if self.level == "words":
            return _numbers(WORD.findall(text), index, UNKNOWN)
        missing = sorted(set(text) - set(index))
        if missing and unknown is None:
            raise ValueError(
                f"The text holds {missing[0]!r}, which the corpus does not. Its "
                f"{len(index)} characters are {self.alphabet!r}. Leave it out, or pass "
                "unknown=' '?"
            )
        return _numbers(text, index, index.get(unknown))

    def decode(self, codes) -> str:
        """Numbers to text; words are joined by spaces, padding is left out."""
        if self.level == "characters":
            return "".join(self.alphabet[int(k)] for k in codes)
        text = " ".join(self.alphabet[int(k)] for k in codes if k != PAD)
        return re.sub(r" ?\n ?", "\n", re.sub(r" ([.,;:!?)])", r"\1", text))

    def split(self, valid: float = 1.0 - TRAIN) -> tuple["Corpus", "Corpus"]:
        """The first part for training, the last for validation."""
        cut = int(len(self.codes) * (1.0 - valid))
        return (Corpus(self.codes[:cut], self.alphabet),
                Corpus(self.codes[cut:], self.alphabet))


def _numbers(items, index, unknown):
    return np.array([index.get(c, unknown) for c in items], dtype=np.int64)


def read(path: str | Path | None = None, pattern: str = "*.md",
         level: str = "characters", size: int | None = None) -> Corpus:
    """Read a UTF-8 file, or every file of a folder that matches the pattern.

    Parameters
    ----------
    path : path, optional
        By default the folder of the book, if the course was cloned.
    pattern : str
        Which files of a folder; notebooks (``*.ipynb``) give their Markdown cells.
    level : str
        "characters", or "words": words, punctuation marks and line ends.
    size : int, optional
        Of the alphabet of words, specials included; rarer ones are ``<unknown>``.

    Raises
    ------
    ValueError
        If there is nothing to read or a file is not UTF-8.
    """
    path = Path(path) if path is not None else book_folder()
    if not path.exists():
        raise ValueError(
            f"There is no file or folder {str(path)!r}. A corpus is read from a UTF-8 "
            "text file or a folder of them. Check the path?"
        )
    files = sorted(path.rglob(pattern)) if path.is_dir() else [path]
    files = [f for f in files if f.is_file()]
    if path == book_folder():
        files += sorted(path.glob("*.ipynb"))
    text = "\n".join(_read_one(f) for f in files)
    if len(text) < 2:
        raise ValueError(
            f"{path.name} holds no text. A corpus needs at least two characters from a "
            f"file, or from files {pattern} of a folder. Check the path?"
        )
    return corpus(text, level, size)


def corpus(text: str, level: str = "characters", size: int | None = None) -> Corpus:
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
    words = WORD.findall(text)
    counts = Counter(words[: int(len(words) * TRAIN)])
    ranked = sorted(counts, key=lambda w: (-counts[w], w))
    alphabet = SPECIAL + tuple(ranked[: None if size is None else size - len(SPECIAL)])
    index = {w: k for k, w in enumerate(alphabet)}
    return Corpus(_numbers(words, index, UNKNOWN), alphabet)


def book_folder() -> Path:
    """The folder with the book's own text."""
    return Path(__file__).resolve().parents[2] / "book"


def _read_one(file):
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{file.name} is not UTF-8: byte {error.start} cannot be decoded. A corpus "
            "is UTF-8 text. Convert it with 'iconv -t UTF-8'?"
        ) from None
    if file.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(c["source"]) for c in cells
                           if c["cell_type"] == "markdown")
    return text


def sample(rng: np.random.Generator, corpus: Corpus, T: int = 64, B: int = 32):
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

    def __init__(self, corpus: Corpus, T: int = 64, B: int = 32, reset: float = RESET):
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
