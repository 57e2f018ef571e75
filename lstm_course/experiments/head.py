"""Chapter 8: an LSTM with one head of attention, and one without, of equal weights.

Both read tiny Shakespeare.  The head stands above the layer: each h asks, with a query,
which h before it in the window fit, and their weighted mean is added to it.  What the
head costs in weights the other has as more units.

Sources: Vaswani et al. (2017) for queries, keys and values; Merity (2019, SHA-RNN) for
the question.
"""

import torch
from torch import nn

from ..data.sources import SHAKESPEARE
from ..models import LanguageModel
from ..models.language_model import stream_loss
from ..models.parts import seeds
from ..models.scoring import costs
from ..tasks import text
from ..train import fit

UNITS = {"head": 128, "none": 144}  # of the layer, so that weights are nearly equal
D, I, T, B, STEPS, RATE = 32, 64, 128, 32, 1000, 6e-3
SEEDS = range(3)


class WithHead(LanguageModel):
    """A language model whose h looks back over the window.

    Parameters
    ----------
    D : int
        Numbers in a query and in a key; a value has H.
    """

    def __init__(self, cell, I, H, K, D, *, seed):
        first, *own = seeds(seed, 4)
        super().__init__(cell, I, H, K, seed=first)
        widths = zip(own, (D, D, H), strict=True)
        self.query, self.key, self.value = (_linear(H, n, s) for s, n in widths)

    def hidden(self, x, state=None):
        """What the readout reads, h (T, B, H) with what it looked at; the state."""
        h, state = super().hidden(x, state)
        rows = h.transpose(0, 1)  # (B, T, H)
        looked = nn.functional.scaled_dot_product_attention(
            self.query(rows), self.key(rows), self.value(rows), is_causal=True
        )
        return h + looked.transpose(0, 1), state


def _linear(H, n, seed):
    layer = nn.Linear(H, n, bias=False)
    generator = torch.Generator().manual_seed(seed)
    nn.init.uniform_(layer.weight, -(H**-0.5), H**-0.5, generator=generator)
    return layer


def grid():
    """All runs."""
    return [{"model": m, "seed": s} for m in UNITS for s in SEEDS]


def run(model, seed, steps=STEPS):
    """One run: -> windows (nats, windows of T symbols), weights."""
    train, valid = text.read(SHAKESPEARE.find()).split()
    K, H = len(train.alphabet), UNITS[model]
    if model == "head":
        net = WithHead("lstm", I, H, K, D, seed=seed)
    else:
        net = LanguageModel("lstm", I, H, K, seed=seed)
    fit(
        net,
        stream_loss,
        text.Stream(train, T, B),
        steps=steps,
        lr=RATE,
        schedule="cosine",
        seed=seed,
        device="cpu",
        progress=False,
    )
    loss = costs(net, valid.codes, T, scores="windows").mean()
    numbers = sum(p.numel() for p in net.parameters())
    return {"windows": round(float(loss), 4), "weights": numbers}
