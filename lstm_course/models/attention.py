"""Soft attention: a decoder that looks at L places and chooses what to read.

    e_i = tanh(a_i W_a + h_prev W_h + b) v       how well place i fits        (4)
    alpha = softmax(e), over the places unmasked                              (5)
    z = beta * sum_i alpha_i a_i                 what is read                 (6)
    beta = sigmoid(h_prev w_beta + b_beta)       how much of it, an option
    state = cell([x, z], state)                  x embeds the word before     (1-3)

Shapes: annotations a (B, L, D); mask (B, L) of bool, true where a place is real;
x (B, E); h (B, H), the first of the state; e and alpha (B, L); z (B, D); beta (B, 1).

Weights, a dict, of arrays or of tensors: W_a (D, S), W_h (H, S), b (S,), v (S,) of the
scorer with S units; w_beta (H, 1) and b_beta (1,) of the gate, left out for no gate;
``cell``, the dict of a cell with E + D inputs and H units; ``start``, if the state
before the first word is made from the picture, one pair W (D, H), b (H,) for each part
of it:

    h_0 = tanh(mean of a W + b), and c_0 with weights of its own

Everything multiplies from the right; a weight of torch.nn.Linear is put in transposed.

Over T steps, the doubly stochastic penalty (14) asks that every place be looked at:

    lambda * sum_i (1 - sum_t alpha_ti)^2        the mean of it over the batch

What the paper leaves open, and the reading taken here:

* the scorer is "a multilayer perceptron": one hidden layer of tanh, as in Bahdanau
  et al. (2015) and in the authors' program; others put max(x, 0) there: ``squash``;
* the gate is one number for all D features, as the text has it; w_beta (H, D) and
  b_beta (D,) give one for each, as some ports have it;
* the two networks of the start are "multilayer perceptrons" too: here one layer of
  tanh each; ports have it without: ``squash``;
* the penalty sums over places and averages over the batch.  The authors' program does
  it the other way round, ``over="places"``, which makes the same lambda B / L times as
  strong; ports average over ``"both"``, L times weaker.

Sources: Xu et al., ICML (2015), numbers of equations as we remember those of arXiv
1502.03044, not checked; Bahdanau, Cho & Bengio, ICLR (2015), for the scorer.
"""

import numpy as np

from ..doors import as_cell, check_floats, check_rng, check_size
from ..init import init as init_cell
from ..ops import sigmoid, tanh
from .twins import (
    cell_step,
    check_alike,
    check_weights,
    is_tensor,
    join,
    softmax,
    stacked,
    where,
)
from .variational import check_options

MEANS = ("batch", "places", "both")  # what the penalty is averaged over
NEVER = -float("inf")  # the score of a place that is not there


def scores(p, a, h_prev, squash=tanh):
    """How well each place fits: a (B, L, D), h_prev (B, H) -> e (B, L)."""
    return squash(a @ p["W_a"] + (h_prev @ p["W_h"])[:, None] + p["b"]) @ p["v"]


def attend(p, a, h_prev, mask=None, squash=tanh):
    """One look: a (B, L, D), h_prev (B, H), mask (B, L) -> z (B, D), alpha (B, L)."""
    a = _real(a, mask)
    e = scores(p, a, h_prev, squash)
    alpha = softmax(e if mask is None else where(mask, e, NEVER))
    z = (alpha[..., None] * a).sum(1)
    if "w_beta" in p:
        z = sigmoid(h_prev @ p["w_beta"] + p["b_beta"]) * z
    return z, alpha


def _real(a, mask):
    """Annotations with 0 for pads: 0 times what lies there could be nan."""
    return a if mask is None else where(mask[..., None], a, 0.0)


def step(p, cell, x, a, state, mask=None, squash=tanh):
    """One step: x (B, E), a (B, L, D), state, mask (B, L) -> state, z, alpha."""
    z, alpha = attend(p, a, state[0], mask, squash)
    return cell_step(cell, p["cell"], join([x, z]), state), z, alpha


def penalty(alpha, mask=None, strength=1.0, over="batch"):
    """Doubly stochastic penalty: alpha (T, B, L), mask (B, L) -> a number.

    (1 - sum over time)^2 of the real places, its mean over what ``over`` names, its
    sum over the rest: "batch", "places" or "both".
    """
    check_options({"over": over}, {"over": MEANS})
    missed = 1.0 - alpha.sum(0)  # (B, L)
    if mask is not None:
        missed = where(mask, missed, 0.0)
    squares = missed**2
    if over == "batch":
        return strength * squares.sum(-1).mean()
    return strength * (squares.mean(-1).sum() if over == "places" else squares.mean())


def start(p, cell, a, mask=None, squash=tanh):
    """The state before the first word, from the mean of the real annotations.

    Parameters
    ----------
    p : dict
        Weights, with ``start``; see the module.
    cell : str or cell
    a : (B, L, D)
    mask : (B, L) of bool, optional
    squash : callable

    Returns
    -------
    tuple of (B, H)

    Raises
    ------
    ValueError
        If p has no weights for each part of this cell's state.
    """
    _check_start(p, as_cell(cell))
    a = _real(a, mask)
    n = a.shape[1] if mask is None else mask.sum(-1)[:, None]
    return tuple(squash(a.sum(1) / n @ W + b) for W, b in p["start"])


