"""A layer of ``Recurrent`` one step at a time, for input that comes as it is made."""

import math

import torch

from ..doors import check_floats, check_size
from . import entry
from .choose import stepping


class Stepper:
    """What ``Recurrent.stepper`` gives: call it with x (B, I), get h (B, H).

    As in eval mode and without gradients.  What a step needs of the weights is prepared
    before the first one, and again where weights have changed since.

    Attributes
    ----------
    state : tuple of tensor (num_layers, B, H)
        After the last step, as ``Recurrent`` takes and gives it; it can be set.
    """

    def __init__(self, layer, B, state):
        if layer.bidirectional:
            raise ValueError(
                "A stepper reads one step after the other, but this layer also reads "
                f"from the end. Got bidirectional=True for {layer.cell.name}, expected "
                "False. Read the whole sequence, layer(x)?"
            )
        self.layer, self.B = layer, check_size("B", B)
        self._reads = [2 if c.extra else 1 for c in layer.layer_cells]
        self._known = [p._parameters for p in layer.weights]
        self._weight = next(iter(self._known[0].values()))
        self._prepare(self._states(state))

    def _states(self, state):
        """The state of every layer, from the caller's or the empty one."""
        cells, H, w = self.layer.layer_cells, self.layer.hidden_size, self._weight
        starts = [entry.start_states(c, self.B, H, w) for c in cells]
        if state is None:
            return starts
        given = entry.check_states(state, cells[0], starts[0], w, len(cells))
        return [tuple(s.detach() for s in layer) for layer in given]

    def _prepare(self, states):
        self._stamp, self.steps, I = self._now(), [], self.layer.input_size
        self._weight = w = next(iter(self._known[0].values())).detach()
        self._kind = (self.B, I), w.dtype, w.device, w.layout
        self._looks = entry.may_look(w)
        for k, cell in enumerate(self.layer.layer_cells):
            cell = self.layer.noise.cell(cell, False)
            p = {n: v.detach() for n, v in self.layer.parameters_of(k).items()}
            compiled = self.layer.compiled
            self.steps.append(stepping(cell, p, I, states[k], compiled))
            I = self.layer.hidden_size

    def _now(self):
        """What changes when weights do: which they are, where, how often written."""
        weights = (v for p in self._known for v in p.values())
        return [(id(v), v.data_ptr(), v._version) for v in weights]

    def __call__(self, x):
        """One step further: x (B, I) in the dtype of the weights -> h (B, H)."""
        if self._stamp != self._now():
            self._prepare([s.state() for s in self.steps])
        inputs = (self._checked(x),)
        for layer, reads in zip(self.steps, self._reads, strict=True):
            new = layer.step(*inputs[:reads])
            inputs = new[:2]  # what a layer above may read: h, c
        return new[0].clone()

    def _checked(self, x):
        tensor = isinstance(x, torch.Tensor)
        if not tensor or (x.shape, x.dtype, x.device, x.layout) != self._kind:
            shape, dtype, device, _ = self._kind
            got = f"{tuple(x.shape)} of {x.dtype}" if tensor else type(x).__name__
            raise ValueError(
                f"x does not fit this stepper: got {got} on "
                f"{getattr(x, 'device', 'no device')}. A step reads x (B, I), one row "
                f"for each sequence. Expected {shape} of {dtype} on {device}, not "
                "sparse. Pass x[t], and make the stepper with B=x.shape[1]?"
            )
        x = x.detach() if x.requires_grad else x
        if self._looks and not math.isfinite(x.sum()):
            check_floats("x", x)
        return x

    @property
    def state(self):
        """State after the last step: tuple of (num_layers, B, H)."""
        layers = zip(*(s.state() for s in self.steps), strict=True)
        return tuple(torch.stack(s) for s in layers)

    @state.setter
    def state(self, state):
        for layer, mine in zip(self.steps, self._states(state), strict=True):
            layer.set(mine)
