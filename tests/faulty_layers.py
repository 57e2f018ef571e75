"""nn.LSTM written out in torch, and the same with one fault each.

The faults are those that real backends have had; ``FAULTS`` says which property of
``lstm_course.backends`` each must break.
"""

import torch
from torch import nn
from torch.nn.utils import rnn as packing


class Plain(nn.LSTM):
    """A stack of LSTM layers, step by step; what may go wrong is a method each."""

    def forward(self, x, starts):
        lengths, packed = None, isinstance(x, packing.PackedSequence)
        if packed:
            x, lengths = packing.pad_packed_sequence(x, self.batch_first)
        x = self.time_first(x) if self.batch_first else x
        if lengths is None:
            lengths = torch.full((x.shape[1],), len(x))
        ends = []
        for layer in range(self.num_layers):
            x = self.dropped(x) if layer else x
            x, end = self.layer(layer, x, starts, lengths)
            ends += end
        y = x.transpose(0, 1) if self.batch_first else x
        if packed:
            y = packing.pack_padded_sequence(
                y, lengths, self.batch_first, enforce_sorted=False
            )
        return y, tuple(torch.stack(s) for s in zip(*ends, strict=True))

    def layer(self, layer, x, starts, lengths):
        out, ends, D = [], [], 1 + self.bidirectional
        for d in range(D):
            w = self.all_weights[layer * D + d]
            state = [s[layer * D + d] for s in starts]
            order = self.turned(lengths, len(x)) if d else None
            given = x if order is None else x.gather(0, order.expand_as(x))
            h, state = self.along(given, state, w, lengths)
            if order is not None:
                h = h.gather(0, order.expand_as(h))
            out.append(h)
            ends.append(state)
        return torch.cat(out, -1), ends

    def along(self, x, state, w, lengths):
        h, c = self.begin(*state)
        out = []
        for t, x_t in enumerate(x):
            new = self.step(x_t, h, c, *w)
            on = (t < lengths)[:, None]
            h, c = (torch.where(on, a, b) for a, b in zip(new, (h, c), strict=True))
            out.append(h)
        return torch.stack(out), (h, c)

    def step(self, x, h, c, W, R, b, b_h):
        i, f, g, o = (x @ W.T + h @ R.T + b + b_h).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    def begin(self, h, c):
        return h, c

    def time_first(self, x):
        return x.transpose(0, 1)

    def turned(self, lengths, T):
        """For every sequence the steps from its own end; the padding stays."""
        t = torch.arange(T)[:, None]
        return torch.where(t < lengths, lengths - 1 - t, t)[..., None]

    def mask(self, x):
        return (torch.rand_like(x) >= self.dropout) / max(1 - self.dropout, 1e-9)

    def dropped(self, x):
        return x * self.mask(x) if self.training and self.dropout else x


class ForwardOrder(Plain):
    """The Jacobians of the way back multiplied from the first step on."""

    def along(self, x, state, w, lengths):
        h, ends = super().along(x, state, w, lengths)
        turned = Turned.apply(h)
        return turned, ends


class Turned(torch.autograd.Function):
    @staticmethod
    def forward(ctx, h):
        return h.clone()

    @staticmethod
    def backward(ctx, d):
        return d.flip(0)


class NoMaskBack(Plain):
    """The dropout mask multiplies what goes up, not what comes back."""

    def dropped(self, x):
        return x + (super().dropped(x) - x).detach()


class StaleMask(Plain):
    """The mask of the first call is kept for all that follow."""

    def mask(self, x):
        if getattr(self, "kept", None) is None or self.kept.shape != x.shape:
            self.kept = super().mask(x)
        return self.kept


class DropsInEvaluation(Plain):
    """Who was trained once at a batch size goes on dropping at that size."""

    def dropped(self, x):
        sizes = self.__dict__.setdefault("sizes", set())
        if self.training:
            sizes.add(x.shape[1])
        return x * self.mask(x) if x.shape[1] in sizes and self.dropout else x


class MixesTheBatch(Plain):
    """A sequence feels its neighbour."""

    def step(self, x, h, c, *w):
        h, c = super().step(x, h, c, *w)
        return h + 1e-4 * torch.roll(h, 1, 0) * (len(h) > 1), c


class ReadsThePadding(Plain):
    """The backward direction begins at T, not at the sequence's end."""

    def turned(self, lengths, T):
        return torch.arange(T).flip(0)[:, None, None].expand(T, len(lengths), 1)


class ForgetsTheStart(Plain):
    """The start value of c is read as 0."""

    def begin(self, h, c):
        return h, torch.zeros_like(c)


class SeesAhead(Plain):
    """The first step is given the mean of the whole sequence."""

    def along(self, x, state, w, lengths):
        return super().along(x + 1e-3 * x.mean(0), state, w, lengths)


class NeverTheSame(Plain):
    """Sums in another order each time: the last bits differ."""

    def step(self, x, h, c, *w):
        h, c = super().step(x, h, c, *w)
        return h * (1 + 1e-6 * torch.rand(())), c


class Scrambled(Plain):
    """Batch first is read as time first by its place in memory."""

    def time_first(self, x):
        return x.reshape(x.shape[1], x.shape[0], -1)


FAULTS = {
    ForwardOrder: "gradients",
    NoMaskBack: "dropout",
    StaleMask: "dropout",
    DropsInEvaluation: "batch size",
    MixesTheBatch: "batch size",
    ReadsThePadding: "lengths",
    ForgetsTheStart: "carried state",
    SeesAhead: "causality",
    NeverTheSame: "same bits",
    Scrambled: "layouts",
}
