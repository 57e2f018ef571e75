"""What the proofs of models with latent variables share: cases, leaves, judges."""

import numpy as np
import torch

from lstm_course.models.variational import tensors

X, Z, H, T, B = 3, 2, 4, 5, 6


def sequence(seed=0, low=None):
    """x (T, B, X) and noise (T, B, Z); x of zeros and ones where ``low`` is given."""
    rng = np.random.default_rng(seed)
    x, noise = rng.normal(size=(T, B, X)), rng.normal(size=(T, B, Z))
    return (x if low is None else (x > low).astype(float)), noise


def shaken(p, seed=1):
    """The same weights, biases too, away from their start values."""
    rng = np.random.default_rng(seed)
    if isinstance(p, dict):
        return {k: shaken(v, seed + n) for n, (k, v) in enumerate(p.items(), 1)}
    if isinstance(p, list | tuple):
        return type(p)(shaken(v, 10 * seed + n) for n, v in enumerate(p))
    return p + 0.4 * rng.normal(size=p.shape)


def leaves(p):
    """The arrays or tensors of nested weights, in order."""
    if isinstance(p, dict):
        p = list(p.values())
    if isinstance(p, list | tuple):
        return [leaf for part in p for leaf in leaves(part)]
    return [p]


def rebuilt(p, values):
    """Nested weights like p from an iterator over leaves."""
    if isinstance(p, dict):
        return {k: rebuilt(v, values) for k, v in p.items()}
    if isinstance(p, list | tuple):
        return type(p)(rebuilt(v, values) for v in p)
    return next(values)


def close(a, b, tolerance=1e-12):
    """Rounding of float64 alone; AssertionError for a mutant to die of."""
    a, b = (v.detach().numpy() if isinstance(v, torch.Tensor) else v for v in (a, b))
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def same_on_tensors(bound, p, x, noise, **options):
    """Arrays and tensors through one text, value by value."""
    terms, state = bound(p, x, noise, **options)
    given = tensors(p), torch.tensor(x), torch.tensor(noise)
    if "mask" in options:
        options["mask"] = torch.tensor(options["mask"])
    theirs, end = bound(*given, **options)
    for a, b in zip([*terms, *leaves(state)], [*theirs, *leaves(end)], strict=True):
        close(a, b)


def gradients_are_right(bound, p, x, noise, **options):
    """Autograd of the bound against finite differences, by every weight and x."""

    def loss(x, *values):
        q = rebuilt(p, iter(values))
        terms, _ = bound(q, x, torch.tensor(noise), **options)
        return terms.log_likelihood.sum() - terms.kl.sum()

    given = [torch.tensor(x, requires_grad=True), *leaves(tensors(p))]
    assert torch.autograd.gradcheck(loss, given)


def gates(cell, x, state):
    """One step of torch.nn.LSTMCell with the weights of a cell, transposed."""
    own = torch.nn.LSTMCell(cell["W_x"].shape[0], cell["W_h"].shape[0]).double()
    with torch.no_grad():
        own.weight_ih.copy_(torch.as_tensor(cell["W_x"]).T)
        own.weight_hh.copy_(torch.as_tensor(cell["W_h"]).T)
        own.bias_ih.copy_(torch.as_tensor(cell["b"]))
        own.bias_hh.zero_()
        return own(x, state)


def gaussian(p, name, hidden):
    """torch's own distribution from the heads of that name."""
    (mean_W, mean_b), (std_W, std_b) = p[f"{name}_mean"], p[f"{name}_std"]
    std = torch.nn.functional.softplus(hidden @ std_W + std_b)
    return torch.distributions.Normal(hidden @ mean_W + mean_b, std)
