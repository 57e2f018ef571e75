"""The parts of a data set by the words that people use: train, valid, test.

"eval" stands for words that mean the test part, or, beside one, the validation part;
"unsup" for what has no verdicts.
"""

import re
from pathlib import PurePosixPath

WORDS = {
    "train": ("train", "training", "trn", "tr", "learn"),
    "valid": (
        "valid",
        "validation",
        "validate",
        "val",
        "vld",
        "dev",
        "devel",
        "development",
        "tune",
        "tuning",
    ),
    "test": ("test", "testing", "tst", "te"),
    "eval": ("eval", "evaluation", "heldout", "holdout"),
    "unsup": ("unsup", "unsupervised", "unlabeled", "unlabelled"),
}
PARTS = {word: part for part, words in WORDS.items() for word in words}


def part_of_word(word: str) -> str:
    """The part that a word names, or "".

    Examples
    --------
    >>> [part_of_word(w) for w in ("Training", "held-out", "test set", "hotel")]
    ['train', 'eval', 'test', '']
    """
    word = re.sub(r"[\s_-]", "", word.strip().lower())
    return PARTS.get(word) or PARTS.get(re.sub(r"(data|set|split|file)$", "", word), "")


def part_of_file(name: PurePosixPath) -> str:
    """The part that a file's name, or else a folder around it, says, or "".

    Examples
    --------
    >>> [part_of_file(PurePosixPath(n)) for n in ("labeledTrainData.tsv", "dev/a.csv")]
    ['train', 'valid']
    """
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name.name.split(".")[0])
    found = [part for part in map(part_of_word, words) if part]
    if "unsup" in found:
        return "unsup"
    around = (part_of_word(folder) for folder in reversed(name.parts[:-1]))
    return next(iter((*found, *filter(None, around))), "")
