"""Layers of cells that behave like one cell.

    x -> layer 1 -> h_1 -> layer 2 -> h_2 -> ... -> h of the top layer

Each layer reads the output of the layer below at the same step; a layer with an
``extra`` input also gets the cell state of the layer below.

Parameters carry the number of their layer: ``W_x_1``, ``W_h_2``.  The state is that of
the top layer first, under its plain names, then those of layers 1, 2, ... with their
number: (h, c, h_1, c_1, h_2, c_2) for three layers.  Names in a trace follow the same
rule: i, f of the top layer, i_1, f_1 of the first.

What it is for: depth.  All layers have H units.
"""

from .any_cell import AnyCell
from .cell import Cell


class Stack(AnyCell):
    """Cells on top of each other, with the interface of one ``Cell``.

    Parameters
    ----------
    name : str
    layers : list of Cell
        From the bottom up; no first layer with an ``extra`` input.
    with_layers : callable, optional
        Number of layers -> the same kind of stack with that many.
    doc : str
        The room's text.
    """

    def __init__(self, name, layers, with_layers=None, doc=__doc__):
        check_layers(layers)
        self.name, self._layers, self.doc = name, list(layers), doc
        self.with_layers = with_layers
        top = len(layers)
        self.order = [top, *range(1, top)]  # whose states come first
        self.states = tuple(self.plain(k, s) for k in self.order
                            for s in layers[k - 1].states)
        self.start = {self.plain(k, s): v for k in self.order
                      for s, v in layers[k - 1].start.items()}
        self.blocks = tuple(f"{b}_{k}" for k, cell in self.numbered()
                            for b in cell.blocks)
        self.bias = {f"{b}_{k}": v for k, cell in self.numbered()
                     for b, v in cell.bias.items()}
        self.masks = {f"{name}_{k}": mask for k, cell in self.numbered()
                      for name, mask in cell.masks.items()}
        self.cell_path = layers[-1].cell_path
        self.reads = "\n".join(f"layer {k}: {line}" for k, cell in self.numbered()
                               for line in cell.reads.splitlines())

    @property
    def layers(self):
        return self._layers

    def tied(self, n):
        """The cells of n layers as the stack ties them; None where it does not say."""
        return self.with_layers(n).layers if self.with_layers else None

    def __repr__(self):
        return f"<stack {self.name}: {', '.join(c.name for c in self.layers)}>"

    def plain(self, k, name):
        """The name of layer k's quantity in the whole stack."""
        return name if k == len(self.layers) else f"{name}_{k}"

    # ------------------------------------------------------------------ parameters

    def numbered(self):
        """Pairs (1, first layer), (2, second layer), ..."""
        return list(enumerate(self.layers, 1))

    def shapes(self, I, H):
        """Names and shapes of the parameters for I inputs and H units: dict."""
        return {f"{name}_{k}": shape for k, cell in self.numbered()
                for name, shape in cell.shapes(self.inputs(k, I, H), H).items()}

    def inputs(self, k, I, H):
        """How many features layer k reads, an extra input included."""
        return (I if k == 1 else H) + H * bool(self.layers[k - 1].extra)

    def own(self, p, k):
        """The parameters of layer k under their plain names."""
        end = f"_{k}"
        return {n.removesuffix(end): v for n, v in p.items() if n.endswith(end)}

    def sizes(self, p):
        """(I, H) of a set of parameters."""
        return self.layers[0].sizes(self.own(p, 1))

    def init(self, I, H, rng, gain=1.0, bias=None):
        """Start values, layer by layer: dict."""
        p = {}
        for k, cell in self.numbered():
            mine = {b.removesuffix(f"_{k}"): v for b, v in (bias or {}).items()
                    if b.endswith(f"_{k}")}
            own = cell.init(self.inputs(k, I, H), H, rng, gain, mine)
            p |= {f"{name}_{k}": v for name, v in own.items()}
        return p

    def initial(self, B, H, dtype=float):
        """The state before the first step."""
        starts = [self.layers[k - 1].initial(B, H, dtype) for k in self.order]
        return tuple(s for start in starts for s in start)

    def split(self, state):
        """The stack's state -> dict of each layer's state."""
        states, at = {}, 0
        for k in self.order:
            n = len(self.layers[k - 1].states)
            states[k], at = tuple(state[at : at + n]), at + n
        return states

    # ------------------------------------------------------------------- one step

    def step(self, p, x, state):
        """One step forward: x (B, I), states of (B, H) -> state, cache."""
        old, new, cache = self.split(state), {}, {}
        for k, cell in self.numbered():
            if k > 1:
                below = dict(zip(self.layers[k - 2].states, new[k - 1], strict=True))
                x = (below["h"], below["c"]) if cell.extra else below["h"]
            new[k], own = cell.step(self.own(p, k), x, old[k])
            cache |= {f"{name}_{k}": v for name, v in own.items()}
        return tuple(s for k in self.order for s in new[k]), cache

    def step_torch(self, p, x, state):
        """One step forward on torch tensors, same text: -> state."""
        return self.step(p, x, state)[0]

    def step_backward(self, p, dstate, cache):
        """One step back, from the top layer down -> dx (B, I), dstate_prev, grads."""
        d, back, grads = self.split(dstate), {}, {}
        for k, cell in reversed(self.numbered()):
            mine = self.own(p, k), d[k], self.own(cache, k)
            dx, back[k], own = cell.step_backward(*mine)
            grads |= {f"{name}_{k}": v for name, v in own.items()}
            if k > 1:
                d[k - 1] = self.add_below(k, d[k - 1], dx)
        dstate_prev = tuple(s for k in self.order for s in back[k])
        return dx, dstate_prev, {n: grads[n] for n in p}

    def add_below(self, k, d, dx):
        """Gradients by layer k's input, added to those by the state below it."""
        H, names = d[0].shape[-1], self.layers[k - 2].states
        more = {"h": dx[..., :H]}
        if self.layers[k - 1].extra:
            more["c"] = dx[..., H:]
        return tuple(v + more.get(s, 0.0) for s, v in zip(names, d, strict=True))

    def named(self, cache, state):
        """Everything a step knows by name, for ``trace``."""
        known = dict(zip(self.states, state, strict=True))
        for name, v in cache.items():
            base, k = name.rsplit("_", 1)
            known.setdefault(self.plain(int(k), base), v)
        return known


def check_layers(layers):
    """A stack has layers, each a Cell; the first one gets nothing but x."""
    if not layers or not all(isinstance(cell, Cell) for cell in layers):
        raise ValueError(
            f"A stack is a list of at least one Cell, bottom first. Got {layers!r}. "
            "Expected what the make functions of the rooms return. Write "
            "Stack('mine', [lstm.make(), gru.make()])?"
        )
    if layers[0].extra:
        raise ValueError(
            f"The first layer {layers[0].name!r} reads {layers[0].extra!r} from below, "
            "where there is none. Expected a cell that reads x alone. Put a plain cell "
            "first?"
        )
    for below, cell in zip(layers, layers[1:], strict=False):
        if cell.extra and "c" not in below.states:
            raise ValueError(
                f"{cell.name!r} reads the cell state of the layer below, but "
                f"{below.name!r} carries only {', '.join(below.states)}. Expected a "
                "state c there. Put an LSTM below it?"
            )
