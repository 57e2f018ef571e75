"""Chapter 6: what crosses from one window of a text to the next?

The same character model is trained on the same text in windows of 16 characters.
Between windows it carries nothing, only h (a fault that shipped: the cell state starts
from 0 at every window), h and c, or both with a fresh start now and then.  Gradients
never cross (truncated back-propagation).  Each is scored with h and c carried through a
text it has not seen, and as it was trained: in windows of 16 with what it carries.
"""

import torch
from torch import nn

from ..data.sources import SHAKESPEARE
from ..models import LanguageModel
from ..models.language_model import stream_loss, window_loss
from ..models.scoring import costs
from ..tasks import text
from ..train import fit

WAYS = ("nothing", "h", "h and c", "h and c, resets")
SEEDS = range(3)
H, T, B, STEPS, EVERY, RATE = 128, 16, 64, 3000, 500, 4e-3
JUDGED = 40_000  # characters of the validation text


def grid():
    """All runs."""
    return [{"way": way, "seed": seed} for way in WAYS for seed in SEEDS]


def run(way, seed, steps=STEPS, every=EVERY):
    """One run: -> step, carried, own: nats at the validations, scored in two ways."""
    train, valid = text.read(SHAKESPEARE.find()).split()
    codes = valid.codes[: JUDGED + 1]
    model = LanguageModel("lstm", H, H, len(train.alphabet), seed=seed)
    stream = text.Stream(train, T, B, text.RESET if "resets" in way else 0.0)
    curve = fit(
        model,
        loss_of(way),
        stream,
        steps=steps,
        lr=RATE,
        schedule="cosine",
        seed=seed,
        valid=lambda model: {
            "loss": float(costs(model, codes, B=32).mean()),
            "own_loss": own(model, way, codes),
        },
        every=every,
        device="cpu",
        progress=False,
    )
    found = {"carried": "loss", "own": "own_loss"}
    curves = {k: [round(v[n], 4) for v in curve.valid] for k, n in found.items()}
    return {"step": [v["step"] for v in curve.valid]} | curves


def own(model, way, codes):
    """Nats of a text that is read as the model was trained, 16 letters at a time."""
    if way == "nothing":
        return float(costs(model, codes, T, B=512, scores="windows").mean())
    reader = OnlyH(model) if way == "h" else model
    return float(costs(reader, codes, T, B=32).mean())


class OnlyH(nn.Module):
    """The model with the fault: after each window c is 0."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x, state):
        scores, (h, c) = self.model(x, state)
        return scores, (h, torch.zeros_like(c))


def loss_of(way):
    """``loss(model, batch)`` of a way to carry the state."""
    if way == "nothing":
        return lambda model, batch: window_loss(model, batch[:2])
    if way == "h":
        return only_h
    return stream_loss


def only_h(model, batch):
    """h crosses, c starts from 0."""
    loss = stream_loss(model, batch)
    h, c = model.carry
    model.carry = h, torch.zeros_like(c)
    return loss
