"""Chapter 8: latent variables in a recurrent network, and what they are good for.

A pen draws meanders: P steps straight on, a right angle to the left or to the right, P
steps straight on.  P is the stroke's own, and the side is tossed at every corner.  So
the next step has two modes that no single Gaussian holds, and when a corner comes is
known only to who remembers the last ones.  Five networks of nearly equal size:

    lstm            reads x_{t-1}, gives mean and std of x_t: no latent variables
    vrnn            ``models.vrnn``
    vrnn, h cut     the same, its state cut off from the gradient at every step: a fault
    storn           ``models.storn``, whose recogniser has read x_1 .. x_{t-1}
    storn, now      whose recogniser has read x_t too

All are judged in nats per step: log-likelihood, KL, and the bound, their difference;
``ideal`` is what one reaches who knows the rule.  And they draw by themselves.
"""

from math import log, pi

import numpy as np
import torch
from torch import nn

from ..doors import as_cell
from ..models import storn, vrnn
from ..models.parts import judging
from ..models.twins import stacked
from ..models.variational import Terms, draw_layer, heads, log_gauss, start
from ..recurrent import Recurrent
from ..train import fit
from .held import Held

EDGES, TREMBLE = (3, 4, 5, 6), 0.05  # steps from corner to corner; std of both axes
NETS = ("lstm", "vrnn", "vrnn, h cut", "storn", "storn, now")
UNITS = {"lstm": 64, "vrnn": 32, "storn": 44}  # about 18,000 weights each
T, Z, B, STEPS, EVERY, LR, TESTED = 24, 2, 64, 1500, 250, 3e-3, 500
WARM = 500  # steps until the KL counts in full
TERMS = ("fit", "kl", "bound", "ideal")
DREAMS, SHOWN, LONG = 200, 4, 40  # strokes that a network draws, kept; their steps


def grid():
    """All runs."""
    return [{"net": net, "seed": seed} for seed in range(3) for net in NETS]


def run(net, seed):
    """One run: nats per step of ``TERMS`` at the end, the bound at each test."""
    model = Pen(net, seed)
    curve = fit(
        model,
        loss,
        lambda rng, step: batch(rng, B, min(1.0, step / WARM)),
        steps=STEPS,
        lr=LR,
        schedule="cosine",
        seed=seed,
        valid=lambda model: scores(model, seed),
        every=EVERY,
        device="cpu",
        progress=False,
    )
    last = curve.valid[-1]
    found = {k: last[k] for k in TERMS}
    found |= {"step": [v["step"] for v in curve.valid]}
    found |= {"bounds": [v["bound"] for v in curve.valid]}
    found |= {"weights": sum(p.numel() for p in model.parameters())}
    if seed:
        return found
    return found | {"dreams": dreams(model, seed)[:SHOWN].round(2).tolist()}


def meanders(rng, B, T=T):
    """Draw B strokes: steps of the pen x (T, B, 2), and where corners are (T, B)."""
    edge, side = rng.choice(EDGES, B), rng.choice([-1, 1], (T, B))
    t = np.arange(T)[:, None]
    corner = (t % edge == 0) & (t > 0)
    turns = rng.integers(0, 4, B) + np.cumsum(corner * side, axis=0)
    x = np.stack([np.cos(turns * pi / 2), np.sin(turns * pi / 2)], -1)
    return x + TREMBLE * rng.normal(size=x.shape), corner


def ideal(corner):
    """Mean log-density per step for who knows the rule and reads (T, B): in nats.

    Knowing the pen's hand, each corner costs log 2 for its side, and until the first
    one has shown P each step costs what it says about P.  The first direction is one of
    four.
    """
    T = len(corner)
    gauss = -log(2 * pi * TREMBLE**2) - 1.0
    chances = {P: 1.0 / len(EDGES) for P in EDGES}
    counted = [corner[:, b].argmax() for b in range(corner.shape[1])]
    about_P = np.mean([log(chances[P]) for P in counted])
    sides = corner.sum(0).mean() * log(2)
    return gauss + (about_P - sides - log(4)) / T


