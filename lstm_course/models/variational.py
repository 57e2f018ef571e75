"""What recurrent models with Gaussian latent variables share: small pure functions.

    Terms                    what a step adds to the bound
    softplus, SPREADS        how a standard deviation is made positive
    net, SQUASH, heads       feed-forward parts with their weights in hand
    kl, log_gauss, log_bernoulli     the terms of the bound, in nats, one per row
    hold, start              a state where the mask has none; the first one
    tensors, draw_layer      weights of NumPy as weights of torch; start values
    check_noise, check_options       what the doors of these models ask

Every function takes NumPy arrays or torch tensors, all of one kind, and gives the same
kind back; with tensors autograd follows.  The sums run over the last axis, so a batch
(B, n) gives one number per row, (B,).

Sources: the closed form of the divergence and the noise outside of the weights are
those of Kingma & Welling (2014), appendix B and section 2.4.
"""

import math
from typing import NamedTuple

import numpy as np
import torch

from ..ops import exp, log, log_sigmoid, positive, tanh
from .twins import like


class Terms(NamedTuple):
    """What a step adds to the bound, in nats (B,), and its latent variables (B, Z)."""

    log_likelihood: object
    kl: object
    z: object


def softplus(a):
    """log(1 + e^a) > 0 without overflow; same shape."""
    return -log_sigmoid(-a)


def _from_log_variance(a):
    return exp(0.5 * a)


SPREADS = {"softplus": softplus, "log_variance": _from_log_variance}


def _relu(a):
    return a * positive(a)


SQUASH = {"relu": _relu, "tanh": tanh}


def net(layers, x, squash="relu"):
    """squash(x W + b) through layers, pairs (W (m, n), b (n,)); none gives x itself."""
    for W, b in layers:
        x = SQUASH[squash](x @ W + b)
    return x


def heads(p, name, x, spread="softplus"):
    """Mean and standard deviation, each (B, n), read from x (B, m) by two heads."""
    mean_W, mean_b = p[f"{name}_mean"]
    std_W, std_b = p[f"{name}_std"]
    return x @ mean_W + mean_b, SPREADS[spread](x @ std_W + std_b)


def kl(mean, std, mean0, std0):
    """KL(N(mean, std^2) || N(mean0, std0^2)), diagonal, in nats: (B, Z) -> (B,)."""
    apart = (std * std + (mean - mean0) ** 2) / (2.0 * std0 * std0)
    return (log(std0) - log(std) + apart - 0.5).sum(-1)


def log_gauss(x, mean, std):
    """log N(x; mean, std^2), diagonal, in nats: (B, n) -> (B,)."""
    far = (x - mean) / std
    return -(0.5 * math.log(2.0 * math.pi) + log(std) + 0.5 * far * far).sum(-1)


def log_bernoulli(x, logits):
    """Log-likelihood in nats of x in [0, 1] where P(1) = sigmoid(logits): -> (B,)."""
    return (x * log_sigmoid(logits) + (1.0 - x) * log_sigmoid(-logits)).sum(-1)


def log_density(p, name, hidden, x, output, spread):
    """log p(x | hidden) by the heads of that name, "gauss" or "bernoulli": (B,)."""
    if output == "bernoulli":
        W, b = p[f"{name}_mean"]
        return log_bernoulli(x, hidden @ W + b)
    return log_gauss(x, *heads(p, name, hidden, spread))


def hold(mask, new, old):
    """The new states where mask (B,) is 1, the old ones where it is 0; None is all 1.

    What lies under a pad must be finite: 0 times infinity is no number.
    """
    if mask is None:
        return new
    held = []
    for n, o in zip(new, old, strict=True):
        on = mask.reshape(-1, *[1] * (n.ndim - 1))  # a state may be a matrix
        held.append(on * n + (1.0 - on) * o)
    return tuple(held)


def start(cell, p, x):
    """The state before the first step, for a batch x (..., B, I), of its kind."""
    _, H = cell.sizes(p)
    zeros = cell.initial(x.shape[-2], H)
    return tuple(like(s, x) for s in zeros)


def tensors(p, grad=True):
    """The same weights for torch: dicts, lists and pairs of arrays, copied.

    Parameters
    ----------
    p : dict
        As the models of this folder take it.
    grad : bool
        Whether autograd follows them.
    """
    if isinstance(p, dict):
        return {k: tensors(v, grad) for k, v in p.items()}
    if isinstance(p, list | tuple):
        return type(p)(tensors(v, grad) for v in p)
    return torch.tensor(p, requires_grad=grad)


def draw_layer(m, n, rng):
    """Start values (W (m, n), b (n,)) from U[-1, 1] / sqrt(m)."""
    return rng.uniform(-1, 1, (m, n)) / m**0.5, np.zeros(n)


def check_noise(noise, shape):
    """Noise of its own for every step, row and latent variable."""
    if tuple(noise.shape) != shape:
        raise ValueError(
            f"noise has shape {tuple(noise.shape)}. Every step draws its own, one "
            f"number per row and latent variable. Expected (T, B, Z) = {shape}. "
            f"Pass rng.normal(size={shape})?"
        )


def check_options(options, choices):
    """Every option is known, and so is what it is set to."""
    for name, got in options.items():
        known = choices.get(name, ())
        if got not in known:
            every = ", ".join(f"{k} of {v}" for k, v in choices.items())
            raise ValueError(
                f"There is no option {name}={got!r}. A model's reading of its paper is "
                f"chosen by word. Expected {every}. Leave {name} out for the default?"
            )
