"""Chapter 8: two numbers are read digit by digit, and added digit by digit.

    reads      3 4 2      both numbers in columns, first digit first
               7 0 9
    answers    1 5 0 1    last digit first, after "="

n digits in each number, n + 1 in the answer.  A stacked LSTM, and a grid
(``models.grid``) whose layers speak to each other through a memory as well: with
weights of its own for each block, or, "tied", with one block at every depth.  All have
nearly as many weights (``units``), read the same batches and learn at two rates, since
one alone may favour either.  While an answer is given the right digits before it are
read; a sum is right if all of its digits are, and then it is the same as one written
alone.

Source: Kalchbrenner, Danihelka & Graves (2015), Grid long short-term memory, the
experiment with 15 digits; there one number comes after the other, and the answer begins
with its first digit, which nets of this size do not learn in as many steps.
"""

import numpy as np
import torch
from torch import nn

from ..models import grid as lattice
from ..models.parts import judging
from ..recurrent import Recurrent
from ..train import fit
from .held import Held

DIGITS = (3, 4, 5)  # of both numbers; one of them for each batch
EQUALS, SYMBOLS = 20, 21  # ten for each number before
NETS, DEPTH, WEIGHTS = ("stacked", "grid", "tied grid"), 2, 24_000
RATES = (0.005, 0.01)
B, STEPS, EVERY, TESTED = 128, 3000, 250, 500
SOLVED = 0.9  # of the sums of n digits


def grid():
    """All runs."""
    return [
        {"net": net, "lr": lr, "seed": seed}
        for lr in RATES
        for net in NETS
        for seed in range(3)
    ]


def run(net, lr, seed):
    """One run: shares of digits and sums right at each test; by n, and when solved."""
    model = Adder(net, units(net), seed)
    curve = fit(
        model,
        loss,
        lambda rng: sums(rng, B, int(rng.choice(DIGITS))),
        steps=STEPS,
        lr=lr,
        schedule="cosine",
        warmup=100,
        seed=seed,
        valid=lambda model: scores(model, seed),
        every=EVERY,
        device="cpu",
        progress=False,
    )
    tests = curve.valid
    found = {k: [v[k] for v in tests] for k in ("step", "digits", "sums")}
    for n in DIGITS:
        solved = [v["step"] for v in tests if v[f"sums {n}"] >= SOLVED]
        found[f"sums {n}"] = tests[-1][f"sums {n}"]
        found[f"solved {n}"] = min(solved, default=None)
    return found | {"weights": sum(p.numel() for p in model.parameters())}


def sums(rng, B, n):
    """Draw B sums of two numbers of n digits: what is read, and answered.

    Returns
    -------
    columns : array of int, shape (n, B, 2)
        The numbers, first digit first.
    answer : array of int, shape (n + 1, B)
        Their sum, last digit first.

    Examples
    --------
    >>> columns, answer = sums(np.random.default_rng(0), 1, 3)
    >>> columns[:, 0].T.tolist(), answer[:, 0].tolist()
    ([[8, 6, 5], [6, 7, 3]], [8, 3, 5, 1])
    """
    numbers = rng.integers(10 ** (n - 1), 10**n, (2, B))
    columns = np.stack([digits(number, n) for number in numbers], -1)
    return columns, digits(numbers.sum(0), n + 1)[::-1].copy()


def digits(numbers, n):
    """The n digits of numbers (B,), the first one first: (n, B)."""
    return numbers // 10 ** np.arange(n - 1, -1, -1)[:, None] % 10


class Adder(nn.Module):
    """One of ``NETS`` with H units, and a readout of ten digits."""

    def __init__(self, net, H, seed=0):
        super().__init__()
        rng = np.random.default_rng(seed)
        if net == "stacked":
            self.stack = Recurrent("lstm", SYMBOLS, H, DEPTH, seed=seed)
        else:
            blocks = 1 if net == "tied grid" else DEPTH
            self.lattice = Held(lattice.init(SYMBOLS, H, rng, depth=blocks))
        W = rng.uniform(-1, 1, (H, 10)) / H**0.5
        self.out = Held({"W": W, "b": np.zeros(10)})

    def forward(self, columns, answer):
        """Columns (n, B, 2), the right answer (n + 1, B) -> scores (n + 1, B, 10)."""
        x = read(columns, answer)
        if hasattr(self, "stack"):
            h, _ = self.stack(x)
        else:
            h, _ = lattice.run(self.lattice.p, x, depth=DEPTH)
        return h[-len(answer) :] @ self.out.p["W"] + self.out.p["b"]


def read(columns, answer):
    """What a net reads: the columns, "=", and the answer but its last digit."""
    first, second = nn.functional.one_hot(columns, 10).float().unbind(2)
    none = torch.zeros(*first.shape[:2], 1)
    said = nn.functional.one_hot(answer[:-1], 10).float()
    parts = [
        torch.cat([first, second, none], -1),
        nn.functional.one_hot(torch.full(answer[:1].shape, EQUALS), SYMBOLS).float(),
        nn.functional.pad(said, (0, SYMBOLS - 10)),
    ]
    return torch.cat(parts)


def loss(model, batch):
    """Cross entropy of the answer's digits."""
    found = model(*batch)
    return nn.functional.cross_entropy(found.flatten(0, 1), batch[1].flatten())


def units(net):
    """H with which a net has as nearly as it can ``WEIGHTS`` weights."""

    def off(H):
        return abs(sum(p.numel() for p in Adder(net, H).parameters()) - WEIGHTS)

    return min(range(8, 100), key=off)


@torch.no_grad()
def scores(model, seed):
    """Shares of digits and sums that are right, of ``TESTED`` new ones for each n."""
    rng, right = np.random.default_rng(10_000 + seed), {}
    with judging(model):
        for n in DIGITS:
            columns, answer = map(torch.as_tensor, sums(rng, TESTED, n))
            right[n] = model(columns, answer).argmax(-1) == answer
    every = {f"sums {n}": share(r.all(0)) for n, r in right.items()}
    mean = np.mean(list(every.values()))
    all_digits = torch.cat([r.flatten() for r in right.values()])
    return {"digits": share(all_digits), "sums": round(float(mean), 4)} | every


def share(right):
    return round(float(right.float().mean()), 4)
