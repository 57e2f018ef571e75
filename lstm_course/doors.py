"""Checks at the doors: every public entry says what it got and what to do next.

A message has four parts: what is wrong, what was got, what was expected, and the
next step.  Nothing below the doors checks again.
"""

import difflib
from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np

from .cells import CELLS
from .cells.any_cell import AnyCell
from .cells.written import OWN, own, written


def as_cell(cell, run_files=False):
    """A cell from its name, its room, or from itself.

    Parameters
    ----------
    cell : str, module or cell
        A name in CELLS, a room and its options written out, as in
        ``"gru(reset='before')"``, a room of lstm_course.cells, or a cell.
    run_files : bool
        Whether ``cell`` may be ``"path/file.py:NAME"`` or ``"module:NAME"`` too: a cell
        of your own, for which that file is run.

    Raises
    ------
    ValueError
        If the name is unknown; the message suggests the nearest one.
    """
    if isinstance(cell, str):
        if cell in CELLS:
            return CELLS[cell]
        if OWN.fullmatch(cell):
            return _own(cell, run_files)
        if "(" in cell:
            return written(cell)
        near = difflib.get_close_matches(cell.lower(), CELLS, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]!r}?" if near else "Choose one of them?"
        raise ValueError(
            f"There is no cell named {cell!r}. Known cells: {', '.join(CELLS)}. {hint}"
        )
    made = getattr(cell, "cell", cell)
    if not isinstance(made, AnyCell):
        raise ValueError(
            f"A cell is a name in CELLS, a room, or what its make gives, but got "
            f"{type(cell).__name__}. Known cells: {', '.join(CELLS)}. "
            "Pass a name like 'lstm'?"
        )
    return made


def _own(text, run_files):
    if not run_files:
        raise ValueError(
            f"{text!r} names a cell in a file, and this door runs no files: a name may "
            "come from somebody else. Expected a cell, or a name in CELLS. Import it, "
            "or say as_cell(..., run_files=True)?"
        )
    return as_cell(own(text))


def check_size(name, value):
    """A positive whole number of units, features, layers or steps."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(
            f"{name} is {value!r}. It counts things, so it must be a whole number of "
            f"at least 1. Write {name}=1 or more?"
        )
    return int(value)


def check_seed(seed):
    """A whole number from 0 on."""
    if not isinstance(seed, Integral) or isinstance(seed, bool) or seed < 0:
        raise ValueError(
            f"seed is {seed!r}. Runs are told apart by a whole number, the same number "
            "giving the same run. Expected 0 or more. Write seed=0?"
        )
    return int(seed)


def check_number(name, value, low=-np.inf):
    """A finite number of at least ``low``."""
    number = isinstance(value, Real) and not isinstance(value, bool)
    if not number or not low <= value < np.inf:
        at_least = "" if low == -np.inf else f" of at least {low:g}"
        raise ValueError(
            f"{name} is {value!r}. Expected a finite number{at_least}. "
            f"Write {name}={max(low, 1.0):g}?"
        )
    return value


def check_rng(rng):
    """A NumPy Generator."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"rng is {rng!r}. Randomness enters by argument, as a NumPy Generator. "
            "Expected numpy.random.Generator. Pass np.random.default_rng(0)?"
        )


def check_x(x, I, who, values=True):
    """A sequence x (T, B, I) of finite numbers; without ``values`` shape and dtype."""
    shape = tuple(getattr(x, "shape", ()))
    if len(shape) != 3:
        raise ValueError(
            f"x has {len(shape)} axes, shape {shape}. {who} reads x (T, B, I): time, "
            f"batch, {I} features. Add the missing axis with x[:, None, :]?"
        )
    if 0 in shape:
        axis = ("T (time)", "B (batch)", "I (features)")[shape.index(0)]
        raise ValueError(
            f"x is empty: axis {axis} has length 0, x is (T, B, I) = {shape}. {who} "
            "needs at least one step of one sequence. Was the batch cut too short?"
        )
    if shape[2] != I:
        raise ValueError(
            f"x has {shape[2]} features, but this {who} was built for I = {I}. x is "
            f"(T, B, I) = {shape}. Build the cell with I={shape[2]}?"
        )
    check_floats("x", x, values)


