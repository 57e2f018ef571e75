"""VRNN: a latent variable at every step, whose prior reads the memory.

    prior       mean0, std0 = phi_prior(h_prev)                            (5)
    encoder     mean, std   = phi_enc(phi_x(x), h_prev)                    (9)
                z           = mean + std * noise,  noise from N(0, I)
    decoder     p(x | z)    = phi_dec(phi_z(z), h_prev)                    (6)
    recurrence  state       = cell([phi_x(x), phi_z(z)], state_prev)       (7)
    the bound   sum over t of  log p(x | z) - KL(q || prior)               (11)

h_prev is the first of the cell's states.  x_t is seen by the encoder alone before it is
scored: prior and decoder read h of the step *before*, else the model would be told the
answer.  h is never cut off from the gradient; a popular port cuts it at every step, the
bound still rises, and the memory learns nothing.

Weights, X features of x, Z latent variables, H units, any depth (a list of pairs
(W (m, n), b (n,)), every layer followed by ``squash``; an empty list is the identity):

    p["phi_x"], p["phi_z"]      lists: X -> F and Z -> G
    p["prior"]                  list: H -> .
    p["encoder"]                list: F + H -> . ; reads [phi_x(x), h_prev]
    p["decoder"]                list: G + H -> . ; reads [phi_z(z), h_prev]
    p["prior_mean"], p["prior_std"], p["encoder_mean"], p["encoder_std"]
                                pairs: -> Z, linear, the std's before ``spread``
    p["decoder_mean"], p["decoder_std"]      pairs: -> X, linear
    p["cell"]                   the cell's, for F + G inputs; reads [phi_x(x), phi_z(z)]

Other implementations hold W transposed, (n, m).  The same text runs on NumPy arrays and
on torch tensors, see ``variational.tensors``.

Where the paper leaves a choice, the first is the default:

    prior    "state" as in (5); "standard" is N(0, I), the paper's VRNN-I
    spread   "softplus" makes a std positive; "log_variance" is exp(a / 2)
    squash   "relu", max(., 0), or "tanh": of the layers of the lists
    output   "gauss", or "bernoulli" for x in [0, 1] (decoder_mean gives logits);
             the paper's mixture of Gaussians is not built here

Source: Chung, Kastner, Dinh, Goel, Courville & Bengio (2015), A recurrent latent
variable model for sequential data, section 3; numbers in brackets are its
equations as we remember them, not checked.
"""

from ..doors import as_cell, check_rng, check_size, check_x
from ..init import init as init_cell
from .twins import cell_step, join, stacked
from .variational import (
    SPREADS,
    SQUASH,
    Terms,
    check_noise,
    check_options,
    draw_layer,
    heads,
    hold,
    kl,
    log_density,
    net,
    start,
)

CHOICES = {
    "kind": ("state", "standard"),
    "spread": tuple(SPREADS),
    "squash": tuple(SQUASH),
    "output": ("gauss", "bernoulli"),
}


def prior(p, h_prev, kind="state", spread="softplus", squash="relu"):
    """Mean and std (B, Z) of z before x is seen, from h_prev (B, H)."""
    mean, std = heads(p, "prior", net(p["prior"], h_prev, squash), spread)
    return (mean, std) if kind == "state" else (0.0 * mean, 0.0 * std + 1.0)


def encode(p, x, h_prev, spread="softplus", squash="relu"):
    """Mean and std (B, Z) of z when x (B, X) is seen."""
    read = join([net(p["phi_x"], x, squash), h_prev])
    return heads(p, "encoder", net(p["encoder"], read, squash), spread)


def decode(p, z, h_prev, squash="relu"):
    """What the heads of p(x | z) read: z (B, Z), h_prev (B, H) -> (B, .)."""
    return net(p["decoder"], join([net(p["phi_z"], z, squash), h_prev]), squash)


def recur(p, x, z, state, cell, squash="relu"):
    """The memory after x (B, X) and z (B, Z): -> state."""
    read = join([net(p["phi_x"], x, squash), net(p["phi_z"], z, squash)])
    return cell_step(cell, p["cell"], read, state)


