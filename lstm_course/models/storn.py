"""STORN: an RNN that reads noise at every step, and a second RNN that guesses it.

    recogniser      state_r = cell(x or x_prev, state_r_prev)
                    mean, std = heads of h_r
                    z       = mean + std * noise,  noise from N(0, I)
    generator       state_g = cell([x_prev, z], state_g_prev)
    reconstruction  p(x_t | x_1 .. x_{t-1}, z_1 .. z_t)  by heads of h_g
    the bound       sum over t of  log p(x_t | .) - KL(q(z_t) || N(0, I))

Unlike VRNN's, the prior is N(0, I) at every step and knows nothing of the past; the
noise enters before the recurrence, so that h_g is random too.  With zero rows for z the
generator is an ordinary network that predicts the next input: a STORN generalises it.

Weights, X features of x, Z latent variables, H units:

    p["recogniser"]                        the cell's, X inputs
    p["latent_mean"], p["latent_std"]      pairs (W (H, Z), b (Z,)), linear
    p["generator"]                         the cell's, X + Z inputs, x_prev first
    p["out_mean"], p["out_std"]            pairs (W (H, X), b (X,)), linear

Five more parts may stand between, lists of pairs as in ``vrnn``, every layer followed
by ``squash``; the paper has none, other implementations have:

    p["phi_x"], p["phi_latent"]     before the recogniser; between it and its heads
    p["phi_past"], p["phi_z"]       what the generator reads of x_prev and of z
    p["phi_out"]                    between the generator and its heads

Other implementations hold W transposed, (n, m).  The same text runs on NumPy arrays and
on torch tensors, see ``variational.tensors``.  Before the first step x_prev is 0.

Where readings differ, the first is the default:

    sees     "past": the recogniser has read x_1 .. x_{t-1} when z_t is drawn, so one
             network runs ahead while data come in; what x_t brings is met by z_{t+1}.
             "now": it has read x_t too, as in VRNN and as the review rewrites it
             (whose code is equal to 1e-10 with squash="tanh", spread="log_variance")
    spread   "softplus" makes a std positive; "log_variance" is exp(a / 2)
    squash   "relu", max(., 0), or "tanh"
    output   "gauss", or "bernoulli" for x in [0, 1] (out_mean gives logits)

The paper's networks have plain units; here any cell stands in both places.  Its
recogniser that reads the whole sequence, in both directions, is not built.

Sources: Bayer & Osendorfer (2014), Learning stochastic recurrent networks, section 3;
for "now" Girin et al. (2020), Dynamical variational autoencoders, arXiv 2008.12595.
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
    "sees": ("past", "now"),
    "spread": tuple(SPREADS),
    "squash": tuple(SQUASH),
    "output": ("gauss", "bernoulli"),
}


def between(p, name, x, squash="relu"):
    """What lies on the way, x itself where there are no weights of that name."""
    return net(p.get(name, ()), x, squash)


def recognise(p, x, state_r, cell, spread="softplus", squash="relu"):
    """The recogniser reads x (B, X) -> its state, mean and std (B, Z) of z."""
    read = between(p, "phi_x", x, squash)
    state_r = cell_step(cell, p["recogniser"], read, state_r)
    hidden = between(p, "phi_latent", state_r[0], squash)
    return state_r, *heads(p, "latent", hidden, spread)


def generate(p, x_prev, z, state_g, cell, squash="relu"):
    """The generator reads x_prev (B, X) and z (B, Z) -> its state, what heads read."""
    past, z = between(p, "phi_past", x_prev, squash), between(p, "phi_z", z, squash)
    state_g = cell_step(cell, p["generator"], join([past, z]), state_g)
    return state_g, between(p, "phi_out", state_g[0], squash)


def step(p, x, x_prev, state, noise, cell, mask=None, sees="past", spread="softplus",
         squash="relu", output="gauss"):  # fmt: skip
    """One step: x, x_prev (B, X), noise (B, Z) from N(0, I) -> state, Terms.

    ``state`` is the pair (recogniser's, generator's), each a tuple with h first;
    ``mask`` (B,) is 1.0 for a row that has this step and 0.0 for a pad, which leaves
    the state as it was and adds nothing.  Arrays or tensors, all of one kind.
    """
    old_r, old_g = state
    read = x if sees == "now" else x_prev
    state_r, mean, std = recognise(p, read, old_r, cell, spread, squash)
    z = mean + std * noise
    state_g, hidden = generate(p, x_prev, z, old_g, cell, squash)
    fits = log_density(p, "out", hidden, x, output, spread)
    costs = kl(mean, std, 0.0 * mean, 0.0 * std + 1.0)
    if mask is not None:
        fits, costs = mask * fits, mask * costs
    state = hold(mask, state_r, old_r), hold(mask, state_g, old_g)
    return state, Terms(fits, costs, z)


def dream(p, x_prev, state_g, z, noise_x, cell, spread="softplus", squash="relu"):
    """One step without data: z (B, Z) from N(0, I) -> generator's state, x (B, X).

    ``noise_x`` (B, X) from N(0, I); Gaussian outputs.
    """
    state_g, hidden = generate(p, x_prev, z, state_g, cell, squash)
    mean, std = heads(p, "out", hidden, spread)
    return state_g, mean + std * noise_x


def bound(p, x, noise, cell="lstm", mask=None, **options):
    """The terms of the bound along a sequence: the door to ``step``.

    Parameters
    ----------
    p : dict
        Weights, see the module; of NumPy or torch as x is.
    x, noise : array or tensor, shapes (T, B, X) and (T, B, Z)
        The noise is fresh at every step, from N(0, I).
    cell : str or cell
        Of the recogniser and of the generator.
    mask : array or tensor of floats, shape (T, B), optional
        1 for data, 0 for pads.
    options
        ``sees``, ``spread``, ``squash`` and ``output`` of ``step``.

    Returns
    -------
    terms : Terms
        log_likelihood and kl (T, B) in nats, z (T, B, Z); the bound is the sum of
        log_likelihood - kl.
    state : pair of tuples
        The recogniser's and the generator's, after the last step.

    Raises
    ------
    ValueError
        If x does not fit the weights, noise does not fit x, or an option is unknown.
    """
    cell = as_cell(cell)
    check_x(x, p["out_mean"][0].shape[-1], "STORN")
    check_noise(noise, (*x.shape[:2], p["latent_mean"][0].shape[-1]))
    check_options(options, CHOICES)
    state = start(cell, p["recogniser"], x), start(cell, p["generator"], x)
    terms, x_prev = [], 0.0 * x[0]
    for t in range(len(x)):
        here = None if mask is None else mask[t]
        state, found = step(p, x[t], x_prev, state, noise[t], cell, here, **options)
        terms.append(found)
        x_prev = x[t]
    return Terms(*map(stacked, zip(*terms, strict=True))), state


def init(X, Z, H, rng, cell="lstm"):
    """Start values of all weights; see the module."""
    for name, size in dict(X=X, Z=Z, H=H).items():
        check_size(name, size)
    check_rng(rng)
    p = {"recogniser": init_cell(cell, X, H, rng)}
    for name, n in dict(latent=Z, out=X).items():
        p[f"{name}_mean"] = draw_layer(H, n, rng)
        p[f"{name}_std"] = draw_layer(H, n, rng)
    return p | {"generator": init_cell(cell, X + Z, H, rng)}