def batch(rng, B, beta=1.0):
    """Strokes, noise, and how much the KL counts."""
    x, _ = meanders(rng, B)
    return x, rng.normal(size=(T, B, Z)), beta


class Pen(nn.Module):
    """One of ``NETS``; (x (T, B, 2), noise (T, B, Z)) -> Terms."""

    def __init__(self, net, seed=0):
        super().__init__()
        self.net, self.kind = net, net.split(",")[0]
        rng, H = np.random.default_rng(seed), UNITS[self.kind]
        if self.kind == "lstm":
            self.layer = Recurrent("lstm", 2, H, seed=seed)
            p = {f"out_{part}": draw_layer(H, 2, rng) for part in ("mean", "std")}
        else:
            p = {"vrnn": vrnn, "storn": storn}[self.kind].init(2, Z, H, rng)
        self.held = Held(p)

    def forward(self, x, noise):
        p = self.held.p
        if self.kind == "storn":
            sees = "now" if self.net.endswith("now") else "past"
            return storn.bound(p, x, noise, sees=sees)[0]
        if self.kind == "lstm":
            h, _ = self.layer(torch.cat([0.0 * x[:1], x[:-1]]))
            fits = log_gauss(x, *heads(p, "out", h))
            return Terms(fits, 0.0 * fits, 0.0 * noise)
        if self.net.endswith("cut"):
            return cut(p, x, noise)
        return vrnn.bound(p, x, noise)[0]

    def draw(self, x, state, z, noise):
        """One step by itself: x, noise (n, 2), z (n, Z) -> x, state."""
        p, cell = self.held.p, as_cell("lstm")
        if self.kind == "lstm":
            h, state = self.layer(x[None], state)
            mean, std = heads(p, "out", h[0])
            return mean + std * noise, state
        if self.kind == "vrnn":
            state = start(cell, p["cell"], x) if state is None else state
            state, x, _ = vrnn.dream(p, state, z, noise, cell)
            return x, state
        state = start(cell, p["generator"], x) if state is None else state
        state, x = storn.dream(p, x, state, z, noise, cell)
        return x, state


def cut(p, x, noise):
    """``vrnn.bound`` with the fault: no gradient reaches the step before."""
    cell, terms = as_cell("lstm"), []
    state = start(cell, p["cell"], x)
    for t in range(len(x)):
        state = tuple(s.detach() for s in state)
        state, found = vrnn.step(p, x[t], state, noise[t], cell)
        terms.append(found)
    return Terms(*map(stacked, zip(*terms, strict=True)))


def loss(model, batch):
    """The bound, negative, in nats per step; the KL weighted."""
    x, noise, beta = batch
    terms = model(x, noise)
    return (beta * terms.kl - terms.log_likelihood).mean()


@torch.no_grad()
def scores(model, seed):
    """``TERMS`` of new strokes, in nats per step."""
    rng = np.random.default_rng(10_000 + seed)
    x, corner = meanders(rng, TESTED)
    noise = rng.normal(size=(T, TESTED, Z))
    with judging(model):
        read = (torch.tensor(a, dtype=torch.float32) for a in (x, noise))
        fits, costs, _ = model(*read)
    found = {"fit": fits, "kl": costs, "bound": fits - costs}
    means = {k: round(float(v.mean()), 3) for k, v in found.items()}
    return means | {"ideal": round(ideal(corner), 3)}


@torch.no_grad()
def dreams(model, seed):
    """Strokes that a network draws by itself: (DREAMS, LONG, 2) steps."""
    rng, made = np.random.default_rng(20_000 + seed), []
    x, state = torch.zeros(DREAMS, 2), None
    for _ in range(LONG):
        draws = (rng.normal(size=(DREAMS, n)) for n in (Z, 2))
        z, noise = (torch.tensor(d, dtype=torch.float32) for d in draws)
        x, state = model.draw(x, state, z, noise)
        made.append(x)
    return torch.stack(made, 1).double().numpy()
