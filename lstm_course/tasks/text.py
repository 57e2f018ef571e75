"""A character stream of any UTF-8 text; by default the text of the book itself.

A task for next-character models: x are character numbers, y the same one step later.
Chance level log2(K) bits per character for K characters; what counts is bits per
character on held-out text.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch


@dataclass(frozen=True)
class Corpus:
    """A text as numbers: ``codes`` (N,) int64 into the sorted characters ``alphabet``."""

    codes: np.ndarray
    alphabet: str

    def encode(self, text: str) -> np.ndarray:
        """Characters to numbers; every character must be in the alphabet."""
        index = {c: k for k, c in enumerate(self.alphabet)}
        if unknown := sorted(set(text) - set(index)):
            raise ValueError(
                f"The text holds {unknown[0]!r}, which the corpus does not. Its "
                f"{len(index)} characters are {self.alphabet!r}. Leave it out?"
            )
        return np.array([index[c] for c in text], dtype=np.int64)

    def decode(self, codes) -> str:
        """Numbers to characters."""
        return "".join(self.alphabet[int(k)] for k in codes)

    def split(self, valid: float = 0.1) -> tuple["Corpus", "Corpus"]:
        """The first part for training, the last for validation."""
        cut = int(len(self.codes) * (1.0 - valid))
        return (Corpus(self.codes[:cut], self.alphabet),
                Corpus(self.codes[cut:], self.alphabet))


def read(path: str | Path | None = None, pattern: str = "*.md") -> Corpus:
    """Read a UTF-8 file, or every file of a folder that matches the pattern.

    Parameters
    ----------
    path : path, optional
        By default the folder of the book, if the course was cloned.
    pattern : str
        Which files of a folder; notebooks (``*.ipynb``) give their Markdown cells.

    Raises
    ------
    ValueError
        If there is nothing to read or a file is not UTF-8.
    """
    path = Path(path) if path is not None else book_folder()
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
    alphabet = "".join(sorted(set(text)))
    index = {c: k for k, c in enumerate(alphabet)}
    return Corpus(np.array([index[c] for c in text], dtype=np.int64), alphabet)


def book_folder() -> Path:
    """The folder with the book's own text."""
    return Path(__file__).resolve().parents[2] / "book"


def _read_one(file):
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{file.name} is not UTF-8: byte {error.start} cannot be decoded. A corpus "
            "is UTF-8 text. Convert it with 'iconv -t UTF-8'?"
        ) from None
    if file.suffix == ".ipynb":
        import json

        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(c["source"]) for c in cells
                           if c["cell_type"] == "markdown")
    return text


def sample(rng: np.random.Generator, corpus: Corpus, T: int = 64, B: int = 32):
    """Random windows: x (T, B) int64 and y (T, B), the characters one step later."""
    if len(corpus.codes) <= T + 1:
        raise ValueError(
            f"The corpus has {len(corpus.codes)} characters, fewer than a window of "
            f"T + 1 = {T + 1}. Expected a longer text. Choose a smaller T?"
        )
    starts = rng.integers(0, len(corpus.codes) - T, size=B)
    windows = np.stack([corpus.codes[s : s + T + 1] for s in starts], axis=1)
    return torch.from_numpy(windows[:-1]), torch.from_numpy(windows[1:])
