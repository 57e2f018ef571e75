"""Classify a text: embedding, a recurrent layer, one score per class.

``Classifier("lstm", 32, 100, words=5000)`` is the film-review model of Keras' examples,
Embedding(5000, 32), LSTM(100), Dense(1): 213,301 parameters.
"""

import torch
from torch import nn

from ..doors import check_size
from ..engines.choose import ordinary
from ..engines.entry import check_codes
from ..tasks.vocabulary import PAD
from .parts import embedding, judging, readout, recurrent, seeds

READS = ("last", "mean")


class Classifier(nn.Module):
    """Scores of the classes of whole sequences.

    Parameters
    ----------
    cell : str or cell
        A name in ``CELLS``, a cell, or a call like "gru(reset='before')".
    I, H : int
        Width of the embedding; hidden units.
    K : int
        Number of classes; 1 for yes or no (a score above 0 is yes).
    num_layers : int
    words : int
        Number of codes; code 0 is padding.
    dropout : float
        On the embedding, between layers, and before the readout.
    read : str
        "last": the state after the last step; "mean": the mean of all outputs.
    masked : bool
        Skip padding, wherever it stands: the state passes it unchanged and no mean
        counts it.  Unmasked, the layer reads zeros as if they were a word.
    bidirectional : bool
    seed : int, optional

    Examples
    --------
    >>> model = Classifier("lstm", 32, 100, words=5000, seed=0)
    >>> sum(p.numel() for p in model.parameters())
    213301
    """

    def __init__(
        self,
        cell,
        I,
        H,
        K=1,
        num_layers=1,
        *,
        words,
        dropout=0.0,
        read="last",
        masked=False,
        bidirectional=False,
        seed=None,
    ):
        super().__init__()
        if read not in READS:
            raise ValueError(
                f"read is {read!r}. Outputs are read in one of the ways "
                f"{', '.join(map(repr, READS))}. Write read='last'?"
            )
        e, r, o = seeds(seed, 3)
        self.embedding = embedding("words", words, I, e)
        self.layer = recurrent(
            cell, I, H, num_layers, bidirectional=bidirectional, dropout=dropout, seed=r
        )
        self.drop = nn.Dropout(dropout)
        self.readout = readout(H * self.layer.directions, K, o)
        self.read, self.masked, self.K = read, masked, K

    def forward(self, x):
        """Read x (T, B) int64 -> scores (B, K), or (B,) where K is 1."""
        x, lengths = check_codes(x, self.embedding.num_embeddings), None
        if self.masked:
            x, lengths = to_front(x)
        h, state = self.layer(self.drop(self.embedding(x)), lengths=lengths)
        if self.read == "last":  # h of the last layer, each direction
            h = torch.cat(tuple(state[0][-self.layer.directions :]), -1)
        elif lengths is None:
            h = h.mean(0)
        else:  # outputs after the end are zero
            h = h.sum(0) / lengths[:, None]
        scores = self.readout(self.drop(h))
        return scores[:, 0] if self.K == 1 else scores


def to_front(x):
    """Move padding behind the text: x (T, B) -> the same texts first, lengths (B,).

    A text without any word keeps one step of padding.
    """
    real = x != PAD
    order = torch.argsort(~real, dim=0, stable=True)
    return x.gather(0, order), real.sum(0).clamp(min=1)


def classifier_loss(model, batch):
    """Mean cross entropy in nats of a batch x (T, B), y (B,)."""
    x, y = batch
    return _cost(model(x), _check_labels(y, x, model.K))


def _check_labels(y, x, K):
    """One class for each text: y (B,) from 0 to K - 1, or 0 and 1 where K is 1."""
    whole = isinstance(y, torch.Tensor) and (K == 1 or not y.is_floating_point())
    B, top = x.shape[1] if x.dim() == 2 else None, max(K - 1, 1)
    if (
        not whole
        or y.shape != (B,)
        or (ordinary([y]) and not 0 <= float(y.min()) <= float(y.max()) <= top)
    ):
        raise ValueError(
            f"y is a {type(y).__name__} of shape {tuple(getattr(y, 'shape', ()))}, for "
            f"texts x {tuple(x.shape)}. Expected ({B},), classes from 0 to {top}. "
            "Is x (T, B), time first, and was K counted right?"
        )
    return y


def _cost(scores, y):
    """Mean cross entropy of scores (B,) for yes or no, or (B, K)."""
    if scores.dim() == 1:
        target = y.to(scores.dtype)
        return nn.functional.binary_cross_entropy_with_logits(scores, target)
    return nn.functional.cross_entropy(scores, y)


def evaluate(model, x, y, B=256):
    """Loss in nats and accuracy over x (T, N), y (N,)."""
    B, device = check_size("B", B), model.readout.weight.device
    x = check_codes(x, model.embedding.num_embeddings)
    y = _check_labels(y, x, model.K)
    with judging(model):
        scores = torch.cat([model(part.to(device)).cpu() for part in x.split(B, 1)])
    right = (scores > 0) == (y > 0) if model.K == 1 else scores.argmax(-1) == y
    return {"loss": float(_cost(scores, y)), "accuracy": float(right.double().mean())}
