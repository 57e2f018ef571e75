"""08.7: a test that finds gradients which never reach the memory.

``bound(x, noise) -> terms (T, B)`` is what a small VRNN says of a sequence, step by
step; ``slope(x, noise, d) -> dx`` is the gradient of sum(d * terms).  Every pair has
weights of its own.  The box works it out by a step into the imaginary numbers: what is
cut off from the gradient is what forgets its imaginary part.
"""

import numpy as np

from ..definition import Exercise
from ..making import Suspect, clinic

X, Z, H = 2, 3, 4
LONGEST, WIDEST = 16, 6  # steps and rows of a sequence
PERIODS = (5, 6, 7)  # steps after which a window ends
TINY = 1e-30  # a step without a difference, hence without cancellation

LESSONS = {
    "cut": "Your test lets a gradient through whose memory is cut off at every step: "
    "each term moves its own x alone. The bound rises all the same. Look at how a late "
    "term moves an EARLY x.",
    "cell": "Your test lets a gradient through in which h is followed and the memory c "
    "is not. That is a part of the path only: compare the numbers themselves.",
    "window": "Your test lets a gradient through that is cut off after some steps. "
    "Take a sequence of 12 steps or more.",
    "sample": "Your test lets a gradient through that stops at the drawn z, as if the "
    "posterior had no say in it. With noise of zeros, z is still a function of x.",
    "prior": "Your test lets a gradient through in which the prior's memory is cut "
    "off. A difference of some percent counts: draw d and x at random, and make the "
    "tolerance small.",
    "rows": "Your test lets a gradient through that belongs to another row. With a "
    "single row, or with equal rows, nobody can tell.",
    "mean": "Your test lets a gradient through that is divided by the number of rows. "
    "Take more rows than one.",
}

STRICT = (
    "Your test calls a gradient wrong that is right. Some models have an LSTM, some a "
    "plain tanh, and some a prior that never moves: compare with differences of their "
    "own bound, 1e-5 to either side, and a relative tolerance of 1e-5 or so."
)


def draw(rng, kind):
    """Weights of a small VRNN: dict."""
    I, blocks = X + Z, 1 if kind == "plain" else 4
    shapes = {
        "prior": (H, 2 * Z), "encoder": (X + H, 2 * Z), "decoder": (Z + H, 2 * X),
        "W_x": (I, blocks * H), "W_h": (H, blocks * H), "b": (blocks * H,),
    }  # fmt: skip
    return {k: 0.9 * rng.normal(size=s) for k, s in shapes.items()}


def squash(a):
    """1 / (1 + exp(-a)), of complex numbers too."""
    return 1.0 / (1.0 + np.exp(-a))


def heads(W, *parts):
    """Mean and standard deviation, read from all parts side by side."""
    mean, a = np.split(np.concatenate(parts, axis=-1) @ W, 2, axis=-1)
    return mean, np.log(1.0 + np.exp(a)) + 0.1


def remember(w, kind, read, h, c):
    """The memory after a step: -> h, c."""
    z = read @ w["W_x"] + h @ w["W_h"] + w["b"]
    if kind == "plain":
        return np.tanh(z), c
    zi, zf, zg, zo = np.split(z, 4, axis=-1)
    c = squash(zf + 1.0) * c + squash(zi) * np.tanh(zg)
    return squash(zo) * np.tanh(c), c