def as_array(name, a):
    """What NumPy reads as an array, lists too; no tensors and no masked arrays."""
    if hasattr(a, "requires_grad"):
        raise ValueError(
            f"{name} is a torch tensor. This door computes in NumPy, which would lose "
            "its gradient; lstm_course.recurrent.Recurrent takes tensors. "
            f"Pass {name}.detach().cpu().numpy()?"
        )
    if isinstance(a, np.ma.MaskedArray):
        raise ValueError(
            f"{name} is a masked array of shape {a.shape}. Cells know no masks, they "
            f"would read what lies under it. Pass {name}.filled(0.0), or lengths to a "
            "lstm_course.recurrent.Recurrent?"
        )
    try:
        return np.asarray(a)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} is {type(a).__name__}, of which NumPy makes no array: {error}. "
            "Expected numbers in rows of equal length. Pad the short ones with zeros?"
        ) from None


def check_floats(name, a, values=True):
    """Floating-point and, if ``values`` are looked at, finite; array or tensor."""
    tensor = hasattr(a, "requires_grad")
    floating = a.is_floating_point() if tensor else np.issubdtype(a.dtype, np.floating)
    if not floating:
        raise ValueError(
            f"{name} has dtype {a.dtype}. Cells compute with floating-point numbers. "
            f"Convert it with {name}.{'double()' if tensor else 'astype(float)'}?"
        )
    if not values or tensor and np.isfinite(float(a.detach().sum())):
        return  # no sum is finite with such a term in it, and it costs much less
    finite = a.isfinite() if tensor else np.isfinite(a)
    if not bool(finite.all()):
        bad = np.argwhere(~np.asarray(finite.cpu() if tensor else finite))
        where = tuple(int(k) for k in bad[0])
        raise ValueError(
            f"{name} holds {len(bad)} value(s) that are NaN or infinite, the first at "
            f"index {where}. A cell needs finite numbers. Look for a division by zero "
            "or a missing value where this input is made?"
        )


def check_state(state, names, shape, name="state0", values=True):
    """A tuple of states, each of the given shape."""
    if not isinstance(state, tuple | list) or len(state) != len(names):
        kind = type(state).__name__
        got = f"{len(state)} arrays" if isinstance(state, tuple | list) else kind
        raise ValueError(
            f"{name} must be a tuple ({', '.join(names)}), but got {got}. This cell "
            f"carries {len(names)} state(s) of shape {shape} each. "
            f"Pass {name}=({', '.join(names)},)?"
        )
    for n, s in zip(names, state, strict=True):
        got = tuple(getattr(s, "shape", ("no array",)))
        if got != tuple(shape):
            raise ValueError(
                f"{name} holds {n} of shape {got}, expected {tuple(shape)}. "
                "The axes are batch and hidden units. Was it made for another batch?"
            )
        check_floats(n, s, values)
    return tuple(state)


def check_each_state(cell, state, start, name="state0"):
    """Like check_state, where a cell may carry states of several shapes."""
    if not isinstance(state, tuple | list) or len(state) != len(start):
        return check_state(state, cell.states, start[0].shape, name)
    state = [as_array(n, s) for n, s in zip(cell.states, state, strict=True)]
    return tuple(
        check_state((s,), (n,), z.shape, name)[0]
        for n, s, z in zip(cell.states, state, start, strict=True)
    )


