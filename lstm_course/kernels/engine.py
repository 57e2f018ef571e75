"""The compiled loops behind one ``torch.autograd.Function``.

Weights are packed once per call, threads split the batch once for the whole sequence,
and the slab of kept values comes back to a free list when backward is done: fresh
pages cost more than arithmetic.  Kept for the backward pass: one column per kept value
and one per state, for the LSTM 6 H floats per step and row.
"""

import hashlib
import importlib.util
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import torch
from torch.autograd.function import once_differentiable

from .product import lanes, pack

GROUP_ROWS = 256  # rows of the slab whose products with x and dW are taken together
SMALL = 20_000  # fewer elements than this in T B H: one thread does it


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


class _Pool:
    """A free list of buffers by size, so that no page is faulted in twice."""

    def __init__(self, keep=8):
        self.free, self.keep, self.lock = {}, keep, threading.Lock()

    def take(self, n, dtype):
        with self.lock:
            stack = self.free.get((n, dtype))
            if stack:
                return stack.pop()
        return np.empty(n, dtype)

    def give(self, a):
        with self.lock:
            stack = self.free.setdefault((a.size, a.dtype), [])
            if len(stack) < self.keep:
                stack.append(a)
            while len(self.free) > self.keep:
                self.free.pop(next(iter(self.free)))


POOL = _Pool()


@lru_cache
def _workers(n):
    return ThreadPoolExecutor(n, thread_name_prefix="lstm_course")


