"""The readable engine: products with x for the whole sequence, then step by step.

It runs on tensors of every device and precision, and on those that torch only traces.
"""

import torch


class OneByOne:
    """A layer between two steps, as ``cpu.steps`` has it; weights need no gradient."""

    def __init__(self, cell, p, state):
        self.cell, self.p, self.now = cell, p, state

    def set(self, state):
        """Go on from this state."""
        self.now = state

    def step(self, *inputs):
        """x (B, I), and what the cell takes as ``extra`` (B, H) -> the new state."""
        x = inputs if self.cell.extra else inputs[0]
        new = self.cell.step_torch(self.p, x, self.now)
        pairs = zip(new, self.now, strict=True)
        self.now = tuple(n.to(s.dtype) for n, s in pairs)
        return self.now

    def state(self):
        """The state after the last step."""
        return self.now


def run(
    cell, p, x, start, lengths=None, passes_up=False, checkpoint=None, truncate=None
):
    """One layer in one direction: -> h (T, B, H), c if it passes it up, end state.

    It keeps every step for the backward pass, checkpoint or not.
    """
    steps = steps_of(cell, p, x, start[0].shape[-1])
    hs, cells = [], []
    for state in walk(steps, start, lengths, truncate):
        hs.append(state[0])
        if passes_up:
            cells.append(state[1])
    h = torch.stack(hs)
    if lengths is not None:
        h = h * before(lengths, len(h)).unsqueeze(-1)
    return h, torch.stack(cells) if passes_up else None, state


def walk(steps, state, lengths=None, truncate=None):
    """The state after every step; a padded step leaves it as it was.

    Steps are functions state -> state.  A state keeps its dtype: a clock counts in
    float32 beside numbers of half precision.
    """
    kinds, alive = [s.dtype for s in state], None
    for t, step in enumerate(steps):
        if truncate and t and t % truncate == 0:
            state = tuple(s.detach() for s in state)
        new = tuple(n.to(k) for n, k in zip(step(state), kinds, strict=True))
        if lengths is not None:
            alive = t < lengths
            new = tuple(
                torch.where(_wide(alive, n), n, s)
                for n, s in zip(new, state, strict=True)
            )
        state = new
        yield state


def before(lengths, T):
    """Whether step t is one of sequence b: (T, B)."""
    return torch.arange(T, device=lengths.device)[:, None] < lengths


def steps_of(cell, p, x, H):
    """A function state -> state for every step, products with x taken at once."""
    if not cell.all_terms:
        for x_t in x.unbind(0):
            yield lambda state, x_t=x_t: cell.step_torch(p, x_t, state)
        return
    p = cell.prepare(p, H)
    ahead = cell.input_products(p, x, H)
    split = {k: v.unbind(0) for k, v in ahead.items()}
    for t in range(length(x)):
        now = {k: v[t] for k, v in split.items()}
        now |= {k: p[k][t] for k, kind in cell.noise.items() if kind == "step"}

        def step(state, now=now):
            values = cell.advance(p, now, state)
            return tuple(values[s] for s in cell.states)

        yield step


def length(x):
    """Steps T of x (T, B, I), or of the pair (x, cell states from below)."""
    return len(x[0] if isinstance(x, tuple) else x)


def _wide(mask, like):
    """A mask (B,) with as many axes as a state."""
    return mask.reshape(mask.shape + (1,) * (like.dim() - 1))


def flip(x, lengths):
    """Reverse time within each sequence's length: (T, B, n) -> (T, B, n)."""
    if lengths is None:
        return x.flip(0)
    steps = torch.arange(x.shape[0], device=x.device)[:, None]
    index = torch.where(steps < lengths, lengths - 1 - steps, steps)
    return x.gather(0, index[:, :, None].expand_as(x))
