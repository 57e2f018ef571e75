"""Whether a mutant is a cell that can be trusted: asked before it is trained."""

import numpy as np
import torch

from ..gradcheck import gradcheck
from ..init import init
from ..recurrent import Recurrent
from ..unroll import unroll

STEPS, LARGEST = 200, 1e3  # a memory may grow with every step, not explode
EXACT, ALIKE = 1e-6, 1e-3  # of gradients in 64 bits; of two engines in 32


def fault(cell):
    """What is wrong with a cell, in words; None where nothing is.

    Examples
    --------
    >>> fault("lstm") is None
    True
    """
    if not bounded(cell):
        return "the state explodes"
    if not exact(cell):
        return "finite differences give other gradients"
    if not alike(cell):
        return "the compiled loop computes something else"
    return None


def bounded(cell, seed=0):
    """Does the state stay below LARGEST over 200 steps of random input?"""
    rng = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        _, state, _ = unroll(
            cell, init(cell, 4, 8, rng), rng.normal(size=(STEPS, 4, 4))
        )
    return all(np.isfinite(s).all() and np.abs(s).max() < LARGEST for s in state)


def exact(cell):
    """Do finite differences agree?  Near a kink they cannot: three cases are tried."""
    cases = (
        max(gradcheck(cell, T=3, B=2, I=3, H=4, seed=s).values()) for s in range(3)
    )
    return any(error < EXACT for error in cases)


def alike(cell, seed=0):
    """Do the compiled and the readable loop give the same outputs and gradients?"""
    x, found = torch.randn(5, 3, 4, generator=torch.Generator().manual_seed(seed)), []
    for compiled in (True, False):
        layer = Recurrent(cell, 4, 6, seed=seed, compiled=compiled)
        h, _ = layer(x)
        grads = torch.autograd.grad(
            h.square().sum(), list(layer.parameters()), allow_unused=True
        )
        found.append([h.detach(), *(torch.zeros(1) if d is None else d for d in grads)])
    pairs = zip(*found, strict=True)
    return all(torch.allclose(a, b, rtol=ALIKE, atol=ALIKE) for a, b in pairs)