def step(p, x, state, noise, cell, mask=None, kind="state", spread="softplus",
         squash="relu", output="gauss"):  # fmt: skip
    """One step: x (B, X), noise (B, Z) from N(0, I) -> state, Terms.

    ``state`` is the cell's; ``mask`` (B,) is 1.0 for a row that has this step and 0.0
    for a pad, which leaves the state as it was and adds nothing; ``kind`` is the
    prior's.
    Arrays or tensors, all of one kind.
    """
    h_prev = state[0]
    mean0, std0 = prior(p, h_prev, kind, spread, squash)
    mean, std = encode(p, x, h_prev, spread, squash)
    z = mean + std * noise
    hidden = decode(p, z, h_prev, squash)
    fits = log_density(p, "decoder", hidden, x, output, spread)
    costs = kl(mean, std, mean0, std0)
    if mask is not None:
        fits, costs = mask * fits, mask * costs
    new = recur(p, x, z, state, cell, squash)
    return hold(mask, new, state), Terms(fits, costs, z)


def dream(p, state, noise, noise_x, cell, kind="state", spread="softplus",
          squash="relu"):  # fmt: skip
    """One step without data: z from the prior, x (B, X) from it -> state, x, z.

    ``noise`` (B, Z) and ``noise_x`` (B, X) from N(0, I); Gaussian outputs.
    """
    mean0, std0 = prior(p, state[0], kind, spread, squash)
    z = mean0 + std0 * noise
    mean, std = heads(p, "decoder", decode(p, z, state[0], squash), spread)
    x = mean + std * noise_x
    return recur(p, x, z, state, cell, squash), x, z


def bound(p, x, noise, cell="lstm", mask=None, state0=None, **options):
    """The terms of the bound along a sequence: the door to ``step``.

    Parameters
    ----------
    p : dict
        Weights, see the module; of NumPy or torch as x is.
    x, noise : array or tensor, shapes (T, B, X) and (T, B, Z)
        The noise is fresh at every step, from N(0, I).
    cell : str or cell
    mask : array or tensor of floats, shape (T, B), optional
        1 for data, 0 for pads.
    state0 : tuple, optional
        The cell's state before the first step.
    options
        ``kind``, ``spread``, ``squash`` and ``output`` of ``step``.

    Returns
    -------
    terms : Terms
        log_likelihood and kl (T, B) in nats, z (T, B, Z); the bound is the sum of
        log_likelihood - kl.
    state : tuple
        The cell's, after the last step.

    Raises
    ------
    ValueError
        If x does not fit the weights, or noise does not fit x.
    """
    cell = as_cell(cell)
    check_x(x, p["decoder_mean"][0].shape[-1], "VRNN")
    check_noise(noise, (*x.shape[:2], p["prior_mean"][0].shape[-1]))
    check_options(options, CHOICES)
    state = start(cell, p["cell"], x) if state0 is None else state0
    terms = []
    for t in range(len(x)):
        here = None if mask is None else mask[t]
        state, found = step(p, x[t], state, noise[t], cell, here, **options)
        terms.append(found)
    return Terms(*map(stacked, zip(*terms, strict=True))), state


def init(X, Z, H, rng, cell="lstm"):
    """Start values: every list of one layer with H units; see the module."""
    for name, size in dict(X=X, Z=Z, H=H).items():
        check_size(name, size)
    check_rng(rng)
    sizes = dict(phi_x=X, phi_z=Z, prior=H, encoder=2 * H, decoder=2 * H)
    p = {name: [draw_layer(m, H, rng)] for name, m in sizes.items()}
    for name, n in dict(prior=Z, encoder=Z, decoder=X).items():
        p[f"{name}_mean"] = draw_layer(H, n, rng)
        p[f"{name}_std"] = draw_layer(H, n, rng)
    return p | {"cell": init_cell(cell, 2 * H, H, rng)}
