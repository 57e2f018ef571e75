"""Chapter 8: two digits on one canvas, told in words, and where the reader looked.

A canvas of 12 x 24 holds two handwritten digits, one to the left of the other, and its
caption is "three seven <end>".  Patches of 8 x 8 pixels at every second row and column
become annotations by one layer of max(x, 0) that is also told where the patch lies; an
LSTM reads them by ``models.attention`` and says a word per step.  Without attention it
reads their mean at every step: the same weights, all scores equal.  The doubly
stochastic penalty comes with strength 1, as in the script that Xu et al. (2015)
published for COCO (where it is a mean over places and a sum over the batch), and with
a tenth of it.

Every function takes arrays or tensors.  Shapes: canvas (B, 12, 24), words (T, B), at
(B, 2, 2) the corners of both digits, a (B, L, D) with L = 27 places, alpha (T, B, L).
"""

import numpy as np
from torch.nn.functional import cross_entropy

from ..models import attention
from ..models.twins import join, like
from ..ops import positive
from ..train import fit
from . import canvases
from .canvases import SIDE
from .held import Held, arrays

ROWS, COLUMNS, STRIDE = 12, 24, 2
WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("<end>", "<start>"),
)
END, START = 10, 11
WAYS = (("mean", 0.0), ("attention", 0.0), ("attention", 0.1), ("attention", 1.0))
SEEDS = range(3)
KEPT = {"way": "attention", "strength": 0.0, "seed": 0}  # comes with the course
E, D, H, S, B = 8, 48, 48, 32, 64
STEPS, RATE, EVERY, TESTED, SHOWN = 3000, 4e-3, 250, 2000, 6

_rows, _columns = (np.arange(0, n - SIDE + 1, STRIDE) for n in (ROWS, COLUMNS))
CORNERS = np.stack(np.meshgrid(_rows, _columns, indexing="ij"), -1).reshape(-1, 2)
_within = (COLUMNS * np.arange(SIDE)[:, None] + np.arange(SIDE)).ravel()
PIXELS = CORNERS @ [[COLUMNS], [1]] + _within  # (L, 64), of a flat canvas


def grid():
    """All runs: the mean, and attention with three strengths of the penalty."""
    return [{"way": w, "strength": k, "seed": s} for w, k in WAYS for s in SEEDS]


def run(way, strength, seed, steps=STEPS, every=EVERY):
    """One run: -> what ``judge`` finds at every validation, a list for each score.

    ``said`` and ``alpha`` are those of the first canvases of ``judged``.
    """
    p, scores = train(way, strength, seed, steps, every)
    said, alpha = tell(p, judged()[0][:SHOWN], way)
    return scores | {"said": said.tolist(), "alpha": alpha.round(3).tolist()}


def train(way, strength, seed, steps=STEPS, every=EVERY):
    """One run: -> its weights as arrays, and its scores."""
    model = Held(init(np.random.default_rng(seed)))
    learned_from, _ = canvases.split()
    held_out = judged()

    def loss(model, batch):
        canvas, words = batch
        scores, alpha = look(model.p, annotate(model.p, canvas), words, way)
        wrong = cross_entropy(scores.flatten(0, 1), words.flatten())
        return len(words) * wrong + attention.penalty(alpha, strength=strength)

    curve = fit(
        model,
        loss,
        lambda rng: sample(learned_from, rng, B)[:2],
        steps=steps,
        lr=RATE,
        schedule="cosine",
        seed=seed,
        valid=lambda model: judge(arrays(model.p), *held_out, way),
        every=every,
        device="cpu",
        progress=False,
    ).valid
    return arrays(model.p), {k: [round(v[k], 4) for v in curve] for k in curve[-1]}


def judged():
    """The 2000 canvases of held-out digits that every run is judged by."""
    return sample(canvases.split()[1], np.random.default_rng(10_000), TESTED)


def sample(data, rng, B):
    """Canvases, their words (3, B) and the corners of both digits."""
    canvas, labels, at = canvases.two(data, rng, B, ROWS, COLUMNS)
    return canvas, np.vstack([labels.T, np.full(B, END)]), at


def init(rng):
    """Start values of all weights, biases 0: those of ``attention``, and

    W_see (64 + 2, D), b_see (D,) of the annotations; words (12, E); V (H, 12) and
    v_0 (12,) of the readout.
    """
    p = attention.init("lstm", E, D, H, S, rng, start=True)
    n = SIDE**2 + 2
    return p | {
        "W_see": rng.normal(size=(n, D)) * (2.0 / n) ** 0.5,  # He et al. (2015)
        "b_see": np.zeros(D),
        "words": rng.normal(size=(len(WORDS), E)),
        "V": rng.uniform(-1.0, 1.0, (H, len(WORDS))) * H**-0.5,
        "v_0": np.zeros(len(WORDS)),
    }


def annotate(p, canvas):
    """What is seen at each place: canvas -> a."""
    patches = canvas.reshape(len(canvas), -1)[:, PIXELS]  # (B, L, 64)
    here = like(CORNERS / (ROWS, COLUMNS), canvas) + 0 * patches[..., :2]
    a = join([patches, here]) @ p["W_see"] + p["b_see"]
    return a * positive(a)


def look(p, a, words, way="attention"):
    """The decoder, its words given: a, words -> scores (T, B, 12), alpha."""
    if way == "mean":
        p = p | {"v": 0 * p["v"]}  # every place fits alike
    first = 0 * words[:1] + START
    x = p["words"][join([first.T, words[:-1].T]).T]  # of the words before
    h, _, alpha = attention.run(p, "lstm", x, a, attention.start(p, "lstm", a))
    return h @ p["V"] + p["v_0"], alpha


def tell(p, canvas, way="attention", most=3):
    """Say the likeliest word, read it, say the next: p of arrays -> words, alpha."""
    a, words = annotate(p, canvas), np.zeros((most, len(canvas)), int)
    for t in range(most):  # each time from the start: captions are short
        scores, alpha = look(p, a, words[: t + 1], way)
        words[t] = scores[t].argmax(-1)
    return words, alpha


def spread(alpha):
    """Shares of places as shares of pixels, even over a patch: (..., 12, 24)."""
    cover = np.zeros((len(PIXELS), ROWS * COLUMNS))
    np.put_along_axis(cover, PIXELS, 1.0 / SIDE**2, 1)
    return (alpha @ cover).reshape(*alpha.shape[:-1], ROWS, COLUMNS)


def judge(p, canvas, words, at, way="attention"):
    """Shares of words and of whole captions said right, and where alpha lay.

    ``on_named``, ``on_other``: of the pixels of the digit that is being named, and of
    the other one, the share of alpha; ``missed``: the penalty at strength 1.
    """
    said, alpha = tell(p, canvas, way)
    right, ones = said == words, np.ones((len(at), SIDE, SIDE))
    boxes = [canvases.put(0 * canvas, ones, at[:, k]) for k in (0, 1)]
    on = np.einsum("tbrc,kbrc->tk", spread(alpha[:2]), boxes) / len(at)
    return {
        "words": float(right[:2].mean()),
        "captions": float(right.all(0).mean()),
        "on_named": float(on.trace() / 2),
        "on_other": float((on.sum() - on.trace()) / 2),
        "missed": float(attention.penalty(alpha)),
    }
