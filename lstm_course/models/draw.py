"""DRAW: an autoencoder that looks at a picture and paints it in several steps.

    x_hat = x - sigmoid(canvas)                      what is still wrong       (3)
    r = read(x, x_hat, h_dec)                                                  (4)
    enc = encoder([r, h_dec], enc)                                             (5)
    mean = h_enc W_mean + b_mean                                               (1)
    sigma = exp(h_enc W_sigma + b_sigma)                                       (2)
    z = mean + sigma * noise                         noise from N(0, 1)        (6)
    dec = decoder(z, dec)                                                      (7)
    canvas = canvas + write(h_dec)                   h_dec the new one here    (8)

A window of N x N filters, N of its own for reading and for writing (21-26):

    g_x, g_y, log sigma^2, log delta, log gamma = h_dec W + b
    centre_x = (columns + 1) / 2 * (g_x + 1)         and of y with rows
    stride = (max(rows, columns) - 1) / (N - 1) * exp(log delta)
    mu_i = centre + (i - N/2 - 1/2) * stride         i = 1 ... N
    F_ij = exp(-(j - mu_i)^2 / (2 sigma^2)) / sum over j of the same

    read = gamma [F_y x F_x', F_y x_hat F_x']                                  (27)
    write = F_y' patch F_x / gamma,  patch = h_dec W_patch + b_patch           (28-29)

Cost in nats: -log D(x | last canvas) (9), and in every step (10-11)

    kl = sum over the Z latents of (mean^2 + sigma^2 - log sigma^2) / 2 - 1/2

Shapes: x, x_hat, canvas (B, rows, columns), x in [0, 1]; h_enc, h_dec (B, H); z, mean,
log_sigma, noise (B, Z); F_y (B, N, rows), F_x (B, N, columns); window (B, 5).

Weights, a dict, of arrays or of tensors: ``encoder`` and ``decoder``, dicts of cells
with R + H and Z inputs; W_mean, W_sigma (H, Z), b_mean, b_sigma (Z,); W_read, W_write
(H, 5), b_read, b_write (5,), columns as above; W_patch (H, N * N), b_patch (N * N,),
row by row.  R is 2 N * N.  Without attention (17-18) R is 2 * rows * columns, W_patch
(H, rows * columns), and W_read, W_write and their biases are not read.  All multiply
from the right; a weight of torch.nn.Linear is put in transposed.

What the paper leaves open, and the reading taken here:

* pixels are numbered j = 1, 2, ...: only so is (columns + 1) / 2 the middle.  Ports
  that number from 0 look one pixel beside it: ``first=0``;
* a filter off the picture sums to nearly nothing.  Here each still sums to 1, as (25)
  asks, and clings to the edge; ports divide by max(sum, 1e-8): ``least=1e-8``;
* T/2 in (11) is one half for each of T steps and of Z latents, so that kl is 0 where
  z has its prior;
* the canvas begins at 0, a parameter in the paper; so do the states of the cells.

Source: Gregor et al., ICML (2015), numbers of equations as we remember those of arXiv
1502.04623, not checked.
"""

from collections import namedtuple

import numpy as np

from ..doors import as_cell, check_floats, check_rng, check_size
from ..init import init as init_cell
from ..ops import exp, maximum, sigmoid
from .twins import cell_step, check_alike, check_weights, join, like, softmax, stacked
from .variational import log_bernoulli

State = namedtuple("State", "canvas enc dec")  # enc and dec as their cells carry them


def filters(centre, stride, log_variance, N, size, first=1, least=None):
    """N Gaussians along one axis: three of (B,) -> F (B, N, size)."""
    i = like(np.arange(1, N + 1), centre)
    mu = centre[:, None] + (i - N / 2 - 0.5) * stride[:, None]  # (B, N)
    j = like(np.arange(first, first + size), centre)
    e = -((j - mu[..., None]) ** 2) / (2.0 * exp(log_variance)[:, None, None])
    if least is None:
        return softmax(e)
    total = exp(e).sum(-1)[..., None]
    return exp(e) / maximum(total, 0 * total + least)


def window(w, N, rows, columns, first=1, least=None):
    """Numbers w (B, 5) -> F_y (B, N, rows), F_x (B, N, columns), gamma (B, 1, 1)."""
    g_x, g_y, log_variance, log_delta, log_gamma = w.T
    stride = (max(rows, columns) - 1) / (N - 1) * exp(log_delta)
    x, y = (columns + 1) / 2 * (g_x + 1), (rows + 1) / 2 * (g_y + 1)
    F_y = filters(y, stride, log_variance, N, rows, first, least)
    F_x = filters(x, stride, log_variance, N, columns, first, least)
    return F_y, F_x, exp(log_gamma)[:, None, None]