def split_rows(T, B, H):
    """Rows of the batch per thread: list of (first, how many)."""
    threads = 1 if T * B * H < SMALL else max(1, min(torch.get_num_threads(), B))
    edges = [B * k // threads for k in range(threads + 1)]
    return [(a, b - a) for a, b in zip(edges, edges[1:], strict=False)]


def on_threads(call, rows):
    """call(part number, first row, rows) for every part, at once; results in order."""
    if len(rows) == 1:
        return [call(0, *rows[0])]
    tasks = [_workers(len(rows)).submit(call, k, *r) for k, r in enumerate(rows)]
    return [t.result() for t in tasks]


def gather(plan, p, H):
    """Parameters as the loops want them: one matrix per source, one bias; arrays."""
    packed = {}
    first = next(iter(p.values()))
    for s in plan.sources:
        if whole := _whole(plan, s, p, H):
            packed[s.name] = np.ascontiguousarray(p[whole].numpy())
            continue
        rows = next((p[t.param].shape[0] for t in s.terms if t.param in p), H)
        W = first.new_zeros(rows, (s.hi - s.lo) * H)
        for t, k, at in _columns(plan, s.terms, H):
            block = p[t.param][:, at : at + H] if t.param in p else torch.eye(rows, H)
            W[:, (k - s.lo) * H : (k - s.lo + 1) * H] += block
        packed[s.name] = W.numpy()
    if whole := _whole(plan, plan.bias, p, H):
        return packed, p[whole].numpy()
    bias = first.new_zeros(len(plan.blocks) * H)
    for t, k, at in _columns(plan, plan.bias.terms, H):
        bias[k * H : (k + 1) * H] += p[t.param][at : at + H]
    return packed, bias.numpy()


def scatter(plan, p, dW, dbias, dvectors, H):
    """Gradients of packed matrices back to the parameters: dict like p."""
    whole = {_whole(plan, s, p, H): s.name for s in (*plan.sources, plan.bias)}
    given = {**dW, None: dbias}
    grads = {
        k: torch.from_numpy(given[whole[k]]) if k in whole else torch.zeros_like(v)
        for k, v in p.items()
    }
    for s in plan.sources:
        if _whole(plan, s, p, H):
            continue
        for t, k, at in _columns(plan, s.terms, H):
            if t.param in p:
                grads[t.param][:, at : at + H] += torch.from_numpy(
                    dW[s.name][:, (k - s.lo) * H : (k - s.lo + 1) * H]
                )
    for t, k, at in _columns(plan, plan.bias.terms, H):
        if t.param in whole:
            break
        grads[t.param][at : at + H] += torch.from_numpy(dbias[k * H : (k + 1) * H])
    for v, d in dvectors.items():
        grads[v] += torch.from_numpy(d)
    return grads


def _whole(plan, s, p, H):
    """The one parameter that is a source's matrix as it stands, or None."""
    if len(s.terms) != 1 or s.terms[0].param not in p:
        return None
    t = s.terms[0]
    as_it_stands = t.blocks == plan.blocks[s.lo : s.hi] and t.first == 0
    return (
        t.param if as_it_stands and p[t.param].shape[-1] == (s.hi - s.lo) * H else None
    )


def _columns(plan, terms, H):
    for t in terms:
        for n, b in enumerate(t.blocks):
            yield t, plan.blocks.index(b), (t.first + n) * H


class Run:
    """One pass over a sequence: the arrays, and how to go forward and back."""

    def __init__(self, plan, loops, x, extra, state, p, lengths, keep):
        self.plan, self.loops, self.p = plan, loops, p
        self.T, self.B, I = x.shape
        self.H = H = state[0].shape[-1]
        self.dtype = x.numpy().dtype
        self.x = np.ascontiguousarray(x.numpy())
        self.extra = [np.ascontiguousarray(extra.numpy())] if extra is not None else []
        self.lengths = (
            np.full(self.B, self.T)
            if lengths is None
            else lengths.numpy().astype(np.int64)
        )
        prepared = plan.cell.prepare(p, H)
        self.W, self.bias = gather(plan, prepared, H)
        names = (*plan.cell.vectors, *plan.cell.constants)
        self.vectors = [np.ascontiguousarray(prepared[v].numpy()) for v in names]
        self.rows = split_rows(self.T, self.B, H)
        self.seqs = [
            torch.empty(
                self.T + 1 if keep or s in plan.outs else 2, self.B, H, dtype=x.dtype
            )
            for s in plan.cell.states
        ]
        for seq, s in zip(self.seqs, state, strict=True):
            seq[0] = s
        self.slabs = [self._slab(n, keep) for _, n in self.rows]

    def group(self, n):
        return max(1, min(self.T, GROUP_ROWS // n))

    def _slab(self, n, keep):
        steps = self.T if keep else self.group(n)
        size = steps * n * self.plan.width * self.H
        return POOL.take(size, self.dtype).reshape(steps, n, self.plan.width * self.H)

    def release(self):
        for slab in self.slabs:
            POOL.give(slab.reshape(-1))
        self.slabs = None

    def arguments(self, k, b0, n):
        K = self.group(n)
        work_x, work = (
            np.empty((K * n, w), self.dtype) for w in (self.x.shape[2], self.H)
        )
        seqs = [s.numpy() for s in self.seqs]
        return (
            self.x,
            self.lengths,
            b0,
            n,
            K,
            self.slabs[k],
            work_x,
            work,
            *self.extra,
            self.bias,
            *self.vectors,
            *seqs,
        )

    def panels(self, turned):
        """Every source's weights, or their transposes, packed for ``product``."""
        width, result = 2 * lanes(self.dtype), []
        for s in self.plan.sources:
            W = self.W[s.name]
            k, N = W.shape[::-1] if turned else W.shape
            result.append(np.empty((-(-N // width), k, width), self.dtype))
            pack(result[-1], W, turned)
        return result

    def forward(self):
        W = self.panels(turned=False)
        on_threads(
            lambda k, b0, n: self.loops.forward(*self.arguments(k, b0, n), *W),
            self.rows,
        )
        at = self.T % 2
        return tuple(
            s[self.T] if len(s) > 2 or self.T == 1 else s[at] for s in self.seqs
        )

    def backward(self, dh, dstate, want_x):
        plan, H = self.plan, self.H
        d = [np.array(s) for s in dstate]
        outs = [np.ascontiguousarray(a) for a in dh]
        dx = np.empty(self.x.shape if want_x else (0, 0, 0), self.dtype)
        d_extra = [np.empty_like(e) for e in self.extra]

        W, width = self.panels(turned=True), 2 * lanes(self.dtype)
        widest = max(-(-(s.hi - s.lo) * H // width) for s in plan.sources)

        def part(k, b0, n):
            dW = [np.zeros_like(self.W[s.name]) for s in plan.sources]
            dbias = np.zeros_like(self.bias)
            dv = [np.zeros(H, self.dtype) for _ in plan.cell.vectors]
            given = [np.zeros((n, H), self.dtype) for _ in plan.given]
            panels = np.empty((widest, self.group(n) * n, width), self.dtype)
            self.loops.backward(
                *self.arguments(k, b0, n),
                *W,
                dx,
                *d_extra,
                *dW,
                dbias,
                *dv,
                *d,
                *outs,
                *given,
                panels,
            )
            return [*dW, dbias, *dv]

        sums = [
            sum(a[1:], a[0]) for a in zip(*on_threads(part, self.rows), strict=True)
        ]
        n = len(plan.sources)
        dW = dict(zip((s.name for s in plan.sources), sums[:n], strict=True))
        dv = dict(zip(plan.cell.vectors, sums[n + 1 :], strict=True))
        grads = scatter(plan, self.p, dW, sums[n], dv, H)
        for k, mask in plan.cell.masks.items():
            grads[k] *= torch.as_tensor(mask(H), dtype=grads[k].dtype)
        return dx, d_extra, d, grads


class Sequence(torch.autograd.Function):
    """(x, extra, states, parameters) -> (h of every step, further outs, end states)."""

    @staticmethod
    def forward(ctx, made, names, lengths, keep, x, extra, *tensors):
        plan, loops = made
        n = len(plan.cell.states)
        tensors = [t.detach() for t in tensors]
        p = dict(zip(names, tensors[n:], strict=True))
        run = Run(
            plan,
            loops,
            x.detach(),
            None if extra is None else extra.detach(),
            tensors[:n],
            p,
            lengths,
            keep,
        )
        end = run.forward()
        index = [plan.cell.states.index(s) for s in plan.outs]
        # over numpy, so that autograd sees tensors of their own, no views
        seqs = [run.seqs[k].numpy()[1 : run.T + 1] for k in index]
        outs = tuple(torch.from_numpy(s) for s in seqs)
        end = tuple(e.clone() for e in end)
        if keep:
            ctx.save_for_backward(x, *outs, *tensors)
            ctx.run, ctx.names = run, names
        else:
            run.release()
        return (*outs, *end)

    @staticmethod
    @once_differentiable
    def backward(ctx, *grads):
        _ = ctx.saved_tensors  # raises if one was changed in place
        run = ctx.run
        if run.slabs is None:  # a second backward over the same graph
            run.slabs = [run._slab(n, True) for _, n in run.rows]
            run.forward()
        m = len(run.plan.outs)
        dx, d_extra, d, dp = run.backward(
            [g.numpy() for g in grads[:m]],
            [g.numpy() for g in grads[m:]],
            ctx.needs_input_grad[4],
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


def run_layer(cell, p, x, state, lengths=None, passes_up=False):
    """One layer in one direction, as ``recurrent.run`` gives it."""
    (h, *up), end = run(cell, p, x, state, lengths, ("h", "c") if passes_up else ("h",))
    if lengths is not None:
        steps = torch.arange(x.shape[0], device=x.device)
        h = h * (steps[:, None] < lengths).unsqueeze(-1)
    return h, up[0] if passes_up else None, end


def run(cell, p, x, state, lengths=None, outs=("h",)):
    """One layer in one direction: -> tuple of outs (T, B, H) each, end state."""
    precision = "float32" if x.dtype == torch.float32 else "float64"
    made = compiled(cell, outs, precision)
    extra = None
    if cell.extra:
        H = state[0].shape[-1]
        x, extra = x[..., :-H], x[..., -H:]
    tensors = (x, *(() if extra is None else (extra,)), *state, *p.values())
    keep = torch.is_grad_enabled() and any(t.requires_grad for t in tensors)
    result = Sequence.apply(
        made, tuple(p), lengths, keep, x, extra, *state, *p.values()
    )
    return result[: len(outs)], result[len(outs) :]
