"""Which engine runs a layer.

loop            compiled=False, traced or transformed tensors, and what nothing
                faster knows
chunks          the mLSTM, whose state is a matrix, many steps at once
compiled loops  on a CPU, every cell made of products and arithmetic
scan            linear recurrences (minGRU, minLSTM) elsewhere, of equal lengths
cudnn           on a card, the cells that torch's own layers compute
persistent      on a card, every other cell whose recurrent matrix fits on the chip
fused           on a card, a product and a kernel for each step
"""

import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import torch
from torch.autograd.forward_ad import unpack_dual

from . import chunks, scan
from .loop import OneByOne, run


class Choice(NamedTuple):
    """An engine by name, the function that runs a layer on it, and why it was taken."""

    name: str
    run: Callable
    why: str


def engine(cell, x, p, compiled=True, truncate=None, lengths=None):
    """The Choice for a layer of this cell on x with the parameters p."""
    if not compiled:
        return Choice("loop", run, "compiled=False")
    if not ordinary([x, *p.values()]):
        return Choice("loop", run, "torch traces or transforms it")
    if cell.form == "matrix" and not truncate:
        return Choice("chunks", run_in_chunks, "the state is a matrix")
    fast = compiled_engine()
    if fast is not None and fast.fits(cell, x):
        return Choice("compiled loops", fast.run_layer, f"{x.dtype} on {x.device}")
    if cell.form == "linear" and lengths is None and not truncate:
        return Choice("scan", run_scan, "the recurrence is linear")
    on_card = card_engine() if x.device.type == "cuda" else None
    if on_card is not None and not truncate:
        if choice := _on_card(cell, x, p, on_card):
            return choice
    return Choice("loop", run, _why_not_faster(cell, x, fast, on_card, truncate))


def _on_card(cell, x, p, kernels):
    """The Choice for a card, None where only the loop runs the cell there."""
    if kernels.is_library(cell):
        return Choice("cudnn", kernels.run_library, "cuDNN computes this cell")
    if not kernels.fits(cell, x):
        return None
    how = kernels.how_on(cell, x, kernels.units(cell, p))
    if how.whole:
        why = "the recurrent matrix fits on the chip"
        return Choice("persistent", kernels.run_layer, why)
    return Choice("fused", kernels.run_layer, "the recurrent matrix is too large")


def _why_not_faster(cell, x, fast, on_card, truncate):
    """The first thing that keeps a layer from a faster engine."""
    if not cell.phases:
        return "the step is written by hand, not made of products"
    if cell.whole_rows and x.device.type == "cuda":
        return "layer normalisation needs all units of a row at once"
    if x.device.type == "cuda" and on_card is None:
        return "triton is not installed"
    if x.device.type == "cuda" and truncate:
        return "truncate is for the loop alone on a card"
    if fast is None:
        return "numba is not installed"
    return f"nothing faster runs {x.dtype} on {x.device}"


def ordinary(tensors):
    """Whether these are plain tensors whose numbers may be looked at.

    Not so on the device "meta", which holds none, and while torch traces, compiles or
    exports, under functorch's transforms, in forward-mode differentiation and for
    subclasses such as fake tensors: there only torch's own operations mean something.
    """
    if torch.compiler.is_compiling() or torch.jit.is_tracing():
        return False
    if torch._C._are_functorch_transforms_active():
        return False
    if torch._C._len_torch_dispatch_stack():
        return False
    kinds = torch.Tensor, torch.nn.Parameter
    return all(
        type(t) in kinds and not t.is_meta and unpack_dual(t).tangent is None
        for t in tensors
    )


def run_in_chunks(cell, p, x, state, lengths=None, *unused):
    """An mLSTM layer as ``run`` gives it; it keeps little, so checkpoint is unused."""
    h, end = chunks.run(cell, p, x, state, lengths)
    return h, None, end


def run_scan(cell, p, x, state, *unused):
    """A layer whose new h is linear in the old one, as ``run`` gives it."""
    h, end = scan.run(cell, p, x, state)
    return h, None, end


def stepping(cell, p, I, state, compiled=True):
    """What takes a layer of this cell on x (B, I) one step further at a time."""
    if engine(cell, state[0], p, compiled).name == "compiled loops":
        from .cpu.steps import Steps

        return Steps(cell, p, I, state)
    return OneByOne(cell, p, state)


@lru_cache
def compiled_engine():
    """The module of the compiled loops, or None where Numba is missing; said once."""
    try:
        from .cpu import engine
    except ImportError as error:
        return _say("numba", error)
    return engine


@lru_cache
def card_engine():
    """The module of the kernels, or None where Triton is missing; said once."""
    try:
        from .gpu import engine
    except ImportError as error:
        return _say("triton", error)
    return engine


def _say(package, error):
    warnings.warn(
        f"Recurrent runs its readable loop, which is slower: {error}. The faster one "
        f"needs {package}. Install it with 'pip install {package}'?",
        stacklevel=6,
    )