def read_window(p, x, x_hat, h_dec, N, window=window, **options):
    """Both pictures through a window: -> r (B, 2 N * N)."""
    w = h_dec @ p["W_read"] + p["b_read"]
    F_y, F_x, gamma = window(w, N, *x.shape[1:], **options)
    seen = [gamma * (F_y @ a @ F_x.swapaxes(1, 2)) for a in (x, x_hat)]
    return join([a.reshape(len(a), -1) for a in seen])


def write_window(p, h_dec, rows, columns, window=window, **options):
    """A patch through a window onto the canvas: -> (B, rows, columns)."""
    patch = h_dec @ p["W_patch"] + p["b_patch"]
    N = round(patch.shape[-1] ** 0.5)
    w = h_dec @ p["W_write"] + p["b_write"]
    F_y, F_x, gamma = window(w, N, rows, columns, **options)
    return F_y.swapaxes(1, 2) @ patch.reshape(-1, N, N) @ F_x / gamma


def read_all(p, x, x_hat, h_dec, N=None):
    """Both pictures whole: -> r (B, 2 * rows * columns)."""
    return join([a.reshape(len(a), -1) for a in (x, x_hat)])


def write_all(p, h_dec, rows, columns):
    """A whole picture onto the canvas: -> (B, rows, columns)."""
    return (h_dec @ p["W_patch"] + p["b_patch"]).reshape(-1, rows, columns)


def sample(mean, log_sigma, noise):
    """z from N(mean, sigma^2), noise from N(0, 1), all (B, Z)."""
    return mean + exp(log_sigma) * noise


def kl(mean, log_sigma):
    """From N(mean, sigma^2) to N(0, 1), in nats: two of (B, Z) -> (B,)."""
    return (mean**2 + exp(2 * log_sigma) - 2 * log_sigma - 1.0).sum(-1) / 2


def reconstruction(x, canvas):
    """-log D(x | canvas) in nats, pixels as coins: (B, rows, columns) twice -> (B,)."""
    return -log_bernoulli(x, canvas).sum(-1)


def paint(p, cell, z, state, attention=True, **options):
    """Equations 7 and 8, all that is needed to make pictures: -> state."""
    dec = cell_step(cell, p["decoder"], z, state.dec)
    write = write_window if attention else write_all
    stroke = write(p, dec[0], *state.canvas.shape[1:], **options)
    return State(state.canvas + stroke, state.enc, dec)


def step(p, encoder, decoder, x, state, noise, N=None, **options):
    """One step: x (B, rows, columns), noise (B, Z), N of run -> state, z, kl (B,)."""
    h_dec = state.dec[0]
    x_hat = x - sigmoid(state.canvas)
    read = read_window if N else read_all
    r = read(p, x, x_hat, h_dec, N, **options)
    enc = cell_step(encoder, p["encoder"], join([r, h_dec]), state.enc)
    mean = enc[0] @ p["W_mean"] + p["b_mean"]
    log_sigma = enc[0] @ p["W_sigma"] + p["b_sigma"]
    z = sample(mean, log_sigma, noise)
    state = paint(p, decoder, z, state._replace(enc=enc), bool(N), **options)
    return state, z, kl(mean, log_sigma)


def init(cell, rows, columns, H, Z, rng, N=None, N_write=None):
    """Start values of all weights, for the same cell on both sides.

    Parameters
    ----------
    cell : str or cell
    rows, columns : int
        Of a picture.
    H, Z : int
        Units of each cell, latents of a step.
    rng : numpy.random.Generator
    N, N_write : int, optional
        Width of the windows, 2 or more; N None for no attention, N_write None for N.

    Returns
    -------
    dict
        As the module lists it, float64; matrices as Glorot & Bengio (2010), biases 0.
    """
    sizes = {"rows": rows, "columns": columns, "H": H, "Z": Z}
    rows, columns, H, Z = (check_size(name, n) for name, n in sizes.items())
    check_rng(rng)
    pixels = N_written = rows * columns
    widths = {"mean": Z, "sigma": Z}
    if N is not None:
        N_write = N if N_write is None else N_write
        pixels = _check_N("N", N) ** 2
        N_written = _check_N("N_write", N_write) ** 2
        widths |= {"read": 5, "write": 5}
    p = {
        "encoder": init_cell(cell, 2 * pixels + H, H, rng),
        "decoder": init_cell(cell, Z, H, rng),
    }
    for name, n in (widths | {"patch": N_written}).items():
        p[f"W_{name}"] = rng.uniform(-1.0, 1.0, (H, n)) * np.sqrt(6.0 / (H + n))
        p[f"b_{name}"] = np.zeros(n)
    return p


def _check_N(name, N):
    if check_size(name, N) < 2:
        raise ValueError(
            f"{name} is {N}. The stride divides the picture into {name} - 1 parts. "
            f"Expected 2 or more. Write {name}=2, or N=None for no attention?"
        )
    return N