def check_parameters(cell, p):
    """Names and shapes of p, exactly those that this cell reads; -> (I, H)."""
    wanted = cell.shapes(4, 6)
    check_arrays(cell, p, wanted)
    check_names(cell, p, wanted, cell.shapes(5, 5))
    for k, a in p.items():
        if a.ndim != len(wanted[k]):
            raise ValueError(
                f"Parameter {k!r} has {a.ndim} axes, shape {a.shape}. {cell.name} "
                f"wants {len(wanted[k])}. Make it with init({cell.name!r}, I, H, rng)?"
            )
    I, H = cell.sizes(p)
    check_size("I", I), check_size("H", H)
    for k, shape in {**optional_shapes(cell, p, I, H), **cell.shapes(I, H)}.items():
        if k not in p or p[k].shape != shape:
            got = p[k].shape if k in p else "nothing"
            raise ValueError(
                f"Parameter {k!r} has shape {got}, but {cell.name} with I = {I}, "
                f"H = {H} wants {shape}. Is its block order {' '.join(cell.blocks)}?"
            )
    return I, H


def check_arrays(cell, p, wanted):
    """p is a dict of NumPy arrays."""
    if not isinstance(p, Mapping):
        raise ValueError(
            f"p is {type(p).__name__}. Parameters come by name: a dict with "
            f"{', '.join(wanted)}. Make them with init({cell.name!r}, I, H, rng)?"
        )
    for k, a in p.items():
        if not isinstance(a, np.ndarray) or isinstance(a, np.ma.MaskedArray):
            raise ValueError(
                f"Parameter {k!r} is {type(a).__name__}. {cell.name} computes with "
                f"NumPy arrays. Pass np.asarray(p[{k!r}]), for a torch tensor "
                "p.detach().numpy()?"
            )


def check_names(cell, p, wanted, square):
    """No parameter is missing, and none is there that the cell would not read."""
    if missing := [k for k in wanted if k not in p and k in square]:
        raise ValueError(
            f"Parameter {missing[0]!r} is missing. Got {sorted(p)}, but {cell.name} "
            f"has {sorted(wanted)}. Make them with init({cell.name!r}, I, H, rng)?"
        )
    if unread := sorted(map(str, set(p) - set(wanted))):
        fits = [name for name, c in CELLS.items() if set(c.shapes(4, 6)) == set(p)]
        hint = f"Is it for the cell {fits[0]!r}" if fits else "Leave it out of p"
        raise ValueError(
            f"Parameter {unread[0]!r} is nothing that {cell.name} reads: it would be "
            f"lost. Got {sorted(map(str, p))}, expected {sorted(wanted)}. {hint}?"
        )


def optional_shapes(cell, p, I, H):
    """Shapes of weights that p has though the cell could do without them at I = H."""
    return {
        t.param: (I, len(t.blocks) * H)
        for t in cell.all_terms
        if t.optional and t.param in p
    }


def check_caches(cell, caches, I, H):
    """Caches of this cell with these sizes; -> B."""
    if (
        not isinstance(caches, list | tuple)
        or not caches
        or not all(isinstance(c, dict) for c in caches)
    ):
        raise ValueError(
            f"caches is {type(caches).__name__}. Expected the third result of unroll: "
            "a list with one dict per step. Write h, state, caches = unroll(...)?"
        )
    B = len(next(iter(caches[0].values()), ()))
    wanted = cache_shapes(cell, B, I, H)
    got = {k: np.shape(v) for k, v in caches[0].items()}
    if got != wanted:
        raise ValueError(
            f"A cache holds {got}, but {cell.name} with these parameters keeps "
            f"{wanted}. Expected caches of an unroll with them. Are they of another?"
        )
    return B


def cache_shapes(cell, B, I, H):
    """Name -> shape of everything that a step of this cell keeps."""
    if cell.all_terms:
        rows = I - H * bool(cell.extra)
        return {k: (B, rows if k == "x" else H) for k in cell.keeps}
    p = {k: np.zeros(s) for k, s in cell.shapes(I, H).items()}
    _, cache = cell.step(p, np.zeros((B, I)), cell.initial(B, H))
    return {k: v.shape for k, v in cache.items()}
