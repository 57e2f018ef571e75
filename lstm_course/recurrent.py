"""Any cell as one torch module: layers, directions, lengths, dropout.

Two engines run the same text.  ``run`` here is the readable one: products with x for
the whole sequence at once, then the cell's own arithmetic step by step, on tensors of
any device.  On a CPU the compiled loops of ``kernels`` do it, for every cell that is
made of products and arithmetic, if Numba is installed.  The mLSTM, whose state is a
matrix, is computed in chunks of time on every device.
"""

import warnings
from functools import lru_cache

import torch
from torch import nn

from .cells.mlstm import MLSTM
from .doors import as_cell, check_size, check_state, check_x
from .init import init
from .kernels import chunks, scan


class Recurrent(nn.Module):
    """A recurrent layer, or several, of any cell.

    Parameters
    ----------
    cell : str or cell
        A name in ``CELLS``, a room, or what a room's ``make`` returns.
    input_size, hidden_size : int
        I features in, H units per direction.
    num_layers : int
        Layers on top of each other; each reads the outputs of the one below.
    bidirectional : bool
        A second set of weights reads the sequence from its end; outputs are
        concatenated, (T, B, 2H).
    dropout : float
        Probability with which an output between layers is dropped in training.
    batch_first : bool
        x and h are (B, T, ...) instead of (T, B, ...).
    seed : int, optional
        Seed of the start values; drawn from torch's generator by default.
    dtype : torch.dtype
        Of the parameters; float32 by default.
    compiled : bool
        Use the compiled loops where they fit; False: always the readable ones.
    checkpoint : int, optional
        Keep only the states for the backward pass and compute the gates again, so many
        steps at a time: less memory for more time.
    truncate : int, optional
        Truncated backpropagation: no gradient crosses from step k * truncate to the
        one before it (Williams & Peng 1990).

    Examples
    --------
    >>> layer = Recurrent("lstm", 4, 6, seed=0)
    >>> h, (h_last, c_last) = layer(torch.zeros(7, 3, 4))
    >>> h.shape, c_last.shape
    (torch.Size([7, 3, 6]), torch.Size([1, 3, 6]))
    """

    def __init__(
        self,
        cell,
        input_size,
        hidden_size,
        num_layers=1,
        bidirectional=False,
        dropout=0.0,
        batch_first=False,
        seed=None,
        dtype=torch.float32,
        compiled=True,
        checkpoint=None,
        truncate=None,
    ):
        super().__init__()
        self.cell = as_cell(cell)
        self.input_size = check_size("input_size", input_size)
        self.hidden_size = check_size("hidden_size", hidden_size)
        self.num_layers = check_size("num_layers", num_layers)
        self.bidirectional, self.batch_first = bool(bidirectional), bool(batch_first)
        self.dropout, self.compiled = _check_dropout(dropout), bool(compiled)
        self.checkpoint = checkpoint and check_size("checkpoint", checkpoint)
        self.truncate = truncate and check_size("truncate", truncate)
        self.directions = 2 if bidirectional else 1
        self.layer_cells = layer_cells(self.cell, self.num_layers)
        if self.layer_cells[0].extra or self.layer_cells[-1].extra:
            self._refuse_directions()
        seed = int(torch.randint(2**31, ())) if seed is None else seed
        self.weights = nn.ModuleList(
            nn.ParameterDict({k: torch.as_tensor(v, dtype=dtype) for k, v in p.items()})
            for p in self._start(seed)
        )

    def _start(self, seed):
        import numpy as np

        rng = np.random.default_rng(seed)
        for layer, cell in enumerate(self.layer_cells):
            I = self.input_size if layer == 0 else self.hidden_size * self.directions
            I += self.hidden_size if cell.extra else 0
            for _ in range(self.directions):
                yield init(cell, I, self.hidden_size, rng)

    def _refuse_directions(self):
        if self.bidirectional:
            raise ValueError(
                f"{self.cell.name} passes its cell state up from layer to layer, so it "
                "reads one way only. Got bidirectional=True, expected False. "
                "Run two modules and concatenate their outputs?"
            )

    def extra_repr(self):
        return (
            f"{self.cell.name}, {self.input_size}, {self.hidden_size}, "
            f"num_layers={self.num_layers}, bidirectional={self.bidirectional}"
        )

    # ------------------------------------------------------------------ parameters

    def parameters_of(self, layer=0, reverse=False):
        """The parameters of one layer and direction: dict of tensors."""
        return dict(self.weights[layer * self.directions + int(reverse)].items())

    def load(self, p, layer=0, reverse=False):
        """Copy NumPy parameters (as ``init`` or ``convert`` give them) into a layer."""
        mine = self.parameters_of(layer, reverse)
        if set(p) != set(mine):
            raise ValueError(
                f"These parameters are named {sorted(p)}, layer {layer} wants "
                f"{sorted(mine)}. Were they made for {self.cell.name}?"
            )
        with torch.no_grad():
            for k, v in p.items():
                if tuple(v.shape) != tuple(mine[k].shape):
                    raise ValueError(
                        f"{k} has shape {tuple(v.shape)}, layer {layer} wants "
                        f"{tuple(mine[k].shape)}. Check input_size and hidden_size?"
                    )
                mine[k].copy_(torch.as_tensor(v))
        return self

    def numpy(self, layer=0, reverse=False):
        """The parameters of one layer and direction: dict of float64 arrays."""
        return {
            k: v.detach().double().cpu().numpy()
            for k, v in self.parameters_of(layer, reverse).items()
        }

    # --------------------------------------------------------------------- forward

    def forward(self, x, state=None, lengths=None):
        """Run the layer.

        Parameters
        ----------
        x : tensor (T, B, I)
        state : tuple of tensor (num_layers * directions, B, H), optional
        lengths : tensor or sequence of B ints, optional
            Steps of each sequence; later steps leave the state as it was and their
            outputs are 0.

        Returns
        -------
        h : tensor (T, B, H * directions)
        state : tuple of tensor (num_layers * directions, B, H)
        """
        if self.batch_first and x.dim() == 3:
            x = x.transpose(0, 1)
        self._check(x)
        T, B = x.shape[:2]
        lengths = check_lengths(lengths, T, B, x.device)
        states = self._states(state, B, x)
        ends, cells, above = [], None, [*self.layer_cells[1:], None]
        for layer, cell in enumerate(self.layer_cells):
            outs, x_in = [], (x, cells) if cell.extra else x
            for d in range(self.directions):
                k = layer * self.directions + d
                p = self.parameters_of(layer, bool(d))
                x_d = flip(x_in, lengths) if d else x_in
                h, cells, end = self.engine(cell, x)(
                    cell,
                    p,
                    x_d,
                    states[k],
                    lengths,
                    bool(above[layer] and above[layer].extra),
                    self.checkpoint,
                    self.truncate,
                )
                outs.append(flip(h, lengths) if d else h)
                ends.append(end)
            x = torch.cat(outs, -1) if len(outs) > 1 else outs[0]
            if self.dropout and layer + 1 < self.num_layers:
                x = nn.functional.dropout(x, self.dropout, self.training)
        end = tuple(
            torch.stack(s) if len(s) > 1 else s[0][None]
            for s in zip(*ends, strict=True)
        )
        return (x.transpose(0, 1) if self.batch_first else x), end

    def engine(self, cell, x):
        """The function that runs a layer: compiled where it can be, else readable."""
        if self.compiled and isinstance(cell, MLSTM) and not self.truncate:
            return run_in_chunks
        fast = compiled_engine() if self.compiled else None
        return run if fast is None or not fast.fits(cell, x) else fast.run_layer

    def _check(self, x):
        check_x(x, self.input_size, f"Recurrent({self.cell.name!r})")
        p = next(iter(self.weights[0].values()))
        if x.dtype != p.dtype or x.device != p.device:
            raise ValueError(
                f"x is {x.dtype} on {x.device}, but the weights are {p.dtype} on "
                f"{p.device}. Both must agree. Move it with x.to({p.dtype}) or the "
                "layer with layer.to(x.dtype)?"
            )

    def _states(self, state, B, x):
        """State before the first step of every layer and direction."""
        H, n = self.hidden_size, self.num_layers * self.directions
        if state is None and self.engine(self.layer_cells[0], x) is run_in_chunks:
            return [None] * n  # zeros; B matrices of them would take time to fill
        starts = [
            tuple(
                torch.as_tensor(s, dtype=x.dtype, device=x.device)
                for s in cell.initial(B, H)
            )
            for cell in self.layer_cells
        ]
        if state is None:
            return [starts[k // self.directions] for k in range(n)]
        names = self.layer_cells[0].states
        if not isinstance(state, tuple | list) or len(state) != len(names):
            check_state(state, names, (n, B, H), "state")
        for s, name, start in zip(state, names, starts[0], strict=True):
            check_state((s,), (name,), (n, *start.shape), "state")
        return [tuple(s[k] for s in state) for k in range(n)]


@lru_cache
def compiled_engine():
    """The module of the compiled loops, or None where Numba is missing; said once."""
    try:
        from .kernels import engine
    except ImportError as error:
        warnings.warn(
            f"Recurrent runs its readable loop, which is slower: {error}. The compiled "
            "one needs numba. Install it with 'pip install numba'?",
            stacklevel=4,
        )
        return None
    return engine


def layer_cells(cell, num_layers):
    """The cell of every layer; a stack says itself how its layers are tied."""
    if hasattr(cell, "with_layers"):
        return cell.with_layers(num_layers).layers
    return [cell] * num_layers


def run(
    cell, p, x, state, lengths=None, passes_up=False, checkpoint=None, truncate=None
):
    """One layer in one direction: -> h (T, B, H), c if it passes it up, end state.

    This readable loop keeps every step for the backward pass, checkpoint or not.  For
    a linear recurrence (minGRU, minLSTM) a scan takes its place.
    """
    if getattr(cell, "linear", False) and lengths is None and not truncate:
        h, end = scan.run(cell, p, x, state)
        return h, None, end
    H, alive = state[0].shape[-1], None
    if lengths is not None:
        steps = torch.arange(length(x), device=lengths.device)
        alive = (steps[:, None] < lengths).unsqueeze(-1).unbind(0)  # T of (B, 1)
    hs, cells = [], []
    for t, step in enumerate(steps_of(cell, p, x, H)):
        if truncate and t and t % truncate == 0:
            state = tuple(s.detach() for s in state)
        new = step(state)
        if alive is not None:
            new = tuple(
                torch.where(_wide(alive[t], n), n, s)
                for n, s in zip(new, state, strict=True)
            )
        state = new
        hs.append(state[0] if alive is None else state[0] * alive[t])
        if passes_up:
            cells.append(state[1])
    return torch.stack(hs), torch.stack(cells) if passes_up else None, state


def run_in_chunks(cell, p, x, state, lengths=None, *unused):
    """An mLSTM layer as ``run`` gives it; it keeps little, so checkpoint is unused."""
    h, end = chunks.run(cell, p, x, state, lengths)
    return h, None, end


def steps_of(cell, p, x, H):
    """A function state -> state for every step, products with x taken at once."""
    if not hasattr(cell, "advance"):
        for x_t in x.unbind(0):
            yield lambda state, x_t=x_t: cell.step_torch(p, x_t, state)
        return
    p = cell.prepare(p, H)
    ahead = cell.input_products(p, x, H)
    split = {k: v.unbind(0) for k, v in ahead.items()}
    for t in range(length(x)):
        now = {k: v[t] for k, v in split.items()}

        def step(state, now=now):
            values = cell.advance(p, now, state)
            return tuple(values[s] for s in cell.states)

        yield step


def length(x):
    """Steps T of x (T, B, I), or of the pair (x, cell states from below)."""
    return len(x[0] if isinstance(x, tuple) else x)


def _wide(mask, like):
    """A mask (B, 1) with as many axes as a state."""
    return mask.reshape(mask.shape[:1] + (1,) * (like.dim() - 1))


def flip(x, lengths):
    """Reverse time within each sequence's length: (T, B, n) -> (T, B, n)."""
    if lengths is None:
        return x.flip(0)
    steps = torch.arange(x.shape[0], device=x.device)[:, None]
    index = torch.where(steps < lengths, lengths - 1 - steps, steps)
    return x.gather(0, index[:, :, None].expand_as(x))


def check_lengths(lengths, T, B, device):
    """Lengths as a tensor (B,) of whole numbers between 1 and T, or None."""
    if lengths is None:
        return None
    lengths = torch.as_tensor(lengths, device=device)
    if lengths.shape != (B,) or lengths.is_floating_point():
        raise ValueError(
            f"lengths has shape {tuple(lengths.shape)} and dtype {lengths.dtype}; it "
            f"holds one whole number for each of the B = {B} sequences. "
            "Pass a list of ints?"
        )
    if int(lengths.min()) < 1 or int(lengths.max()) > T:
        raise ValueError(
            f"lengths run from {int(lengths.min())} to {int(lengths.max())}, but x has "
            f"T = {T} steps. Expected 1 to {T}. Drop empty sequences before the batch?"
        )
    return lengths


def _check_dropout(dropout):
    if not 0.0 <= dropout < 1.0:
        raise ValueError(
            f"dropout is {dropout}. It is the probability of dropping an output. "
            "Expected 0 <= dropout < 1. Write 0.2 for 20 %?"
        )
    return float(dropout)