def start(p, encoder, decoder, B, rows, columns):
    """The state before the first step: an empty canvas, cells as they begin."""
    zero = like(np.zeros((B, rows, columns)), p["W_mean"])
    H = len(p["W_mean"])
    enc, dec = (
        tuple(like(s, zero) for s in c.initial(B, n))
        for c, n in ((encoder, H), (decoder, len(p["W_patch"])))
    )
    return State(zero, enc, dec)


def run(p, encoder, decoder, x, noise, N=None, **options):
    """A picture is looked at and painted in T steps.

    Parameters
    ----------
    p : dict
        Weights, see the module.
    encoder, decoder : str or cell
    x : (B, rows, columns), in [0, 1]; array or tensor, as noise and the weights
    noise : (T, B, Z), from N(0, 1), fresh for every step
    N : int, optional
        Width of the reading window; None for no attention.
    options : first, least of ``filters``; ``window``, in place of the one here

    Returns
    -------
    canvas (T, B, rows, columns), kl (T, B)
        The cost of a picture is ``reconstruction(x, canvas[-1]) + kl.sum(0)``.

    Raises
    ------
    ValueError
        If x, noise and N do not fit together and to the weights.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> p = init("lstm", 6, 5, 8, 2, rng, N=3)
    >>> x, noise = rng.uniform(size=(4, 6, 5)), rng.normal(size=(7, 4, 2))
    >>> canvas, cost = run(p, "lstm", "lstm", x, noise, N=3)
    >>> canvas.shape, cost.shape
    ((7, 4, 6, 5), (7, 4))
    """
    encoder, decoder = as_cell(encoder), as_cell(decoder)
    windows = ("read", "write") if N else ()
    _check_weights(p, ("encoder", "decoder", "mean", "sigma", "patch", *windows))
    _check(p, x, noise), _check_reads(p, encoder, x, N)
    state = start(p, encoder, decoder, *x.shape)
    canvases, costs = [], []
    for e in noise:
        state, _, cost = step(p, encoder, decoder, x, state, e, N, **options)
        canvases.append(state.canvas), costs.append(cost)
    return stacked(canvases), stacked(costs)


def generate(p, decoder, noise, rows, columns, attention=True, **options):
    """Pictures from the prior: noise (T, B, Z) -> canvas (T, B, rows, columns)."""
    decoder = as_cell(decoder)
    rows, columns = check_size("rows", rows), check_size("columns", columns)
    _check_weights(p, ("decoder", "mean", "patch", *("write",) * attention))
    _check_noise(p, noise)
    state = start(p, decoder, decoder, noise.shape[1], rows, columns)
    canvases = []
    for z in noise:
        state = paint(p, decoder, z, state, attention, **options)
        canvases.append(state.canvas)
    return stacked(canvases)


def _check_weights(p, parts):
    pairs = ([n] if n.endswith("coder") else [f"W_{n}", f"b_{n}"] for n in parts)
    check_weights(p, sum(pairs, []), "Is p made by init, with N for attention?")


def _check(p, x, noise):
    _check_noise(p, noise)
    shape, B = tuple(np.shape(x)), noise.shape[1]
    if len(shape) != 3 or 0 in shape or len(x) != B:
        raise ValueError(
            f"x has shape {shape}, noise {tuple(noise.shape)}. Pictures come as x "
            f"(B, rows, columns), here B = {B} of them. Write x.reshape({B}, rows, -1)?"
        )
    check_floats("x", x)
    check_alike(x=x, noise=noise)
    if not bool(((x >= 0) & (x <= 1)).all()):
        raise ValueError(
            f"x goes from {float(x.min()):g} to {float(x.max()):g}. A pixel is the "
            "chance of a coin. Expected numbers in [0, 1]. Divide by 255?"
        )


def _check_noise(p, noise):
    shape, Z = tuple(np.shape(noise)), p["W_mean"].shape[1]
    if len(shape) != 3 or 0 in shape or shape[2] != Z:
        raise ValueError(
            f"noise has shape {shape}. Every step of every picture has its own. "
            f"Expected (T, B, Z) with Z = {Z}. Write rng.normal(size=(T, B, {Z}))?"
        )
    check_floats("noise", noise)


def _check_reads(p, encoder, x, N):
    I, _ = encoder.sizes(p["encoder"])
    read = 2 * (N * N if N else x.shape[1] * x.shape[2])
    wanted = read + len(p["W_patch"])
    if I != wanted:
        raise ValueError(
            f"The encoder has {I} inputs. With N = {N} a look gives {read} numbers, "
            f"with h_dec {wanted}. Expected as many. Is N the one given to init?"
        )