def terms(w, x, noise, kind="", cut=lambda what, t, a: a):
    """log p(x | z) - KL at every step: x (T, ..., X) -> (T, ...)."""
    h = c = np.zeros((*x.shape[1:-1], H), x.dtype)
    found = []
    for t, (x_t, noise_t) in enumerate(zip(x, noise, strict=True)):
        h, c = cut("h", t, h), cut("c", t, c)
        mean0, std0 = heads(w["prior"], cut("prior", t, h))
        if kind == "standard":
            mean0, std0 = 0 * mean0, 0 * std0 + 1.0
        mean, std = heads(w["encoder"], x_t, h)
        z = cut("z", t, mean + std * noise_t)
        centre, spread = heads(w["decoder"], z, h)
        fit = -np.log(spread) - 0.5 * ((x_t - centre) / spread) ** 2
        apart = (std**2 + (mean - mean0) ** 2) / (2 * std0**2)
        cost = np.log(std0) - np.log(std) + apart - 0.5
        found.append(fit.sum(-1) - cost.sum(-1))
        h, c = remember(w, kind, np.concatenate([x_t, z], -1), h, c)
    return np.stack(found)


def cutter(bug, size, period):
    """What a bug takes from the gradient: the imaginary part, or so much of it."""
    where = {"cut": "hc", "window": "hc", "cell": "c", "sample": "z", "prior": "prior"}

    def cut(what, t, a):
        if what not in where.get(bug, ()) and what != where.get(bug):
            return a
        if bug == "window" and t % period:
            return a
        return a.real + 1j * (1 - size) * a.imag

    return cut


def make(bug, rng, size=1.0):
    """bound and slope of one model, with a bug of some size, or right."""
    kind = bug if bug in ("plain", "standard") else ""
    w, period = draw(rng, kind), int(rng.choice(PERIODS))

    def bound(x, noise):
        fits(x, noise)
        return terms(w, x, noise, kind)

    def slope(x, noise, d):
        fits(x, noise, d)
        T, B, _ = x.shape
        ahead = x[:, None].astype(complex).repeat(T * X, axis=1)  # (T, T X, B, X)
        k = np.arange(T * X)
        ahead[k // X, k, :, k % X] += 1j * TINY
        seen = np.broadcast_to(noise[:, None], (T, T * X, B, Z))
        moved = terms(w, ahead, seen, kind, cutter(bug, size, period)).imag / TINY
        dx = np.einsum("tb,tkb->kb", d, moved).reshape(T, X, B).transpose(0, 2, 1)
        return spoilt(bug, size, dx)

    return bound, slope


def spoilt(bug, size, dx):
    """What a bug makes of a gradient (T, B, X) that was right until then."""
    if bug == "rows":
        return dx + size * (np.roll(dx, 1, axis=1) - dx)
    if bug == "mean":
        return dx * (1 + size * (1 / dx.shape[1] - 1))
    return dx.copy()


def fits(x, noise, d=None):
    """Refuse what is no sequence, or would take for ever."""
    rows = x.shape[:2]
    good = x.ndim == 3 and 0 < rows[0] <= LONGEST and 0 < rows[1] <= WIDEST
    good = good and x.shape[2:] == (X,) and noise.shape == (*rows, Z)
    if not good or (d is not None and d.shape != rows):
        raise ValueError(
            f"The model got x {x.shape}, noise {noise.shape} and d "
            f"{'none' if d is None else d.shape}, expected (T, B, {X}), (T, B, {Z}) "
            f"and (T, B) with T up to {LONGEST} and B up to {WIDEST}. Is the time "
            "first?"
        )


def suspects(bug, rng, size=1.0):
    bound, slope = make(bug, rng, size)
    return Suspect(bound), Suspect(slope, bug)


EXERCISE = Exercise(
    "08.7",
    "slope_is_right",
    10,
    answer="verdict",
    hints=(
        "Chapter 1's judge works here: move x a little to both sides, look at what "
        "sum(d * bound(x, noise)) does, and compare with what the slope promises. The "
        "noise stays the same.",
        "One random direction is enough: with v like x, the slope promises "
        "(dx * v).sum() for each unit of the way. Draw x, noise, d and v at random, "
        "with several rows, and 12 steps or more.",
        "Try a few draws, and call a slope right if all of them agree to one part in "
        "a hundred thousand or so: np.isclose(promised, measured, rtol=1e-5).",
    ),
    **clinic(suspects, ("", "standard", "plain"), LESSONS, STRICT),
)
