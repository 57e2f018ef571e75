"""The layer as it ought to be: stacks, directions and lengths from one NumPy cell.

Every sequence of a batch runs alone, so that nothing can leak from one to another, and
no padding is ever seen.  Slow, and easy to believe; its backward pass is
``unroll_backward``, which finite differences have judged.
"""

import numpy as np

from ..unroll import unroll, unroll_backward


class Reference:
    """A stack of layers of one cell.

    Parameters
    ----------
    kind : str
        "rnn", "lstm" or "gru" (reset after).
    params : dict
        (layer, direction) -> parameters of the cell; direction 1 reads from the end.
    dtype : type
        In which everything is computed.
    """

    def __init__(self, kind, params, dtype=np.float64):
        self.kind, self.dtype = kind, dtype
        self.params = {
            at: {k: np.asarray(v, dtype) for k, v in p.items()}
            for at, p in params.items()
        }
        self.layers = 1 + max(layer for layer, _ in params)
        self.directions = 1 + max(d for _, d in params)

    def run(self, x, starts, lengths=None):
        """x (T, B, I), starts arrays (layers * directions, B, H), lengths (B,)
        -> y (T, B, directions * H), ends like starts; y behind a length is 0."""
        y, ends, self.tape = None, [np.zeros_like(s, self.dtype) for s in starts], []
        for b, T in self._sequences(x, lengths):
            one, tape = self._one(x[:T, b : b + 1], [s[:, b : b + 1] for s in starts])
            if y is None:
                y = np.zeros((*x.shape[:2], one.shape[-1]), self.dtype)
            y[:T, b] = one[:, 0]
            for end, states in zip(ends, zip(*(s for _, s in tape), strict=True),
                                   strict=True):  # fmt: skip
                end[:, b] = np.concatenate(states)
            self.tape.append((b, T, [caches for caches, _ in tape]))
        return y, tuple(ends)

    def gradients(self, x, starts, dy, dends, lengths=None):
        """Of sum(y * dy) + sum(ends * dends): a dict with "x", "starts" and
        "params", shaped as what they belong to."""
        self.run(x, starts, lengths)
        dx = np.zeros(x.shape, self.dtype)
        dstarts = tuple(np.zeros_like(s, self.dtype) for s in starts)
        total = {at: {k: np.zeros_like(v) for k, v in p.items()}
                 for at, p in self.params.items()}  # fmt: skip
        for b, T, caches in self.tape:
            here = [d[:, b : b + 1] for d in dends]
            dx[:T, b], states = self._one_back(dy[:T, b : b + 1], here, caches, total)
            for d, state in zip(dstarts, states, strict=True):
                d[:, b] = state
        return {"x": dx, "starts": dstarts, "params": total}

    def _sequences(self, x, lengths):
        T, B = x.shape[:2]
        return enumerate([T] * B if lengths is None else [int(n) for n in lengths])

    def _one(self, x, starts):
        """One sequence through all layers: -> y (T, 1, D * H), [(caches, states)]."""
        x, tape = np.asarray(x, self.dtype), []
        for layer in range(self.layers):
            out = []
            for d in range(self.directions):
                k = layer * self.directions + d
                state = tuple(np.asarray(s[k], self.dtype) for s in starts)
                p = self.params[layer, d]
                h, end, caches = unroll(self.kind, p, x[:: 1 - 2 * d], state)
                out.append(h[:: 1 - 2 * d])
                tape.append((caches, end))
            x = np.concatenate(out, axis=-1)
        return x, tape

    def _one_back(self, dy, dends, caches, total):
        """The way back; adds to ``total``: -> dx (T, I), dstarts (layers, H)."""
        dy, dstarts = np.asarray(dy, self.dtype), [[] for _ in dends]
        for layer in reversed(range(self.layers)):
            parts, dx = np.split(dy, self.directions, axis=-1), 0.0
            for d in reversed(range(self.directions)):
                k, turn = layer * self.directions + d, slice(None, None, 1 - 2 * d)
                dstate = tuple(np.asarray(s[k], self.dtype) for s in dends)
                p, dh = self.params[layer, d], parts[d][turn]
                one, start, grads = unroll_backward(self.kind, p, dh, caches[k], dstate)
                dx = dx + one[turn]
                for name, g in grads.items():
                    total[layer, d][name] += g
                for of, s in zip(dstarts, start, strict=True):
                    of.insert(0, s[0])
            dy = dx
        return dy[:, 0], [np.stack(s) for s in dstarts]
