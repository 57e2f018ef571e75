"""Any cell as one torch module: layers, directions, lengths, dropout.

Two engines run the same text, see ``engines``: a readable loop over the cell's own
step, on tensors of any device, and on a CPU loops compiled from the same lines, for
every cell that is made of products and arithmetic.
"""

import numpy as np
import torch
from torch import nn

from .cells.normed import normed
from .doors import as_cell, check_seed, check_size
from .engines import choose, entry
from .engines.loop import flip
from .engines.noise import check_dropout, noise_of
from .engines.rows import Rows
from .engines.stepper import Stepper
from .init import init


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
    variational : float
        Probability of dropping, at every step alike, what a layer reads: features, and
        units in its recurrent products (Gal & Ghahramani 2016).
    recurrent_dropout : float
        Probability of dropping a unit's candidate, what a step would add to the memory;
        what is there stays (Semeniuta et al. 2016).
    zoneout : float or dict
        Probability with which a unit's state stays as it was at a step, of h and c or
        by state, ``{"h": 0.05, "c": 0.5}``; in eval mode it moves by the expected share
        (Krueger et al. 2017).
    layer_norm : bool
        Normalise pre-activations over the units (Ba et al. 2016).
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
        *,
        variational=0.0,
        recurrent_dropout=0.0,
        zoneout=0.0,
        layer_norm=False,
    ):
        super().__init__()
        self.cell = as_cell(cell)
        self.input_size = check_size("input_size", input_size)
        self.hidden_size = check_size("hidden_size", hidden_size)
        self.num_layers = check_size("num_layers", num_layers)
        self.bidirectional, self.batch_first = bool(bidirectional), bool(batch_first)
        self.dropout, self.compiled = check_dropout(dropout), bool(compiled)
        self.checkpoint = _steps("checkpoint", checkpoint)
        self.truncate = _steps("truncate", truncate)
        self.directions = 2 if bidirectional else 1
        n = self.num_layers
        cells = self.cell.tied(n) or [self.cell] * n
        self.layer_cells = [normed(c) for c in cells] if layer_norm else cells
        self.noise = noise_of(cells[-1], recurrent_dropout, variational, zoneout)
        if self.layer_cells[0].extra or self.layer_cells[-1].extra:
            self._refuse_directions()
        seed = int(torch.randint(2**31, ())) if seed is None else check_seed(seed)
        entry.check_dtype(dtype)
        self.weights = nn.ModuleList(
            nn.ParameterDict({k: torch.as_tensor(v, dtype=dtype) for k, v in p.items()})
            for p in self._start(seed)
        )

    def _start(self, seed):
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
        p = {k: v if hasattr(v, "shape") else np.asarray(v) for k, v in p.items()}
        entry.check_weights(p, mine, f"layer {layer} of {self.cell.name}")
        with torch.no_grad():
            for k, v in p.items():
                mine[k].copy_(torch.as_tensor(v))
        return self

    def numpy(self, layer=0, reverse=False):
        """The parameters of one layer and direction: dict of float64 arrays."""
        return {
            k: v.detach().double().cpu().numpy()
            for k, v in self.parameters_of(layer, reverse).items()
        }

    # --------------------------------------------------------------------- forward

    def forward(self, x, state=None, lengths=None, table=None):
        """Run the layer.

        Parameters
        ----------
        x : tensor (T, B, I), or a PackedSequence
            In the dtype of the weights; under autocast in any shorter one too.
        state : tuple of tensor (num_layers * directions, B, H), optional
        lengths : tensor or sequence of B ints, optional
            Steps of each sequence; later steps leave the state as it was and their
            outputs are 0.
        table : tensor (K, I), optional
            Then x holds codes (T, B), and the layer reads the rows they name, as of an
            embedding; its products with x are K rows instead of T B.

        Returns
        -------
        h : tensor (T, B, H * directions), or a PackedSequence as x was
            Under autocast, as from ``nn.LSTM``, in its precision; the weights' own is
            what the layer computes in.
        state : tuple of tensor (num_layers * directions, B, H)
        """
        given = entry.unpack(x, lengths, self.batch_first, 3 if table is None else 2)
        weight = next(iter(self.weights[0].values()))
        if table is None:
            who = f"Recurrent({self.cell.name!r})"
            x = entry.check_input(given.x, weight, self.input_size, who)
        else:
            x = entry.check_rows(given.x, table, weight, self.input_size)
        lengths = entry.check_lengths(given.lengths, *x.shape[:2], weight.device)
        states = self._states(state, x.shape[1], weight)
        short = entry.reduced(weight)
        with entry.own_precision(weight):
            x, ends = self._layers(x, states, lengths)
        end = tuple(
            torch.stack(s) if len(s) > 1 else s[0][None]
            for s in zip(*ends, strict=True)
        )
        if short:
            x, *end = (a.to(short) if a.dtype == weight.dtype else a for a in (x, *end))
        return given._replace(lengths=lengths).back(x), tuple(end)

    def _layers(self, x, states, lengths):
        """All layers and directions: -> h (T, B, H * directions), their end states."""
        ends, cells, above = [], None, [*self.layer_cells[1:], None]
        if isinstance(x, Rows) and not self._takes_rows(*x, lengths):
            x = x.dense()
        for layer, cell in enumerate(self.layer_cells):
            cell, T, B = self.noise.cell(cell, self.training), *x.shape[:2]
            outs, x = [], self.noise.inputs(x, self.training)
            x_in = (x, cells) if cell.extra else x
            for d in range(self.directions):
                p, k = self.parameters_of(layer, bool(d)), layer * self.directions + d
                p |= self.noise.masks(cell, T, B, self.hidden_size, p)
                h, cells, end = self.engine(cell, x, p, lengths).run(
                    cell,
                    p,
                    flip(x_in, lengths) if d else x_in,
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
        return x, ends

    def _takes_rows(self, codes, table, lengths=None):
        """Whether the first layer takes rows of a table as they are: it saves time."""
        cell = self.layer_cells[0]
        choice = self.engine(cell, table, self.parameters_of(), lengths)
        masked = self.training and self.noise.variational
        plain = not (cell.extra or self.bidirectional or masked)
        if not plain or choice.name != "compiled loops":
            return False  # before codes are counted: an export leaves that open
        return len(table) <= codes.numel()

    def engine(self, cell, x, p, lengths=None):
        """The engine for one layer, see ``plan``."""
        x = x.table if isinstance(x, Rows) else x
        return choose.engine(cell, x, p, self.compiled, self.truncate, lengths)

    def plan(self, x, lengths=None):
        """Print how each layer would run on x, and why.

        Examples
        --------
        >>> Recurrent("lstm", 4, 6, seed=0).plan(torch.zeros(7, 3, 4))
        layer 0, lstm: compiled loops, because torch.float32 on cpu
        """
        for layer, cell in enumerate(self.layer_cells):
            cell = self.noise.cell(cell, self.training)
            choice = self.engine(cell, x, self.parameters_of(layer), lengths)
            print(f"layer {layer}, {cell.name}: {choice.name}, because {choice.why}")

    def stepper(self, B=1, state=None):
        """The layer one step at a time, where the next input is not there yet.

        Without gradients, as in eval mode; on a CPU compiled, so that a step of one row
        takes less time than ``torch.nn.LSTMCell``.

        Parameters
        ----------
        B : int
            Sequences side by side.
        state : tuple of tensor (num_layers, B, H), optional

        Returns
        -------
        Stepper
            A function x (B, I) -> h (B, H) that keeps the state, its ``state``.

        Examples
        --------
        >>> layer = Recurrent("lstm", 4, 6, seed=0)
        >>> step, x = layer.stepper(B=3), torch.zeros(7, 3, 4)
        >>> h = torch.stack([step(x_t) for x_t in x])
        >>> bool((h - layer(x)[0]).abs().max() < 1e-6), step.state[1].shape
        (True, torch.Size([1, 3, 6]))
        """
        return Stepper(self, B, state)

    def _states(self, state, B, weight):
        """State before the first step of every layer and direction."""
        n, cells = self.num_layers * self.directions, self.layer_cells
        if state is None and cells[0].form == "matrix":
            if self.engine(cells[0], weight, self.parameters_of()).name == "chunks":
                return [None] * n  # zeros; B matrices of them would take time to fill
        starts = [entry.start_states(c, B, self.hidden_size, weight) for c in cells]
        if state is None:
            return [starts[k // self.directions] for k in range(n)]
        return entry.check_states(state, cells[0], starts[0], weight, n)


def _steps(name, n):
    return None if n is None else check_size(name, n)