def init(cell, E, D, H, S, rng, gate=False, start=False):
    """Start values of all weights.

    Parameters
    ----------
    cell : str or cell
        The decoder's cell.
    E, D, H, S : int
        Features of x and of an annotation; units of the cell and of the scorer.
    rng : numpy.random.Generator
    gate : bool
        Whether there is a beta.
    start : bool
        Whether the state is made from the annotations; for cells that carry h, or h
        and c.

    Returns
    -------
    dict
        As the module lists it, float64.  Matrices of the scorer and the gate are
        uniform within sqrt(6 / (rows + columns)) (Glorot & Bengio 2010), biases 0.
    """
    sizes = {"E": E, "D": D, "H": H, "S": S}
    E, D, H, S = (check_size(name, n) for name, n in sizes.items())
    check_rng(rng)
    p = {
        "cell": init_cell(cell, E + D, H, rng),
        "W_a": _glorot(D, S, rng),
        "W_h": _glorot(H, S, rng),
        "b": np.zeros(S),
        "v": _glorot(S, 1, rng)[:, 0],
    }
    if gate:
        p |= {"w_beta": _glorot(H, 1, rng), "b_beta": np.zeros(1)}
    if start:
        parts = as_cell(cell).states
        p["start"] = [(_glorot(D, H, rng), np.zeros(H)) for _ in parts]
        _check_start(p, as_cell(cell))
    return p


def _glorot(rows, columns, rng):
    return rng.uniform(-1.0, 1.0, (rows, columns)) * np.sqrt(6.0 / (rows + columns))


def run(p, cell, x, a, state, mask=None, squash=tanh):
    """All steps of a decoder whose words are given.

    Parameters
    ----------
    p : dict
        Weights, see the module.
    cell : str or cell
        The decoder's cell.
    x : (T, B, E)
        Embeddings of the words before; array or tensor, as all that follows.
    a : (B, L, D)
        Annotations.
    state : tuple
        Of the cell, before the first step, as ``cell.initial(B, H)`` has it, or as
        ``start`` makes it.
    mask : (B, L) of bool, optional
        True where a place is real.

    Returns
    -------
    h (T, B, H), z (T, B, D), alpha (T, B, L)

    Raises
    ------
    ValueError
        If x, a and mask do not fit together or a row has no place to look at.

    Examples
    --------
    >>> import numpy as np
    >>> from lstm_course import CELLS
    >>> rng = np.random.default_rng(0)
    >>> p = init("lstm", 3, 4, 5, 6, rng)
    >>> x, a = rng.normal(size=(7, 2, 3)), rng.normal(size=(2, 9, 4))
    >>> h, z, alpha = run(p, "lstm", x, a, CELLS["lstm"].initial(2, 5))
    >>> h.shape, z.shape, alpha.shape
    ((7, 2, 5), (7, 2, 4), (7, 2, 9))
    """
    cell = as_cell(cell)
    _check(p, x, a, mask)
    hs, zs, alphas = [], [], []
    for x_t in x:
        state, z, alpha = step(p, cell, x_t, a, state, mask, squash)
        hs.append(state[0]), zs.append(z), alphas.append(alpha)
    return stacked(hs), stacked(zs), stacked(alphas)


def _check_start(p, cell):
    pairs = p.get("start", ())
    if len(pairs) != len(cell.states) or not {*cell.states} <= {"h", "c"}:
        raise ValueError(
            f"p['start'] has {len(pairs)} pair(s) of weights, and {cell.name} carries "
            f"{', '.join(cell.states)}. Each part of the state has a pair (W, b) of "
            "its own. Expected a cell that carries h, or h and c. Pass start=True to "
            "init, or begin with cell.initial(B, H)?"
        )


def _check(p, x, a, mask):
    got = tuple(np.shape(x)), tuple(np.shape(a))
    hint = "Is p made by init, with a gate or without?"
    check_weights(p, ("W_a", "W_h", "b", "v", "cell"), hint)
    D = len(p["W_a"])
    if len(got[0]) != 3 or len(got[1]) != 3 or 0 in got[0] + got[1]:
        raise ValueError(
            f"x has shape {got[0]} and a has {got[1]}. Words come as x (T, B, E), "
            "annotations as a (B, L, D), none of them of length 0. Is an axis missing?"
        )
    if got[0][1] != got[1][0] or got[1][2] != D:
        raise ValueError(
            f"x (T, B, E) has shape {got[0]}, a (B, L, D) has {got[1]}. Expected the "
            f"same B in both, and D = {D}, which W_a reads. Is a of another batch?"
        )
    check_floats("x", x), check_floats("a", a, mask is None)
    check_alike(x=x, a=a)
    if mask is not None:
        _check_mask(mask, got[1][:2], is_tensor(a))


def _check_mask(mask, shape, tensor):
    kind = str(getattr(mask, "dtype", type(mask).__name__)).removeprefix("torch.")
    if kind != "bool" or tuple(mask.shape) != shape or is_tensor(mask) != tensor:
        raise ValueError(
            f"mask is {type(mask).__name__} of {kind}, shape {tuple(np.shape(mask))}. "
            f"It says which places are real. Expected bool of shape (B, L) = {shape}, "
            "array or tensor as a is. Write arange(L) < lengths[:, None]?"
        )
    if not bool(mask.any(-1).all()):
        row = int(np.argmin(np.asarray(mask.any(-1))))
        raise ValueError(
            f"mask leaves row {row} no place at all. Attention shares out 1 among the "
            "real places. Expected at least one in each row. Was an empty one batched?"
        )
