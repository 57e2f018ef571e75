"""Checks at the doors: every public entry says what it got and what to do next.

A message has four parts: what is wrong, what was got, what was expected, and the
next step.  Nothing below the doors checks again.
"""

import difflib
from numbers import Integral

import numpy as np

from .cells import CELLS


def as_cell(cell):
    """A cell from its name in CELLS, a room of lstm_course.cells, or a cell itself.

    Raises
    ------
    ValueError
        If the name is unknown; the message suggests the nearest one.
    """
    if isinstance(cell, str):
        if cell in CELLS:
            return CELLS[cell]
        near = difflib.get_close_matches(cell.lower(), CELLS, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]!r}?" if near else "Choose one of them?"
        raise ValueError(
            f"There is no cell named {cell!r}. Known cells: {', '.join(CELLS)}. {hint}"
        )
    made = getattr(cell, "cell", cell)
    if not hasattr(made, "step_backward"):
        raise ValueError(
            f"A cell is a name in CELLS or an object with step and step_backward, but "
            f"got {type(cell).__name__}. Known cells: {', '.join(CELLS)}. "
            "Pass a name like 'lstm'?"
        )
    return made


def check_size(name, value):
    """A positive whole number of units, features, layers or steps."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(
            f"{name} is {value!r}. It counts things, so it must be a whole number of "
            f"at least 1. Write {name}=1 or more?"
        )
    return int(value)


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


def check_floats(name, a, values=True):
    """Floating-point and, if ``values`` are looked at, finite; array or tensor."""
    tensor = hasattr(a, "requires_grad")
    floating = a.is_floating_point() if tensor else np.issubdtype(a.dtype, np.floating)
    if not floating:
        raise ValueError(
            f"{name} has dtype {a.dtype}. Cells compute with floating-point numbers. "
            f"Convert it with {name}.{'double()' if tensor else 'astype(float)'}?"
        )
    if not values or tensor and bool(a.detach().sum().isfinite()):
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
        got = f"{len(state)} arrays" if isinstance(state, tuple | list) else type(state)
        raise ValueError(
            f"{name} must be a tuple ({', '.join(names)}), but got {got}. This cell "
            f"carries {len(names)} state(s) of shape {shape} each. "
            f"Pass {name}=({', '.join(names)},)?"
        )
    for n, s in zip(names, state, strict=True):
        if tuple(s.shape) != tuple(shape):
            raise ValueError(
                f"{name} holds {n} of shape {tuple(s.shape)}, expected {tuple(shape)}. "
                "The axes are batch and hidden units. Was it made for another batch?"
            )
        check_floats(n, s, values)
    return tuple(state)


def check_parameters(cell, p):
    """Names and shapes of p as this cell wants them; -> (I, H)."""
    wanted = cell.shapes(4, 6)
    missing = [k for k in wanted if k not in p and k in cell.shapes(5, 5)]
    if missing:
        raise ValueError(
            f"Parameter {missing[0]!r} is missing. Got {sorted(p)}, but {cell.name} "
            f"has {sorted(wanted)}. Make them with init({cell.name!r}, I, H, rng)?"
        )
    I, H = cell.sizes(p)
    for k, shape in cell.shapes(I, H).items():
        if k not in p or tuple(p[k].shape) != shape:
            got = tuple(p[k].shape) if k in p else "nothing"
            raise ValueError(
                f"Parameter {k!r} has shape {got}, but {cell.name} with I = {I}, "
                f"H = {H} wants {shape}. Is its block order {' '.join(cell.blocks)}?"
            )
    return I, H
