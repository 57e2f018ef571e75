"""Film reviews as sequences of words: was the verdict positive?

Source: Maas et al. (2011), 50,000 reviews of IMDB, half positive; without a download,
240 short ones that were written for this course.  Words become numbers by Keras'
conventions, each of which can be changed: the ``size`` most frequent words of the
training part have a number of their own, rarer ones become 2 (they are not dropped, and
not zero); a review starts with 1; it is cut to its *last* ``length`` words and filled
with zeros *in front*, so that an LSTM without a mask reads the zeros first.

Shapes: x (T, N) int64, y (N,) int64 with 1 for positive.  Chance: half right.
"""

import warnings
from typing import NamedTuple

import torch

from ..data import reviews as files
from ..data.columns import PLAIN
from .task import sample as sample
from .vocabulary import Vocabulary, pad

CHANCE = 0.5


class Data(NamedTuple):
    """Encoded reviews, pairs (x (T, N), y (N,)), the vocabulary, what was read."""

    train: tuple
    valid: tuple
    test: tuple
    vocabulary: Vocabulary
    account: str = ""


def load(source=None, seed=0, form=PLAIN):
    """Training and test reviews as text.

    Parameters
    ----------
    source : str or path, optional
        "sample", the bundled ones (default); "imdb", once 'lstm-course data imdb' has
        fetched them; or an archive, a folder or a table of your own.
    seed : int
        Of the split, where the source has no test part.
    form : Form
        How a table is read whose columns or verdicts have unusual names.

    Returns
    -------
    train, test : Reviews
        Each with ``texts`` (list of N str) and ``labels`` (N,).

    Examples
    --------
    >>> train, test = load()
    >>> len(train.texts), len(test.texts), float(train.labels.mean())
    (192, 48, 0.5)
    """
    return files.read(files.find(source), seed, form)


def encode(
    reviews, vocabulary, length=None, padding="pre", truncation="pre", start=True
):
    """Texts to tensors x (T, N), y (N,), with the conventions said above."""
    rows, labels = _rows(reviews, vocabulary, start)
    return _padded(rows, labels, length, padding, truncation)


def _rows(reviews, vocabulary, start=True):
    return [vocabulary.encode(t, start) for t in reviews.texts], reviews.labels


def _padded(rows, labels, length, padding, truncation):
    x = pad(rows, length, padding, truncation)
    return torch.from_numpy(x), torch.from_numpy(labels)


def prepare(
    source=None,
    size=5000,
    length=500,
    padding="pre",
    truncation="pre",
    seed=0,
    form=PLAIN,
):
    """Everything a classifier needs, the words counted on the training part alone.

    Parameters
    ----------
    source
        As for ``load``.
    size : int
        Codes in all, rows of the embedding.
    length : int
        Steps T of every review, or fewer where the longest is shorter.
    padding, truncation : str
        "pre" (Keras) or "post".
    seed : int
        Of what is split off for validation and test.
    form : Form
        How a table is read whose columns or verdicts have unusual names.

    Examples
    --------
    >>> data = prepare(length=20)
    >>> data.train[0].shape, data.valid[0].shape, data.test[0].shape
    (torch.Size([20, 172]), torch.Size([20, 20]), torch.Size([20, 48]))
    """
    parts = files.read_parts(files.find(source), seed, form)
    if parts.skipped:
        warnings.warn(parts.account, stacklevel=2)
    return encode_parts(parts, size, length, padding, truncation)


def encode_parts(parts, size=5000, length=500, padding="pre", truncation="pre"):
    """The same from ``Parts`` of reviews."""
    vocabulary = Vocabulary(parts.train.texts, size)
    coded = [_rows(part, vocabulary) for part in parts[:3]]
    length = min(length, max(len(row) for rows, _ in coded for row in rows))
    return Data(
        *(_padded(*part, length, padding, truncation) for part in coded),
        vocabulary,
        parts.account,
    )
