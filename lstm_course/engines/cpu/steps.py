"""One step of a layer at a time: all that a step needs is prepared before the first.

It is a pass over two steps of which each leads to the other: the second writes the
states where the first reads them.  Matrices are packed once, tables are made once, and
a step is one call of the compiled loops.
"""

from .engine import ready
from .sequence import Pass, check


class Steps(Pass):
    """A layer between two steps.

    Parameters
    ----------
    cell : Cell
    p : dict of tensor
    I : int
        Features of x, without those that the cell takes as ``extra``.
    state : tuple of tensor (B, H)
    """

    def __init__(self, cell, p, I, state):
        B, H = state[0].shape
        made, weights = ready(cell, {k: v.detach() for k, v in p.items()}, H)
        extra = [state[0].new_zeros(2, B, H)] if cell.extra else []
        x = state[0].new_zeros(2, B, I)
        super().__init__(made, ("nothing", None), None, x, extra, [*state, *weights])
        self.slab = state[0].new_empty(self.group * B * self.plan.width * H)
        self.packed = list(self._packed(False))
        slab, again = (0, self.group), []
        for t in (0, 1):
            self._run(False, (t, t + 1), slab, self.packed)  # packs the matrices
            again.append(self.given(False, (t, t + 1), slab, self._as_packed()))
        self.inputs = [[a[t] for a in (x, *extra)] for t in (0, 1)]
        self.calls, self.t = again, 0
        self.now = [tuple(s[t] for s in self.seqs.values()) for t in (0, 1)]
        self.set(state)

    def _states(self, name, start):
        return start.new_zeros(2, *start.shape)

    def _as_packed(self):
        """The matrices, each said to be packed: it lies at 0."""
        return [(a, (at, k, N, 0, row, step)) for a, (at, k, N, _, row, step) in
                self.packed]  # fmt: skip

    def set(self, state):
        """Go on from this state."""
        for s, new in zip(self.now[self.t], state, strict=True):
            s.copy_(new)

    def step(self, *inputs):
        """x (B, I), and the cell state from below (B, H) where the cell takes it.

        -> the new state, a tuple of (B, H) that the next step but one overwrites.
        """
        for to, a in zip(self.inputs[self.t], inputs, strict=True):
            to.copy_(a)
        check(self.made.loops.forward(*self.calls[self.t]))
        self.t = 1 - self.t
        return self.now[self.t]

    def state(self):
        """The state after the last step."""
        return tuple(s.clone() for s in self.now[self.t])
