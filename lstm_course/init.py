"""The door to start values of parameters; ``cells.start`` says which they are."""

import numpy as np

from .doors import as_cell, check_number, check_parameters, check_rng, check_size


def init(cell, I, H, rng, gain=1.0, bias=None):
    """Start values for every parameter of a cell.

    Parameters
    ----------
    cell : str or cell
        A name in ``CELLS`` or a cell.
    I, H : int
        Number of inputs and of hidden units.
    rng : numpy.random.Generator
        Where the randomness comes from.
    gain : float
        Factor on every recurrent matrix; 1 keeps the length of h.
    bias : dict, optional
        Start values of biases by block, over the cell's own: ``{"f": 3.0}``.

    Returns
    -------
    dict
        Parameter name -> float64 array, shapes as ``cell.shapes(I, H)``.

    Examples
    --------
    >>> import numpy as np
    >>> p = init("lstm", 4, 6, np.random.default_rng(0))
    >>> {k: v.shape for k, v in p.items()}
    {'W_x': (4, 24), 'W_h': (6, 24), 'b': (24,)}
    >>> p["b"][6:12]
    array([1., 1., 1., 1., 1., 1.])
    """
    cell = as_cell(cell)
    I, H = check_size("I", I), check_size("H", H)
    check_rng(rng)
    check_number("gain", gain)
    check_bias(cell, bias)
    return cell.init(I, H, rng, gain, bias)


def check_bias(cell, bias):
    """A dict from blocks of the cell to finite numbers, or None."""
    if not isinstance(bias, dict | None):
        raise ValueError(
            f"bias is {type(bias).__name__}. {cell.name} has the blocks "
            f"{' '.join(cell.blocks)}. Expected a dict from some of them to numbers. "
            f"Write bias={{{cell.blocks[0]!r}: 1.0}}?"
        )
    for block, value in (bias or {}).items():
        if block not in cell.blocks:
            raise ValueError(
                f"{cell.name} has no block {block!r} to give a bias to. Its blocks "
                f"are {' '.join(cell.blocks)}. Use one of them?"
            )
        check_number(f"bias[{block!r}]", value)


def chrono(cell, p, T_max, rng):
    """Chrono initialisation of a copy of p: b_f = log U(1, T_max - 1), b_i = -b_f.

    Gives the units memory times spread between 1 and T_max steps.
    Source: Tallec & Ollivier, ICLR (2018).  Needs blocks f and i in one bias b.

    Raises
    ------
    ValueError
        For a cell without such a bias, other parameters, or T_max below 1.
    """
    cell = as_cell(cell)
    check_rng(rng)
    check_number("T_max", T_max, low=1)
    at = {
        b: t.first + k
        for t in cell.all_terms
        for k, b in enumerate(t.blocks)
        if t.param == "b"
    }
    if not {"f", "i"} <= set(at):
        raise ValueError(
            f"Chrono initialisation sets the biases of f and i, but {cell.name} has "
            f"the blocks {' '.join(cell.blocks)}. Expected a cell with both gates in "
            "one bias b. Use 'lstm' or 'peephole'?"
        )
    _, H = check_parameters(cell, p)
    p = {k: v.copy() for k, v in p.items()}
    b_f = np.log(rng.uniform(1.0, max(T_max - 1.0, 1.0 + 1e-6), H))
    p["b"][at["f"] * H : (at["f"] + 1) * H] = b_f
    p["b"][at["i"] * H : (at["i"] + 1) * H] = -b_f
    return p
