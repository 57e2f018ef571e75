"""The compiled loops behind one ``torch.autograd.Function``.

Kept for the backward pass: one column per kept value and one per state, for the LSTM
6 H floats per step and row; with ``checkpoint`` only the states, 2 H.
"""

import hashlib
import importlib.util
import os
import sys
import tempfile
import warnings
from functools import cache, lru_cache
from pathlib import Path

import torch

from ... import places
from .sequence import Sequence, matrix


@cache
def compiled(cell, outs, precision):
    """(plan, module of loops) for a cell; equal cells share the module."""
    from .plan import Plan
    from .text import module_text

    plan = Plan(cell, outs)
    text = module_text(plan, precision)
    return plan, _module(f"{cell.name}_{precision}", text)


@cache
def _module(name, text):
    """The module of this text, from a file that is written once and cached."""
    stamp = hashlib.sha256((text + _machine_text()).encode()).hexdigest()[:12]
    file = folder() / f"{name}_{stamp}.py"
    if not file.exists() or file.read_text("utf-8", "replace") != text:
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    spec = importlib.util.spec_from_file_location(f"lstm_course_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    if not _machine_code(file):
        cell, precision = name.rsplit("_", 1)
        print(
            f"compiling {cell} for {precision}, once: about 10 seconds ...",
            file=sys.stderr,
            flush=True,
        )
    return module


def _machine_code(file):
    """Numba's files for a module; empty ones, left by a power cut, are removed."""
    found = list((file.parent / "__pycache__").glob(f"{file.stem}.*.nb[ic]"))
    for part in found:
        if part.stat().st_size == 0:  # Numba would fail on it instead of compiling
            part.unlink(missing_ok=True)
    return [part for part in found if part.exists()]


@cache
def folder():
    """Where compiled loops lie: the user's cache, or one of this process alone."""
    home = places.cache()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return home
    except OSError as error:
        warnings.warn(
            f"Compiled loops are kept in {home}, which cannot be written: {error}. "
            "Expected a folder of your own; without one, cells are compiled anew in "
            "every session. Name one in the environment variable LSTM_COURSE_CACHE?",
            stacklevel=2,
        )
    temporary = tempfile.TemporaryDirectory(prefix="lstm-course-")
    _HELD.append(temporary)  # removed when Python ends
    return Path(temporary.name)


_HELD = []


@lru_cache
def _machine_text():
    import numba

    here = [
        Path(__file__).with_name(f"{n}.py") for n in ("machine", "product", "threads")
    ]
    return numba.__version__ + "".join(f.read_text(encoding="utf-8") for f in here)


def fits(cell, x):
    """Whether the compiled loops can run this cell on this input."""
    return (
        bool(cell.phases)
        and x.device.type == "cpu"
        and x.dtype in (torch.float32, torch.float64)
    )


def run_layer(
    cell, p, x, state, lengths=None, passes_up=False, checkpoint=None, truncate=None
):
    """One layer in one direction, as ``engines.loop.run`` gives it."""
    outs = ("h", "c") if passes_up else ("h",)
    (h, *up), end = run(cell, p, x, state, lengths, outs, checkpoint, truncate)
    if lengths is not None:
        steps = torch.arange(len(h))
        h = h * (steps[:, None] < lengths).unsqueeze(-1)
    return h, up[0] if passes_up else None, end


def run(cell, p, x, state, lengths=None, outs=("h",), checkpoint=None, truncate=None):
    """One layer in one direction: -> tuple of outs (T, B, H) each, end state."""
    plan, loops = compiled(cell, outs, str(state[0].dtype).removeprefix("torch."))
    H, extra = state[0].shape[-1], None
    if cell.extra:
        x, extra = x if isinstance(x, tuple) else (x[..., :-H], x[..., -H:])
    p = cell.prepare(p, H)
    weights = [p[v] for v in (*cell.vectors, *cell.constants)]
    weights += [matrix(plan, s, p, H) for s in (*plan.sources, plan.bias)]
    keep = torch.is_grad_enabled() and any(
        t is not None and t.requires_grad for t in (x, extra, *state, *weights)
    )
    kept = "nothing" if not keep else "states" if checkpoint else "all"
    how, cut = (kept, truncate or checkpoint), truncate is not None
    result = Sequence.apply(
        (plan, loops), lengths, how, cut, x, extra, *state, *weights
    )
    return result[: len(outs)], result[len(outs) :]
