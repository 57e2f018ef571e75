"""A recurrent language model: which character or word comes next?

Embedding, any cell in any number of layers, readout.  Sources: Mikolov et al. (2010)
for the recurrent language model; Zaremba, Sutskever & Vinyals (2014) for dropout on the
connections between layers only; Gal & Ghahramani (2016) for one mask for all steps;
Press & Wolf (2017) for tied weights.  The two-layer GRU with hard sigmoids of the seeds
is ``LanguageModel("gru(reset='before', gate=hard_sigmoid)", I, H, K, num_layers=2)``;
with I = H it has 2 K H + K + 12 H H + 6 H parameters, 711,376 for H = 128 and 2,000
words.
"""

import numpy as np
import torch
from torch import nn

from ..doors import as_array, as_cell, check_number, check_rng, check_size
from ..engines.entry import check_codes, start_states
from .loss import readout_loss
from .parts import (
    SameMaskDropout,
    check_row,
    embedding,
    judging,
    readout,
    recurrent,
    seeds,
)
from .stepper import ModelStepper


class LanguageModel(nn.Module):
    """Scores of the next symbol for every symbol read.

    Parameters
    ----------
    cell : str or cell
        A name in ``CELLS``, a cell, or a call like "gru(reset='before')".
    I, H, K : int
        Width of the embedding; hidden units; number of symbols, characters or words.
    num_layers : int
    dropout : float
        On the embedding, between layers and before the readout; never along time.
    variational : bool
        Drop the same units at every step of a sequence.
    tied : bool
        The readout shares its weights with the embedding; both are equally wide.
    recurrent_dropout, zoneout, layer_norm
        Options of the layers, which do act along time: see ``Recurrent``.
    seed : int, optional
        Of the start values.

    Examples
    --------
    >>> model = LanguageModel("gru", 16, 32, 65, seed=0)
    >>> scores, (h,) = model(torch.zeros(7, 3, dtype=torch.long))
    >>> scores.shape, h.shape
    (torch.Size([7, 3, 65]), torch.Size([1, 3, 32]))
    """

    def __init__(
        self,
        cell,
        I,
        H,
        K,
        num_layers=1,
        *,
        dropout=0.0,
        variational=False,
        tied=False,
        recurrent_dropout=0.0,
        zoneout=0.0,
        layer_norm=False,
        seed=None,
    ):
        super().__init__()
        if tied and I != H:
            raise ValueError(
                f"Tied weights need an embedding as wide as the layers, but I is {I} "
                f"and H {H}. Expected equal sizes. Write I={H}, or leave out "
                "--embedding?"
            )
        e, r, o = seeds(seed, 3)
        num_layers = check_size("num_layers", num_layers)
        self.carry = None  # state after the last training window
        self.embedding = embedding("K", K, I, e)
        drops = dropout, variational
        options = {
            "recurrent_dropout": recurrent_dropout,
            "zoneout": zoneout,
            "layer_norm": layer_norm,
        }
        self.layers = _layers(as_cell(cell), I, H, num_layers, *drops, r, options)
        self.drop = SameMaskDropout(dropout) if variational else nn.Dropout(dropout)
        self.readout = readout(H, K, o)
        if tied:
            self.readout.weight = self.embedding.weight

    def initial(self, B):
        """The empty state of B rows, as ``forward`` would start from."""
        like = self.readout.weight
        cells = [
            (c, layer.hidden_size) for layer in self.layers for c in layer.layer_cells
        ]
        starts = zip(*(start_states(c, B, H, like) for c, H in cells), strict=True)
        return tuple(torch.stack(s) for s in starts)

    def forward(self, x, state=None):
        """Read x (T, B) int64 -> scores (T, B, K), state for what follows."""
        h, state = self.hidden(x, state)
        return self.readout(h), state

    def loss(self, x, y, state=None):
        """Mean cross entropy in nats of y (T, B) after x (T, B); the state."""
        h, state = self.hidden(x, state)
        return readout_loss(h, self.readout, y), state

    def hidden(self, x, state=None):
        """What the readout reads: h (T, B, H) of the top layer; the state."""
        h, table = check_codes(x, self.embedding.num_embeddings), self.embedding.weight
        if self.training and self.drop.p:
            h, table = self.drop(self.embedding(h)), None
        state, ends, at = _as_pair(state), [], 0
        for layer in self.layers:
            n = layer.num_layers
            mine = None if state is None else tuple(s[at : at + n] for s in state)
            h, end = layer(h, mine, table=table)
            h, at, table = self.drop(h), at + n, None
            ends.append(end)
        return h, tuple(torch.cat(s) for s in zip(*ends, strict=True))

    def stepper(self, B=1, state=None):
        """The model one symbol at a time, without gradients, as in eval mode.

        Parameters
        ----------
        B : int
            Texts side by side.
        state : tuple of tensor, optional
            What ``forward`` gave for the text so far.

        Returns
        -------
        ModelStepper
            A function codes (B,) -> scores (B, K) that keeps the state.

        Examples
        --------
        >>> model = LanguageModel("gru", 16, 32, 65, seed=0)
        >>> step = model.stepper(B=3)
        >>> step(torch.tensor([5, 0, 64])).shape
        torch.Size([3, 65])
        """
        return ModelStepper(self, B, _as_pair(state))


