"""The compiled loops behind one ``torch.autograd.Function``.

Kept for the backward pass: one column per kept value and one per state, for the LSTM
6 H floats per step and row; with ``checkpoint`` only the states, 2 H.
"""

import hashlib
import importlib.util
import os
import sys
from functools import cache, lru_cache
from pathlib import Path

import torch
from torch.autograd.function import once_differentiable

from .sequence import Run


@cache
def compiled(cell, outs, precision):
    """(plan, module of loops) for a cell; the module is written once and cached."""
    from platformdirs import user_cache_dir

    from .plan import Plan
    from .text import module_text

    plan = Plan(cell, outs)
    text = module_text(plan, precision)
    stamp = hashlib.sha256((text + _machine_text()).encode()).hexdigest()[:12]
    folder = Path(os.environ.get("LSTM_COURSE_CACHE") or user_cache_dir("lstm-course"))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{cell.name}_{precision}_{stamp}.py"
    if not file.exists():
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    spec = importlib.util.spec_from_file_location(f"lstm_course_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    if not list(folder.glob(f"__pycache__/{file.stem}.*.nbi")):
        print(
            f"compiling {cell.name} for {precision}, once: about 10 seconds ...",
            file=sys.stderr,
            flush=True,
        )
    return plan, module


@lru_cache
def _machine_text():
    import numba

    here = [Path(__file__).with_name(f"{n}.py") for n in ("machine", "product")]
    return numba.__version__ + "".join(f.read_text(encoding="utf-8") for f in here)


class Sequence(torch.autograd.Function):
    """(x, extra, states, parameters) -> (h of every step, further outs, end states)."""

    @staticmethod
    def forward(ctx, made, names, lengths, how, x, extra, *tensors):
        kept, segment, cut = how
        plan, loops = made
        n = len(plan.cell.states)
        tensors = [t.detach() for t in tensors]
        p = dict(zip(names, tensors[n:], strict=True))
        extra = None if extra is None else extra.detach()
        run = Run(
            plan, loops, x.detach(), extra, tensors[:n], p, lengths, kept, segment
        )
        end = run.forward()
        index = [plan.cell.states.index(s) for s in plan.outs]
        # over numpy, so that autograd sees tensors of their own, no views
        seqs = [run.seqs[k].numpy()[1 : run.T + 1] for k in index]
        outs = tuple(torch.from_numpy(s) for s in seqs)
        end = tuple(e.clone() for e in end)
        if kept != "nothing":
            ctx.save_for_backward(x, *outs, *tensors)
            ctx.run, ctx.names, ctx.cut = run, names, cut
        else:
            run.release()
        return (*outs, *end)

    @staticmethod
    @once_differentiable
    def backward(ctx, *grads):
        _ = ctx.saved_tensors  # raises if one was changed in place
        run = ctx.run
        if run.slabs is None:  # a second backward over the same graph
            run.slabs = [run._slab(n) for _, n in run.rows]
            run.forward()
        m = len(run.plan.outs)
        dx, d_extra, d, dp = run.backward(
            [g.numpy() for g in grads[:m]],
            [g.numpy() for g in grads[m:]],
            ctx.needs_input_grad[4],
            ctx.cut,
        )
        run.release()
        dx = torch.from_numpy(dx) if ctx.needs_input_grad[4] else None
        extra = torch.from_numpy(d_extra[0]) if d_extra else None
        states = (torch.from_numpy(a) for a in d)
        return (None, None, None, None, dx, extra, *states, *(dp[k] for k in ctx.names))


def fits(cell, x):
    """Whether the compiled loops can run this cell on this input."""
    return (
        bool(getattr(cell, "phases", ()))
        and x.device.type == "cpu"
        and x.dtype in (torch.float32, torch.float64)
    )


def run_layer(
    cell, p, x, state, lengths=None, passes_up=False, checkpoint=None, truncate=None
):
    """One layer in one direction, as ``recurrent.run`` gives it."""
    outs = ("h", "c") if passes_up else ("h",)
    (h, *up), end = run(cell, p, x, state, lengths, outs, checkpoint, truncate)
    if lengths is not None:
        steps = torch.arange(x.shape[0], device=x.device)
        h = h * (steps[:, None] < lengths).unsqueeze(-1)
    return h, up[0] if passes_up else None, end


def run(cell, p, x, state, lengths=None, outs=("h",), checkpoint=None, truncate=None):
    """One layer in one direction: -> tuple of outs (T, B, H) each, end state."""
    precision = "float32" if x.dtype == torch.float32 else "float64"
    made = compiled(cell, outs, precision)
    extra = None
    if cell.extra:
        H = state[0].shape[-1]
        x, extra = x[..., :-H], x[..., -H:]
    tensors = [t for t in (x, extra, *state, *p.values()) if t is not None]
    keep = torch.is_grad_enabled() and any(t.requires_grad for t in tensors)
    kept = "nothing" if not keep else "states" if checkpoint else "all"
    how = (kept, truncate or checkpoint, truncate is not None)
    result = Sequence.apply(made, tuple(p), lengths, how, x, extra, *state, *p.values())
    return result[: len(outs)], result[len(outs) :]
