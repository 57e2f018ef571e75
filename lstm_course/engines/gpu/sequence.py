"""One pass of the kernels over a sequence: what they are given, what they give.

Products with x and gradients by weights are one product each for the whole sequence,
left to cuBLAS; the kernels do what depends on the step before.
"""

import torch

from .launch import full


class Pass:
    """One pass over a sequence: the arrays, and how to go forward and back."""

    def __init__(self, made, launch, keep, lengths, x, extra, tensors):
        (self.plan, self.kernels), self.launch, self.keep = made, launch, keep
        cell, (self.T, self.B, _) = self.plan.cell, x.shape
        n, m = len(cell.states), len(cell.vectors) + len(cell.constants)
        self.x, self.extra = x.contiguous(), [e.contiguous() for e in extra]
        self.start, weights = tensors[:n], [t.contiguous() for t in tensors[n:]]
        self.fixed, (*matrices, self.bias) = weights[:m], weights[m:]
        names = [s.name for s in self.plan.sources]
        self.matrices = dict(zip(names, matrices, strict=True))
        self.recurrent = [W for name, W in self.matrices.items() if name != "x"]
        self.H = self.start[0].shape[-1]
        full = x.new_full((self.B,), self.T, dtype=torch.int32)
        self.lengths = full if lengths is None else lengths.to(torch.int32)

    def forward(self):
        """Run the sequence: fills the slab and the states of every step."""
        width, H = self.plan.width, self.H
        self.slab = self.x.new_empty(self.T, self.B, width * H)
        self.seqs = [self._states(s) for s in self.start]
        rows = self.slab.view(self.T * self.B, width * H)
        for k in self.plan.fresh:
            rows[:, k * H : (k + 1) * H] = self.bias[k * H : (k + 1) * H]
        if self.plan.x:
            part, bias = (self.columns(a, self.plan.x) for a in (rows, self.bias))
            W = self.matrices["x"]
            torch.addmm(bias, self.x.view(-1, W.shape[0]), W, out=part)
        if self.launch.whole:
            arrays = self.slab, self.lengths, *self.extra, *self.seqs, *self.fixed
            return self.at_once(self.kernels.forward_sequence, arrays)
        for t in range(self.T):
            self.step(t)

    def _states(self, start):
        seq = start.new_empty(self.T + 1, *start.shape, dtype=torch.float32)
        seq[0] = start
        return seq

    def columns(self, array, s):
        """The columns of the slab, or of the bias, that a source feeds."""
        return array[..., s.lo * self.H : s.hi * self.H]

    def slot(self, array, name):
        """The column block of a value that a phase gives."""
        k = self.plan.slots[name]
        return array[..., k * self.H : (k + 1) * self.H]

    def at_once(self, kernel, arrays):
        """Launch a kernel of the whole sequence."""
        grid = self.launch.grid(self.B, self.H)
        shared = grid[1] > 1 or self.launch.shared
        gates = torch.zeros(grid[0], dtype=torch.int32, device=self.x.device)
        kernel[grid](
            *arrays, *self.recurrent, gates, self.T, self.B,
            H=self.H, KEEP=self.keep, PRECISION=self.launch.precision,
            ROWS=self.launch.rows, COLS=self.launch.cols,
            FULL=full(self.H), SPLIT=shared,
            num_warps=self.launch.warps,
            **({"launch_cooperative_grid": True} if grid[1] > 1 else {}),
        )  # fmt: skip

    def phase(self, kernel, arrays, t):
        """Launch the kernel of one phase of a step."""
        kernel[self.launch.grid(self.B, self.H)](
            *arrays, t, self.B, H=self.H, KEEP=self.keep,
            ROWS=self.launch.rows, COLS=self.launch.cols, num_warps=self.launch.warps,
        )  # fmt: skip

    def step(self, t):
        """One step forward: products, then arithmetic, for each phase."""
        z, seqs = self.slab[t], [s[t:] for s in self.seqs]
        arrays = z, self.lengths, *(e[t] for e in self.extra), *seqs, *self.fixed
        states = dict(zip(self.plan.cell.states, seqs, strict=True))
        for number in range(len(self.plan.cell.phases)):
            for s in self.plan.of(number):
                source = states[s.name][0] if s.name in states else self.slot(z, s.name)
                part, W = self.columns(z, s), self.matrices[s.name]
                part.addmm_(source.to(W.dtype), W)
            kernel = getattr(self.kernels, f"forward_step_{number}")
            self.phase(kernel, arrays, t)

    def backward(self, douts, dstates):
        """-> gradients by x, extra, the states, the vectors, every matrix, the bias."""
        cell, H = self.plan.cell, self.H
        if self.slab is None:  # a second backward over the same graph
            self.forward()
        d = [a.to(torch.float32, copy=True).contiguous() for a in dstates]
        douts = [a.contiguous() for a in douts]
        dextra = [torch.empty_like(e) for e in self.extra]
        rows = self.launch.grid(self.B, H)[0]
        sums = [self.x.new_zeros(rows, H, dtype=torch.float32) for _ in cell.vectors]
        given = [torch.zeros_like(d[0]) for _ in self.plan.given]

        def arrays(t):
            moving = self.extra, dextra, self.seqs, douts
            extra, dx, seqs, outs = ([a[t:] for a in group] for group in moving)
            return (self.slab[t:], self.lengths, *extra, *dx, *seqs, *self.fixed, *sums,
                    *d, *outs, *given)  # fmt: skip

        if self.launch.whole:
            self.at_once(self.kernels.backward_sequence, arrays(self.T - 1))
        for t in () if self.launch.whole else reversed(range(self.T)):
            self.step_back(t, arrays(t), d, given)
        return dextra, d, [s.sum(0) for s in sums], *self.weight_gradients()

    def step_back(self, t, arrays, d, given):
        """One step back: arithmetic, then products, for each phase from the last."""
        z = self.slab[t]
        target = dict(zip(self.plan.cell.states, d, strict=True))
        target |= dict(zip(self.plan.given, given, strict=True))
        for number in reversed(range(len(self.plan.cell.phases))):
            self.phase(getattr(self.kernels, f"backward_step_{number}"), arrays, t)
            for s in self.plan.of(number):
                product = self.columns(z, s) @ self.matrices[s.name].T
                if s.name in self.plan.given:
                    target[s.name].copy_(product)
                else:
                    target[s.name].add_(product)

    def weight_gradients(self):
        """-> dx, the gradients by every matrix, and by the bias."""
        H, dz = self.H, self.slab.view(self.T * self.B, -1)
        grads = []
        states = dict(zip(self.plan.cell.states, self.seqs, strict=True))
        for s in self.plan.sources:
            if s.name == "x":
                source = self.x
            elif s.name in states:
                source = states[s.name][:-1]
            else:
                source = self.slot(dz, s.name)
            source = source.reshape(self.T * self.B, -1).to(dz.dtype)
            grads.append(source.T @ self.columns(dz, s))
        grads.append(dz[:, : len(self.plan.blocks) * H].sum(0))
        dx = None
        if self.plan.x:
            dx = (self.columns(dz, self.plan.x) @ self.matrices["x"].T).view_as(self.x)
        return dx, grads
