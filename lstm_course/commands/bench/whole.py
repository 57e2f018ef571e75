"""Whole models, and single steps, beside the same around torch's own layers.

lm        a training step of a character model: forward, backward, clip, AdamW
stream    a step at B = 1 without gradients, beside torch's cell for single steps
"""

import torch
from torch import nn

from ...doors import as_cell
from ...models import LanguageModel
from ...models.language_model import window_loss
from ...recurrent import Recurrent
from . import measure

T, B, K = 64, 64, 65  # steps, rows, characters: a batch of tiny Shakespeare
UNITS = {"lm": (128, 384), "stream": (64, 128, 384)}
STEPS = 200  # of a stream, timed together
CELLS = {"rnn": nn.RNNCell, "gru": nn.GRUCell}  # every other: nn.LSTMCell


class Theirs(nn.Module):
    """The same model around a layer of torch's own, each part as torch has it."""

    def __init__(self, layer, H):
        super().__init__()
        self.embedding, self.layer = nn.Embedding(K, H), layer(H, H)
        self.readout = nn.Linear(H, K)

    def loss(self, x, y):
        scores = self.readout(self.layer(self.embedding(x))[0])
        return nn.functional.cross_entropy(scores.flatten(0, 1), y.flatten()), None


def lm(cell, H):
    """Training steps to time: the reference twice, then the cell's model."""
    generator = torch.Generator().manual_seed(0)
    batch = torch.randint(K, (2, T, B), generator=generator)
    layer = measure.REFERENCE.get(as_cell(cell).name, nn.LSTM)
    models = [Theirs(layer, H), Theirs(layer, H), LanguageModel(cell, H, H, K, seed=0)]
    return [training(model, batch) for model in models]


def training(model, batch):
    """One training step as a function."""
    adam = torch.optim.AdamW(model.parameters())

    def step():
        adam.zero_grad()
        window_loss(model, batch).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()

    return step


def stream(cell, H):
    """STEPS steps to time: the reference twice, then the cell's stepper."""
    name = as_cell(cell).name
    theirs = CELLS.get(name, nn.LSTMCell)(H, H)
    x, state = torch.randn(1, H), torch.zeros(1, H)
    state = state if name in CELLS else (state, state)
    step = Recurrent(cell, H, H, seed=0).stepper()

    def reference():
        with torch.no_grad():
            for _ in range(STEPS):
                theirs(x, state)

    return [reference, reference, lambda: [step(x) for _ in range(STEPS)]]


def bench(what, cells, rounds=9, say=print):
    """Measure cells in models ("lm") or single steps ("stream"): list of rows."""
    rows = []
    make, times = {"lm": (lm, 1), "stream": (stream, STEPS)}[what]
    say(HEAD)
    for cell in cells:
        for H in UNITS[what]:
            row = measure.beside(make(cell, H), rounds)
            del row["seconds"]
            row |= {k: row[k] / times for k in ("ms", "reference_ms")}
            rows.append({"cell": measure.named(cell), "H": H, "what": what} | row)
            say(line(rows[-1]))
    return rows


HEAD = (
    f"{'what':7} {'cell':12} {'H':>4} {'ms':>9} {'torch.nn':>9} {'ratio':>7} {'A/A':>6}"
)


def line(row):
    """A row of the table."""
    ratio = f"{row['ratio']:7.2f}" if row["ratio"] else f"{'-':>7}"
    return (
        f"{row['what']:7} {row['cell']:12} {row['H']:4} {row['ms']:9.3f} "
        f"{row['reference_ms']:9.3f} {ratio} {row['restless']:6.2f}"
    )
