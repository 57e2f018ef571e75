"""Chapter 6: where noise helps, and where it does harm.

An LSTM of 256 units reads thirty thousand letters fifty times and would learn them by
heart.  Dropout sits around the layer, on the embedding and before the readout (Zaremba
et al. 2014), fresh at every step or the same units throughout; on the way along time,
fresh or the same (Gal & Ghahramani 2016); on the candidate only (Semeniuta et al.
2016); or states stay as they were (zoneout, Krueger et al. 2017).
"""

import copy
from dataclasses import replace
from functools import lru_cache

import torch

from ..cells import noisy
from ..engines.noise import Noise
from ..models import LanguageModel
from ..models.language_model import stream_loss
from ..models.scoring import costs
from ..tasks import text
from ..train import fit

PLACES = (
    *("around", "around, same units"),
    *("along time, fresh units", "along time, same units", "candidate", "zoneout"),
)
RATE = 0.4
SEEDS, LETTERS = range(3), 30_000
I, H, LAYERS, T, B, STEPS, EVERY, LR = 64, 256, 1, 64, 16, 1500, 100, 5e-3


def grid():
    """All runs: without noise, and with it in each place."""
    places = [("nowhere", 0.0), *((p, RATE) for p in PLACES)]
    return [{"place": p, "rate": r, "seed": s} for p, r in places for s in SEEDS]


def run(place, rate, seed, steps=STEPS, every=EVERY):
    """One run: -> step, new: nats at the validations; seen: of letters learned from.

    ``left_on``: the last model judged with its noise left on, a fault.
    """
    train, valid = text.read(text.SCENES).split()
    train = replace(train, codes=train.codes[:LETTERS])
    model = model_of(place, rate, len(train.alphabet), seed)
    curve = fit(
        model,
        stream_loss,
        text.Stream(train, T, B),
        steps=steps,
        lr=LR,
        schedule="cosine",
        seed=seed,
        valid=lambda model: {"loss": cost(model, valid)},
        every=every,
        device="cpu",
        progress=False,
    )
    return {
        "step": [v["step"] for v in curve.valid],
        "new": [round(v["loss"], 4) for v in curve.valid],
        "seen": round(cost(model, train, len(valid.codes)), 4),
        "left_on": round(left_on(model, valid, seed), 4),
    }


def model_of(place, rate, K, seed):
    """The model with its noise in this place."""
    around = rate if place.startswith("around") else 0.0
    options = {"dropout": around, "variational": place == "around, same units"}
    model = LanguageModel("lstm", I, H, K, LAYERS, seed=seed, **options)
    for layer in model.layers:
        layer.noise = noise_of(place, rate)
    return model


def noise_of(place, rate):
    """What is random along time."""
    if place == "along time, fresh units":
        return Fresh(recurrent_dropout=rate)
    if place == "along time, same units":
        return Noise(variational=rate)
    if place == "candidate":
        return Noise(recurrent_dropout=rate)
    if place == "zoneout":
        return Noise(zoneout=(("h", rate / 5), ("c", rate)))
    return Noise()


class Fresh(Noise):
    """Other units of h dropped at every step, on their way to the next."""

    def cell(self, cell, training):
        return _fresh(cell) if training and any(self) else cell


@lru_cache
def _fresh(cell):
    made = copy.copy(noisy.same(cell))
    made.noise = dict.fromkeys(made.noise, noisy.STEP)
    return made


def cost(model, corpus, most=None):
    """Mean nats of a symbol, the state carried through the text."""
    return float(costs(model, corpus.codes[:most], B=8).mean())


def left_on(model, corpus, seed, rows=8):
    """The same by a model that still drops: forgotten ``model.eval()``."""
    torch.manual_seed(seed)
    n = (len(corpus.codes) - 1) // rows
    x, y = (
        torch.as_tensor(corpus.codes[k : k + n * rows]).reshape(rows, n).T
        for k in (0, 1)
    )
    model.train()
    with torch.no_grad():
        return float(model.loss(x, y)[0])
