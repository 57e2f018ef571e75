"""An encoder that reads a whole sequence, and a decoder that then writes another.

The encoder's last state is all that the decoder gets: one vector, however long the
sentence (Sutskever, Vinyals & Le 2014; Cho et al. 2014).  In training the decoder reads
the right symbols (teacher forcing, Williams & Zipser 1989); in use, its own.
"""

import numpy as np
import torch
from torch import nn

from ..doors import check_size
from ..engines.entry import check_codes
from .parts import embedding, judging, readout, recurrent, seeds


class Translator(nn.Module):
    """Scores of the next symbol to write, for a sequence read.

    Parameters
    ----------
    cell : str or cell
    I, H : int
        Width of both embeddings; hidden units of encoder and decoder.
    words, K : int
        Number of codes read, code 0 is padding; number of codes written, of which the
        last is the sign of the end.
    num_layers : int
    seed : int, optional

    Examples
    --------
    >>> model = Translator("lstm", 8, 16, words=14, K=11, seed=0)
    >>> x, y = torch.ones(5, 3, dtype=torch.long), torch.ones(4, 3, dtype=torch.long)
    >>> model(x, torch.tensor([5, 2, 3]), y).shape
    torch.Size([4, 3, 11])
    """

    def __init__(self, cell, I, H, *, words, K, num_layers=1, seed=None):
        super().__init__()
        e, d, r, s, o = seeds(seed, 5)
        self.read = embedding("words", words, I, e)
        self.written = embedding("K", check_size("K", K) + 1, I, d)  # K: the start
        self.encoder = recurrent(cell, I, H, num_layers, seed=r)
        self.decoder = recurrent(cell, I, H, num_layers, seed=s)
        self.readout = readout(H, K, o)
        self.K = K

    def forward(self, x, lengths, y):
        """Read x (S, B), lengths (B,); scores (T, B, K) of y (T, B), its past given."""
        y = check_codes(y, self.written.num_embeddings)
        first = torch.full_like(y[:1], self.K)
        return self.write(torch.cat([first, y[:-1]]), self.encode(x, lengths))[0]

    def encode(self, x, lengths):
        """All that the decoder learns of x: the encoder's state after the last word."""
        x = check_codes(x, self.read.num_embeddings)
        return self.encoder(self.read(x), lengths=lengths)[1]

    def write(self, y, state):
        """Read symbols written so far, y (T, B): -> scores (T, B, K), state."""
        h, state = self.decoder(self.written(y), state)
        return self.readout(h), state


def translator_loss(model, batch):
    """Mean cross entropy in nats of a batch x, lengths, y, mask, over what counts."""
    x, lengths, y, mask = batch
    scores = model(x, lengths, y)
    return nn.functional.cross_entropy(scores[mask], y[mask])


def greedy(model, x, lengths, longest):
    """Always write the likeliest symbol: codes (longest, B), the end included.

    Parameters
    ----------
    x : tensor (S, B) of int64
    lengths : tensor (B,)
    longest : int
        Symbols to write; what follows the first end of a column means nothing.
    """
    longest = check_size("longest", longest)
    with judging(model):
        state = model.encode(x, lengths)
        y, out = torch.full_like(x[:1], model.K), []
        for _ in range(longest):
            scores, state = model.write(y, state)
            y = scores.argmax(-1)
            out.append(y[0])
    return torch.stack(out).cpu().numpy()


def beam(model, x, width, longest):
    """The likeliest whole sequence among ``width`` that are kept at every step.

    Parameters
    ----------
    x : tensor (S, 1) of int64
        One sequence, without padding.
    width : int
        1 is the greedy way.
    longest : int

    Returns
    -------
    list of (float, list of int)
        Log probability and codes, the best first; finished ones end in the end sign.
    """
    width, longest = check_size("width", width), check_size("longest", longest)
    end = model.K - 1
    with judging(model):
        state = model.encode(x, torch.tensor([len(x)]))
        alive, done = [(0.0, [model.K])], []
        for _ in range(longest):
            last = torch.tensor([[codes[-1] for _, codes in alive]], device=x.device)
            scores, state = model.write(last, state)
            alive, rows = _best(alive, scores[0].log_softmax(-1).double(), width)
            done += [b for b in alive if b[1][-1] == end]
            going = [k for k, b in enumerate(alive) if b[1][-1] != end]
            alive, rows = [alive[k] for k in going], [rows[k] for k in going]
            if not alive or (done and max(done)[0] >= alive[0][0]):
                break  # no longer sequence can become likelier than one that ended
            state = tuple(s[:, rows] for s in state)
    found = sorted([*done, *alive], key=lambda b: -b[0])[:width]
    return [(p, codes[1:]) for p, codes in found]


def _best(alive, scores, width):
    """The best ways on: -> [(log p, codes)], and which row each comes from."""
    K = scores.shape[-1]
    total = np.array([p for p, _ in alive])[:, None] + scores.cpu().numpy()
    best = np.argsort(-total, axis=None, kind="stable")[:width]
    found = [(float(total.flat[n]), [*alive[n // K][1], int(n % K)]) for n in best]
    return found, [int(n // K) for n in best]
