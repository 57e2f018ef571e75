"""The compiled loops behind one ``torch.autograd.Function``.

Kept for the backward pass: one column per kept value and one per state, for the LSTM
6 H floats per step and row; with ``checkpoint`` only the states, 2 H.
"""

import hashlib
import importlib.util
import os
import sys
import tempfile
import time
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path

import numba
import numpy as np
import torch
from numba import types

from ... import places
from ..rows import Rows
from .machine import fast
from .norm import name_of, steps_of, weights_of
from .plan import Plan
from .program import Program
from .sequence import Sequence, matrix
from .text import module_text

HERE = Path(__file__).parent
MONTH = 30 * 24 * 3600  # seconds
FUNCTIONS = "product", "pack", "sum_rows"  # of ``product``, in this order
SHARED = {"product": "what all cells share"}
ROWS = types.void(*[types.intp] * 5)  # places, lengths, t, n, H: see ``text``


class Made:
    """What runs a cell: its plan, the tables made of it, and compiled code."""

    def __init__(self, plan, precision):
        self.plan, self.program, self._rows = plan, Program(plan), {}
        self.loops, self.machine = shared(precision)
        self.module = _module(plan.cell.name, precision, module_text(plan, precision))

    def rows(self, back):
        """Addresses of the cell's own functions, one for each phase: int array."""
        if back not in self._rows:
            which = "backward" if back else "forward"
            names = [f"phase_{k}_{which}" for k in range(len(self.plan.cell.phases))]
            names += [name_of(number, back) for number, _ in steps_of(self.plan)]
            made = [_compiled(self.module, name, ROWS) for name in names]
            self._rows[back] = np.array([m.address for m in made])
        return self._rows[back]


@cache
def compiled(cell, outs, precision):
    """What runs a cell; equal cells share machine code."""
    return Made(Plan(cell, outs), precision)


@cache
def shared(precision):
    """What all cells share: the module of loops, addresses of products."""
    texts = {n: (HERE / f"{n}.py").read_text("utf-8") for n in ("loops", "product")}
    loops = _module("loops", "all cells", texts["loops"])
    product = _module("product", precision, texts["product"])
    place, number = types.CPointer(getattr(types, precision)), types.intp
    kinds = (3, 7), (2, 4), (2, 3)  # how many places and whole numbers each takes
    made = [
        _compiled(product, name, types.void(*[place] * k, *[number] * n))
        for name, (k, n) in zip(FUNCTIONS, kinds, strict=True)
    ]
    return loops, tuple(f.address for f in made)


@cache
def _compiled(module, name, kind):
    if not module.machine_code:
        what = SHARED.get(module.about[0], module.about[0])
        text = f"compiling {what} for {module.about[1]}, once: a few seconds ..."
        print(text, file=sys.stderr, flush=True)
        module.machine_code = True
    options = {k: v for k, v in fast.items() if k != "nogil"}
    return numba.cfunc(kind, cache=True, **options)(getattr(module, name))


@cache
def _module(name, precision, text):
    """The module of this text, from a file that is written once and cached."""
    stamp = hashlib.sha256((text + _machine_text()).encode()).hexdigest()[:12]
    file = folder() / f"{name}_{precision}_{stamp}.py".replace(" ", "_")
    if not file.exists() or file.read_text("utf-8", "replace") != text:
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(file)
        _forget(f"{name}_{precision}_*", file)
    spec = importlib.util.spec_from_file_location(f"lstm_course_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    module.machine_code, module.about = bool(_machine_code(file)), (name, precision)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _forget(names, new):
    """Remove modules of these names that nothing has used for a month."""
    for file in set(new.parent.glob(f"{names}.py")) - {new}:
        found = [file, *(file.parent / "__pycache__").glob(f"{file.stem}.*")]
        if time.time() - max(f.stat().st_mtime for f in found) > MONTH:
            for part in found:
                part.unlink(missing_ok=True)


def _machine_code(file):
    """Numba's files for a module of this file, marked as used today.

    Empty ones, left by a power cut, are removed: Numba would fail on them.
    """
    found = list((file.parent / "__pycache__").glob(f"{file.stem}.*.nb[ic]"))
    for part in found:
        if part.stat().st_size == 0:
            part.unlink(missing_ok=True)
        else:
            with suppress(OSError):
                os.utime(part)
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


@cache
def _machine_text():
    files = [
        HERE / f"{n}.py" for n in ("machine", "norm", "product", "program", "threads")
    ]
    return numba.__version__ + "".join(f.read_text(encoding="utf-8") for f in files)


def fits(cell, x):
    """Whether the compiled loops can run this cell on this input."""
    return (
        bool(cell.phases)
        and x.device.type == "cpu"
        and x.dtype in (torch.float32, torch.float64)
    )


def ready(cell, p, H, outs=("h",)):
    """What runs a cell, and its weights as the loops take them: (Made, list)."""
    made = compiled(cell, outs, str(next(iter(p.values())).dtype)[len("torch.") :])
    p = cell.prepare(p, H)
    sources = *made.plan.sources, made.plan.bias
    *matrices, bias = (matrix(made.plan, s, p, H) for s in sources)
    vectors = [p[v] for v in cell.vectors]
    if made.plan.normed:
        more, bias = weights_of(made.plan, p, H, bias)
        vectors += more
    others = [p[v] for v in (*cell.constants, *cell.noise)]
    return made, [*vectors, *others, *matrices, bias]


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
    H, extra = state[0].shape[-1], None
    if cell.extra:
        x, extra = x if isinstance(x, tuple) else (x[..., :-H], x[..., -H:])
    made, weights = ready(cell, p, H, outs)
    if isinstance(x, Rows):  # a product for every row of the table, not for every step
        number = made.program.x[0] - len(made.plan.sources) - 1  # behind it: the bias
        x, weights[number] = x.codes, x.table @ weights[number]
    keep = torch.is_grad_enabled() and any(
        t is not None and t.requires_grad for t in (x, extra, *state, *weights)
    )
    kept = "nothing" if not keep else "states" if checkpoint else "all"
    how, cut = (kept, truncate or checkpoint), truncate is not None
    result = Sequence.apply(made, lengths, how, cut, x, extra, *state, *weights)
    return result[: len(outs)], result[len(outs) :]