def _as_pair(state):
    """A state alone, as nn.GRU takes it, is a tuple of one."""
    return (state,) if isinstance(state, torch.Tensor) else state


def _layers(cell, I, H, num_layers, dropout, variational, seed, options):
    """One module of all layers, or one per layer where the same units must drop."""
    if not variational:
        return nn.ModuleList(
            [recurrent(cell, I, H, num_layers, dropout=dropout, seed=seed, **options)]
        )
    if cell.tied(num_layers):
        raise ValueError(
            f"{cell.name} ties its layers together, so variational dropout cannot come "
            "between them. Expected a cell of one layer. Pass variational=False?"
        )
    return nn.ModuleList(
        recurrent(cell, I if k == 0 else H, H, 1, seed=s, **options)
        for k, s in enumerate(seeds(seed, num_layers))
    )


def window_loss(model, batch):
    """Mean cross entropy in nats of a batch (x, y), each window from an empty state."""
    return model.loss(*batch)[0]


def stream_loss(model, batch):
    """The same for a batch (x, y, fresh) of ``tasks.text.Stream``, with carried state.

    Truncated back-propagation: values cross from window to window, gradients do not.
    """
    x, y, fresh = batch
    start = model.initial(x.shape[1])
    if model.carry is not None:
        start = tuple(
            torch.where(_rows(fresh, s), s, c)
            for s, c in zip(start, model.carry, strict=True)
        )
    loss, state = model.loss(x, y, start)
    model.carry = tuple(s.detach() for s in state)
    return loss


def _rows(fresh, state):
    """fresh (B,) against a state (layers, B, ...)."""
    return fresh.reshape(1, -1, *[1] * (state.dim() - 2))


def generate(model, start, length, rng, temperature=1.0, top_k=None, top_p=None):
    """Let the model write on.

    Parameters
    ----------
    start : ndarray (n,) of int64
        What it reads first; at least one symbol.
    length : int
        Symbols to write.
    rng : numpy.random.Generator
    temperature, top_k, top_p
        As for ``choose``.

    Returns
    -------
    ndarray (length,) of int64
    """
    start = check_row("start", start, 1)
    check_rng(rng)
    length = check_size("length", length)
    device = model.readout.weight.device
    x, out = torch.as_tensor(start, device=device)[:, None], []
    with judging(model):
        scores, state = model(x)
        step, scores = model.stepper(1, state), scores[-1]
        while True:
            last = scores[0].double().cpu().numpy()
            out.append(choose(last, rng, temperature, top_k, top_p))
            if len(out) == length:
                break
            scores = step(torch.tensor([out[-1]], device=device))
    return np.array(out, dtype=np.int64)


def choose(scores, rng, temperature=1.0, top_k=None, top_p=None):
    """Draw one symbol by its score (K,).

    Parameters
    ----------
    temperature : float
        Scores are divided by it: below 1 bolder, above 1 wilder, 0 the best one always.
    top_k : int, optional
        Only the k best.
    top_p : float, optional
        Only the nucleus, the fewest best that hold this much probability together
        (Holtzman et al. 2020).

    Examples
    --------
    >>> choose(np.log([0.1, 0.6, 0.3]), np.random.default_rng(0), top_p=0.5)
    1
    """
    _check_choice(temperature, top_k, top_p)
    check_rng(rng)
    scores = _scores(scores)
    order = np.argsort(-scores, kind="stable")
    if temperature == 0:
        return int(order[0])
    p = np.exp((scores[order] - scores[order[0]]) / temperature)
    p /= p.sum()
    keep = len(p) if top_k is None else min(top_k, len(p))
    if top_p is not None:
        keep = min(keep, int(np.searchsorted(np.cumsum(p), top_p)) + 1)
    p = p[:keep] / p[:keep].sum()
    return int(order[rng.choice(keep, p=p)])


def _check_choice(temperature, top_k, top_p):
    check_number("temperature", temperature, low=0.0)
    if top_k is not None:
        check_size("top_k", top_k)
    if top_p is not None and not 0 < check_number("top_p", top_p) <= 1:
        raise ValueError(
            f"top_p is {top_p}. It is a share of the probability. Expected above 0 and "
            "at most 1. Leave top_p out?"
        )


def _scores(scores):
    """Scores (K,) of float64, none of them NaN or +inf."""
    scores = as_array("scores", scores)
    number = scores.dtype.kind in "iuf" and scores.ndim == 1 and len(scores)
    if not number or not np.isfinite(scores.max(initial=-np.inf)):
        raise ValueError(
            f"scores have shape {scores.shape} and dtype {scores.dtype}, or hold NaN "
            "or no finite number. Expected one score for each of K symbols. Pass "
            "scores[-1, 0] of what the model gives?"
        )
    return scores.astype(float)
