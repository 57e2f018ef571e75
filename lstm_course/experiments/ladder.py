"""Chapter 6: from counting letters to a network, on one text, scored in both ways.

n-grams of order 1 to 6 (``models.ngrams``) and LSTMs of one layer and 16 to 256 units
read tiny Shakespeare, the first nine tenths to learn, the last to be judged.
"""

from ..data.sources import SHAKESPEARE
from ..models import LanguageModel
from ..models.language_model import stream_loss
from ..models.ngrams import Ngrams
from ..models.scoring import costs
from ..tasks import text
from ..train import fit

ORDERS = range(1, 7)
SIZES = (16, 32, 64, 128, 256)
SEEDS = range(3)
T, B, STEPS, RATE = 64, 64, 3000, 6e-3


def grid():
    """All runs: n-grams once, networks with each seed."""
    grams = [{"model": "ngram", "size": n, "seed": 0} for n in ORDERS]
    nets = [{"model": "lstm", "size": H, "seed": s} for H in SIZES for s in SEEDS]
    return grams + nets


def run(model, size, seed, steps=STEPS):
    """One run: -> carried, windows (nats), numbers (parameters, or counts above 0)."""
    train, valid = text.read(SHAKESPEARE.find()).split()
    K = len(train.alphabet)
    if model == "ngram":
        net = Ngrams(size, K).fit(train.codes)
        loss = round(float(net.costs(valid.codes).mean()), 4)
        return {"carried": loss, "windows": loss, "numbers": net.numbers}
    net = LanguageModel("lstm", size, size, K, seed=seed)
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
    found = {
        s: round(float(costs(net, valid.codes, scores=s).mean()), 4)
        for s in ("carried", "windows")
    }
    return found | {"numbers": sum(p.numel() for p in net.parameters())}
