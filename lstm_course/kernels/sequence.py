"""One pass of the compiled loops over a sequence: memory, threads, weights.

Weights are packed once per call, threads split the batch once for the whole sequence,
and the slab of kept values comes back to a free list when backward is done: fresh
pages cost more than arithmetic.
"""

import math
import threading

import numpy as np
import torch

from .product import lanes, pack
from .threads import on_threads

GROUP_ROWS = 256  # rows of the slab whose products with x and dW are taken together
SMALL = 20_000  # fewer elements than this in T B H: one thread does it


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


def split_rows(T, B, H):
    """Rows of the batch per thread: list of (first, how many)."""
    threads = 1 if T * B * H < SMALL else max(1, min(torch.get_num_threads(), B))
    edges = [B * k // threads for k in range(threads + 1)]
    return [(a, b - a) for a, b in zip(edges, edges[1:], strict=False)]


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
    """One pass over a sequence: the arrays, and how to go forward and back.

    ``kept`` says what waits for the backward pass: "nothing", "all" (the slab and the
    states), or "states": then the slab is computed again, ``segment`` steps at a time.
    """

    def __init__(self, plan, loops, x, extra, state, p, lengths, kept, segment=None):
        self.plan, self.loops, self.p, self.kept = plan, loops, p, kept
        self.T, self.B, _ = x.shape
        self.H, self.dtype = state[0].shape[-1], x.numpy().dtype
        self.segment = min(segment or self.T, self.T)
        self.x = np.ascontiguousarray(x.numpy())
        self.extra = [np.ascontiguousarray(extra.numpy())] if extra is not None else []
        full = np.full(self.B, self.T)
        self.lengths = full if lengths is None else lengths.numpy().astype(np.int64)
        prepared = plan.cell.prepare(p, self.H)
        self.W, self.bias = gather(plan, prepared, self.H)
        names = (*plan.cell.vectors, *plan.cell.constants)
        self.vectors = [np.ascontiguousarray(prepared[v].numpy()) for v in names]
        self.rows = split_rows(self.T, self.B, self.H)
        self.seqs = [
            self._states(name, s)
            for name, s in zip(plan.cell.states, state, strict=True)
        ]
        self.slabs = [self._slab(n) for _, n in self.rows]

    def _states(self, name, start):
        """Room for a state at every step; two steps where nobody asks for more."""
        all_steps = self.kept != "nothing" or name in self.plan.outs
        seq = torch.empty(
            self.T + 1 if all_steps else 2, *start.shape, dtype=start.dtype
        )
        seq[0] = start
        return seq

    def group(self, n):
        """Steps whose products with x, and weight gradients, are taken together."""
        return max(1, min(self.segment, GROUP_ROWS // n))

    def _slab(self, n):
        steps = {"all": self.T, "states": self.segment, "nothing": self.group(n)}
        shape = (steps[self.kept], n, self.plan.width * self.H)
        return POOL.take(math.prod(shape), self.dtype).reshape(shape)

    def release(self):
        """Give the slabs back to the free list."""
        for slab in self.slabs:
            POOL.give(slab.reshape(-1))
        self.slabs = None

    def segments(self):
        """First and last step of each piece that one call of a loop runs."""
        S = self.T if self.kept == "nothing" else self.segment
        return [(t, min(t + S, self.T)) for t in range(0, self.T, S)]

    def arguments(self, k, start, stop):
        """What both loops take, for one thread and one piece of the sequence."""
        b0, n = self.rows[k]
        K, slab = self.group(n), self.slabs[k]
        if self.kept != "nothing":
            first = start if self.kept == "all" else 0
            slab = slab[first : first + stop - start]
        work = [np.empty((K * n, w), self.dtype) for w in (self.x.shape[2], self.H)]
        seqs = [
            s.numpy()[start : stop + 1] if len(s) > 2 else s.numpy() for s in self.seqs
        ]
        return (
            self.x[start:stop],
            self.lengths - start,
            b0,
            n,
            K,
            slab,
            *work,
            *(e[start:stop] for e in self.extra),
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
        """Run the sequence; -> the state after its last step."""
        W = self.panels(turned=False)

        def part(k):
            for start, stop in self.segments():
                self.loops.forward(*self.arguments(k, start, stop), *W)

        on_threads(part, len(self.rows))
        return tuple(s[self.T % len(s)] for s in self.seqs)

    def backward(self, dh, dstate, want_x, cut=False):
        """Back through the sequence, or with ``cut`` through each segment alone."""
        plan, H = self.plan, self.H
        d = [np.array(s) for s in dstate]
        outs = [np.ascontiguousarray(a) for a in dh]
        dx = np.empty(self.x.shape if want_x else (0, 0, 0), self.dtype)
        d_extra = [np.empty_like(e) for e in self.extra]
        W, again = self.panels(turned=True), self.panels(turned=False)
        widest = max(
            -(-(s.hi - s.lo) * H // (2 * lanes(self.dtype))) for s in plan.sources
        )

        def part(k):
            b0, n = self.rows[k]
            sums = [np.zeros_like(self.W[s.name]) for s in plan.sources]
            sums += [
                np.zeros_like(self.bias),
                *(np.zeros(H, self.dtype) for _ in plan.cell.vectors),
            ]
            given = [np.zeros((n, H), self.dtype) for _ in plan.given]
            panels = np.empty(
                (widest, self.group(n) * n, 2 * lanes(self.dtype)), self.dtype
            )
            for start, stop in reversed(self.segments()):
                both = self.arguments(k, start, stop)
                if self.kept == "states":
                    self.loops.forward(*both, *again)
                self.loops.backward(
                    *both,
                    *W,
                    dx[start:stop],
                    *(e[start:stop] for e in d_extra),
                    *sums,
                    *d,
                    *(o[start:stop] for o in outs),
                    *given,
                    panels,
                )
                if cut and start > 0:
                    for s in d:
                        s[b0 : b0 + n] = 0.0
            return sums

        parts = zip(*on_threads(part, len(self.rows)), strict=True)
        sums = [sum(a[1:], a[0]) for a in parts]
        n = len(plan.sources)
        dW = dict(zip((s.name for s in plan.sources), sums[:n], strict=True))
        dv = dict(zip(plan.cell.vectors, sums[n + 1 :], strict=True))
        grads = scatter(plan, self.p, dW, sums[n], dv, H)
        for k, mask in plan.cell.masks.items():
            grads[k] *= torch.as_tensor(mask(H), dtype=grads[k].dtype)
        return dx, d_extra, d, grads
