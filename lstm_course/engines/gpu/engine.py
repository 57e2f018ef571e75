"""A cell's kernels, made once, behind one ``torch.autograd.Function``."""

import linecache
import warnings
from contextlib import nullcontext
from functools import cache, lru_cache
from types import SimpleNamespace

import torch

from ..cpu.plan import Plan
from ..cpu.sequence import matrix
from . import cudnn, launch
from .function import Sequence
from .text import module_text

DTYPES = torch.float32, torch.bfloat16, torch.float16


@cache
def compiled(cell, outs):
    """(plan, kernels by name) for a cell; equal cells share the kernels."""
    plan = Plan(cell, outs)
    return plan, _module(f"<kernels of the cell {cell.name}>", module_text(plan))


@cache
def _module(name, text):
    """The functions of a text; Triton reads them again, line by line."""
    name, space = f"{name[:-1]} {len(_NAMES)}>", {"__name__": name}
    _NAMES.append(name)
    linecache.cache[name] = len(text), None, text.splitlines(True), name
    exec(compile(text, name, "exec"), space)  # noqa: S102
    return SimpleNamespace(**space)


_NAMES = []


def fits(cell, x):
    """Whether the kernels can run this cell on this input."""
    known = bool(cell.phases) and not (cell.noise or cell.whole_rows)
    return known and x.dtype in DTYPES


def is_library(cell):
    """Whether torch has a layer of its own for this cell."""
    return bool(cell.phases) and cudnn.function_of(cell) is not None


def run_library(cell, p, x, state, lengths=None, passes_up=False, *unused):
    """A layer of torch's, as ``engines.loop.run`` gives it."""
    h, end = cudnn.run(cell, p, x, state, lengths)
    return h, None, end


def units(cell, p):
    """H, from the parameters of a cell."""
    return cell.sizes(p)[1]


def run_layer(cell, p, x, state, lengths=None, passes_up=False, *unused, how=None):
    """One layer in one direction, as ``engines.loop.run`` gives it.

    It keeps every step for the backward pass, checkpoint or not.
    """
    outs = ("h", "c") if passes_up else ("h",)
    (h, *up), end = run(cell, p, x, state, lengths, outs, how)
    if lengths is not None:
        steps = torch.arange(len(h), device=h.device)
        h = h * (steps[:, None] < lengths).unsqueeze(-1)
    return h, up[0] if passes_up else None, end


def run(cell, p, x, state, lengths=None, outs=("h",), how=None):
    """One layer in one direction: -> tuple of outs (T, B, H) each, end state."""
    made = compiled(cell, outs)
    H, extra = state[0].shape[-1], None
    if cell.extra:
        x, extra = x if isinstance(x, tuple) else (x[..., :-H], x[..., -H:])
    how = how or how_on(cell, x, H)
    p = cell.prepare(p, H)
    weights = [p[v] for v in (*cell.vectors, *cell.constants)]
    weights += [matrix(made[0], s, p, H) for s in (*made[0].sources, made[0].bias)]
    keep = torch.is_grad_enabled() and any(
        t is not None and t.requires_grad for t in (x, extra, *state, *weights)
    )
    given = made, how, keep, lengths, x, extra, *state, *weights
    try:
        with torch.cuda.device(x.device) if x.is_cuda else nullcontext():
            result = Sequence.apply(*given)
    except Exception as error:
        if not how.whole or type(error).__name__ != "OutOfResources":
            raise
        _say(cell.name, str(error))
        stepwise = how._replace(whole=False, rows=4, cols=min(launch.full(H), 128))
        with torch.cuda.device(x.device):
            result = Sequence.apply(made, stepwise, *given[2:])
    return result[: len(outs)], result[len(outs) :]


def how_on(cell, x, H):
    """The Launch for a layer with H units on x (T, B, I)."""
    x = x[0] if isinstance(x, tuple) else x
    card = torch.cuda.get_device_properties(x.device)
    at = compiled(cell, ("h",))[0], x.shape[1], H, x.dtype
    return launch.choose(*at, card.multi_processor_count, launch.precision())


@lru_cache
def _say(name, error):
    """Once for each cell and reason."""
    warnings.warn(
        f"The sequence kernel of {name} does not fit on this card ({error}), so its "
        "steps are launched one by one, which is slower. Expected room for the "
        "recurrent matrix. Use a smaller hidden_size, or bfloat16?",
        stacklevel=6,
    )
