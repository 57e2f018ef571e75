"""Chapter 8: DRAW paints handwritten digits somewhere on a canvas of 12 x 12.

A digit of 8 x 8 pixels, made black and white, lies anywhere on an empty canvas.
``models.draw`` looks T times and paints T times, through windows of N x N filters or
over the whole canvas at once; its cost per picture, in nats, is a bound on minus the
log-likelihood.  Beside it stand three faults of ports that others copied:

    centres   filters numbered from 0 in a formula for numbers from 1
    noise     one draw of noise for all steps of a picture
    window    the window's numbers cut off from the gradient

and, as the floor to beat, pixels that are independent coins.

Digits of the test are in no canvas of the training.  Pictures here are (B, 12, 12) of
0 and 1, noise (T, B, Z).
"""

import numpy as np
import torch

from ..cells import CELLS
from ..models import draw
from ..models.twins import join
from ..models.variational import tensors
from ..train import fit
from . import canvases
from .held import Held, arrays

ROWS = COLUMNS = 12
N, H, Z, T, B = 5, 56, 8, 6, 64
SHORT, LONG, RATE, CLIP, EVERY, TESTED = 2500, 9000, 6e-3, 5.0, 500, 2000
SIGMA, DELTA, GAMMA = -1.0, -0.5, -2.0  # logarithms where a window begins, see start
KEPT = {"way": "window", "fault": None, "near": True, "steps": LONG, "seed": 0}


def grid():
    """All runs: long ones with windows and without; short ones, also from a wide start,
    with the faults.
    """
    runs = [("window", None, True, LONG), ("whole", None, True, LONG)]
    faults = (None, "centres", "noise", "window")
    runs += [("window", fault, True, SHORT) for fault in faults]
    runs += [("window", fault, False, SHORT) for fault in (None, "window")]
    names = ("way", "fault", "near", "steps")
    return [dict(zip(names, r, strict=True)) | {"seed": 0} for r in runs]


def run(**setting):
    """One run: -> nats of held-out pictures at every validation, a list for each.

    Those are what the run itself reports; ``bound`` is what its weights cost at last
    where the noise is fresh, which differs from it where the fault is in the noise.
    """
    p, scores = train(**setting)
    return scores | {"bound": bound(p, setting["way"], setting["fault"])}


def train(way, fault, near, steps, seed, every=EVERY):
    """One run: -> its weights as arrays, and its scores."""
    learned_from = black_and_white(canvases.split()[0])
    n = N if way == "window" else None
    model = Held(start(n, np.random.default_rng(seed), near))
    held_out = [torch.tensor(a, dtype=torch.float32) for a in judged()]

    def loss(model, batch):
        return sum(cost(model.p, *batch, n, fault)).mean()

    def valid(model):
        with torch.no_grad():
            parts = cost(model.p, *held_out, n, fault)
        wrong, kl = (float(part.mean()) for part in parts)
        return {"loss": wrong + kl, "reconstruction": wrong, "kl": kl}

    curve = fit(
        model,
        loss,
        lambda rng: sample(learned_from, rng, B),
        steps=steps,
        lr=RATE,
        clip=CLIP,
        schedule="cosine",
        seed=seed,
        valid=valid,
        every=every,
        device="cpu",
        progress=False,
    ).valid
    return arrays(model.p), {k: [round(v[k], 3) for v in curve] for k in curve[-1]}


def bound(p, way, fault):
    """Nats of held-out pictures, arrays p, with noise that is fresh at every step."""
    given = tensors([p, *judged()], grad=False)
    kept = None if fault == "noise" else fault
    parts = cost(*given, N if way == "window" else None, kept)
    return round(float(sum(parts).mean()), 3)


def judged():
    """The 2000 pictures of held-out digits, and the noise, that judge every run."""
    held_out = black_and_white(canvases.split()[1])
    x, noise = sample(held_out, np.random.default_rng(10_000), TESTED)
    return x.astype(float), noise


def start(n, rng, near=True):
    """Start values: those of ``draw``, or with windows near and strokes that count.

    As ``draw.init`` has them windows cover the picture, and strokes, spread over all
    of it, are faint.  Near, windows are exp(DELTA) as wide, with narrower filters, and
    what is written counts exp(-GAMMA) times as much: after the short runs 27.4 nats in
    place of 28.5.
    """
    p = draw.init("lstm", ROWS, COLUMNS, H, Z, rng, n)
    if n and near:
        for name in ("b_read", "b_write"):
            p[name][2:4] = SIGMA, DELTA
        p["b_write"][4] = GAMMA
    return p


def black_and_white(data):
    """Digits of 0 and 1: a pixel is 1 from half of the full ink on."""
    images, labels = data
    return (images >= 0.5).astype(images.dtype), labels


def sample(data, rng, B):
    """Pictures and fresh noise for every step."""
    x, *_ = canvases.one(data, rng, B, ROWS, COLUMNS)
    return x, rng.normal(size=(T, B, Z))


def cost(p, x, noise, n, fault=None):
    """What a picture costs in nats: its reconstruction (B,) and the KL (B,)."""
    if fault == "noise":
        noise = 0 * noise + noise[:1]
    options = {"window": FAULTS[fault]} if fault in FAULTS else {}
    canvas, kl = draw.run(p, "lstm", "lstm", x, noise, n, **options)
    return draw.reconstruction(x, canvas[-1]), kl.sum(0)


def shifted(w, n, rows, columns):
    """``draw.window`` with i = 0 ... N - 1 where the formula has i = 1 ... N."""
    stride = (max(rows, columns) - 1) / (n - 1) * w[:, 3:4].exp()
    size = w.new_tensor([columns + 1.0, rows + 1.0])
    return draw.window(join([w[:, :2] - 2 * stride / size, w[:, 2:]]), n, rows, columns)


def cut(w, n, rows, columns):
    """``draw.window`` of numbers read off by ``.item()``: no gradient goes through."""
    return draw.window(w.detach(), n, rows, columns)


FAULTS = {"centres": shifted, "window": cut}


def coins(learned_from, held_out):
    """Nats of held-out pictures (B, 12, 12) where each pixel is a coin of its own."""
    share = (learned_from.sum(0) + 1.0) / (len(learned_from) + 2.0)
    odds = np.log(share) - np.log1p(-share)
    return draw.reconstruction(held_out, 0 * held_out + odds)


def film(p, x, noise):
    """Step by step, arrays: the five numbers of both windows, and the canvas.

    -> looked, wrote (T, B, 5), canvas (T, B, 12, 12)
    """
    lstm, seen = CELLS["lstm"], []
    state = draw.start(p, lstm, lstm, *x.shape)
    for e in noise:
        looked = state.dec[0] @ p["W_read"] + p["b_read"]
        state, *_ = draw.step(p, lstm, lstm, x, state, e, N)
        seen.append((looked, state.dec[0] @ p["W_write"] + p["b_write"], state.canvas))
    return tuple(np.stack(a) for a in zip(*seen, strict=True))


def frame(w):
    """Where a window lies: w (..., 5) -> left, top, right, bottom (..., 4).

    Those of the outermost filters' centres, in pixels numbered from 1.
    """
    x, y = (COLUMNS + 1) / 2 * (w[..., 0] + 1), (ROWS + 1) / 2 * (w[..., 1] + 1)
    half = (max(ROWS, COLUMNS) - 1) / 2 * np.exp(w[..., 3])
    return np.stack([x - half, y - half, x + half, y + half], -1)
